"""What becomes of the messages of a workspace, over Socket Mode."""

import json
from zoneinfo import available_timezones

from tracker_core.channels.files import Files

from tests.ingestion.slack.conftest import Running, Start
from tests.support.slack_api import BOT, BOT_USER


async def test_message_has_the_ids_of_the_contract_and_the_names_of_people(app: Running) -> None:
    ts = app.slack.say("C1", "hello &amp; good morning")
    (message,) = await app.messages(1)
    assert message.external_id == f"T1:C1:{ts}"
    assert (message.conversation, message.reply_to) == ("C1", "")
    assert (message.sender.id, message.sender.name, message.sender.address) == ("U1", "dana", "dana@acme.example")
    assert message.text == "hello & good morning"
    assert message.url == f"https://acme.slack.com/archives/C1/p{ts.replace('.', '')}"
    if "Europe/Kyiv" in available_timezones():  # minimal systems have none
        assert message.sent_at.isoformat().endswith(("+02:00", "+03:00"))
    assert json.loads(message.raw)["ts"] == ts
    await app.settled()
    assert app.condition.report().account == "Acme/tracker"
    assert app.condition.report().last_message_at is not None


async def test_answer_in_a_thread_belongs_to_the_thread_and_its_root_to_the_room(app: Running) -> None:
    root = app.slack.say("C1", "it is broken")
    answer = app.slack.say("C1", "same here", user="U2", thread=root)
    shown = app.slack.say("C1", "and for all to see", thread=root, subtype="thread_broadcast")
    first, second, third = await app.messages(3)
    assert (first.conversation, second.conversation, third.conversation) == ("C1", f"C1:{root}", f"C1:{root}")
    assert second.reply_to == third.reply_to == first.external_id
    assert second.url.endswith(f"/archives/C1/p{answer.replace('.', '')}?thread_ts={root}&cid=C1")
    assert third.external_id == f"T1:C1:{shown}"


async def test_mentions_channels_and_links_read_as_people_see_them(app: Running) -> None:
    app.slack.say("C1", "<@U2> see <#C2> and <https://x.example/a?b=1&amp;c=2|the log>, <!here>; <@U404>")
    (message,) = await app.messages(1)
    assert message.text == "@lee see #random and the log (https://x.example/a?b=1&c=2), @here; @U404"


async def test_name_is_asked_for_once(app: Running) -> None:
    for number in range(5):
        app.slack.say("C1", f"number {number} <@U1>")
    assert [message.text for message in await app.messages(5)] == [f"number {number} @dana" for number in range(5)]
    assert len(app.slack.calls["users.info"]) == 1


async def test_edit_is_a_message_that_answers_the_original(app: Running) -> None:
    ts = app.slack.say("C1", "the export fials")
    at = app.slack.edit("C1", ts, "the export fails")
    app.slack.unfurl("C1", ts)
    original, edit = await app.messages(2)
    assert edit.external_id == f"{original.external_id}#{at}"
    assert (edit.text, edit.reply_to, edit.conversation) == ("the export fails", original.external_id, "C1")
    await app.settled()
    assert len(await app.messages()) == 2, "an unfolded link is no edit"


async def test_deletion_is_told_and_asks_for_nothing(app: Running) -> None:
    ts = app.slack.say("C1", "never mind")
    app.slack.delete("C1", ts)
    original, deletion = await app.messages(2)
    assert (deletion.text, deletion.reply_to) == ("(deleted)", original.external_id)
    assert deletion.external_id == f"{original.external_id}#deleted"
    assert "deleted" in deletion.ignored


