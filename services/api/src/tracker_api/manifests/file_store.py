"""Manifests in a folder: `<namespace>/<kind>-<name>.yaml`, and secrets in another: `<namespace>/<secret>/<key>`.

A file is replaced in one step, so that the gateway, which reads the folder, never sees half of one. A lock keeps two
writers apart. What a Secret holds is readable by its owner alone and never given out again.
"""

import asyncio
import fcntl
import logging
import os
import secrets
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker_core.channels.secret_files import read_secret, secret_path
from tracker_core.errors import ConflictError, InvalidManifestError, TrackerError, UnavailableError
from tracker_core.manifests import Manifest, Secret, SecretKeyRef, Source, Webhook, dump_manifest, read_documents
from tracker_core.manifests.metadata import ObjectMeta

from tracker_api.manifests.store import Applied, Result, Said, SecretKeys, check_immutable

log = logging.getLogger(__name__)

LOCK_SECONDS = 5.0
"""How long another writer is waited for."""
_LOCK_FILE = ".lock"
_SUFFIXES = (".yaml", ".yml", ".json")
_MAX_FILE_NAME = 255


@dataclass(frozen=True)
class _Stored:
    manifest: Source | Webhook
    path: Path
    alone: bool
    """Whether the file holds nothing else."""


type _Known = dict[tuple[str, str], _Stored]


@dataclass(frozen=True)
class _Step:
    """What is to be done for one manifest."""

    manifest: Manifest
    result: Result
    files: dict[Path, bytes]
    obsolete: frozenset[Path] = frozenset()


