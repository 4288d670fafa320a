"""JSON Lines: our own fields, the simple form, and labelled messages."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tracker_core.inbound import Attachment, InboundMessage, Sender, encode, inbound_message
from tracker_local.importers import Item, Reject, json_lines, open_import


def read(tmp_path: Path, *lines: str | bytes) -> list[Item]:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return list(open_import(path, source="team/chat").messages())


def only(tmp_path: Path, **fields: object) -> InboundMessage:
    (item,) = read(tmp_path, json.dumps(fields))
    assert isinstance(item, InboundMessage)
    return item


def test_simple_form(tmp_path: Path) -> None:
    message = only(tmp_path, text="hello", id=7, sent_at="2026-05-04T09:00:00+03:00", author="Priya <p@x.example>")
    assert (message.source, message.external_id, message.text) == ("team/chat", "7", "hello")
    assert message.sent_at.isoformat() == "2026-05-04T09:00:00+03:00"
    assert message.sender == Sender(id="p@x.example", name="Priya", address="p@x.example")


def test_only_text(tmp_path: Path) -> None:
    first, again = only(tmp_path, text="hello"), only(tmp_path, text="hello")
    assert first.external_id == again.external_id
    assert first.external_id.startswith("sha256:")
    assert first.sent_at == first.received_at


def test_labelled_messages(tmp_path: Path) -> None:
    message = only(tmp_path, id="s001", channel="slack", lang="en", author="dana", text="hi", category="bug", due=None)
    assert (message.external_id, message.sender.name) == ("s001", "dana")


def test_our_own_fields_come_back_as_they_were(tmp_path: Path) -> None:
    moment = datetime(2026, 5, 4, 9, tzinfo=UTC)
    original = inbound_message(
        source="default/inbox",
        external_id="m-1",
        sent_at=moment,
        received_at=moment,
        text="hello",
        subject="s",
        sender=Sender(id="1", name="A", address="@a"),
        conversation="c",
        reply_to="m-0",
        url="https://x.example",
        attachments=(Attachment(name="a.txt", size=3, ref="object://b/k"),),
    )
    (message,) = read(tmp_path, encode(original))
    assert isinstance(message, InboundMessage)
    assert message.source == "team/chat"
    assert (message.external_id, message.sent_at, message.text) == ("m-1", moment, "hello")
    assert (message.subject, message.sender, message.url) == (original.subject, original.sender, original.url)
    assert (message.conversation, message.reply_to, message.attachments) == ("c", "m-0", original.attachments)


def test_bad_lines_are_named_and_reading_goes_on(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        b"\xef\xbb\xbf" + b'{"text": "first"}',
        "",
        "{torn",
        "[1]",
        '{"text": 5}',
        '{"text": " "}',
        '{"text": "x", "sent_at": "soon"}',
        '{"text": "x", "sent_at": 1e300}',
        '{"text": "x", "sent_at": "0001-01-01T00:00:00+14:00"}',
        b'{"text": "caf\xe9"}',
        '{"text": "last", "sent_at": 1777874400123}',
    )
    assert [(item.reason, item.where) if isinstance(item, Reject) else item.text for item in items] == [
        "first",
        ("bad_json", "line 3"),
        ("bad_message", "line 4"),
        ("bad_message", "line 5"),
        ("no_text", "line 6"),
        ("bad_date", "line 7"),
        ("bad_date", "line 8"),
        ("bad_date", "line 9"),
        "caf\N{REPLACEMENT CHARACTER}",
        "last",
    ]
    assert isinstance(items[-1], InboundMessage)
    assert items[-1].sent_at.isoformat() == "2026-05-04T06:00:00.123000+00:00"


def test_an_endless_line_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "_MAX_LINE", 1000)
    items = read(tmp_path, '{"text": "a"}', '{"text": "' + "b" * 5000 + '"}', '{"text": "c"}')
    assert [item.reason if isinstance(item, Reject) else item.text for item in items] == ["a", "too_large", "c"]


def test_a_file_without_text_but_named_is_kept(tmp_path: Path) -> None:
    message = only(tmp_path, attachments=[{"name": "scan.pdf"}])
    assert message.text == ""
    assert message.attachments[0].name == "scan.pdf"
