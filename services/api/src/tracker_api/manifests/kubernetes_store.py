"""Manifests as Kubernetes objects, and secrets as Secrets: what the API writes is what `kubectl get` shows.

An object is replaced as a whole, guarded by its resourceVersion: server-side apply would keep fields that kubectl wrote
and that the new manifest leaves out. Everything is tried first with a dry run, so what the schema, a rule or a quota
refuses leaves nothing half done.
"""

import asyncio
import base64
import binascii
import contextlib
import logging
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from tracker_core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidManifestError,
    TrackerError,
    UnavailableError,
)
from tracker_core.kubernetes.client import SECRETS, SOURCES, WEBHOOKS, Client, GoneError, RefusedError, Resource
from tracker_core.manifests import Manifest, Secret, SecretKeyRef, Source, Webhook, parse_manifest, references

from tracker_api.manifests.store import Applied, Result, Said, SecretKeys, check_immutable

log = logging.getLogger(__name__)

EDITABLE = "tasktracker.dev/editable"
"""Label of the Secrets that the API may write: those that it made, and those that somebody gives it."""
FIELD_MANAGER = "tasktracker-api"
_OURS = "tasktracker.dev/"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_TRIES = 4
"""The operator writes its finalizer at the same time."""
_RESOURCES: dict[str, Resource] = {"Source": SOURCES, "Webhook": WEBHOOKS, "Secret": SECRETS}


