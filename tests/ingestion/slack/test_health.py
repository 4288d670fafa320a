"""What can go wrong with the app itself: each gives a named state with its cure, which goes away when it is mended."""

import asyncio

import pytest
from tracker_core.bus import FILES_STORE, ensure_bus
from tracker_core.health import read_heartbeats

from tests.ingestion.slack.conftest import Running, Start
from tests.ingestion.slack.test_messages import a_file
from tests.support.slack_api import APP_TOKEN, BOT_TOKEN, SlackApi
from tests.support.waiting import eventually


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        ("invalid_auth", "put it into the Secret"),
        ("token_revoked", "Install the app to the workspace again"),
        ("account_inactive", "Install the app again"),
        ("token_expired", "token rotation"),
    ],
)
async def test_token_that_does_not_count(slack: SlackApi, start: Start, error: str, cure: str) -> None:
    slack.bot_tokens[BOT_TOKEN] = error
    async with start(wait=False) as app:
        detail = await app.told("InvalidCredentials", error)
        assert cure in detail
        assert BOT_TOKEN not in detail


async def test_revoked_token_is_noticed_at_once_and_a_new_one_is_used_without_a_restart(app: Running) -> None:
    app.slack.bot_tokens = {BOT_TOKEN: "token_revoked", "xoxb-2": ""}
    app.slack.send_event({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}})
    await app.told("InvalidCredentials", "token_revoked")
    app.slack.say("C1", "received all the same")
    await app.message("received all the same")
    (app.files.secrets_dir / "default/slack/bot-token").write_text("xoxb-2")
    await app.told("")


async def test_app_token_that_does_not_count(slack: SlackApi, start: Start) -> None:
    slack.app_tokens[APP_TOKEN] = "not_allowed_token_type"
    async with start(wait=False) as app:
        assert "xapp-" in await app.told("InvalidCredentials", "apps.connections.open")


async def test_missing_secret_is_named(slack: SlackApi, start: Start) -> None:
    async with start(wait=False, slack_spec={"botTokenSecretRef": {"name": "other", "key": "token"}}) as app:
        assert "Secret 'default/other' does not exist" in await app.told("SecretMissing")


async def test_missing_scope_is_named_before_it_is_needed(slack: SlackApi, start: Start) -> None:
    slack.scopes = "channels:history,users:read"
    async with start(wait=False, reply={"enabled": True}) as app:
        assert "files:read, chat:write" in await app.told("Forbidden")
        slack.say("C1", "received all the same")
        await app.message("received all the same")


async def test_rate_limit_of_names_holds_no_message_back(app: Running) -> None:
    app.slack.fail("users.info", "ratelimited", retry_after=30)
    app.slack.say("C1", "who am I")
    message = await app.message("who am I")
    assert message.sender.name == "U1"
    assert "users.info" in await app.told("RateLimited", "30 s")


async def test_slow_slack_holds_no_message_back(app: Running, monkeypatch) -> None:
    monkeypatch.setattr("tracker_ingestion.kinds.slack.names.LOOKUP_SECONDS", 0.2)
    app.slack.fail("users.info", "", delay=2)
    app.slack.say("C1", "who am I")
    await app.message("who am I")
    await app.told("Slow", "no answer within 0.2 s")
    app.slack.say("C1", "I am known", user="U2")
    assert (await app.message("I am known")).sender.name == "lee"
    await app.told("")


async def test_answer_that_is_no_json_is_told_and_tried_again(slack: SlackApi, start: Start) -> None:
    slack.fail("auth.test", body="<html>503 Service Unavailable</html>", status=503)
    slack.fail("apps.connections.open", "internal_error")
    async with start() as app:
        slack.say("C1", "back")
        await app.message("back")


async def test_slack_that_cannot_be_reached_is_told(slack: SlackApi, start: Start) -> None:
    address = slack.address
    slack.address = "http://127.0.0.1:9"
    async with start(wait=False) as app:
        assert "slack-status.com" in await app.told("Unreachable", "127.0.0.1")
    slack.address = address


async def test_store_of_files_that_is_away_is_named_and_the_message_comes_with_a_reference(app: Running) -> None:
    app.slack.files["trace.txt"] = (b"line 1", "text/plain")
    await app.bus.js.delete_object_store(FILES_STORE)
    app.slack.say("C1", "see the trace", files=[a_file(app, "trace.txt", 6)])
    assert "it is not there" in await app.told("FilesUnavailable")
    message = await app.message("see the trace")
    assert message.attachments[0].ref == "https://acme.slack.com/files/trace.txt"
    await ensure_bus(app.bus.js)
    app.slack.say("C1", "see it again", files=[a_file(app, "trace.txt", 6)])
    assert (await app.message("see it again")).attachments[0].ref.startswith("object:")
    await app.told("")


async def test_heartbeat_says_it_to_everybody(app: Running) -> None:
    async def told() -> bool:
        beat = (await read_heartbeats(app.bus.js)).get("source.default.slack")
        return beat is not None and beat.state == "ready" and beat.account == "Acme/tracker"

    await eventually("heartbeat", told)
    app.slack.disconnect("link_disabled")

    async def told_again() -> bool:
        beat = (await read_heartbeats(app.bus.js))["source.default.slack"]
        return beat.state == "degraded" and beat.reason == "Forbidden"

    await eventually("heartbeat of the trouble", told_again)


async def test_suspended_source_takes_nothing(slack: SlackApi, start: Start) -> None:
    async with start(suspend=True, wait=False) as app:
        await app.told("Suspended")
        await asyncio.sleep(0)
        assert slack.opened == 0
