"""Slack's export zip."""

import json
import zipfile
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from tracker_core.errors import InvalidInputError
from tracker_core.inbound import InboundMessage
from tracker_local.importers import Item, Reject, open_import

USERS = [
    {
        "id": "U01",
        "team_id": "T09",
        "name": "dana",
        "deleted": False,
        "real_name": "Dana K",
        "tz": "Europe/Kyiv",
        "profile": {"real_name": "Dana K", "display_name": "dana", "email": "dana@x.example"},
    },
    {"id": "U02", "team_id": "T09", "name": "lee", "profile": {"display_name": "", "real_name": "Lee"}, "tz": "../etc"},
    {"id": "U03", "team_id": "T77", "name": "guest", "profile": {}},
    {"no": "id"},
]
CHANNELS = [{"id": "C01", "name": "general", "created": 1, "is_general": True, "members": ["U01"]}]
DAY = [
    {
        "type": "message",
        "subtype": "channel_join",
        "user": "U01",
        "text": "<@U01> joined",
        "ts": "1777874400.000100",
    },
    {
        "type": "message",
        "client_msg_id": "5b6d",
        "user": "U01",
        "team": "T09",
        "text": "<@U02> see <#C01|general> &amp; <https://x.example/a?b=1&amp;c=2|the log> or <https://y.example>"
        " &lt;now&gt; <!here> <mailto:a@b.example|a@b.example> <!subteam^S1|@oncall>",
        "ts": "1777874460.000200",
        "thread_ts": "1777874460.000200",
        "reply_count": 1,
        "files": [
            {
                "id": "F1",
                "name": "trace.txt",
                "mimetype": "text/plain",
                "size": 321,
                "url_private": "https://files.slack.com/files-pri/T09-F1/trace.txt?t=xoxe-secret",
                "permalink": "https://x.slack.com/files/U01/F1/trace.txt",
            }
        ],
    },
    {"type": "message", "user": "U02", "text": "on it", "ts": "1777874520.000300", "thread_ts": "1777874460.000200"},
    {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B1",
        "username": "alerts",
        "text": "",
        "ts": "1777874580.000400",
        "attachments": [{"title": "Disk full", "text": "db1 has <https://m.example|2%> left", "fallback": "Disk"}],
    },
    {"type": "message", "user": "U01", "text": "", "ts": "1777874640.000500"},
    {"type": "message", "user": "U01", "text": "x", "ts": "never"},
    {"type": "message", "user": "U01"},
]
DIRECT = [{"type": "message", "user": "U03", "text": "psst", "ts": "1777874700.000600"}]


def write(tmp_path: Path, entries: dict[str, object], **options: int) -> Path:
    path = tmp_path / "Acme Slack export May 4 2026 - May 5 2026.zip"
    with zipfile.ZipFile(path, "w", options.get("compression", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in entries.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content, indent=4))
    return path


EXPORT: dict[str, object] = {
    "users.json": USERS,
    "channels.json": CHANNELS,
    "dms.json": [{"id": "D01", "members": ["U01", "U03"]}],
    "integration_logs.json": [],
    "general/2026-05-04.json": DAY,
    "D01/2026-05-04.json": DIRECT,
    "../../evil/2026-05-04.json": DIRECT,
    "general/canvas_in_the_conversation.json": {},
}


def read(path: Path) -> list[Item]:
    return list(open_import(path).messages())


def kinds(items: list[Item]) -> list[str]:
    return [item.reason if isinstance(item, Reject) else "message" for item in items]


