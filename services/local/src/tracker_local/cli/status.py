"""`tasktracker status`: what runs in this folder, and where."""

from typing import Any

import typer
from rich.console import Group
from rich.text import Text

from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Column, Format, age, facts, show, table
from tracker_local.cli.server import running
from tracker_local.home import Home
from tracker_local.runtime import Runtime


def status(output: OutputOption = Format.TABLE) -> None:
    """Show the processes of this folder and their addresses.

    The exit code is 1 when nothing runs or something is not ready. As JSON,
    the addresses of NATS and Postgres hold their token and password, so that
    other programs can connect with them as they stand.

    [bold]Examples[/]
    $ tasktracker status
    $ psql "$(tasktracker status -o json | jq -r .database)"
    """
    home = Home.current()
    runtime = running(home)
    show(_document(home, runtime), output, lambda: _page(home, runtime))
    if not runtime.ready:
        raise typer.Exit(1)


def _document(home: Home, runtime: Runtime) -> dict[str, Any]:
    return {
        "api": runtime.api,
        "webhook": runtime.webhook,
        "dashboard": runtime.dashboard,
        "nats": home.nats_url_file.read_text(encoding="utf-8"),
        "database": home.database_url_file.read_text(encoding="utf-8"),
        "pids": runtime.pids,
        "ready": runtime.ready,
        "home": str(home.root),
        "supervisor": runtime.supervisor,
        "started_at": runtime.started_at,
        "nats_monitoring": runtime.nats_monitoring or None,
        "processes": {
            name: {
                "state": str(process.state),
                "pid": process.pid,
                "restarts": process.restarts,
                "detail": process.detail,
            }
            for name, process in runtime.processes.items()
        },
    }


def _page(home: Home, runtime: Runtime) -> Group:
    return Group(addresses(home, runtime), Text(""), processes(runtime))


def addresses(home: Home, runtime: Runtime) -> Any:
    """Draw where everything is; without secrets, because people paste this into chats."""
    return facts(
        [
            ("Dashboard", runtime.dashboard),
            ("API", f"{runtime.api}/api"),
            ("Webhooks", f"{runtime.webhook}/webhook"),
            ("Postgres", runtime.database),
            ("NATS", runtime.nats),
            ("Data", str(home.root)),
            ("Running", f"for {age(runtime.started_at)}, supervisor {runtime.supervisor}"),
        ]
    )


def processes(runtime: Runtime) -> Any:
    """Draw the processes."""
    return table(
        runtime.processes.items(),
        [
            Column("PROCESS", lambda item: item[0]),
            Column("STATE", lambda item: str(item[1].state)),
            Column("PID", lambda item: item[1].pid, "right"),
            Column("RESTARTS", lambda item: item[1].restarts, "right"),
            Column("DETAIL", lambda item: item[1].detail, flexible=True),
        ],
    )
