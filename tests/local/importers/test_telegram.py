"""Telegram Desktop's result.json, as export_output_json.cpp writes it."""

import json
import tracemalloc
from pathlib import Path

from tracker_core.inbound import InboundMessage, encode
from tracker_local.importers import Item, Reject, open_import

FORUM = {
    "name": "Support",
    "type": "private_supergroup",
    "id": 1678901234,
    "messages": [
        {
            "id": 1,
            "type": "service",
            "date": "2026-05-04T09:00:00",
            "date_unixtime": "1777874400",
            "actor": "Олег",
            "actor_id": "user4711",
            "action": "create_group",
            "title": "Support",
            "members": ["Олег"],
            "text": "",
            "text_entities": [],
        },
        {
            "id": 2,
            "type": "service",
            "date": "2026-05-04T09:01:00",
            "date_unixtime": "1777874460",
            "actor": "Олег",
            "actor_id": "user4711",
            "action": "topic_created",
            "title": "Billing",
            "text": "",
        },
        {
            "id": 3,
            "type": "message",
            "date": "2026-05-04T09:02:00",
            "date_unixtime": "1777874520",
            "edited": "2026-05-04T09:03:00",
            "edited_unixtime": "1777874580",
            "from": "Олег",
            "from_id": "user4711",
            "reply_to_message_id": 2,
            "text": [
                "Invoice ",
                {"type": "bold", "text": "42"},
                " is wrong, see ",
                {"type": "text_link", "text": "here", "href": "https://x.example/42"},
                " or ",
                {"type": "link", "text": "https://x.example/43"},
            ],
            "text_entities": [{"type": "plain", "text": "Invoice "}],
            "reactions": [{"type": "emoji", "count": 3, "emoji": "👍", "recent": []}],
        },
        {
            "id": 4,
            "type": "message",
            "date": "2026-05-04T09:04:00",
            "date_unixtime": "1777874640",
            "from": None,
            "from_id": "channel99",
            "forwarded_from": "Dana",
            "reply_to_message_id": 3,
            "file": "files/invoice 42.pdf",
            "file_name": "invoice 42.pdf",
            "file_size": 1234,
            "thumbnail": "files/invoice 42.pdf_thumb.jpg",
            "mime_type": "application/pdf",
            "text": "",
            "text_entities": [],
        },
        {
            "id": 5,
            "type": "message",
            "date": "2026-05-04T09:05:00",
            "date_unixtime": "1777874700",
            "from": "Dana",
            "from_id": "user12",
            "photo": "(File not included. Change data exporting settings to download.)",
            "width": 1280,
            "height": 720,
            "text": "",
        },
        {
            "id": 6,
            "type": "message",
            "date": "2026-05-04T09:06:00",
            "date_unixtime": "1777874760",
            "from": "Dana",
            "from_id": "user12",
            "forwarded_from": "Olena",
            "photo": "photos/photo_1@04-05-2026_09-06-00.jpg",
            "photo_file_size": 99,
            "text": "broken layout",
        },
        {"id": 7, "type": "unsupported"},
        {
            "id": 8,
            "type": "message",
            "date": "2026-05-04T09:08:00",
            "date_unixtime": "1777874880",
            "from": "Dana",
            "from_id": "user12",
            "poll": {"question": "Release on Friday?", "closed": False, "total_voters": 2, "answers": []},
            "text": "",
        },
    ],
}