def test_export(tmp_path: Path) -> None:
    direct, joined, root, answer, alert, empty, never, no_ts = read(write(tmp_path, EXPORT))
    assert isinstance(direct, InboundMessage)
    assert (direct.external_id, direct.sender.name) == ("T09:D01:1777874700.000600", "guest")
    assert isinstance(joined, Reject)
    assert (joined.reason, joined.detail) == ("service_message", "channel_join")
    assert joined.where == "general/2026-05-04.json #1"
    assert isinstance(root, InboundMessage)
    assert (root.external_id, root.conversation) == ("T09:C01:1777874460.000200", "C01")
    assert root.text == (
        "@Lee see #general & the log (https://x.example/a?b=1&c=2) or https://y.example <now> @here a@b.example @oncall"
    )
    assert (root.sender.id, root.sender.name, root.sender.address) == ("U01", "dana", "dana@x.example")
    assert root.sent_at.timestamp() == pytest.approx(1777874460.0002, abs=1e-5)
    if "Europe/Kyiv" in available_timezones():  # minimal systems have none
        assert root.sent_at.isoformat().endswith("+03:00")
    assert root.attachments[0].name == "trace.txt"
    assert "xoxe-secret" not in root.raw  # opens the file to whoever has the link
    assert root.attachments[0].ref == "https://x.slack.com/files/U01/F1/trace.txt"
    assert isinstance(answer, InboundMessage)
    assert (answer.conversation, answer.reply_to) == ("C01:1777874460.000200", root.external_id)
    assert answer.sent_at.tzname() == "UTC"
    assert isinstance(alert, InboundMessage)
    assert (alert.text, alert.sender.name) == ("Disk full\ndb1 has 2% (https://m.example) left", "alerts")
    assert kinds([empty, never, no_ts]) == ["no_text", "bad_date", "bad_message"]


def test_team_of_the_message_when_the_export_has_no_users(tmp_path: Path) -> None:
    day = [{"type": "message", "user": "U9", "team": "T5", "text": "hi <@U9>", "ts": "1777874400.000100"}]
    (item,) = read(write(tmp_path, {"general/2026-05-04.json": day}))
    assert isinstance(item, InboundMessage)
    assert (item.external_id, item.text) == ("T5:general:1777874400.000100", "hi @U9")


def test_export_that_was_packed_again_in_a_folder(tmp_path: Path) -> None:
    path = write(tmp_path, {f"export/{name}": content for name, content in EXPORT.items() if ".." not in name})
    assert sum(isinstance(item, InboundMessage) for item in read(path)) == 4


def test_torn_zip_names_the_file_and_the_cure(tmp_path: Path) -> None:
    path = write(tmp_path, EXPORT)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InvalidInputError, match=r"Acme Slack export .* is torn .*Download the export from Slack again"):
        open_import(path)


def test_zip_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no Slack export"):
        open_import(write(tmp_path, {"photos/1.jpg": b"x"}))


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path, {"general/2026-05-04.json": b"[" + b" " * 100_000_000 + b"]"})
    with pytest.raises(InvalidInputError, match="times its size"):
        open_import(path)


def test_a_damaged_day_does_not_stop_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, EXPORT, compression=zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"psst"', b'"tsss"', 1))
    rejects = [item for item in read(path) if isinstance(item, Reject)]
    assert ("bad_zip_entry", "D01/2026-05-04.json") in {(reject.reason, reject.where) for reject in rejects}


def test_a_packing_that_unpacks_without_bound_is_refused(tmp_path: Path) -> None:
    (item,) = read(write(tmp_path, {"general/2026-05-04.json": DIRECT}, compression=zipfile.ZIP_LZMA))
    assert isinstance(item, Reject)
    assert item.reason == "bad_zip_entry"


def test_a_torn_day_gives_what_is_before_the_tear(tmp_path: Path) -> None:
    day = json.dumps(DAY[1:3]).encode()[:-10]
    items = read(write(tmp_path, {"general/2026-05-04.json": day, "general/2026-05-05.json": DIRECT}))
    assert kinds(items) == ["message", "truncated", "message"]


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    opened = open_import(write(tmp_path, EXPORT))
    for _ in opened.messages():
        assert opened.position <= opened.total_bytes
    assert opened.position == opened.total_bytes > 0
