"""From a decoded body to the parts of a message: by the manifest's expressions, the provider's, or the usual names.

What the manifest extracts must be there: an expression that fails, or a text that is empty, makes a dead letter and
never a guess. What is found by the usual names is taken when it fits and left when it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

import msgspec
from tracker_core.inbound import Sender
from tracker_core.manifests import Webhook

from tracker_ingestion.kinds.gateway.expressions import Expression, UnreadableError, compile_expression, search
from tracker_ingestion.kinds.gateway.presets import Preset

TEXT_NAMES = ("text", "message", "body", "content", "description", "title", "subject")
SUBJECT_NAMES = ("title", "subject")
SENDER_NAMES = ("sender", "author", "from", "user")
CONVERSATION_NAMES = ("conversation", "thread", "thread_id", "channel")
TIME_NAMES = ("sent_at", "timestamp", "occurred_at", "date")
URL_NAMES = ("url", "link")

_MAX_INT_BITS = 256
"""Larger numbers are nobody's id, and Python refuses to print the largest."""
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_MAX_SECONDS = 1e11
"""An epoch from this figure on counts milli-, micro- or nanoseconds: as seconds it would be the year 5138."""


@dataclass(frozen=True)
class Reading:
    """The parts of a message that were found."""

    text: str = ""
    subject: str = ""
    sender: Sender = field(default_factory=Sender)
    conversation: str = ""
    sent_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True)
class Part:
    """Where one part of a message is: an expression, then the usual names."""

    field: str
    names: tuple[str, ...]
    expression: Expression | None = None
    required: bool = False
    """The manifest names the expression itself, so that its failure is an error."""

    def find(self, value: Any) -> Any:
        """Return what is there, None for nothing.

        Raises:
            UnreadableError: the manifest's expression fails.
        """
        if self.expression is not None:
            try:
                found = search(self.expression, value, self.field)
            except UnreadableError:
                if self.required:
                    raise
                found = None
            if self.required or not _is_empty(found):
                return found
        if isinstance(value, Mapping):
            for name in self.names:
                if not _is_empty(found := value.get(name)):
                    return found
        return None


@dataclass(frozen=True)
class Reader:
    """Reads the requests of one Webhook."""

    text: Part
    title: Part
    sender: Part
    conversation: Part
    occurred_at: Part
    url: Part

    def read(self, value: Any) -> Reading:
        """Return the parts of a message; `text` is empty when the body has none.

        Raises:
            UnreadableError: an expression of the manifest fails or yields no text.
        """
        text, subject = self._text(value), scalar_text(self.title.find(value)).strip()
        if not text.strip():
            if self.text.required:
                raise UnreadableError("spec.extract.text yields no text for this body")
            text, subject = subject, ""
        if subject == text:
            subject = ""
        return Reading(
            text=text,
            subject=subject,
            sender=read_sender(self.sender.find(value)),
            conversation=_key(self.conversation.find(value)),
            sent_at=self._time(value),
            url=_link(self.url.find(value)),
        )

    def _text(self, value: Any) -> str:
        if self.text.expression is None:
            return _generic_text(value)
        found = self.text.find(value)
        return any_text(found) if self.text.required else any_text(found) or _generic_text(value)

    def _time(self, value: Any) -> datetime | None:
        found = self.occurred_at.find(value)
        at = read_time(found)
        if at is None and self.occurred_at.required and not _is_empty(found):
            raise UnreadableError(f"spec.extract.occurredAt yields {any_text(found)[:100]!r}, which is not a time")
        return at


def build_reader(webhook: Webhook, preset: Preset) -> Reader:
    """Make the reader of a Webhook; what its manifest extracts wins over its provider's preset.

    Raises:
        InvalidManifestError: an expression is not valid JMESPath.
    """
    wanted, fields = webhook.spec.extract, preset.fields

    def part(name: str, manifest_name: str, ours: str | None, names: tuple[str, ...]) -> Part:
        field = f"spec.extract.{manifest_name}"
        theirs = getattr(wanted, name, None) if wanted is not None else None
        text = theirs or ours
        expression = compile_expression(text, field) if text else None
        return Part(field, names, expression, required=theirs is not None)

    return Reader(
        text=part("text", "text", fields.text, TEXT_NAMES),
        title=part("title", "title", fields.title, SUBJECT_NAMES),
        sender=part("sender", "sender", fields.sender, SENDER_NAMES),
        conversation=part("conversation", "conversation", fields.conversation, CONVERSATION_NAMES),
        occurred_at=part("occurred_at", "occurredAt", fields.occurred_at, TIME_NAMES),
        url=part("url", "url", fields.url, URL_NAMES),
    )


def scalar_text(value: Any) -> str:
    """Return a string or number as text; empty for everything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return "" if isinstance(value, int) and value.bit_length() > _MAX_INT_BITS else str(value)


def any_text(value: Any) -> str:
    """Return anything as text: a list line by line, an object as JSON."""
    if isinstance(value, list):
        return "\n".join(line for item in value if (line := any_text(item)))
    if isinstance(value, Mapping):
        return _json_text(value) if value else ""
    return scalar_text(value)


def read_sender(value: Any) -> Sender:
    """Return the sender from a text (`Ann <ann@example.org>`, a name, an address) or an object."""
    if isinstance(value, Mapping):
        name = _first(value, ("name", "display_name", "full_name", "login", "username", "first_name"))
        return Sender(id=_first(value, ("id",)), name=name, address=_first(value, ("email", "address")))
    text = scalar_text(value).strip()
    if "@" in text[1:]:
        name, address = parseaddr(text[:1000])
        if "@" in address:
            return Sender(name=name or address, address=address)
    return Sender(name=text)


def read_time(value: Any) -> datetime | None:
    """Return a time from ISO 8601 text or an epoch in seconds, milli-, micro- or nanoseconds; None when it is neither.

    A time without an offset is UTC.
    """
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, int | float) else _number(value)
        at = _from_epoch(number) if number is not None else _from_iso(value)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at is not None and _EARLIEST <= at < _LATEST else None


def _from_epoch(number: float) -> datetime:
    for _ in ("milli", "micro", "nano"):
        if number >= _MAX_SECONDS:
            number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _from_iso(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    at = datetime.fromisoformat(value.strip())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _number(value: Any) -> float | None:
    # `20261123` is a date and `1763900000` an epoch: eight digits and fewer are left to ISO 8601.
    if not isinstance(value, str) or not value.replace(".", "", 1).isdecimal() or len(value.partition(".")[0]) <= 8:  # noqa: PLR2004
        return None
    return float(value)


def _generic_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        for name in TEXT_NAMES:
            if (text := scalar_text(value.get(name))) and not text.isspace():
                return text
    return ""


def _json_text(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (ValueError, RecursionError, OverflowError, msgspec.MsgspecError):
        # A lone surrogate or a number that JSON has no room for.
        return ""


def _first(value: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := scalar_text(value.get(name)).strip())), "")


def _key(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("id")
    return scalar_text(value).strip()


def _link(value: Any) -> str:
    # Only what a browser may follow safely: a stored `javascript:` link would run in the dashboard.
    text = scalar_text(value).strip()
    return text if text.lower().startswith(("https://", "http://")) else ""


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
