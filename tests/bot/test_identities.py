"""One message has one id, whether it comes live, through the gateway alone, or out of an export of Telegram Desktop."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tracker_bot.reading import read_message
from tracker_bot.taking import message_of, parse_update
from tracker_core.inbound import InboundMessage
from tracker_core.manifests import Webhook, parse_manifest
from tracker_ingestion.kinds.gateway.identity import build_identity
from tracker_ingestion.kinds.gateway.presets import PRESETS
from tracker_ingestion.kinds.gateway.reading import build_reader
from tracker_local.importers import open_import

from tests.support.telegram_api import ANNA

BARE = 1678901234
CHAT = {"id": -1000000000000 - BARE, "type": "supergroup", "title": "Support", "is_forum": True}
PLAIN = {"message_id": 12, "date": 1_790_000_000, "chat": CHAT, "from": ANNA, "text": "the printer is broken"}
ANSWER = PLAIN | {
    "message_id": 13,
    "message_thread_id": 3,
    "is_topic_message": True,
    "reply_to_message": {"message_id": 11, "date": 1, "chat": CHAT, "text": "?", "message_thread_id": 3},
}


def live(update: dict[str, Any]) -> InboundMessage:
    message = message_of(parse_update(update))
    assert message is not None
    edited = "edited_message" in update
    return read_message("a/b", [message], "{}", datetime.now(UTC), edited=edited)


def preset() -> Webhook:
    token = {"type": "Token", "token": {"secretRef": {"name": "s", "key": "k"}}}
    document = {
        "apiVersion": "tasktracker.dev/v1alpha1",
        "kind": "Webhook",
        "metadata": {"name": "b", "namespace": "a"},
        "spec": {"sourceRef": {"name": "b"}, "provider": "telegram", "verification": token},
    }
    webhook = parse_manifest(document)
    assert isinstance(webhook, Webhook)
    return webhook


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "message": PLAIN},
        {"update_id": 2, "message": ANSWER},
        {"update_id": 3, "channel_post": PLAIN | {"chat": CHAT | {"type": "channel"}, "sender_chat": CHAT}},
        {"update_id": 4, "edited_message": PLAIN | {"edit_date": 1_790_000_007, "text": "is mended"}},
    ],
)
def test_gateway_alone_gives_the_ids_of_the_channel(update: dict[str, Any]) -> None:
    webhook = preset()
    identity = build_identity(webhook, PRESETS[webhook.spec.provider], 1)
    reading = build_reader(webhook, PRESETS[webhook.spec.provider]).read(update)
    ours = live(update)
    assert identity.of({}, update, b"", 0).external_id == ours.external_id
    assert (reading.conversation, reading.text, reading.sent_at) == (ours.conversation, ours.text, ours.sent_at)


def test_gateway_alone_knows_updates_without_a_message_by_their_own_id() -> None:
    webhook = preset()
    update = {"update_id": 5, "callback_query": {"id": "1", "from": ANNA, "chat_instance": "1", "data": "x"}}
    identity = build_identity(webhook, PRESETS[webhook.spec.provider], 1)
    assert identity.of({}, update, b"", 0).external_id == "5"


def test_export_gives_the_ids_of_the_channel(tmp_path: Path) -> None:
    def exported(number: int, **fields: Any) -> dict[str, Any]:
        return {
            "id": number,
            "type": "message",
            "date": "2026-09-21T16:13:20",
            "date_unixtime": "1790000000",
            "from": "Anna Maier",
            "from_id": "user7",
            "text": "the printer is broken",
        } | fields

    export = {
        "name": "Support",
        "type": "private_supergroup",
        "id": BARE,
        "messages": [
            exported(3, type="service", action="topic_created", title="Printers", text=""),
            exported(11, reply_to_message_id=3, text="?"),
            exported(12),
            exported(13, reply_to_message_id=11),
        ],
    }
    path = tmp_path / "result.json"
    path.write_text(json.dumps(export, indent=1))
    found = {
        item.external_id: item
        for item in open_import(path, kind="telegram").messages()
        if isinstance(item, InboundMessage)
    }
    for body in (PLAIN, ANSWER):
        ours = live({"update_id": 1, "message": body})
        theirs = found[ours.external_id]
        assert (theirs.conversation, theirs.reply_to, theirs.text, theirs.sender.id, theirs.sender.name) == (
            ours.conversation,
            ours.reply_to,
            ours.text,
            ours.sender.id,
            ours.sender.name,
        )
        assert theirs.sent_at == ours.sent_at
        assert theirs.url == ours.url
