"""The configuration: a folder of manifests and one of secrets, read again when something in them changes.

A file that cannot be read as manifests keeps what it said last, and is a named problem until it is mended: a typo in
one object must not take another one, or the same one, off the air.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tracker_core.channels.rates import TokenBucket
from tracker_core.channels.secret_files import read_secret, secret_path
from tracker_core.errors import TrackerError
from tracker_core.manifests import SecretKeyRef, Source, Webhook, read_documents, references

from tracker_ingestion.kinds.gateway.endpoint import Endpoint, Memory, build_endpoint, check_webhook

MAX_FILES = 10_000
"""Manifest files read of one folder."""
MAX_FILE_BYTES = 4 << 20
"""Size of one manifest file."""

_SUFFIXES = (".yaml", ".yml", ".json")

type Stamp = tuple[int, int, int] | None
"""Modification time, size and inode of a file; None when it is not there."""


@dataclass(frozen=True)
class Problem:
    """Something in the folders that is not as it should be."""

    file: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}: {self.detail}"


@dataclass(frozen=True)
class Configuration:
    """What is served now."""

    routes: dict[str, tuple[Endpoint, ...]] = field(default_factory=dict)
    """Endpoints by path; those with a host come first."""
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    """By `namespace/name` of the Webhook."""
    sources: dict[str, Source] = field(default_factory=dict)
    """By `namespace/name`."""
    problems: tuple[Problem, ...] = ()
    unread: bool = False
    """Some file was never readable, so a path that is not known may be one of its."""

    def find(self, path: str, host: str) -> Endpoint | None:
        """Return the endpoint that serves a path."""
        for endpoint in self.routes.get(path, ()):
            if endpoint.host is None or endpoint.host == host:
                return endpoint
        return None


class Loader:
    """Reads the folders; remembers what each file said last."""

    def __init__(self, manifests: Path, secrets: Path) -> None:
        self._manifests = manifests
        self._secrets = secrets
        self._stamps: dict[Path, Stamp] = {}
        self._secret_stamps: dict[Path, Stamp] = {}
        self._said: dict[Path, list[Source | Webhook]] = {}
        self._wrong: dict[Path, Problem] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._buckets: dict[str, TokenBucket] = {}
        self._loaded = False
        self._missing = self._was_missing = False

    def load(self) -> Configuration | None:
        """Return the configuration when something changed since the last call, None when nothing did."""
        # A folder that is away for a moment (a mount) takes nothing off the air.
        self._missing = not self._manifests.is_dir()
        stamps = self._stamps if self._missing else {path: _stamp(path) for path in self._files()}
        changed = [path for path, stamp in stamps.items() if self._stamps.get(path) != stamp]
        gone = self._stamps.keys() - stamps.keys()
        unchanged = self._missing == self._was_missing and not changed and not gone and not self._secrets_changed()
        if self._loaded and unchanged:
            return None
        self._was_missing = self._missing
        for path in gone:
            self._said.pop(path, None)
            self._wrong.pop(path, None)
        for path in changed:
            self._read(path)
        # Stamped before it was read: a write in between shows as a change next time.
        self._stamps, self._loaded = stamps, True
        return self._build()

    def _files(self) -> list[Path]:
        # In a pod the files of a mounted Secret are links into a hidden folder: links are followed, and what is hidden
        # is left out, or each file would be seen twice.
        found: list[Path] = []
        for folder, folders, files in os.walk(self._manifests, followlinks=True):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            names = sorted(name for name in files if name.endswith(_SUFFIXES) and not name.startswith("."))
            found += [Path(folder, name) for name in names]
            if len(found) >= MAX_FILES:
                break
        return found[:MAX_FILES]

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
            if len(data) > MAX_FILE_BYTES:
                self._wrong[path] = self._problem(path, f"is over {MAX_FILE_BYTES} bytes. Split the file")
                return
            manifests = [item for item in read_documents(data.decode()) if isinstance(item, Source | Webhook)]
            for manifest in manifests:
                if isinstance(manifest, Webhook):
                    check_webhook(manifest)
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError, TrackerError) as error:
            self._wrong[path] = self._problem(path, str(error))
            return
        self._said[path] = manifests
        self._wrong.pop(path, None)

    def _problem(self, path: Path, detail: str) -> Problem:
        return Problem(str(path.relative_to(self._manifests)), detail)

    def _build(self) -> Configuration:
        problems = list(self._wrong.values())
        if self._missing:
            problems.append(Problem(str(self._manifests), "The folder of manifests does not exist. Create it"))
        sources: dict[str, Source] = {}
        webhooks: dict[str, Webhook] = {}
        for path, manifests in sorted(self._said.items()):
            for manifest in manifests:
                place: dict[str, Source] | dict[str, Webhook] = sources if isinstance(manifest, Source) else webhooks
                if manifest.key in place:
                    problems.append(
                        self._problem(path, f"{manifest.kind} '{manifest.key}' stands in another file too. Remove one")
                    )
                else:
                    place[manifest.key] = manifest  # type: ignore[assignment] # the place is of the manifest's own kind
        self._secret_stamps = {path: _stamp(path) for path in self._secret_paths(webhooks.values())}
        self._endpoints = {
            key: build_endpoint(
                webhook, sources.get(webhook.source_key), self._read_secret, self._memory(key), self._buckets
            )
            for key, webhook in webhooks.items()
        }
        problems += [
            Problem(endpoint.key, f"{endpoint.blocked.detail}. {endpoint.blocked.cure}")
            for endpoint in self._endpoints.values()
            if endpoint.blocked and not endpoint.blocked.intended
        ]
        routes, clashes = _routes(webhooks.values(), self._endpoints)
        return Configuration(
            routes=routes,
            endpoints=self._endpoints,
            sources=sources,
            problems=(*problems, *clashes),
            unread=self._missing or any(path not in self._said for path in self._wrong),
        )

    def _memory(self, key: str) -> Memory | None:
        known = self._endpoints.get(key)
        return known.memory if known else None

    def _read_secret(self, namespace: str, ref: SecretKeyRef) -> bytes:
        return read_secret(self._secrets, namespace, ref)

    def _secret_paths(self, webhooks: Iterable[Webhook]) -> list[Path]:
        return [
            secret_path(self._secrets, webhook.metadata.namespace, ref)
            for webhook in webhooks
            for ref in references(webhook)
        ]

    def _secrets_changed(self) -> bool:
        return any(_stamp(path) != stamp for path, stamp in self._secret_stamps.items())


def _routes(
    webhooks: Iterable[Webhook], endpoints: dict[str, Endpoint]
) -> tuple[dict[str, tuple[Endpoint, ...]], list[Problem]]:
    """Give each path its endpoints. Of two that want the same, the owner of the default path wins, then the first."""
    routes: dict[str, tuple[Endpoint, ...]] = {}
    clashes = []
    for webhook in sorted(webhooks, key=lambda item: (item.spec.path is not None, item.key)):
        endpoint = endpoints[webhook.key]
        there = routes.get(endpoint.path, ())
        rival = next((other for other in there if other.host == endpoint.host), None)
        if rival is not None:
            clashes.append(
                Problem(
                    webhook.key,
                    f"Webhook '{webhook.key}': path {endpoint.path} is served by Webhook '{rival.key}'."
                    " Set another spec.path",
                )
            )
            continue
        routes[endpoint.path] = tuple(sorted((*there, endpoint), key=lambda item: item.host is None))
    return routes, clashes


def _stamp(path: Path) -> Stamp:
    try:
        status = os.stat(path)  # noqa: PTH116 -- twice as fast as Path.stat, and it runs for each file each second
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
