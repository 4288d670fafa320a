"""`tasktracker get`: what there is, as a table or as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import typer
from rich.console import Group, RenderableType
from rich.text import Text
from tracker_core.errors import NotFoundError

from tracker_local.cli.client import Api, open_api
from tracker_local.cli.manifests import full_name, served_webhooks, stored_documents
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Column, Format, age, facts, plain, show, table, write


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to."""

    limit: int
    state: str | None
    source: str | None
    search: str | None


@dataclass(frozen=True)
class Resource:
    """One kind of thing that can be got."""

    singular: str
    columns: tuple[Column, ...]
    every: Callable[[Api, Filter], list[Any]]
    one: Callable[[Api, str], Any]
    card: Callable[[Any], RenderableType] | None = None
    """How one of them is drawn; as a table of one row when there is nothing more to say."""


def get(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="sources, tasks, messages or webhooks.",
            autocompletion=lambda incomplete: [kind for kind in RESOURCES if kind.startswith(incomplete)],
        ),
    ],
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Number of a task, id of a message, or namespace/name.")
    ] = None,
    *,
    state: Annotated[
        str | None,
        typer.Option("--state", "--status", help="Only these, for example triage,todo or waiting.", metavar="STATE,…"),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Only of this Source.", metavar="NAMESPACE/NAME")
    ] = None,
    search: Annotated[str | None, typer.Option("--search", "-q", help="Only what these words are found in.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many, newest first.")] = 50,
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """List sources, tasks, messages or webhooks, or show one of them.

    [bold]Examples[/]
    $ tasktracker get tasks
    $ tasktracker get tasks --status triage,todo -q "login page"
    $ tasktracker get task 12
    $ tasktracker get messages --state dead --limit 5 -o json
    $ tasktracker get source default/inbox -o yaml > inbox.yaml
    """
    resource = RESOURCES.get(kind) or next((r for r in RESOURCES.values() if r.singular == kind), None)
    if resource is None:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(RESOURCES)}", param_hint="KIND")
    with open_api(server, token) as api:
        if output is Format.YAML and resource.singular in _MANIFEST_KINDS:
            _write_manifests(api, _MANIFEST_KINDS[resource.singular], name)
        elif name is not None:
            found = resource.one(api, name)
            card = resource.card
            show(found, output, lambda: card(found) if card else table([found], resource.columns))
        else:
            items = resource.every(api, Filter(limit, state, source, search))
            show(items, output, lambda: table(items, resource.columns) if items else Text(f"No {kind}.", style="dim"))


_MANIFEST_KINDS = {"source": "Source", "webhook": "Webhook"}


def _write_manifests(api: Api, kind: str, name: str | None) -> None:
    """Print manifests as they are stored, so that they can be edited and applied again."""
    found = [
        document
        for document in stored_documents(api)
        if document.get("kind") == kind and (name is None or _is_named(document["metadata"], name))
    ]
    if name is not None and not found:
        raise _missing(kind, name)
    for number, document in enumerate(found):
        if number:
            typer.echo("---")
        write(document, Format.YAML)


def _is_named(item: dict[str, Any], name: str) -> bool:
    return full_name(item) == (name if "/" in name else f"default/{name}")


def _missing(kind: str, name: str) -> NotFoundError:
    return NotFoundError(
        f"{kind} '{name}' does not exist", cure=f"See which there are with `tasktracker get {kind.lower()}s`"
    )


def _tasks(api: Api, wanted: Filter) -> list[Any]:
    params = {"status": wanted.state, "source": wanted.source, "q": wanted.search}
    return api.items("/api/tasks", wanted.limit, params)


def _messages(api: Api, wanted: Filter) -> list[Any]:
    params = {"state": wanted.state, "source": wanted.source, "q": wanted.search}
    return api.items("/api/messages", wanted.limit, params)


def _sources(api: Api, wanted: Filter) -> list[Any]:
    found = [
        item for item in api.get("/api/sources")["items"] if wanted.source is None or _is_named(item, wanted.source)
    ]
    return found[: wanted.limit]


def _webhooks(api: Api, wanted: Filter) -> list[Any]:
    found = [hook for hook in served_webhooks(api) if wanted.source in {None, hook["source"]}]
    return found[: wanted.limit]


def _one_source(api: Api, name: str) -> Any:
    found = _sources(api, Filter(1, None, name, None))
    if not found:
        raise _missing("Source", name)
    return found[0]


def _one_webhook(api: Api, name: str) -> Any:
    for hook in served_webhooks(api):
        if _is_named(hook, name):
            return hook
    raise _missing("Webhook", name)


def _one_message(api: Api, name: str) -> Any:
    try:
        return api.get(f"/api/messages/{UUID(name)}")
    except ValueError:
        raise _missing("Message", name) from None


