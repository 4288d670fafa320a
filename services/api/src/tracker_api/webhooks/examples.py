"""One message in the form of each provider: what a test sends, and what a printed curl line shows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tracker_core.manifests import Provider

NAME = "Task Tracker test"


def example(provider: Provider, text: str, id_: str) -> bytes:
    """Return the body of a message.

    Args:
        provider: Whose form it takes.
        text: What it says.
        id_: Makes it another message than the one before.
    """
    return json.dumps(_BODIES.get(provider, _generic)(text, id_), ensure_ascii=False).encode()


def id_headers(provider: Provider, id_: str) -> dict[str, str]:
    """Return the headers in which a provider sends the id of a delivery."""
    names = {
        Provider.GITHUB: "X-GitHub-Delivery",
        Provider.GITLAB: "Idempotency-Key",
        Provider.GENERIC: "Idempotency-Key",
        Provider.SENTRY: "Request-ID",
        Provider.STANDARD_WEBHOOKS: "webhook-id",
    }
    return {names[provider]: id_} if provider in names else {}


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def _generic(text: str, id_: str) -> dict[str, Any]:
    return {"id": id_, "text": text, "sender": NAME}


def _standard(text: str, _: str) -> dict[str, Any]:
    return {"type": "message.created", "data": {"text": text, "sender": NAME}}


def _github(text: str, id_: str) -> dict[str, Any]:
    issue = {"title": text[:80], "body": text, "html_url": f"https://github.example/acme/shop/issues/{id_}"}
    return {"action": "opened", "issue": issue, "sender": {"login": NAME}}


def _gitlab(text: str, id_: str) -> dict[str, Any]:
    issue = {"title": text[:80], "description": text, "url": f"https://gitlab.example/acme/shop/-/issues/{id_}"}
    return {"object_kind": "issue", "user": {"name": NAME}, "object_attributes": issue}


def _slack(text: str, _: str) -> dict[str, Any]:
    event = {"type": "message", "channel": "C0TEST", "user": "U0TEST", "text": text, "ts": f"{_now()}.000100"}
    return {"type": "event_callback", "team_id": "T0TEST", "event": event}


def _telegram(text: str, _: str) -> dict[str, Any]:
    sender = {"id": 1, "is_bot": False, "first_name": NAME}
    chat = {"id": 1, "type": "private", "first_name": NAME}
    message = {"message_id": _now(), "date": _now(), "chat": chat, "from": sender, "text": text}
    return {"update_id": _now(), "message": message}


def _stripe(text: str, id_: str) -> dict[str, Any]:
    return {"id": id_, "type": "charge.failed", "created": _now(), "data": {"object": {"id": id_, "description": text}}}


def _alerts(text: str, id_: str) -> dict[str, Any]:
    labels = {"alertname": "Test"}
    alert = {"status": "firing", "labels": labels, "annotations": {"description": text}}
    return {"receiver": NAME, "groupKey": id_, "status": "firing", "commonLabels": labels, "alerts": [alert]}


def _sentry(text: str, id_: str) -> dict[str, Any]:
    issue = {"title": text[:80], "metadata": {"value": text}, "web_url": f"https://sentry.example/issues/{id_}/"}
    return {"action": "created", "data": {"issue": issue}, "actor": {"type": "user", "name": NAME}}


_BODIES: dict[Provider, Callable[[str, str], dict[str, Any]]] = {
    Provider.STANDARD_WEBHOOKS: _standard,
    Provider.GITHUB: _github,
    Provider.GITLAB: _gitlab,
    Provider.SLACK: _slack,
    Provider.TELEGRAM: _telegram,
    Provider.STRIPE: _stripe,
    Provider.ALERTMANAGER: _alerts,
    Provider.GRAFANA: _alerts,
    Provider.SENTRY: _sentry,
}
