"""What Slack's events say, without Slack."""

import textwrap
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from tracker_core.channels.condition import Reason
from tracker_core.channels.handover import HandedRequest
from tracker_core.manifests.source import SourceSpec
from tracker_ingestion.kinds.slack.backoff import Backoff
from tracker_ingestion.kinds.slack.cache import Cache
from tracker_ingestion.kinds.slack.events_api import read_request
from tracker_ingestion.kinds.slack.faults import refused
from tracker_ingestion.kinds.slack.login import missing_scopes
from tracker_ingestion.kinds.slack.main import connections
from tracker_ingestion.kinds.slack.reading import moment, read_event, read_shortcut
from tracker_ingestion.kinds.slack.socket_mode import lane_of
from tracker_ingestion.kinds.slack.taking import CREATE_TASK
from tracker_ingestion.kinds.slack.web import Web

MESSAGE: dict[str, Any] = {"type": "message", "user": "U1", "text": "hello", "ts": "1355517523.000005"}


def test_message_that_was_deleted_in_a_thread_with_answers_leaves_a_tombstone() -> None:
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "ts": "1358878755.000001",
        "message": MESSAGE | {"subtype": "tombstone", "text": "This message was deleted."},
        "previous_message": MESSAGE,
    }
    heard = read_event(event)
    assert heard is not None
    assert heard.external_id("T1") == "T1:C1:1355517523.000005#deleted"
    assert heard.at == "1358878755.000001"


@pytest.mark.parametrize("changes", [{}, {"edited": {"user": "U1", "ts": "1358878755.000001"}}])
def test_change_that_nobody_made_is_none(changes: dict[str, Any]) -> None:
    after = MESSAGE | changes | {"reply_count": 1}
    event = {"subtype": "message_changed", "channel": "C1", "message": after, "previous_message": MESSAGE}
    assert read_event(event) is None


def test_deletion_of_what_was_no_message_is_none() -> None:
    joined = MESSAGE | {"subtype": "channel_join"}
    event = {"subtype": "message_deleted", "channel": "C1", "ts": "1358878755.000001", "previous_message": joined}
    assert read_event(event) is None
    assert read_event({key: value for key, value in event.items() if key != "previous_message"}) is None