def _source_name(item: Any) -> str | None:
    return full_name(item["source"]) if item.get("source") else None


def _first_line(item: Any) -> str:
    return " ".join(part for part in (item.get("subject"), item.get("text")) if part)[:500]


def _sender(item: Any) -> str | None:
    sender = item.get("sender") or {}
    return sender.get("name") or sender.get("address")


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"


def _task_card(task: Any) -> RenderableType:
    assignee = task.get("assignee") or {}
    described = task.get("description") or ""
    head = facts(
        [
            ("Status", task["status"]),
            ("Category", task.get("category")),
            ("Priority", task.get("priority")),
            ("Assignee", assignee.get("name")),
            ("Due", task.get("due_on")),
            ("Labels", ", ".join(task.get("labels") or ())),
            ("Source", _source_name(task)),
            ("Confidence", _percent(task.get("confidence"))),
            ("Reason", task.get("reason")),
            ("Created", task.get("created_at")),
        ]
    )
    parts: list[RenderableType] = [Text(f"#{task['number']} {plain(task['title'])}", style="bold"), head]
    parts += [Text(""), *_paragraphs(described)] if described else []
    for message in task.get("messages") or ():
        parts += [
            Text(""),
            Text(f"{plain(_sender(message))}, {plain(message.get('sent_at'))}", style="dim"),
            *_paragraphs(message.get("text") or ""),
        ]
    return Group(*parts)


def _message_card(message: Any) -> RenderableType:
    verdict, task = message.get("verdict") or {}, message.get("task")
    head = facts(
        [
            ("Id", message["id"]),
            ("State", message["state"]),
            ("Why", message.get("state_reason")),
            ("Source", _source_name(message)),
            ("External id", message.get("external_id")),
            ("From", _sender(message)),
            ("Sent", message.get("sent_at")),
            ("Subject", message.get("subject")),
            ("Verdict", " ".join(filter(None, (verdict.get("category"), verdict.get("priority"))))),
            ("Confidence", _percent(verdict.get("confidence"))),
            ("Reason", verdict.get("reason")),
            ("Task", f"#{task['number']} {task['title']}" if task else None),
            ("Attempts", message.get("attempts")),
            ("Last error", message.get("last_error")),
            ("Trace", message.get("trace_id")),
        ]
    )
    return Group(head, Text(""), *_paragraphs(message.get("text") or ""))


def _paragraphs(text: str) -> list[Text]:
    return [Text(plain(line) if line.strip() else "") for line in text.splitlines()]


RESOURCES = {
    "sources": Resource(
        "source",
        (
            Column("NAME", full_name, flexible=True),
            Column("KIND", lambda s: s["kind"]),
            Column("AUTONOMY", lambda s: s["autonomy"]),
            Column("HEALTH", lambda s: "suspended" if s.get("suspended") else s["health"]["state"]),
            Column("RECEIVED", lambda s: s["counts"]["received"], "right"),
            Column("TASKS", lambda s: s["counts"]["tasks"], "right"),
            Column("WAITING", lambda s: s["counts"]["waiting"], "right"),
            Column("DEAD", lambda s: s["counts"]["dead"], "right"),
            Column("LAST", lambda s: age(s.get("last_message_at")), "right"),
        ),
        _sources,
        _one_source,
    ),
    "tasks": Resource(
        "task",
        (
            Column("#", lambda t: t["number"], "right"),
            Column("STATUS", lambda t: t["status"]),
            Column("PRIORITY", lambda t: t.get("priority")),
            Column("CATEGORY", lambda t: t.get("category")),
            Column("TITLE", lambda t: t["title"], flexible=True),
            Column("SOURCE", _source_name),
            Column("AGE", lambda t: age(t["created_at"]), "right"),
        ),
        _tasks,
        lambda api, name: api.get(f"/api/tasks/{quote(name.removeprefix('#'), safe='')}"),
        _task_card,
    ),
    "messages": Resource(
        "message",
        (
            Column("ID", lambda m: m["id"]),
            Column("STATE", lambda m: m["state"]),
            Column("FROM", _sender, flexible=True),
            Column("TEXT", _first_line, flexible=True),
            Column("AGE", lambda m: age(m["received_at"]), "right"),
        ),
        _messages,
        _one_message,
        _message_card,
    ),
    "webhooks": Resource(
        "webhook",
        (
            Column("NAME", full_name),
            Column("SOURCE", lambda w: w["source"]),
            Column("PROVIDER", lambda w: w["provider"]),
            Column("CHECKS", lambda w: w["verification"]),
            Column("URL", lambda w: w["url"], flexible=True),
        ),
        _webhooks,
        _one_webhook,
    ),
}
