"""The processes of Sources that pull: one for each manifest in the folder, as an operator would run one pod for each.

The folder is the truth: a manifest that is written, changed or deleted, by `tasktracker apply`, the dashboard or an
editor, starts, restarts or stops its process within seconds. So does a change of a Secret that it names. A file that
cannot be read stops nothing: what it said before counts until it can be, or is deleted.
"""

import asyncio
import hashlib
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker_core.errors import TrackerError
from tracker_core.manifests import Source, SourceKind, Webhook, dump_manifest, read_documents

from tracker_local.home import Home
from tracker_local.ports import free_port
from tracker_local.process import Process
from tracker_local.ready import connected
from tracker_local.scraping import exposed, write_targets

if TYPE_CHECKING:
    from tracker_local.plan import Plan
    from tracker_local.supervisor import Supervisor

log = logging.getLogger(__name__)

INTERVAL = 1.0
"""Seconds between looks at the folder."""
MAX_FILES = 10_000
MAX_BYTES = 1 << 20
"""Of one manifest file."""

_COMMANDS = {
    SourceKind.TELEGRAM: ("tracker_bot",),
    SourceKind.SLACK: ("tracker_ingestion", "slack"),
    SourceKind.EMAIL: ("tracker_ingestion", "email"),
}
"""Module and arguments; a Source of type webhook has none, the gateway serves it."""


_FAREWELL_SECONDS = 20.0
"""How long undoing what a provider was told may take."""


class SourceProcesses:
    """Turns the folder of manifests into processes."""

    def __init__(self, home: Home, bus_url: str, bus_port: int) -> None:
        self._home = home
        self._bus_url = bus_url
        self._bus_port = bus_port
        self._seen: object = None
        self._read: dict[Path, list[Source | Webhook]] = {}
        """What each file said when it could be read last."""
        self._wanted: dict[str, tuple[str, Process]] = {}
        self.metrics_ports: dict[str, int] = {}
        """Where each process serves its figures, by its name."""

    def wanted(self) -> dict[str, tuple[str, Process]]:
        """Return the processes that there should be, by name, each with a mark that changes when it has to restart."""
        seen = [*_stamps(self._home.manifests), *_stamps(self._home.secrets)]
        if seen != self._seen:
            self._wanted = dict(self._build())
            self._seen = seen
        return self._wanted

    def _build(self) -> Iterator[tuple[str, tuple[str, Process]]]:
        self._read = dict(self._documents())
        documents = [document for said in self._read.values() for document in said]
        webhooks = [item for item in documents if isinstance(item, Webhook)]
        for source in documents:
            if not isinstance(source, Source) or source.spec.type not in _COMMANDS:
                continue
            bound = [
                webhook
                for webhook in webhooks
                if webhook.metadata.namespace == source.metadata.namespace
                and webhook.spec.source_ref.name == source.metadata.name
            ]
            together: list[Source | Webhook] = [source, *bound]
            text = "---\n".join(map(dump_manifest, together))
            mark = hashlib.sha256(text.encode())
            for secret in sorted(set().union(*map(_secret_names, together))):
                for stamp in _stamps(self._home.secrets / source.metadata.namespace / secret):
                    mark.update(repr(stamp).encode())
            name = f"source-{source.metadata.namespace}.{source.metadata.name}"
            yield name, (mark.hexdigest(), self._process(name, source.spec.type, text))

    def _documents(self) -> Iterator[tuple[Path, list[Source | Webhook]]]:
        folder = self._home.manifests
        for path in sorted(Path(parent, name) for parent, name in _files(folder) if name.endswith((".yaml", ".yml"))):
            try:
                if path.stat().st_size > MAX_BYTES:
                    continue
                said = read_documents(path.read_text(encoding="utf-8"))
                yield path, [item for item in said if isinstance(item, Source | Webhook)]
            except (OSError, UnicodeDecodeError, TrackerError) as error:
                # The API and the gateway tell of it.
                log.warning("Manifest %s is passed over, what it said before counts: %s", path.name, error)
                yield path, self._read.get(path, [])

    def _process(self, name: str, kind: SourceKind, text: str) -> Process:
        rendered = self._home.root / "sources" / f"{name}.yaml"
        rendered.parent.mkdir(mode=0o700, exist_ok=True)
        rendered.write_text(text, encoding="utf-8")
        module, *arguments = _COMMANDS[kind]
        return Process(
            name=name,
            command=(sys.executable, "-m", module, *arguments),
            environment=exposed(self.metrics_ports.setdefault(name, free_port()))
            | {
                "TRACKER_NATS__URL": self._bus_url,
                "TRACKER_SOURCE__MANIFEST": str(rendered),
                "TRACKER_SOURCE__SECRETS_DIR": str(self._home.secrets),
                "TRACKER_BOT__DASHBOARD_URL": os.environ.get("TRACKER_BOT__DASHBOARD_URL")
                or os.environ.get("TRACKER_API__PUBLIC_URL", ""),
            },
            directory=self._home.root,
            ready=connected(self._bus_port),
            essential=False,
        )


async def follow(supervisor: "Supervisor", plan: "Plan") -> None:
    """Keep the processes as the folder wants them, until cancelled."""
    folder = SourceProcesses(plan.home, plan.bus.url, plan.bus.port)
    running: dict[str, tuple[str, Process]] = {}
    write_targets(plan.home, plan.metrics_ports)
    while True:
        try:
            wanted = folder.wanted()
        except OSError as error:
            # A folder that is away for a moment stops nothing.
            log.warning("Manifests cannot be read: %s", error)
        else:
            ended = [name for name, (mark, _) in running.items() if name not in wanted or wanted[name][0] != mark]
            for name in ended:
                _, process = running.pop(name)
                await supervisor.remove(name)
                last = farewell(process)
                if name not in wanted and last is not None:
                    await _say_farewell(supervisor, last)
            for name, (mark, process) in wanted.items():
                if name not in running:
                    supervisor.add(process)
                    running[name] = mark, process
                    ended.append(name)
            if ended:
                ports = {name: folder.metrics_ports[name] for name in running}
                write_targets(plan.home, {**plan.metrics_ports, **ports})
        await asyncio.sleep(INTERVAL)


def farewell(process: Process) -> Process | None:
    """Return what undoes, after its Source is deleted, what a process has told its provider; None for nothing."""
    if process.command[2:] != _COMMANDS[SourceKind.TELEGRAM]:
        return None
    return replace(process, name=f"{process.name}.unregister", command=(*process.command, "unregister"))


async def _say_farewell(supervisor: "Supervisor", process: Process) -> None:
    if problem := await supervisor.try_once(process, _FAREWELL_SECONDS):
        log.warning("%s: %s", process.name, problem)


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    for parent, name in _files(folder):
        path = os.path.join(parent, name)  # noqa: PTH118 -- many a second
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            continue
        yield path, status.st_mtime_ns, status.st_size


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                count += 1
                if count > MAX_FILES:
                    return
                yield parent, name


def _secret_names(manifest: Source | Webhook) -> set[str]:
    """Return the Secrets that a manifest names: every reference is a mapping of just `name` and `key`."""
    found = set()

    def look(value: Any) -> None:
        match value:
            case {"name": str(name), "key": str(), **rest} if not rest:
                found.add(name)
            case dict():
                for part in value.values():
                    look(part)
            case list() | tuple():
                for part in value:
                    look(part)

    look(manifest.spec.model_dump(mode="json"))
    return found
