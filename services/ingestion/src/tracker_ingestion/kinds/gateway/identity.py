"""The id of a message: what makes a second attempt of the sender the same message and not another one.

Where no id is found, the hash of the body is the id: an identical body is the same message for as long as the Source's
`dedupeWindow` (24 hours by default), and a new one after it, so that an alert that comes back next week is not lost.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tracker_core.manifests import Webhook

from tracker_ingestion.kinds.gateway.expressions import Expression, UnreadableError, compile_expression, search
from tracker_ingestion.kinds.gateway.presets import Preset
from tracker_ingestion.kinds.gateway.reading import scalar_text
from tracker_ingestion.kinds.gateway.verification import HeaderMap


@dataclass(frozen=True)
class MessageId:
    """How one message is known."""

    external_id: str
    """The durable id, unique within the Source."""
    bus_id: str
    """The id that the bus compares within its own short window.

    For a hash it is without the window's number, so that an attempt before and one after the turn of a window are still
    one message.
    """


@dataclass(frozen=True)
class Identity:
    """Where the id of a request is."""

    headers: tuple[bytes, ...]
    expressions: tuple[Expression, ...]
    window: int
    """Seconds for which an identical body is the same message."""
    prefix: str
    """Stands before every id: two Webhooks of one Source have senders that count for themselves."""

    def of(self, headers: HeaderMap, value: Any, body: bytes, now: float) -> MessageId:
        """Return the id of a request.

        Args:
            headers: Names in lower case.
            value: The decoded body; None when it was not decoded.
            body: As it came.
            now: Seconds since the epoch.
        """
        for name in self.headers:
            if external_id := headers.get(name, b"").decode("latin-1").strip():
                return self._id(external_id)
        for expression in self.expressions:
            try:
                found_id = search(expression, value, "idempotency")
            except UnreadableError:
                continue
            if (external_id := scalar_text(found_id)) and not external_id.isspace():
                return self._id(external_id)
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        return MessageId(f"{self.prefix}{digest}@{int(now) // self.window}", self.prefix + digest)

    def _id(self, external_id: str) -> MessageId:
        return MessageId(self.prefix + external_id, self.prefix + external_id)


def build_identity(webhook: Webhook, preset: Preset, window: float) -> Identity:
    """Make what finds the id of a Webhook's requests.

    Raises:
        InvalidManifestError: `spec.idempotency.name` is not valid JMESPath.
    """
    wanted = webhook.spec.idempotency
    headers: Iterable[str] = ()
    expressions: Iterable[str] = ()
    match wanted.from_:
        case "Provider":
            headers, expressions = preset.id_headers, preset.id_expressions
        case "Header":
            headers = (wanted.name or "",)
        case "Body":
            expressions = (wanted.name or "",)
        case "BodyHash":
            pass
    return Identity(
        headers=tuple(name.lower().encode() for name in headers),
        expressions=tuple(compile_expression(text, "spec.idempotency.name") for text in expressions),
        window=max(1, int(window)),
        # The one named like its Source speaks for it: its ids are the bare ones, as importers make them.
        prefix="" if webhook.key == webhook.source_key else f"{webhook.metadata.name}/",
    )