@pytest.mark.parametrize(
    "event",
    [
        {"channel": "C1", "text": "no time"},
        {"channel": "C1", "text": "x", "ts": "1355517523"},
        {"channel": "C1:2", "text": "x", "ts": "1.1"},
        {"text": "no channel", "ts": "1.1"},
        {"channel": "C1", "text": "x", "ts": "1.1", "files": {"id": 1}},
        {"channel": "C1", "subtype": "message_changed"},
        {"channel": "C1", "subtype": "message_deleted", "previous_message": MESSAGE},
    ],
)
def test_event_that_is_not_as_documented_is_an_error_that_names_the_field(event: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_event(event)


def test_shortcut_on_an_answer_stays_in_its_thread() -> None:
    answer = MESSAGE | {"thread_ts": "1355517000.000001"}
    heard = read_shortcut({"type": "message_action", "channel": {"id": "C1"}, "message": answer})
    assert heard is not None
    assert heard.conversation == "C1:1355517000.000001"
    assert heard.reply_to("T1") == "T1:C1:1355517523.000005"


def test_payload_keeps_its_order_within_its_channel() -> None:
    assert lane_of({"event": {"channel": "C1"}}) == lane_of({"channel": {"id": "C1"}}) == "C1"
    assert lane_of({"event": {"channel": {"id": "C1"}}}) == lane_of("?") == lane_of(None) == ""


def test_request_is_json_or_a_form_with_json_in_it() -> None:
    now = moment("1355517523.000005")
    assert read_request(HandedRequest(b'{"type": "x"}', now, "application/json; charset=utf-8")) == {"type": "x"}
    form = HandedRequest(b"payload=%7B%22type%22%3A%22x%22%7D", now, "application/x-www-form-urlencoded")
    assert read_request(form) == {"type": "x"}
    assert read_request(HandedRequest(b"\xff{", now)) == "\N{REPLACEMENT CHARACTER}{"


def test_every_refusal_has_a_reason_and_a_cure() -> None:
    limited = refused("users.info", "ratelimited", retry_after=7)
    assert (limited.reason, limited.retry_after, limited.passes) == (Reason.RATE_LIMITED, 7, True)
    lacking = refused("users.info", "missing_scope", needed="users:read")
    assert (lacking.reason, lacking.passes) == (Reason.FORBIDDEN, False)
    assert "users:read" in lacking.detail
    assert refused("x", "internal_error").passes
    assert not refused("x", "token_revoked").passes
    assert all(refused("x", code).cure for code in ("unknown_to_us", "too_many_websockets", "invalid_auth"))


@pytest.mark.parametrize(
    ("spec", "granted", "lacking"),
    [
        ({}, "channels:history,users:read,files:read", []),
        ({}, "app_mentions:read,users:read,files:read", []),
        ({}, "channels:history", ["users:read", "files:read"]),
        ({"ingest": {"attachments": {"policy": "Drop"}}}, "im:history,users:read", []),
        ({"reply": {"enabled": True}}, "im:history,users:read,files:read", ["chat:write"]),
        ({}, "users:read,files:read", ["channels:history"]),
    ],
)
def test_scopes_are_those_that_the_source_needs(spec: dict[str, Any], granted: str, lacking: list[str]) -> None:
    reference = {"name": "a", "key": "b"}
    slack = {"botTokenSecretRef": reference, "appTokenSecretRef": reference}
    whole = SourceSpec.model_validate({"type": "slack", "slack": slack} | spec)
    assert missing_scopes(whole, frozenset(granted.split(","))) == lacking
    assert missing_scopes(whole, None) == []


def test_pauses_grow_to_a_bound_and_never_fall_below_what_is_asked_for() -> None:
    backoff = Backoff(first=1, longest=4)
    pauses = [backoff.pause() for _ in range(6)]
    assert all(
        low <= pause <= high for pause, low, high in zip(pauses, (0.5, 1, 2, 2, 2, 2), (1, 2, 4, 4, 4, 4), strict=True)
    )
    assert backoff.pause(30) == 30
    backoff.reset()
    assert backoff.pause() <= 1


def test_cache_forgets_the_oldest_and_the_late() -> None:
    cache: Cache[str, int] = Cache(entries=2)
    cache.put("a", 1, 60)
    cache.put("b", 2, 60)
    assert cache.get("a") == 1
    cache.put("c", 3, 60)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    cache.put("d", 4, -1)
    assert cache.get("d") is None


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", True),
        ("https://hooks.slack.com/app/1", True),
        ("https://slack.com/x", True),
        ("http://files.slack.com/a.png", False),
        ("https://files.slack.com:8443/a.png", False),
        ("https://files.slack.com.evil.example/a.png", False),
        ("https://evilslack.com/a.png", False),
        ("https://slack.com@evil.example/a.png", False),
        ("//files.slack.com/a.png", False),
        ("https://[bad", False),
        ("", False),
    ],
)
async def test_only_slack_itself_may_see_the_token(url: str, trusted: bool) -> None:
    async with connections() as session:
        assert Web(session, "https://slack.com/api/").trusts(url) is trusted


def test_app_manifest_of_the_docs_gives_what_the_process_asks_for() -> None:
    page = (Path(__file__).parents[3] / "docs/channels/slack.md").read_text()
    block = textwrap.dedent(page.partition("```yaml\n")[2].partition("```")[0])
    app = yaml.safe_load(block)
    scopes = frozenset(app["oauth_config"]["scopes"]["bot"])
    reference = {"name": "a", "key": "b"}
    slack = {"botTokenSecretRef": reference, "appTokenSecretRef": reference}
    spec = SourceSpec.model_validate({"type": "slack", "slack": slack, "reply": {"enabled": True}})
    assert missing_scopes(spec, scopes) == []
    assert {
        f"{kind}:{right}" for kind in ("channels", "groups", "im", "mpim") for right in ("read", "history")
    } <= scopes
    assert [shortcut["callback_id"] for shortcut in app["features"]["shortcuts"]] == [CREATE_TASK]
    events = set(app["settings"]["event_subscriptions"]["bot_events"])
    assert {"message.channels", "message.groups", "message.im", "message.mpim", "tokens_revoked"} <= events
