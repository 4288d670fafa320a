"""What applying, deleting and listing manifests answers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, SecretStr

from tracker_api.inputs import Input
from tracker_api.manifests.store import Result


class AppliedManifest(BaseModel):
    """One manifest after it was applied."""

    kind: Literal["Source", "Webhook", "Secret"]
    namespace: str
    name: str
    result: Result


class ManifestRef(BaseModel):
    """A Source or a Webhook."""

    kind: Literal["Source", "Webhook"]
    namespace: str
    name: str


class DeletedManifests(BaseModel):
    """What was taken away, and how to have it back."""

    deleted: list[ManifestRef]
    manifests: str
    """Their YAML: applied again, it brings them back. Secrets are kept."""
    removed_messages: int
    """Messages that went with a Source whose `deletionPolicy` is `Purge`; these do not come back."""


class ManifestSchemas(BaseModel):
    """The CRDs' own `openAPIV3Schema` of each kind."""

    Source: dict[str, Any]
    Webhook: dict[str, Any]


class SecretList(BaseModel):
    """The Secrets, by name; never what they hold."""

    items: list["SecretNames"]


class SecretNames(BaseModel):
    """A Secret."""

    namespace: str
    name: str
    keys: list[str]


class SecretValue(Input):
    """What one key of a Secret holds from now on."""

    value: Annotated[SecretStr, Field(min_length=1, max_length=65_536)]
