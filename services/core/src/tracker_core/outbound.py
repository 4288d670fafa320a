"""Answers on their way to a channel, and what became of them: the two messages between the API's side and a channel.

The row of a reply is the truth; these carry it there and back. OUTBOUND: `outbound.<namespace>.<source>`, taken by the
process of that Source. DELIVERIES: `delivery.<namespace>.<source>`, taken by the recorder.
"""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

from tracker_core.inbound import Sender
from tracker_core.notices import Notice


class OutboundReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer. The channel needs no database to send it."""

    id: UUID
    """Of the reply's row: sent once, however often this comes."""
    attempt: int
    source: str
    """`namespace/name`."""
    text: str
    """Plain text; the channel formats it its own way."""
    conversation: str = ""
    """The channel's key of the thread or chat."""
    reply_to: str = ""
    """`external_id` of the message that is answered."""
    recipient: Sender = Sender()
    """Who wrote that message."""
    subject: str = ""
    """Of that message; mail prefixes it with `Re:`."""
    author: str = ""
    """Who answers, as shown to people."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of an attempt."""

    reply_id: UUID
    """Of the row that it is about."""
    attempt: int
    outcome: Literal["sent", "retry", "failed"]
    """`retry`: it may pass; `failed`: it will not, and a person has to look."""
    at: datetime
    external_id: str = ""
    """The provider's id of the sent message."""
    url: str = ""
    detail: str = ""
    """What is wrong and the cure."""
    retry_after: float = 0.0
    """Seconds that the provider asks for."""
    about: Literal["reply", "notice"] = "reply"
    blocked: bool = False
    """The person takes nothing from us any more, or never has."""


def delivery(
    reply: OutboundReply | Notice,
    outcome: Literal["sent", "retry", "failed"],
    *,
    external_id: str = "",
    url: str = "",
    detail: str = "",
    retry_after: float = 0.0,
    blocked: bool = False,
) -> Delivery:
    """Return what became of this attempt, as of now."""
    return Delivery(
        reply_id=reply.id,
        attempt=reply.attempt,
        outcome=outcome,
        at=datetime.now(UTC),
        external_id=external_id,
        url=url,
        detail=detail[:1000],
        retry_after=retry_after,
        about="notice" if isinstance(reply, Notice) else "reply",
        blocked=blocked,
    )


encode = msgspec.json.Encoder().encode
"""Either struct to the body of a message."""
decode_reply = msgspec.json.Decoder(OutboundReply).decode
decode_delivery = msgspec.json.Decoder(Delivery).decode
