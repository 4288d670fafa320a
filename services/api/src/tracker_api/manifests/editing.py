"""One Source or Webhook: shown, suspended, taken away."""

from collections.abc import Sequence

from tracker_core.errors import ConflictError, NotFoundError
from tracker_core.events import Change, Entity, Verb
from tracker_core.health import withdraw
from tracker_core.manifests import Autonomy, Source, Webhook
from tracker_core.repositories import removing, sources

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.manifests.schemas import AppliedManifest, DeletedManifests, ManifestRef
from tracker_api.manifests.service import apply_manifests, dump_all
from tracker_api.removals import check_nothing_on_its_way

LOWEST_AUTO = 50
"""Percent; the CRD's own figure."""
_CURE = "`tasktracker get sources` and `tasktracker get webhooks` list them"


async def find(context: Context, kind: str, key: str) -> tuple[Source | Webhook, list[Webhook]]:
    """Return a manifest, and the Webhooks that are bound to it when it is a Source.

    Raises:
        NotFoundError: there is none of this name.
    """
    known = await context.manifests.read()
    manifest = next((item for item in known if item.kind == kind and item.key == key), None)
    if manifest is None:
        raise NotFoundError(f"There is no {kind} '{key[:317]}'", cure=_CURE)
    bound = [item for item in known if isinstance(item, Webhook) and item.source_key == key]
    return manifest, bound if isinstance(manifest, Source) else []


async def find_webhook(context: Context, key: str) -> Webhook:
    """Return a Webhook's manifest.

    Raises:
        NotFoundError: there is none of this name.
    """
    manifest, _ = await find(context, "Webhook", key)
    assert isinstance(manifest, Webhook)
    return manifest


async def dump_one(context: Context, kind: str, key: str) -> str:
    """Return a manifest as YAML, a Source with its Webhooks."""
    manifest, bound = await find(context, kind, key)
    return dump_all([manifest, *bound])


async def suspend(context: Context, principal: Principal, kind: str, key: str, *, suspended: bool) -> AppliedManifest:
    """Stop or start intake."""
    manifest, _ = await find(context, kind, key)
    changed = manifest.model_copy(update={"spec": manifest.spec.model_copy(update={"suspend": suspended})})
    (applied,) = await apply_manifests(context, principal.workspace_id, principal.actor, [changed])
    return applied


async def set_autonomy(
    context: Context, principal: Principal, key: str, autonomy: Autonomy, *, auto_threshold: int | None
) -> AppliedManifest:
    """Say how far triage may go by itself with messages of a Source."""
    source, _ = await find(context, "Source", key)
    assert isinstance(source, Source)
    wanted = {"autonomy": autonomy} | ({} if auto_threshold is None else {"auto_threshold": auto_threshold})
    triage = source.spec.triage.model_copy(update=wanted)
    if triage.autonomy is Autonomy.AUTO and triage.auto_threshold < LOWEST_AUTO:
        triage = triage.model_copy(update={"auto_threshold": LOWEST_AUTO})
    changed = source.model_copy(update={"spec": source.spec.model_copy(update={"triage": triage})})
    (applied,) = await apply_manifests(context, principal.workspace_id, principal.actor, [changed])
    return applied


async def delete(context: Context, principal: Principal, kind: str, key: str, *, cascade: bool) -> DeletedManifests:
    """Take a manifest away, a Source with its Webhooks when `cascade`.

    Raises:
        ConflictError: the Source has Webhooks, or messages that are to be purged are on their way.
    """
    manifest, bound = await find(context, kind, key)
    if bound and not cascade:
        names = ", ".join(f"'{webhook.key}'" for webhook in bound)
        raise ConflictError(
            f"Source '{key}' is named by Webhooks: {names}", cure="Delete them first, or all at once with cascade=true"
        )
    gone: list[Source | Webhook] = [manifest, *bound]
    purge = isinstance(manifest, Source) and manifest.spec.deletion_policy == "Purge"
    if purge:
        await check_nothing_on_its_way(context.bus, key)
    removed = 0
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        connection = await tx.session.connection()
        for item in gone:
            source_key = item.source_key if isinstance(item, Webhook) else item.key
            namespace, _, name = source_key.partition("/")
            row = await sources.find_source(connection, tx.workspace_id, namespace, name)
            if row is None:
                continue
            if isinstance(item, Webhook):
                await sources.forget_path(connection, row, item.path)
            elif purge or not await sources.has_messages(connection, row):
                removed = await removing.remove_source(connection, tx.workspace_id, row, key)
            meta = item.metadata
            data = {"kind": item.kind, "namespace": meta.namespace, "name": meta.name, "removed_messages": removed}
            tx.record(Change(verb=Verb.SOURCE_DELETED, entity=Entity("source", row), data=data))
        await context.manifests.delete(gone)
        if isinstance(manifest, Source):
            await withdraw(context.bus.js, key)
    return DeletedManifests(deleted=_refs(gone), manifests=dump_all(gone), removed_messages=removed)


def _refs(manifests: Sequence[Source | Webhook]) -> list[ManifestRef]:
    return [
        ManifestRef(kind=item.kind, namespace=item.metadata.namespace, name=item.metadata.name) for item in manifests
    ]