def write(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def read(path: Path) -> list[Item]:
    return list(open_import(path).messages())


def test_single_chat(tmp_path: Path) -> None:
    items = read(write(tmp_path, FORUM))
    created, topic, text, file, photo, layout, unsupported, poll = items
    assert isinstance(created, Reject)
    assert (created.reason, created.detail) == ("service_message", "create_group")
    assert isinstance(topic, Reject)
    assert topic.reason == "service_message"

    assert isinstance(text, InboundMessage)
    assert text.external_id == "-1001678901234:3"  # as the Bot API names the chat
    assert text.text == "Invoice 42 is wrong, see here (https://x.example/42) or https://x.example/43"
    assert (text.sender.id, text.sender.name) == ("4711", "Олег")
    assert text.sent_at.isoformat() == "2026-05-04T09:02:00+03:00"
    assert text.url == "https://t.me/c/1678901234/3"
    assert (text.conversation, text.reply_to) == ("-1001678901234:2", "")
    assert '"edited_unixtime": "1777874580"' in text.raw

    assert isinstance(file, InboundMessage)
    assert file.text == ""
    assert (file.sender.id, file.sender.name) == ("-1000000000099", "Deleted Account")
    assert (file.conversation, file.reply_to) == ("-1001678901234:2", "-1001678901234:3")
    (pdf,) = file.attachments
    assert (pdf.name, pdf.media_type, pdf.size, pdf.ref) == (
        "invoice 42.pdf",
        "application/pdf",
        1234,
        "files/invoice 42.pdf",
    )

    assert isinstance(photo, Reject)
    assert photo.reason == "no_text"
    assert isinstance(layout, InboundMessage)
    assert layout.text == "Forwarded from Olena:\nbroken layout"
    assert layout.attachments[0].ref == "photos/photo_1@04-05-2026_09-06-00.jpg"
    assert layout.conversation == "-1001678901234"
    assert isinstance(unsupported, Reject)
    assert unsupported.reason == "unsupported"
    assert isinstance(poll, InboundMessage)
    assert poll.text == "Release on Friday?"


def test_full_account(tmp_path: Path) -> None:
    def chat(kind: str, number: int, text: str) -> dict[str, object]:
        message = {"id": 1, "type": "message", "date_unixtime": "1777874400", "from": "A", "text": text}
        return {"name": text, "type": kind, "id": number, "messages": [message]}

    document = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 1, "first_name": "A", "bio": 'likes {"]'},
        "contacts": {"about": "x", "list": [{"first_name": "B"}]},
        "chats": {"about": "y", "list": [chat("personal_chat", 12, "p"), chat("private_group", 13, "g")]},
        "left_chats": {"about": "z", "list": [chat("public_channel", 14, "c")]},
    }
    messages = [item for item in read(write(tmp_path, document)) if isinstance(item, InboundMessage)]
    assert [(item.external_id, item.text, item.sent_at.isoformat()) for item in messages] == [
        ("12:1", "p", "2026-05-04T06:00:00+00:00"),
        ("-13:1", "g", "2026-05-04T06:00:00+00:00"),
        ("-1000000000014:1", "c", "2026-05-04T06:00:00+00:00"),
    ]


def test_a_torn_export_gives_what_is_before_the_tear(tmp_path: Path) -> None:
    path = write(tmp_path, FORUM)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"broken layout")])
    items = read(path)
    assert [m.external_id for m in items if isinstance(m, InboundMessage)] == ["-1001678901234:3", "-1001678901234:4"]
    assert isinstance(items[-1], Reject)
    assert items[-1].reason == "truncated"


def test_a_bad_message_does_not_stop_the_others(tmp_path: Path) -> None:
    good = FORUM["messages"][2]  # type: ignore[index]
    bad = [
        '{"id": 1, "text": nul}',
        '{"id": "x", "type": "message"}',
        '{"id": 9, "type": "message", "date": "someday", "text": "x"}',
        '{"id": 9, "type": "message", "date_unixtime": "999999999999999", "text": "x"}',
        '{"id": 9, "type": "message", "date_unixtime": "-62135596800", "date": "0001-01-01T00:00:00", "text": "x"}',
        '"a string"',
        '{"id": 9, "type": "message", "date_unixtime": "1777874400", "text": "bell \\x07"}',
    ]
    path = tmp_path / "result.json"
    path.write_text(
        '{"name": "x", "type": "private_group", "id": 5, "messages": [' + ",".join([*bad, json.dumps(good)]) + "]}"
    )
    items = read(path)
    assert [item.reason if isinstance(item, Reject) else item.text[:4] for item in items] == [
        "bad_json",
        "bad_message",
        "bad_date",
        "bad_date",
        "bad_date",
        "bad_message",
        "bell",
        "Invo",
    ]


def test_garbage_after_the_messages_is_one_reject(tmp_path: Path) -> None:
    path = write(tmp_path, FORUM)
    path.write_bytes(path.read_bytes().rstrip(b"}\n ") + b" oops")
    items = read(path)
    assert isinstance(items[-1], Reject)
    assert items[-1].reason == "bad_json"
    assert len(items) == 9


def test_old_export_without_unix_time_is_in_local_time(tmp_path: Path) -> None:
    old = {"id": 1, "type": "message", "date": "2020-05-04T09:00:00", "from": "A", "from_id": 4711, "text": "x"}
    (item,) = read(write(tmp_path, {"type": "private_group", "id": 5, "messages": [old]}))
    assert isinstance(item, InboundMessage)
    assert item.sent_at.replace(tzinfo=None).isoformat() == "2020-05-04T09:00:00"
    assert item.sender.id == "4711"


def test_a_large_export_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    message = '{"id": %d, "type": "message", "date_unixtime": "1777874400", "from": "A", "text": "%s"},\n'
    with path.open("w") as file:
        file.write('{"name": "x", "type": "private_supergroup", "id": 5, "messages": [\n')
        for number in range(15_000):
            file.write(message % (number, "word " * 200))
        file.write('{"id": 1, "type": "unsupported"}]}')
    opened = open_import(path)
    assert opened.total_bytes > 15_000_000
    tracemalloc.start()
    positions = [opened.position for item in opened.messages() if isinstance(item, InboundMessage) and encode(item)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(positions) == 15_000
    assert positions == sorted(positions)
    assert opened.position == opened.total_bytes
    assert peak < 8_000_000
