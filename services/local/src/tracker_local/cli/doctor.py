"""`tasktracker doctor`: try each part, say what is wrong, and name the cure."""

import asyncio
from collections.abc import AsyncIterator

import typer
from rich.table import Table
from rich.text import Text

from tracker_local.cli.checks.finding import Finding, Level
from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, draw, plain, write
from tracker_local.home import Home

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def doctor(output: OutputOption = Format.TABLE) -> None:
    """Test every part, and name the cure of what is wrong.

    The exit code is 1 when something fails.

    [bold]Examples[/]
    $ tasktracker doctor
    $ tasktracker doctor -o json | jq '.[] | select(.level != "ok")'
    """
    findings = asyncio.run(_run(Home.current(), output))
    if output is not Format.TABLE:
        write([finding.document() for finding in findings], output)
    if any(finding.level is Level.FAIL for finding in findings):
        raise typer.Exit(1)


async def _run(home: Home, output: Format) -> list[Finding]:
    # Here, because it loads the client of NATS, which takes as long as all the rest.
    from tracker_local.cli.checks.every import all_checks  # noqa: PLC0415

    findings = []
    checks: AsyncIterator[Finding] = all_checks(home)
    async for finding in checks:
        findings.append(finding)
        if output is Format.TABLE:
            draw(_line(finding))
    return findings


def _line(finding: Finding) -> Table:
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(width=4)
    line.add_column(width=20, overflow="fold")
    line.add_column(overflow="fold")
    line.add_row(Text(finding.level, style=_STYLES[finding.level]), finding.part, plain(finding.detail.rstrip(".")))
    if finding.cure:
        line.add_row("", "", Text(plain(finding.cure), style="dim"))
    return line