class KubernetesManifestStore:
    """Fills `ManifestStore`; see the module's docstring."""

    def __init__(self, client: Client, namespaces: Sequence[str]) -> None:
        self._client = client
        self._namespaces = tuple(namespaces)

    async def check_reachable(self) -> None:
        """Ask the API server for its version, which everybody may."""
        await self._client.request("GET", "/version")

    async def read(self) -> list[Source | Webhook]:
        """Return every Source and Webhook, by kind and name."""
        found = [manifest for body in await self._list() if (manifest := _parsed(body)) is not None]
        return sorted(found, key=lambda item: (item.kind, item.key))

    async def said(self) -> dict[tuple[str, str], Said]:
        """Return why an object is not ready, as the operator says."""
        told = {}
        for body in await self._list():
            meta = body["metadata"]
            for condition in (body.get("status") or {}).get("conditions", ()):
                if condition["type"] == "Ready" and condition["status"] != "True":
                    key = body["kind"], f"{meta['namespace']}/{meta['name']}"
                    told[key] = Said(condition["reason"], condition["message"])
        return told

    async def apply(self, manifests: Sequence[Manifest]) -> list[Applied]:
        """Write the manifests: all of them, or none when one is refused."""
        await self.check(manifests)
        return [Applied(manifest, await self._write(manifest)) for manifest in manifests]

    async def check(self, manifests: Sequence[Manifest]) -> list[Applied]:
        """Say what `apply` would do, and raise what it would raise; write nothing."""
        return [Applied(manifest, await self._write(manifest, dry_run=True)) for manifest in manifests]

    async def delete(self, manifests: Sequence[Source | Webhook]) -> None:
        """Take these away: all of them, or none when one is refused."""
        for dry_run in (True, False):
            for item in manifests:
                with _telling(f"{item.kind} '{item.key}'"):
                    resource, meta = _RESOURCES[item.kind], item.metadata
                    await self._client.delete(resource, meta.namespace, meta.name, dry_run=dry_run)

    async def secrets(self) -> list[SecretKeys]:
        """Return the Secrets that manifests name or that may be written here, with the names of their keys."""
        named = {(item.metadata.namespace, ref.name) for item in await self.read() for ref in references(item)}
        with _telling("Secrets"):
            marked = [
                item for place in self._places() for item in await self._client.list(SECRETS, place, f"{EDITABLE}=true")
            ]
            named -= {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in marked}
            found = await asyncio.gather(*(self._client.get(SECRETS, *name) for name in sorted(named)))
        return sorted(
            (
                SecretKeys(
                    item["metadata"]["namespace"], item["metadata"]["name"], tuple(sorted(item.get("data") or ()))
                )
                for item in (*marked, *found)
                if item is not None
            ),
            key=lambda item: (item.namespace, item.name),
        )

    async def set_secret(self, namespace: str, ref: SecretKeyRef, value: bytes | None) -> None:
        """Write one key of a Secret and leave the others; None takes the key away."""

        def change(data: dict[str, str]) -> dict[str, str]:
            rest = {key: text for key, text in data.items() if key != ref.key}
            return rest if value is None else rest | {ref.key: base64.b64encode(value).decode()}

        await self._write_secret(namespace, ref.name, change, create=value is not None)

    async def read_secret(self, namespace: str, ref: SecretKeyRef) -> bytes:
        """Return a value, for this program alone."""
        name = f"'{namespace}/{ref.name}'"
        with _telling(f"Secret {name}"):
            found = await self._client.get(SECRETS, namespace, ref.name)
        if found is None:
            raise UnavailableError(f"Secret {name} does not exist", cure=f"Create it with the key '{ref.key}'")
        with contextlib.suppress(KeyError, binascii.Error):
            if value := base64.b64decode((found.get("data") or {})[ref.key]).rstrip(b"\r\n"):
                return value
        raise UnavailableError(f"Secret {name} has no value under '{ref.key}'", cure="Give the key a value")

    def secret_command(self, namespace: str, ref: SecretKeyRef) -> str:
        """Return the shell command that prints a value to who may read it there."""
        template = f'{{{{index .data "{ref.key}" | base64decode}}}}'
        return f"kubectl get secret -n {namespace} {ref.name} -o go-template={shlex.quote(template)}"

    def _places(self) -> tuple[str | None, ...]:
        return self._namespaces or (None,)

    async def _list(self) -> list[dict[str, Any]]:
        """Return Sources and Webhooks, but for those that are on their way out."""
        found = []
        for resource in (SOURCES, WEBHOOKS):
            # In a list an object does not say what it is.
            what = {"apiVersion": resource.api_version, "kind": resource.kind}
            for place in self._places():
                with _telling(f"{resource.kind}s"):
                    found += [item | what for item in await self._client.list(resource, place)]
        return [item for item in found if "deletionTimestamp" not in item["metadata"]]

    async def _write(self, manifest: Manifest, *, dry_run: bool = False) -> Result:
        meta = manifest.metadata
        if self._namespaces and meta.namespace not in self._namespaces:
            raise InvalidManifestError(
                f"{manifest.kind} '{manifest.key}': namespace '{meta.namespace}' is not served",
                cure=f"Use one of: {', '.join(self._namespaces)}",
            )
        if isinstance(manifest, Secret):
            data = {key: base64.b64encode(value).decode() for key, value in manifest.values().items()}
            return await self._write_secret(meta.namespace, meta.name, lambda _: data, create=True, dry_run=dry_run)

        def build(found: dict[str, Any] | None) -> dict[str, Any]:
            if found is not None and (old := _parsed(found)) is not None:
                check_immutable(old, manifest)
            return _document(manifest, found)

        return await self._replace(_RESOURCES[manifest.kind], meta.namespace, meta.name, build, dry_run=dry_run)

    async def _write_secret(
        self,
        namespace: str,
        name: str,
        change: Callable[[dict[str, str]], dict[str, str]],
        *,
        create: bool,
        dry_run: bool = False,
    ) -> Result:
        def build(found: dict[str, Any] | None) -> dict[str, Any] | None:
            if found is None:
                meta = {"name": name, "namespace": namespace, "labels": {EDITABLE: "true"}}
                new = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "Opaque"}
                return new | {"data": change({})} if create else None
            if (found["metadata"].get("labels") or {}).get(EDITABLE) != "true":
                # Who may edit Sources must not be able to overwrite any Secret of the cluster.
                raise ConflictError(
                    f"Secret '{namespace}/{name}' was not made here",
                    cure=f"Change it with kubectl, or allow it: kubectl label secret -n {namespace} {name}"
                    f" {EDITABLE}=true",
                )
            return found | {"data": change(found.get("data") or {})}

        return await self._replace(SECRETS, namespace, name, build, dry_run=dry_run)

    async def _replace(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        build: Callable[[dict[str, Any] | None], dict[str, Any] | None],
        *,
        dry_run: bool,
    ) -> Result:
        """Bring one object to what `build` makes of it; again when somebody was quicker."""
        query = urlencode({"fieldManager": FIELD_MANAGER} | ({"dryRun": "All"} if dry_run else {}))
        with _telling(f"{resource.kind} '{namespace}/{name}'"):
            for last in (*(False,) * (_TRIES - 1), True):
                found = await self._client.get(resource, namespace, name)
                if found is not None and "deletionTimestamp" in found["metadata"]:
                    raise ConflictError(
                        f"{resource.kind} '{namespace}/{name}' is being deleted", cure="Try again in a moment"
                    )
                wanted = build(found)
                if wanted is None or (found is not None and _meaning(found) == _meaning(wanted)):
                    return Result.UNCHANGED
                place = resource.path(namespace, name if found is not None else None)
                try:
                    written = await self._client.request("PUT" if found else "POST", f"{place}?{query}", wanted)
                except RefusedError as error:
                    if error.code != 409 or last:  # noqa: PLR2004 -- HTTP's own number: somebody was quicker
                        raise
                    continue
                if found is None:
                    return Result.CREATED
                return Result.UNCHANGED if _meaning(found) == _meaning(written) else Result.CONFIGURED
        raise AssertionError("the last try returns or raises")


