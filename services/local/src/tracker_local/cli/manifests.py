"""The manifests that a server holds, and where each Webhook can be reached."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import yaml
from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import Webhook, parse_manifest

from tracker_local.cli.client import Api


def full_name(item: dict[str, Any]) -> str:
    """Return `namespace/name` of anything that has both."""
    return f"{item.get('namespace') or 'default'}/{item['name']}"


def stored_documents(api: Api) -> list[dict[str, Any]]:
    """Return the stored manifests; they hold no secrets."""
    try:
        return [document for document in yaml.safe_load_all(api.text("/api/manifests")) if isinstance(document, dict)]
    except yaml.YAMLError as error:
        raise InvalidManifestError(f"The server's manifests are not YAML: {error}") from None


def stored_webhooks(api: Api) -> Iterator[tuple[Webhook, str | None]]:
    """Yield each Webhook and its address; None where no gateway serves it yet."""
    sources = [] if api.server.gateway else api.get("/api/sources")["items"]
    bases = {full_name(source): source["webhook_url"] for source in sources if source["webhook_url"]}
    for document in stored_documents(api):
        if document.get("kind") == "Webhook" and isinstance(webhook := parse_manifest(document), Webhook):
            # The API names one address for each Source; all Webhooks of a Source are served by the same gateway.
            base = api.server.gateway or bases.get(webhook.source_key) or next(iter(bases.values()), None)
            yield webhook, urljoin(base, webhook.path) if base else None


def served_webhooks(api: Api) -> list[dict[str, Any]]:
    """Return what `get webhooks` shows of each."""
    return [
        {
            "namespace": webhook.metadata.namespace,
            "name": webhook.metadata.name,
            "source": webhook.source_key,
            "provider": str(webhook.spec.provider),
            "verification": webhook.spec.verification.type,
            "suspended": webhook.spec.suspend,
            "url": url,
        }
        for webhook, url in stored_webhooks(api)
    ]
