"""The message as it travels from a channel to the recorder.

Every kind of Source, every importer and the gateway make the same struct; the recorder knows no channel. It is JSON on
the wire, so that a person can read a queue, and msgspec because decoding it is on the hot path.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MAX_TEXT = 1_000_000
"""Characters of text kept of one message; the rest is cut, and the raw form holds the whole."""
MAX_RAW = 32 * 1024 * 1024
"""Characters of the raw form kept: above the largest body that a Webhook may take (25 MiB)."""
MAX_EXTERNAL_ID = 512
"""Characters of a provider's id; longer ones are replaced by their SHA-256."""

_EARLIEST, _LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""Closer to the ends of the calendar a time cannot be shown in every zone; the very ends are infinite to Postgres."""

# Postgres text refuses NUL, and lone surrogates cannot be encoded at all.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Sender(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote it, as the channel knows them."""

    id: str = ""
    """The channel's own id of the person, stable over renames."""
    name: str = ""
    """Name to show."""
    address: str = ""
    """Where an answer would go: mail address, @handle."""


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that came with the message; its bytes are not on the bus."""

    name: str
    media_type: str = "application/octet-stream"
    size: int = 0
    """Bytes; 0 when the channel does not say."""
    ref: str = ""
    """Where the bytes are: `object://bucket/key`, or the channel's own URL or path when they were not stored."""


class InboundMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message from a channel. Build it with `inbound_message`, which cleans and bounds the fields."""

    source: Annotated[
        str, Meta(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=507)
    ]
    """`namespace/name` of the Source."""
    external_id: Annotated[str, Meta(min_length=1, max_length=MAX_EXTERNAL_ID)]
    """The provider's id of the message, unique within the Source: the key of "one message, one effect"."""
    sent_at: Annotated[datetime, Meta(tz=True)]
    """When the sender sent it, aware, with the sender's own offset where the channel knows it."""
    received_at: Annotated[datetime, Meta(tz=True)]
    """When the ingestion process took it, aware."""
    text: str
    subject: str = ""
    sender: Sender = Sender()
    conversation: str = ""
    """The channel's key of the thread or chat; empty when the message stands alone."""
    reply_to: str = ""
    """`external_id` of the message that this one answers."""
    url: str = ""
    """Permanent link to the message in its channel."""
    attachments: tuple[Attachment, ...] = ()
    raw: str = ""
    """The message as it came (text, or base64 where `raw_encoding` says so), kept for inspection and retry."""
    raw_encoding: Literal["text", "base64"] = "text"
    dead: str = ""
    """Why this message cannot be understood; set, it goes straight to the dead letters with its raw form."""
    ignored: str = ""
    """Why nothing is to be done with it, as its channel knows: an out-of-office note, a bounce, an answer of our own.
    Set, it is recorded and shown as ignored, and never triaged."""
    wanted: bool = False
    """Somebody asked for a task of this message, so whether there is one to do is no question any more."""


_decoder = msgspec.json.Decoder(InboundMessage)
_encoder = msgspec.json.Encoder()


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Make text storable: no NUL, no lone surrogates, at most `limit` characters."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[:limit])


def bounded_id(external_id: str) -> str:
    """Return the id itself, or its SHA-256 when it is longer than `MAX_EXTERNAL_ID` characters."""
    external_id = clean(external_id)
    if len(external_id) <= MAX_EXTERNAL_ID:
        return external_id
    return "sha256:" + hashlib.sha256(external_id.encode()).hexdigest()


def inbound_message(
    *,
    source: str,
    external_id: str,
    sent_at: datetime,
    received_at: datetime,
    text: str,
    subject: str = "",
    sender: Sender | None = None,
    conversation: str = "",
    reply_to: str = "",
    url: str = "",
    attachments: tuple[Attachment, ...] = (),
    raw: str = "",
    raw_encoding: Literal["text", "base64"] = "text",
    dead: str = "",
    ignored: str = "",
    wanted: bool = False,
) -> InboundMessage:
    """Build a message whose every field can be stored; arguments as the fields of `InboundMessage`."""
    sender = sender or Sender()
    return InboundMessage(
        source=source,
        external_id=bounded_id(external_id),
        sent_at=min(max(sent_at, _EARLIEST), _LATEST),
        received_at=min(max(received_at, _EARLIEST), _LATEST),
        text=clean(text),
        subject=clean(subject, 1000),
        sender=Sender(id=clean(sender.id, 320), name=clean(sender.name, 320), address=clean(sender.address, 320)),
        conversation=bounded_id(conversation) if conversation else "",
        reply_to=bounded_id(reply_to) if reply_to else "",
        url=clean(url, 2000),
        attachments=tuple(
            Attachment(
                name=clean(a.name, 255), media_type=clean(a.media_type, 127), size=a.size, ref=clean(a.ref, 2000)
            )
            for a in attachments[:100]
        ),
        raw=clean(raw, MAX_RAW),
        raw_encoding=raw_encoding,
        dead=clean(dead, 2000),
        ignored=clean(ignored, 2000),
        wanted=wanted,
    )


def encode(message: InboundMessage) -> bytes:
    """Encode for the wire."""
    return _encoder.encode(message)


def decode(data: bytes) -> InboundMessage:
    """Decode from the wire.

    Raises:
        msgspec.DecodeError: the bytes are not JSON.
        msgspec.ValidationError: a field is missing or has the wrong type.
    """
    return _decoder.decode(data)


def message_id(source: str, external_id: str) -> str:
    """`Nats-Msg-Id` of a message: JetStream drops a repeat within its duplicate window.

    A header is one line of text whose ends are trimmed: "a" and "a " must not become one id, so such ids are hashed.
    """
    external_id = bounded_id(external_id)
    if not (external_id.isascii() and external_id.isprintable() and external_id == external_id.strip()):
        external_id = "sha256:" + hashlib.sha256(external_id.encode()).hexdigest()
    return f"{source}:{external_id}"
