"""What the operator remembers of Sources and Webhooks, so that one object finds the others that it is about.

Filled before the first look at anything, and by every event since: a Webhook that is not known yet would roll the pod
of its Source. Manifests hold references to secrets, never the secrets; of a credential only a digest is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import Source, Webhook, parse_manifest, references

from tracker_operator.workqueue import Key

SOURCE, WEBHOOK, GATEWAY = "Source", "Webhook", "Gateway"


@dataclass(frozen=True)
class Known:
    """One object as it was seen last."""

    key: Key
    uid: str
    created: str
    """`metadata.creationTimestamp`; sorts as text."""
    mark: tuple[Any, ...]
    """Changes when something changes that is not the operator's own doing."""
    manifest: Source | Webhook | None
    """None when it does not fit its schema."""
    problem: str = ""
    """Why it does not."""

    @property
    def age(self) -> tuple[str, str]:
        """The older of two objects is the smaller one."""
        return self.created, self.uid


def read(body: Mapping[str, Any]) -> Known:
    """Return what is to be remembered of an object."""
    meta = body["metadata"]
    mark = meta.get("generation"), meta.get("deletionTimestamp"), tuple(meta.get("finalizers", ()))
    manifest, problem = None, ""
    try:
        parsed = parse_manifest({key: body[key] for key in ("apiVersion", "kind", "metadata", "spec") if key in body})
        manifest = parsed if isinstance(parsed, Source | Webhook) else None
    except InvalidManifestError as error:
        problem = str(error)
    key = Key(body["kind"], meta["namespace"], meta["name"])
    return Known(key, meta["uid"], meta.get("creationTimestamp", ""), mark, manifest, problem)


@dataclass
class Index:
    """All that is known."""

    objects: dict[Key, Known] = field(default_factory=dict)
    _by_secret: dict[tuple[str, str], set[Key]] = field(default_factory=dict)
    _by_source: dict[tuple[str, str], set[Key]] = field(default_factory=dict)
    _by_credential: dict[str, set[Key]] = field(default_factory=dict)
    _credentials: dict[Key, str] = field(default_factory=dict)

    def put(self, known: Known) -> bool:
        """Remember an object; return whether anything about it is new."""
        before = self.objects.get(known.key)
        if before is not None and (before.uid, before.mark) == (known.uid, known.mark):
            return False
        self.remove(known.key, keep_credential=before is not None and before.uid == known.uid)
        self.objects[known.key] = known
        for place, entry in self._entries(known):
            place.setdefault(entry, set()).add(known.key)
        return True

    def remove(self, key: Key, *, keep_credential: bool = False) -> Known | None:
        """Forget an object; return what was known."""
        known = self.objects.pop(key, None)
        if known is not None:
            for place, entry in self._entries(known):
                place[entry].discard(key)
                if not place[entry]:
                    del place[entry]
        if not keep_credential:
            self.release(key)
        return known

    def users_of(self, namespace: str, secret: str) -> set[Key]:
        """Return the objects that refer to a Secret."""
        return set(self._by_secret.get((namespace, secret), ()))

    def webhooks_of(self, namespace: str, source: str) -> list[Webhook]:
        """Return the Webhooks that are bound to a Source, by name."""
        keys = sorted(self._by_source.get((namespace, source), ()))
        found = [self.objects[key].manifest for key in keys]
        return [item for item in found if isinstance(item, Webhook)]

    def source(self, namespace: str, name: str) -> Known | None:
        """Return a Source."""
        return self.objects.get(Key(SOURCE, namespace, name))

    def of_kind(self, kind: str) -> Iterator[Known]:
        """Yield all objects of a kind."""
        return (known for key, known in list(self.objects.items()) if key.kind == kind)

    def claim(self, key: Key, credential: str) -> set[Key]:
        """Note the digest of a Source's credential, "" for none; return those that share the one it had or has."""
        if self._credentials.get(key) == credential:
            return set()
        touched = self.release(key)
        self._credentials[key] = credential
        if credential:
            sharing = self._by_credential.setdefault(credential, set())
            touched |= sharing
            sharing.add(key)
        return touched

    def release(self, key: Key) -> set[Key]:
        """Forget the credential of a Source; return those that share it."""
        before = self._credentials.pop(key, "")
        if not before:
            return set()
        sharing = self._by_credential[before]
        sharing.discard(key)
        if not sharing:
            del self._by_credential[before]
        return set(sharing)

    def has_claim(self, key: Key) -> bool:
        """Whether somebody has looked for the credential of a Source; there may be none yet."""
        return key in self._credentials

    def rival(self, key: Key) -> Known | None:
        """Return the oldest other Source with the same credential, if it is older than this one."""
        own = self.objects.get(key)
        credential = self._credentials.get(key)
        if own is None or not credential:
            return None
        others = [self.objects[other] for other in self._by_credential[credential] if other in self.objects]
        oldest = min(others, key=lambda item: item.age, default=own)
        return oldest if oldest.age < own.age else None

    def _entries(self, known: Known) -> Iterator[tuple[dict[tuple[str, str], set[Key]], tuple[str, str]]]:
        if known.manifest is None:
            return
        namespace = known.key.namespace
        for name in {ref.name for ref in references(known.manifest)}:
            yield self._by_secret, (namespace, name)
        if isinstance(known.manifest, Webhook):
            yield self._by_source, (namespace, known.manifest.spec.source_ref.name)
