"""`tasktracker get`: what there is, as a table or as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import typer
from rich.console import RenderableType
from rich.text import Text
from tracker_core.errors import NotFoundError

from tracker_local.cli import views
from tracker_local.cli.client import Api, open_api
from tracker_local.cli.manifests import full_name, served_webhooks, stored_documents
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Column, Format, show, table, write


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


def _one_task(api: Api, name: str) -> Any:
    return api.get(f"/api/tasks/{quote(name.removeprefix('#'), safe='')}")


def _one_message(api: Api, name: str) -> Any:
    try:
        return api.get(f"/api/messages/{UUID(name)}")
    except ValueError:
        raise _missing("Message", name) from None


RESOURCES = {
    "sources": Resource("source", views.SOURCES, _sources, _one_source, views.source_card),
    "tasks": Resource("task", views.TASKS, _tasks, _one_task, views.task_card),
    "messages": Resource("message", views.MESSAGES, _messages, _one_message, views.message_card),
    "webhooks": Resource("webhook", views.WEBHOOKS, _webhooks, _one_webhook),
}