class FileManifestStore:
    """Fills `ManifestStore`; see the module's docstring."""

    def __init__(self, manifests: Path, secrets_folder: Path) -> None:
        self._manifests = manifests.absolute()
        self._secrets = secrets_folder.absolute()
        self._parsed: dict[Path, tuple[tuple[int, int, int], list[Manifest]]] = {}
        """What each file said when it was read, by its time, size and inode."""

    async def check_reachable(self) -> None:
        """Do nothing: a folder that is not there yet is made by the first manifest."""

    async def read(self) -> list[Source | Webhook]:
        """Return every Source and Webhook, by kind and name."""
        known = await asyncio.to_thread(self._read)
        return [stored.manifest for _, stored in sorted(known.items())]

    async def said(self) -> dict[tuple[str, str], Said]:
        """Return nothing: the processes speak for themselves."""
        return {}

    async def apply(self, manifests: Sequence[Manifest]) -> list[Applied]:
        """Write the manifests: all of them, or none when one is refused."""
        return await asyncio.to_thread(self._apply, manifests)

    async def check(self, manifests: Sequence[Manifest]) -> list[Applied]:
        """Say what `apply` would do, and raise what it would raise; write nothing."""
        return await asyncio.to_thread(self._check, manifests)

    async def delete(self, manifests: Sequence[Source | Webhook]) -> None:
        """Take these away: all of them, or none when one is refused."""
        await asyncio.to_thread(self._delete, manifests)

    async def secrets(self) -> list[SecretKeys]:
        """Return the Secrets with the names of their keys, by name."""
        return await asyncio.to_thread(self._list_secrets)

    async def set_secret(self, namespace: str, ref: SecretKeyRef, value: bytes | None) -> None:
        """Write one key of a Secret and leave the others; None takes the key away."""
        await asyncio.to_thread(self._set_secret, namespace, ref, value)

    async def read_secret(self, namespace: str, ref: SecretKeyRef) -> bytes:
        """Return a value, for this program alone."""
        return await asyncio.to_thread(read_secret, self._secrets, namespace, ref)

    def secret_command(self, namespace: str, ref: SecretKeyRef) -> str:
        """Return the shell command that prints a value to who may read its file."""
        return f"cat {shlex.quote(str(secret_path(self._secrets, namespace, ref)))}"

    def _apply(self, manifests: Sequence[Manifest]) -> list[Applied]:
        with self._writing():
            known = self._read()
            steps = [self._plan(manifest, known) for manifest in manifests]
            for step in steps:
                for path, content in step.files.items():
                    _replace(path, content, private=isinstance(step.manifest, Secret))
                for path in step.obsolete:
                    path.unlink(missing_ok=True)
        return [Applied(step.manifest, step.result) for step in steps]

    def _check(self, manifests: Sequence[Manifest]) -> list[Applied]:
        known = self._read()
        steps = [self._plan(manifest, known) for manifest in manifests]
        return [Applied(step.manifest, step.result) for step in steps]

    def _delete(self, manifests: Sequence[Source | Webhook]) -> None:
        with self._writing():
            known = self._read()
            stored = [known[key] for item in manifests if (key := (item.kind, item.key)) in known]
            for item in stored:
                self._check_alone(item)
            for item in stored:
                item.path.unlink(missing_ok=True)

    def _list_secrets(self) -> list[SecretKeys]:
        # The runtime keeps files of its own beside the namespaces; only folders in folders are Secrets.
        folders = [folder for folder in self._secrets.glob("*/*") if folder.is_dir()]
        return [
            SecretKeys(
                folder.parent.name,
                folder.name,
                tuple(sorted(path.name for path in folder.iterdir() if path.is_file() and path.name[0] != ".")),
            )
            for folder in sorted(folders)
        ]

    def _set_secret(self, namespace: str, ref: SecretKeyRef, value: bytes | None) -> None:
        secret = Secret(metadata=ObjectMeta(name=ref.name, namespace=namespace))
        path = secret_path(self._secrets, namespace, ref)
        with self._writing():
            if value is None:
                path.unlink(missing_ok=True)
                return
            self._check_place(secret, path)
            _replace(path, value, private=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._manifests.mkdir(parents=True, exist_ok=True)
            with _locked(self._manifests / _LOCK_FILE):
                yield
        except OSError as error:
            raise UnavailableError(
                f"The manifests cannot be written: {error.strerror}",
                cure="Check space and permissions of TRACKER_API__MANIFESTS_DIR and TRACKER_API__SECRETS_DIR",
            ) from error

    def _plan(self, manifest: Manifest, known: _Known) -> _Step:
        """Say what is to be done; everything that can be refused is refused here, before anything is written."""
        step = self._plan_secret(manifest) if isinstance(manifest, Secret) else self._plan_object(manifest, known)
        for path in step.files:
            self._check_place(manifest, path)
        return step

    def _plan_secret(self, secret: Secret) -> _Step:
        folder = self._secrets / secret.metadata.namespace / secret.metadata.name
        dots = {".", ".."} & secret.values().keys()
        if dots:
            raise InvalidManifestError(
                f"Secret '{secret.key}': {dots.pop()!r} is no name for a file", cure="Choose another key"
            )
        files = {folder / key: value for key, value in secret.values().items()}
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.is_dir() else None
        if before == files:
            return _Step(secret, Result.UNCHANGED, {})
        result = Result.CREATED if before is None else Result.CONFIGURED
        return _Step(secret, result, files, frozenset(before or ()) - files.keys())

    def _plan_object(self, manifest: Source | Webhook, known: _Known) -> _Step:
        key = manifest.kind, manifest.key
        old = known.get(key)
        if old is None:
            namespace, name = manifest.metadata.namespace, manifest.metadata.name
            path, result = self._manifests / namespace / f"{manifest.kind.lower()}-{name}.yaml", Result.CREATED
        elif old.manifest == manifest:
            return _Step(manifest, Result.UNCHANGED, {})
        else:
            check_immutable(old.manifest, manifest)
            self._check_alone(old)
            path, result = old.path, Result.CONFIGURED
        # A further document of the same object is compared with this one.
        known[key] = _Stored(manifest, path, alone=True)
        return _Step(manifest, result, {path: dump_manifest(manifest).encode()})

    def _check_alone(self, stored: _Stored) -> None:
        if not stored.alone:
            manifest, path = stored.manifest, stored.path.relative_to(self._manifests)
            raise ConflictError(
                f"{manifest.kind} '{manifest.key}' stands in {path} with others",
                cure="Give each object a file of its own, or edit that file",
            )

    def _check_place(self, manifest: Manifest, path: Path) -> None:
        """Refuse what would leave the folder or not fit into it; the schemas keep slashes and dots out of the names."""
        root = self._secrets if isinstance(manifest, Secret) else self._manifests
        parts = path.relative_to(root).parts
        if not path.resolve().is_relative_to(root.resolve()):
            raise InvalidManifestError(
                f"{manifest.kind} '{manifest.key}': its folder is a link to elsewhere", cure="Remove the link"
            )
        if max(len(part) for part in parts) > _MAX_FILE_NAME:
            raise InvalidManifestError(f"{manifest.kind} '{manifest.key}': the name is too long", cure="Shorten it")
        folders = [root.joinpath(*parts[:depth]) for depth in range(1, len(parts))]
        if path.is_dir() or any(folder.exists() and not folder.is_dir() for folder in folders):
            raise InvalidManifestError(
                f"{manifest.kind} '{manifest.key}': its place is taken by something else", cure="Choose another name"
            )

    def _read(self) -> _Known:
        known: _Known = {}
        parsed = {}
        for path in sorted(self._manifests.rglob("*")):
            if path.suffix not in _SUFFIXES or any(
                part.startswith(".") for part in path.relative_to(self._manifests).parts
            ):
                continue
            try:
                status = path.stat()
                stamp = status.st_mtime_ns, status.st_size, status.st_ino
                before, documents = self._parsed.get(path, (None, []))
                if before != stamp:
                    documents = read_documents(path.read_text(encoding="utf-8"))
                parsed[path] = stamp, documents
            except FileNotFoundError:
                continue
            except (TrackerError, UnicodeDecodeError) as error:
                # The gateway reports it too; one broken file must not hide the others or stop its own repair.
                log.warning("Manifest %s is left out: %s", path, error)
                continue
            for manifest in documents:
                if not isinstance(manifest, Secret):
                    known.setdefault((manifest.kind, manifest.key), _Stored(manifest, path, alone=len(documents) == 1))
        self._parsed = parsed
        return known


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a", encoding="utf-8") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise UnavailableError("Somebody else is changing the manifests", cure="Try again") from None
                time.sleep(0.02)
        yield


def _replace(path: Path, content: bytes, *, private: bool) -> None:
    _make_folder(path.parent, private=private)
    # Hidden, so that whoever reads the folder leaves it out.
    draft = path.with_name(f".{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _make_folder(folder: Path, *, private: bool) -> None:
    # `parents=True` would make the folders between with the default mode.
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700 if private else 0o755, exist_ok=True)
