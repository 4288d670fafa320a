"""The port through which manifests are read and written: a folder on one machine, Kubernetes objects in a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tracker_core.errors import ConflictError
from tracker_core.manifests import Manifest, SecretKeyRef, Source, Webhook


class Result(StrEnum):
    """What applying a manifest did."""

    CREATED = "created"
    CONFIGURED = "configured"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Applied:
    """One manifest after it was applied."""

    manifest: Manifest
    result: Result


@dataclass(frozen=True)
class SecretKeys:
    """A Secret without what it holds."""

    namespace: str
    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What the operator says of an object that is not ready."""

    reason: str
    """One word for programs."""
    message: str
    """A sentence for people; it names the cure."""


class ManifestStore(Protocol):
    """Where the manifests are: the one truth about what is connected."""

    async def check_reachable(self) -> None:
        """Do nothing when it answers.

        Raises:
            UnavailableError: it does not.
        """
        ...

    async def read(self) -> list[Source | Webhook]:
        """Return every Source and Webhook, by kind and name. Secrets are never given out."""
        ...

    async def said(self) -> dict[tuple[str, str], Said]:
        """Return why an object is not ready, by kind and key; nothing where no operator watches."""
        ...

    async def apply(self, manifests: Sequence[Manifest]) -> list[Applied]:
        """Write the manifests: all of them, or none when one is refused.

        Raises:
            ConflictError: one changes what cannot be changed.
            InvalidManifestError: one cannot be stored.
        """
        ...

    async def check(self, manifests: Sequence[Manifest]) -> list[Applied]:
        """Say what `apply` would do, and raise what it would raise; write nothing."""
        ...

    async def delete(self, manifests: Sequence[Source | Webhook]) -> None:
        """Take these away: all of them, or none when one is refused. One that is gone already is no error.

        Raises:
            ConflictError: one stands in a file with others.
        """
        ...

    async def secrets(self) -> list[SecretKeys]:
        """Return the Secrets with the names of their keys, by name."""
        ...

    async def set_secret(self, namespace: str, ref: SecretKeyRef, value: bytes | None) -> None:
        """Write one key of a Secret and leave the others; None takes the key away.

        Raises:
            InvalidManifestError: it cannot be stored.
        """
        ...

    async def read_secret(self, namespace: str, ref: SecretKeyRef) -> bytes:
        """Return a value, for this program alone: it signs a test message, it is never given out.

        Raises:
            UnavailableError: there is none; the text names Secret and key.
        """
        ...

    def secret_command(self, namespace: str, ref: SecretKeyRef) -> str:
        """Return the shell command that prints a value to who may read it there."""
        ...


def check_immutable(old: Source | Webhook, new: Source | Webhook) -> None:
    """Refuse a change of what an object is; the same rules as the CRDs'.

    Raises:
        ConflictError: the object would become another one.
    """
    if isinstance(old, Source) and isinstance(new, Source) and old.spec.type is not new.spec.type:
        raise ConflictError(
            f"Source '{new.key}': spec.type is '{old.spec.type}' and cannot become '{new.spec.type}'",
            cure="Create another Source: the messages of this one were read as they came in",
        )
    if isinstance(old, Webhook) and isinstance(new, Webhook) and old.source_key != new.source_key:
        raise ConflictError(
            f"Webhook '{new.key}': spec.sourceRef is '{old.spec.source_ref.name}' and cannot become"
            f" '{new.spec.source_ref.name}'",
            cure="Create another Webhook for the other Source",
        )
    if isinstance(old, Webhook) and isinstance(new, Webhook) and _hook(old) not in {None, _hook(new)}:
        raise ConflictError(
            f"Webhook '{new.key}': a registration cannot be moved or removed",
            cure="Delete the Webhook, which takes the hook back, and create another",
        )


def _hook(webhook: Webhook) -> tuple[str, str] | None:
    registration = webhook.spec.registration
    return None if registration is None else (webhook.spec.provider, registration.target)
