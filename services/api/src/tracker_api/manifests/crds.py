"""The CRDs' own schemas, so that a form never says anything else than what kubectl is held to."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from tracker_core.errors import UnavailableError

from tracker_api.manifests.schemas import ManifestSchemas


async def read_schemas(folder: Path | None) -> ManifestSchemas:
    """Return the schema of each kind.

    Raises:
        UnavailableError: the folder is not set, or the files are not in it.
    """
    if folder is None:
        raise UnavailableError("The CRDs are not known to the API", cure="Set TRACKER_API__CRDS_DIR to their folder")
    try:
        return await asyncio.to_thread(_read, folder)
    except OSError as error:
        raise UnavailableError(
            f"The CRDs cannot be read: {error.strerror}", cure="Set TRACKER_API__CRDS_DIR to their folder"
        ) from error


# They come with the program, and change with it only.
@cache
def _read(folder: Path) -> ManifestSchemas:
    return ManifestSchemas(Source=_schema(folder / "source.yaml"), Webhook=_schema(folder / "webhook.yaml"))


def _schema(file: Path) -> dict[str, Any]:
    definition = yaml.safe_load(file.read_text(encoding="utf-8"))
    schema: dict[str, Any] = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return schema
