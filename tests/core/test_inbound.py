from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tracker_core.inbound import (
    MAX_EXTERNAL_ID,
    MAX_TEXT,
    Attachment,
    Sender,
    decode,
    encode,
    inbound_message,
    message_id,
)

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def test_message_survives_the_wire_with_the_senders_offset() -> None:
    message = inbound_message(
        source="support/inbox",
        external_id="42",
        sent_at=NOON,
        received_at=datetime.now(UTC),
        text="Привіт 👋",
        sender=Sender(id="7", name="Соломія"),
        attachments=(Attachment(name="a.pdf", size=3),),
    )
    again = decode(encode(message))
    assert again == message
    assert again.sent_at.utcoffset() == timedelta(hours=2)


@given(text=st.text(st.characters(), max_size=200), external_id=st.text(min_size=1, max_size=2000))
def test_any_text_can_be_stored(text: str, external_id: str) -> None:
    message = inbound_message(source="a/b", external_id=external_id, sent_at=NOON, received_at=NOON, text=text)
    assert "\0" not in decode(encode(message)).text
    assert len(message.external_id) <= MAX_EXTERNAL_ID


@given(at=st.datetimes(timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))))
@example(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))))
@example(datetime.max.replace(tzinfo=UTC))
def test_any_time_can_be_stored_and_shown_in_every_zone(at: datetime) -> None:
    message = inbound_message(source="a/b", external_id="1", sent_at=at, received_at=at, text="a")
    for moment in (message.sent_at, message.received_at):
        for hours in (-14, 14):
            moment.astimezone(timezone(timedelta(hours=hours)))
    assert abs(message.sent_at - at) < timedelta(days=3)


def test_too_long_text_is_cut_and_long_ids_are_hashed_apart() -> None:
    first, second = (
        inbound_message(
            source="a/b", external_id="x" * 600 + tail, sent_at=NOON, received_at=NOON, text="y" * (MAX_TEXT + 1)
        )
        for tail in ("1", "2")
    )
    assert len(first.text) == MAX_TEXT
    assert first.external_id != second.external_id


@pytest.mark.parametrize(
    "change",
    [{"sent_at": "2026-10-05T12:00:00"}, {"source": "../b"}, {"external_id": ""}, {"text": None}],
    ids=["naive time", "path in the source", "empty id", "no text"],
)
def test_what_is_not_a_message_is_refused(change: dict[str, object]) -> None:
    fields = {"source": "a/b", "external_id": "1", "text": "x", "sent_at": NOON, "received_at": NOON}
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode(fields | change))


def test_message_id_joins_source_and_provider_id() -> None:
    assert message_id("a/b", "1") == "a/b:1"


def test_message_ids_that_a_header_would_change_stay_apart() -> None:
    ids = ["1", "1 ", " 1", "1\n", "\u0456", "i", "x" * 600, "x" * 601]
    made = [message_id("a/b", external_id) for external_id in ids]
    assert len(set(made)) == len(ids)
    assert all(value.isascii() and value == value.strip() for value in made)
