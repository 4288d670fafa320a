"""Applies manifests: store, projection into the Source rows, and an event for each that changed."""

from collections.abc import Sequence
from uuid import UUID

from tracker_core.errors import InvalidManifestError, MalformedError
from tracker_core.events import Actor, Change, Entity, Verb
from tracker_core.health import ServedSource
from tracker_core.manifests import Manifest, Secret, Source, Webhook, dump_manifest, read_documents
from tracker_core.repositories import sources
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.manifests.schemas import AppliedManifest
from tracker_api.manifests.store import Applied, Result


async def apply(context: Context, principal: Principal, body: bytes) -> list[AppliedManifest]:
    """Apply YAML or JSON with one or more documents: all of them, or none when one is refused."""
    return await apply_manifests(context, principal.workspace_id, principal.actor, _parse(body))


async def apply_manifests(
    context: Context, workspace_id: UUID, actor: Actor, manifests: Sequence[Manifest]
) -> list[AppliedManifest]:
    """Apply manifests: all of them, or none when one is refused."""
    # The store is written after the rows: what Postgres refuses leaves the folder alone.
    async with context.transactions.begin(workspace_id, actor) as tx:
        known = {(manifest.kind, manifest.key): manifest for manifest in await context.manifests.read()}
        known |= {(m.kind, m.key): m for m in manifests if not isinstance(m, Secret)}
        projected = await project(tx, manifests, list(known.values()))
        applied = await context.manifests.apply(manifests)
        for item in applied:
            source_id = projected.get(_source_key(item.manifest))
            if source_id is not None and item.result is not Result.UNCHANGED:
                tx.record(_configured(item, Entity("source", source_id)))
    return [_applied(item) for item in applied]


def _applied(item: Applied) -> AppliedManifest:
    meta = item.manifest.metadata
    return AppliedManifest(kind=item.manifest.kind, namespace=meta.namespace, name=meta.name, result=item.result)


async def check(context: Context, body: bytes) -> list[AppliedManifest]:
    """Say what `apply` would do, and raise what it would raise."""
    return [_applied(item) for item in await context.manifests.check(_parse(body))]


async def dump(context: Context) -> str:
    """Return every Source and Webhook as YAML documents. Secrets are never given out."""
    return dump_all(await context.manifests.read())


def dump_all(manifests: Sequence[Source | Webhook]) -> str:
    """Return manifests as YAML documents."""
    return "---\n".join(map(dump_manifest, manifests))


def _parse(body: bytes) -> list[Manifest]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("The body is not UTF-8", cure="Save the file as UTF-8") from error
    manifests = read_documents(text)
    if not manifests:
        raise InvalidManifestError("The body holds no manifest", cure="Send a Source, a Webhook or a Secret as YAML")
    return manifests


async def project(
    tx: Transaction, manifests: Sequence[Manifest], known: Sequence[Source | Webhook]
) -> dict[str | None, UUID]:
    """Bring the rows of the touched Sources to what the manifests say; unchanged ones too, which heals a lost write.

    Args:
        tx: The transaction to do it in.
        manifests: What is touched.
        known: Everything that there is, these included.

    Returns:
        The row's id by the key of the Source.
    """
    connection = await tx.session.connection()
    found = {manifest.key: manifest for manifest in known if isinstance(manifest, Source)}
    paths = {manifest.source_key: manifest.path for manifest in known if isinstance(manifest, Webhook)}
    projected: dict[str | None, UUID] = {}
    for key in dict.fromkeys(_source_key(manifest) for manifest in manifests):
        source = found.get(key or "")
        if source is None:
            # A Webhook whose Source does not exist yet; the gateway reports it until it does.
            continue
        served = ServedSource(
            namespace=source.metadata.namespace,
            name=source.metadata.name,
            kind=source.spec.type,
            spec=source.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            webhook_path=paths.get(source.key, ""),
        )
        projected[key] = await sources.project(connection, tx.workspace_id, served)
    return projected


def _source_key(manifest: Manifest) -> str | None:
    """Return the key of the Source that a manifest is about; None for a Secret, which may belong to several."""
    if isinstance(manifest, Webhook):
        return manifest.source_key
    return manifest.key if isinstance(manifest, Source) else None


def _configured(item: Applied, source: Entity) -> Change:
    manifest = item.manifest
    data = {"kind": manifest.kind, "namespace": manifest.metadata.namespace, "name": manifest.metadata.name}
    return Change(verb=Verb.SOURCE_CONFIGURED, entity=source, data=data | {"result": item.result})
