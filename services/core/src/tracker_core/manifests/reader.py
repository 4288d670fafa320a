"""From YAML to manifests and back, with errors that name the object and the field."""

import base64
import binascii
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, Field, SecretStr, ValidationError

from tracker_core.errors import InvalidManifestError
from tracker_core.manifests.metadata import API_VERSION, ManifestModel, ObjectMeta
from tracker_core.manifests.source import Source
from tracker_core.manifests.webhook import Webhook

_TOLD = 5
"""Wrong documents that one error names."""
MAX_DOCUMENTS = 1000
"""Documents in one file."""

SecretKey = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")]


class Secret(ManifestModel):
    """A Kubernetes `v1 Secret`, so that one file can be applied to both worlds. It is never given out again."""

    model_config = ConfigDict(extra="ignore")

    api_version: Literal["v1"] = "v1"
    kind: Literal["Secret"] = "Secret"
    metadata: ObjectMeta
    type: str = "Opaque"
    data: dict[SecretKey, SecretStr] = {}
    """Base64, as kubectl writes it."""
    string_data: dict[SecretKey, SecretStr] = {}

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.metadata.namespace}/{self.metadata.name}"

    def values(self) -> dict[str, bytes]:
        """Return the decoded value of each key; `stringData` wins, as in Kubernetes.

        Raises:
            InvalidManifestError: a value under `data` is not base64.
        """
        decoded = {}
        for key, value in self.data.items():
            try:
                decoded[key] = base64.b64decode(value.get_secret_value(), validate=True)
            except (binascii.Error, ValueError) as error:
                raise InvalidManifestError(
                    f"Secret '{self.key}': data.{key} is not base64", cure="Encode it, or move it to stringData"
                ) from error
        return decoded | {key: value.get_secret_value().encode() for key, value in self.string_data.items()}


type Manifest = Source | Webhook | Secret

_KINDS: dict[tuple[str, str], type[Source | Webhook | Secret]] = {
    (API_VERSION, "Source"): Source,
    (API_VERSION, "Webhook"): Webhook,
    ("v1", "Secret"): Secret,
}


def read_documents(text: str) -> list[Manifest]:
    """Parse YAML (or JSON) with one or more documents.

    Raises:
        InvalidManifestError: not YAML, an unknown kind, or a document that breaks the schema of its kind.
    """
    try:
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as error:
        raise InvalidManifestError(f"Not valid YAML: {error}", fields=[("yaml", str(error))]) from error
    except RecursionError as error:
        raise InvalidManifestError("Not a manifest: it is nested too deeply") from error
    if len(documents) > MAX_DOCUMENTS:
        raise InvalidManifestError(
            f"{len(documents)} documents; at most {MAX_DOCUMENTS} at once", cure="Split the file"
        )
    manifests: list[Manifest] = []
    wrong: list[InvalidManifestError] = []
    fields: list[tuple[str, str]] = []
    for place, document in enumerate(documents):
        try:
            manifests.append(parse_manifest(document))
        except InvalidManifestError as error:
            wrong.append(error)
            fields += [(f"{place}.{where}", what) for where, what in error.fields]
    if wrong:
        details = "; ".join(error.detail for error in wrong[:_TOLD])
        raise InvalidManifestError(details, cure=wrong[0].cure, fields=fields)
    return manifests


def parse_manifest(document: Any) -> Manifest:
    """Parse one document; a `status` is ignored, because only the operator writes it.

    Raises:
        InvalidManifestError: an unknown kind, or the document breaks the schema of its kind.
    """
    if not isinstance(document, dict):
        raise InvalidManifestError("A manifest must be a mapping with apiVersion, kind, metadata and spec")
    name = _display_name(document)
    version, kind = document.get("apiVersion"), document.get("kind")
    model = _KINDS.get((str(version), str(kind)))
    if model is None:
        raise InvalidManifestError(
            f"{name}: apiVersion {version!r} kind {kind!r} is not known",
            cure=f"Use {API_VERSION} Source or Webhook, or v1 Secret",
            fields=[("kind", f"apiVersion {version!r} kind {kind!r} is not known")],
        )
    try:
        return model.model_validate({key: value for key, value in document.items() if key != "status"})
    except ValidationError as error:
        # Not str(error): it repeats the input, and a Secret's input must not reach a log or a client.
        fields = [(_path(item["loc"]), item["msg"].removeprefix("Value error, ")) for item in error.errors()]
        problems = "; ".join(f"{where}: {what}" for where, what in fields)
        raise InvalidManifestError(f"{name}: {problems}", fields=fields) from None


def dump_manifest(manifest: Source | Webhook) -> str:
    """Return the manifest as YAML, without fields that only repeat a default."""
    body = manifest.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    ordered = {
        "apiVersion": manifest.api_version,
        "kind": manifest.kind,
        "metadata": body["metadata"],
        "spec": body["spec"],
    }
    ordered["metadata"] = {"name": manifest.metadata.name, "namespace": manifest.metadata.namespace} | body["metadata"]
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True)


def _display_name(document: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return f"{document.get('kind', 'Manifest')} '{metadata.get('namespace', 'default')}/{metadata.get('name', '?')}'"


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "the manifest"
