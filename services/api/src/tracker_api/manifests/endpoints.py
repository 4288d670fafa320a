"""`/api/manifests` and `/api/secrets`."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.manifests import crds, editing, secret_values, service
from tracker_api.manifests.schemas import (
    AppliedManifest,
    DeletedManifests,
    ManifestSchemas,
    SecretList,
    SecretValue,
)

router = APIRouter(tags=["manifests"])

YAML = "application/yaml"
"""RFC 9512."""

_DOCUMENTS = {YAML: {"schema": {"type": "string", "description": "YAML or JSON documents, separated by `---`"}}}


class Kind(StrEnum):
    """The kinds, as they stand in a path."""

    SOURCES = "sources"
    WEBHOOKS = "webhooks"

    @property
    def singular(self) -> str:
        """As `kind` of a manifest has it."""
        return "Source" if self is Kind.SOURCES else "Webhook"


@router.get("/manifests", response_class=Response, responses={200: {"content": _DOCUMENTS}})
async def get_manifests(context: Ctx, _: Viewer) -> Response:
    """Return every Source and Webhook as YAML, without secrets."""
    return Response(await service.dump(context), media_type=YAML)


@router.put("/manifests", openapi_extra={"requestBody": {"required": True, "content": _DOCUMENTS}})
async def apply_manifests(
    context: Ctx,
    principal: Admin,
    request: Request,
    *,
    dry_run: Annotated[bool, Query(description="Check everything and write nothing")] = False,
) -> list[AppliedManifest]:
    """Create or change Sources, Webhooks and Secrets: all that are sent, or none when one is refused."""
    body = await request.body()
    return await (service.check(context, body) if dry_run else service.apply(context, principal, body))


@router.get("/manifests/schemas")
async def get_manifest_schemas(context: Ctx, _: Viewer) -> ManifestSchemas:
    """Return the schema of each kind as its CRD has it: forms are made from it."""
    return await crds.read_schemas(context.settings.api.crds_dir)


@router.get("/manifests/{kind}/{namespace}/{name}", response_class=Response, responses={200: {"content": _DOCUMENTS}})
async def get_manifest(context: Ctx, _: Viewer, kind: Kind, namespace: str, name: str) -> Response:
    """Return one manifest as YAML, a Source with its Webhooks; without secrets."""
    return Response(await editing.dump_one(context, kind.singular, f"{namespace}/{name}"), media_type=YAML)


@router.delete("/manifests/{kind}/{namespace}/{name}")
async def delete_manifest(
    context: Ctx,
    principal: Admin,
    kind: Kind,
    namespace: str,
    name: str,
    *,
    cascade: Annotated[bool, Query(description="A Source's Webhooks too")] = False,
) -> DeletedManifests:
    """Take a Source or a Webhook off the air. Messages are kept, unless the Source says `deletionPolicy: Purge`."""
    return await editing.delete(context, principal, kind.singular, f"{namespace}/{name}", cascade=cascade)


@router.post("/manifests/{kind}/{namespace}/{name}/suspend")
async def suspend_manifest(context: Ctx, principal: Admin, kind: Kind, namespace: str, name: str) -> AppliedManifest:
    """Stop intake: who sends gets 503 and keeps the message, what is fetched stays with its provider."""
    return await editing.suspend(context, principal, kind.singular, f"{namespace}/{name}", suspended=True)


@router.post("/manifests/{kind}/{namespace}/{name}/resume")
async def resume_manifest(context: Ctx, principal: Admin, kind: Kind, namespace: str, name: str) -> AppliedManifest:
    """Take messages in again, from where it stopped."""
    return await editing.suspend(context, principal, kind.singular, f"{namespace}/{name}", suspended=False)


@router.get("/secrets")
async def list_secrets(context: Ctx, _: Admin) -> SecretList:
    """Return the names of all Secrets and of their keys. What they hold is never given out."""
    return await secret_values.names(context)


@router.put("/secrets/{namespace}/{name}/{key}", status_code=204, response_class=Response)
async def set_secret(*, context: Ctx, _: Admin, namespace: str, name: str, key: str, secret: SecretValue) -> Response:
    """Store one value, and leave the other keys of the Secret as they are."""
    await secret_values.store(context, namespace, name, key, secret.value.get_secret_value())
    return Response(status_code=204)