async def test_own_messages_are_ignored_and_those_of_other_apps_are_not(app: Running) -> None:
    app.slack.say("C1", "I am on it", user=BOT_USER, bot_id=BOT)
    app.slack.say("C1", "I too", user=None, bot_id=BOT, subtype="bot_message")
    app.slack.say("C1", "", user=None, bot_id="B7", subtype="bot_message", attachments=[{"title": "Disk full"}])
    app.slack.say(
        "C1",
        "",
        user=None,
        bot_id="B7",
        username="Grafana",
        subtype="bot_message",
        blocks=[{"type": "header", "text": {"type": "plain_text", "text": "CPU at 99 %"}}],
    )
    disk, cpu = await app.messages(2)
    assert (disk.text, disk.sender.id, disk.sender.name) == ("Disk full", "B7", "alerts")
    assert (cpu.text, cpu.sender.name) == ("CPU at 99 %", "Grafana")
    await app.settled()
    assert len(await app.messages()) == 2


async def test_what_only_happened_is_no_message(app: Running) -> None:
    app.slack.say("C1", "<@U1> has joined the channel", subtype="channel_join")
    app.slack.say("C1", "")
    app.slack.send_event({"type": "reaction_added", "user": "U1", "item": {"type": "message", "channel": "C1"}})
    app.slack.send("slash_commands", {"command": "/x"})
    await app.settled()
    assert await app.messages() == []


async def test_only_channels_of_the_list_count_by_id_or_name(start: Start) -> None:
    async with start(slack_spec={"channels": ["C2", "#support"]}) as app:
        app.slack.channels |= {"C3": type(app.slack.channels["C1"])("secret")}
        for channel in ("C3", "C1", "C2"):
            app.slack.say(channel, f"in {channel}")
        await app.settled()
        assert {message.text for message in await app.messages(2)} == {"in C1", "in C2"}


async def test_renamed_channel_is_known_by_its_new_name(start: Start) -> None:
    async with start(slack_spec={"channels": ["#help"]}) as app:
        app.slack.say("C1", "before")
        await app.settled()
        app.slack.channels["C1"].name = "help"
        app.slack.send_event({"type": "channel_rename", "channel": {"id": "C1", "name": "help", "created": 1}})
        await app.settled()
        app.slack.say("C1", "after")
        assert [message.text for message in await app.messages(1)] == ["after"]


async def test_files_are_kept_and_fetched_with_the_token(app: Running) -> None:
    app.slack.files["trace.txt"] = (b"line 1\nline 2", "text/plain")
    app.slack.say("C1", "see the trace", subtype="file_share", files=[a_file(app, "trace.txt", 13)])
    (message,) = await app.messages(1)
    (attachment,) = message.attachments
    assert (attachment.name, attachment.media_type, attachment.size) == ("trace.txt", "text/plain", 13)
    assert await Files(app.bus.js).load(attachment.ref) == b"line 1\nline 2"


async def test_file_that_slack_could_not_give_at_once_is_asked_for_again(app: Running) -> None:
    app.slack.files["trace.txt"] = (b"line 1", "text/plain")
    app.slack.fail("file", "ratelimited", retry_after=0.1)
    app.slack.fail("file", body="oops", status=502)
    app.slack.say("C1", "see the trace", files=[a_file(app, "trace.txt", 6)])
    (message,) = await app.messages(1)
    assert message.attachments[0].ref.startswith("object://")
    assert len(app.slack.file_tokens) >= 3


async def test_file_of_a_shared_channel_is_asked_for(app: Running) -> None:
    app.slack.files["far.txt"] = (b"far", "text/plain")
    app.slack.file_infos["F9"] = a_file(app, "far.txt", 3)
    app.slack.say("C1", "", subtype="file_share", files=[{"id": "F9", "file_access": "check_file_info"}])
    (message,) = await app.messages(1)
    assert message.attachments[0].name == "far.txt"
    assert message.attachments[0].ref.startswith("object://")


async def test_token_goes_to_slack_only(app: Running) -> None:
    elsewhere = app.slack.address.replace("127.0.0.1", "localhost")
    stranger = a_file(app, "plan.txt", 3) | {"url_private": f"{elsewhere}/files/plan.txt", "mode": "external"}
    app.slack.files["plan.txt"] = (b"old", "text/plain")
    app.slack.say("C1", "the plan", files=[stranger])
    (message,) = await app.messages(1)
    assert message.attachments[0].ref == "https://acme.slack.com/files/plan.txt"
    assert app.slack.file_tokens == []