def _parsed(body: dict[str, Any]) -> Source | Webhook | None:
    meta = body["metadata"]
    annotations = {name: text for name, text in (meta.get("annotations") or {}).items() if name != _LAST_APPLIED}
    document = {name: body[name] for name in ("apiVersion", "kind", "spec") if name in body}
    try:
        manifest = parse_manifest(document | {"metadata": meta | {"annotations": annotations}})
    except InvalidManifestError as error:
        # The operator says so in its status; one broken object must not hide the others.
        log.warning("Left out: %s", error)
        return None
    return None if isinstance(manifest, Secret) else manifest


def _document(manifest: Source | Webhook, found: dict[str, Any] | None) -> dict[str, Any]:
    body = manifest.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    meta: dict[str, Any] = {"name": manifest.metadata.name, "namespace": manifest.metadata.namespace}
    before = dict(found["metadata"]) if found is not None else meta
    for name in ("labels", "annotations"):
        # Those of other programs stay, such as Argo CD's: it would take the object for nobody's.
        kept = {key: text for key, text in (before.get(name) or {}).items() if not key.startswith(_OURS)}
        meta[name] = kept | body["metadata"].get(name, {})
    return {
        "apiVersion": manifest.api_version,
        "kind": manifest.kind,
        "metadata": before | meta,
        "spec": body["spec"],
    }


def _meaning(body: dict[str, Any]) -> tuple[Any, ...]:
    meta = body["metadata"]
    return body.get("spec"), body.get("data"), meta.get("labels") or {}, meta.get("annotations") or {}


@contextlib.contextmanager
def _telling(what: str) -> Iterator[None]:
    """Say in our own words what the API server refuses."""
    try:
        yield
    except GoneError as error:
        raise _missing(what, error.detail.partition(": ")[2]) from error
    except RefusedError as error:
        text = f"{what}: {error.detail.partition(': ')[2]}"
        match error.code:
            case 401:
                raise UnavailableError(text, cure="Give the API a login that the API server takes") from error
            case 403:
                raise ForbiddenError(text, cure="Grant the API what services/api/deploy/rbac.yaml has") from error
            case 409:
                raise ConflictError(text, cure="Somebody else is changing it; try again") from error
        raise InvalidManifestError(text, cure="Mend the manifest") from error


def _missing(what: str, said: str) -> TrackerError:
    if said.startswith("namespaces "):
        return InvalidManifestError(f"{what}: {said}", cure="Create the namespace")
    return UnavailableError(
        f"{what}: the cluster does not know this kind", cure="Install it: kubectl apply --server-side -f crds/"
    )
