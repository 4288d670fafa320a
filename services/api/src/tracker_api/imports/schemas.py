"""What an import takes and answers."""

from typing import Any

import msgspec
from pydantic import BaseModel
from tracker_core.inbound import InboundMessage

MAX_MESSAGES = 500
"""Messages of one batch."""


class ImportResult(BaseModel):
    """What became of a batch."""

    accepted: int
    """New ones; the bus has acknowledged them."""
    duplicates: int
    """Those that were here before."""
    rejected: dict[str, int]
    """How many could not be understood, by reason."""


def request_body() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the OpenAPI request body of a batch, and the schemas that it refers to.

    FastAPI does not read the body: one broken message must not refuse the whole batch.
    """
    (message,), components = msgspec.json.schema_components(
        [InboundMessage], ref_template="#/components/schemas/{name}"
    )
    inbound = components["InboundMessage"]
    # Known from the path and the clock; both may be left out.
    inbound["required"] = [name for name in inbound["required"] if name not in {"source", "received_at"}]
    schema = {
        "type": "object",
        "required": ["messages"],
        "properties": {"messages": {"type": "array", "maxItems": MAX_MESSAGES, "items": message}},
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}, components