async def test_huge_file_is_a_reference_and_the_rest_goes_on(start: Start) -> None:
    async with start(ingest={"attachments": {"maxBytes": 1000}}) as app:
        app.slack.files |= {"huge.bin": (b"x" * 2000, "application/zip"), "liar.bin": (b"x" * 2000, "application/zip")}
        files = [a_file(app, "huge.bin", 2000, "application/zip"), a_file(app, "liar.bin", 10, "application/zip")]
        app.slack.say("C1", "two files", files=files)
        app.slack.say("C1", "next")
        first, second = await app.messages(2)
        assert [a.ref for a in first.attachments] == [f"https://acme.slack.com/files/{n}.bin" for n in ("huge", "liar")]
        assert second.text == "next"
        assert "maxBytes of 1000" in app.condition.report().detail
        assert app.condition.report().state == "ready"


async def test_file_that_may_not_be_read_names_the_scope(app: Running) -> None:
    app.slack.files["x.txt"] = (b"<html>log in</html>", "text/html")
    app.slack.say("C1", "look", files=[a_file(app, "x.txt", 3)])
    (message,) = await app.messages(1)
    assert message.attachments[0].ref == "https://acme.slack.com/files/x.txt"
    assert "files:read" in await app.told("Forbidden")


async def test_shortcut_asks_for_a_task_and_the_person_is_told(app: Running) -> None:
    ts = app.slack.say("C1", "could someone look at the printer")
    original = await app.message("could someone look at the printer")
    app.slack.send("interactive", app.slack.shortcut("C1", ts))
    app.slack.send("interactive", app.slack.shortcut("C1", ts, callback="other"))
    _, wanted = await app.messages(2)
    assert (wanted.external_id, wanted.reply_to) == (f"{original.external_id}#task", original.external_id)
    assert wanted.wanted
    assert not original.wanted
    assert (wanted.text, wanted.sender, wanted.conversation) == (original.text, original.sender, "C1")
    await app.settled()
    (told,) = app.slack.told
    assert told["response_type"] == "ephemeral"
    assert "a task is made" in told["text"]
    assert "old-verification-token" not in wanted.raw


async def test_shortcut_in_a_channel_that_is_not_listed_makes_nothing_and_says_so(start: Start) -> None:
    async with start(slack_spec={"channels": ["C1"]}) as app:
        ts = app.slack.say("C2", "elsewhere")
        app.slack.send("interactive", app.slack.shortcut("C2", ts))
        await app.settled()
        assert await app.messages() == []
        assert "no messages of this channel" in app.slack.told[0]["text"]


async def test_malformed_event_is_a_dead_letter_and_the_rest_goes_on(app: Running) -> None:
    app.slack.send_event({"type": "message", "channel": "C1", "user": "U1", "text": "no time", "ts": "yesterday"})
    app.slack.send_event({"type": "message", "channel": 7, "user": "U1", "text": "no channel", "ts": "1.2"})
    app.slack.send("events_api", {"type": "event_callback", "event": "?"})
    app.slack.send("events_api", ["nothing", "known"])
    app.slack.send_text("this is no JSON")
    await app.settled()
    app.slack.say("C1", "fine")
    await app.message("fine")
    dead = [message for message in await app.messages(6) if message.dead]
    assert len(dead) == 5
    assert any("`$.ts`" in letter.dead for letter in dead)
    assert all("old-verification-token" not in letter.raw for letter in dead)
    assert any(letter.raw == "this is no JSON" for letter in dead)
    assert app.condition.report().state == "ready"
    assert "dead letters" in app.condition.report().detail


def a_file(app: Running, name: str, size: int, media_type: str = "text/plain") -> dict[str, object]:
    return {
        "id": f"F-{name}",
        "name": name,
        "mimetype": media_type,
        "size": size,
        "mode": "hosted",
        "url_private": f"{app.slack.address}/files/{name}",
        "permalink": f"https://acme.slack.com/files/{name}",
    }
