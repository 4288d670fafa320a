"""Takes what Slack sends, in whatever way it came: decides whether it counts, resolves its names and files, publishes.

Returning means that it is dealt with for good, so the caller may confirm it. Whatever cannot be understood is published
as a dead letter and confirmed too: sent again, it would be no clearer, and the rest must go on.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from tracker_core.channels.condition import Reason
from tracker_core.channels.intake import Intake
from tracker_core.inbound import InboundMessage, Sender, inbound_message
from tracker_core.slack import named, plain

from tracker_ingestion.kinds.slack.attachments import Attachments
from tracker_ingestion.kinds.slack.cache import Cache
from tracker_ingestion.kinds.slack.faults import SlackError
from tracker_ingestion.kinds.slack.login import Login
from tracker_ingestion.kinds.slack.names import Names, Person
from tracker_ingestion.kinds.slack.reading import Heard, Said, Saying, moment, read_event, read_shortcut
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.telling import Telling

log = logging.getLogger(__name__)

CREATE_TASK = "create_task"
"""Callback id of the message shortcut."""
KEEP_SECONDS = 2 * 3600.0
"""How long an id is known as published: longer than between two looks into the history. The bus and Postgres know it
for good, this only spares them."""
HELD_BACK_SECONDS = 60.0
_MAX_NAMES = 50
"""Names looked up for one message."""


class Taking:
    """Takes for one Source."""

    def __init__(
        self,
        source: str,
        channels: Iterable[str],
        *,
        intake: Intake,
        login: Login,
        names: Names,
        attachments: Attachments,
        telling: Telling,
        standing: Standing,
    ) -> None:
        self._source = source
        self._channels = frozenset(channels)
        self._intake = intake
        self._login = login
        self._names = names
        self._attachments = attachments
        self._telling = telling
        self._standing = standing
        self._published: Cache[str, bool] = Cache()
        self.missed = asyncio.Event()
        """Set when something may have been missed: the history is to be looked through."""

    async def take(self, payload: Any, traceparent: str = "") -> None:
        """Take the payload of an event or of a shortcut."""
        try:
            await self._take(payload, traceparent)
        except msgspec.ValidationError as error:
            await self.bury(payload, f"Slack sent what is not as documented: {error}", traceparent)
        except Exception as error:
            # A defect of ours must not make Slack send it for ever, nor stop the others.
            log.exception("Source %s: an event cannot be read", self._source)
            await self.bury(payload, f"Unforeseen: {type(error).__name__}. See the log of the Source", traceparent)

    async def allows(self, channel: str) -> bool:
        """Whether the Source takes messages of this channel: by its id, or by its name as `#name`."""
        if not self._channels or channel in self._channels:
            return True
        name = await self._names.channel(channel)
        return f"#{name}" in self._channels or name in self._channels

    async def message(self, heard: Heard, traceparent: str = "") -> bool:
        """Publish what was said; return whether it was new to this process."""
        workspace = await self._login.known()
        if self.knows(heard):
            return False
        await self._intake.publish(await self._inbound(heard), traceparent=traceparent)
        self._published.put(heard.external_id(workspace.team_id), value=True, seconds=KEEP_SECONDS)
        return True

    def knows(self, heard: Heard) -> bool:
        """Whether this process has published it."""
        workspace = self._login.workspace
        return workspace is not None and self._published.get(heard.external_id(workspace.team_id)) is True

    async def bury(self, payload: Any, reason: str, traceparent: str = "") -> None:
        """Publish as a dead letter."""
        raw = _without_token(payload)
        event_id = payload.get("event_id") if isinstance(payload, Mapping) else None
        if not isinstance(event_id, str) or not event_id:
            event_id = "sha256:" + hashlib.sha256(raw.encode()).hexdigest()
        if self._published.get(event_id):
            return
        now = datetime.now(UTC)
        dead = inbound_message(
            source=self._source,
            external_id=event_id,
            sent_at=now,
            received_at=now,
            text="",
            raw=raw,
            dead=f"Source '{self._source}': {reason}",
        )
        log.warning("Source %s: dead letter %s: %s", self._source, dead.external_id, reason)
        self._standing.note(f"An event is among the dead letters: {reason}")
        await self._intake.publish(dead, traceparent=traceparent)
        self._published.put(event_id, value=True, seconds=KEEP_SECONDS)

    async def _take(self, payload: Any, traceparent: str) -> None:
        match payload:
            case {"type": "event_callback", "event": {"type": "message" | "app_mention"} as event}:
                await self._said(event, traceparent)
            case {"type": "event_callback", "event": {"type": str() as kind} as event}:
                await self._happened(kind, event)
            case {"type": "message_action", "callback_id": callback}:
                if callback == CREATE_TASK:
                    await self._wanted(payload, traceparent)
            case {"type": "app_rate_limited"}:
                # https://docs.slack.dev/reference/events/app_rate_limited: events of this minute are not sent at all.
                error = SlackError(
                    Reason.RATE_LIMITED,
                    "Slack holds events back: more than 30,000 in an hour",
                    cure="They are fetched from the history; take the app out of channels that it does not need",
                )
                self._standing.trouble("events", error, seconds=HELD_BACK_SECONDS)
                self.missed.set()
            case {"type": "event_callback"}:
                await self.bury(payload, "Slack sent an event without a type", traceparent)
            case {"type": str()}:
                log.debug("Source %s: nothing to do with a payload of another type", self._source)
            case _:
                await self.bury(payload, "Slack sent what is not as documented: no type", traceparent)

    async def _said(self, event: Mapping[str, Any], traceparent: str) -> None:
        heard = read_event(event)
        workspace = await self._login.known()
        if heard is None or workspace.wrote(heard.body) or not await self.allows(heard.channel):
            return
        await self.message(heard, traceparent)

    async def _happened(self, kind: str, event: Mapping[str, Any]) -> None:
        match kind, event:
            case "channel_rename" | "group_rename", {"channel": {"id": str() as channel}}:
                self._names.forget_channel(channel)
            case "tokens_revoked" | "app_uninstalled", _:
                self._login.doubt()
            case "member_joined_channel", {"user": user} if user == (await self._login.known()).user_id:
                self.missed.set()

    async def _wanted(self, payload: Mapping[str, Any], traceparent: str) -> None:
        heard = read_shortcut(payload)
        if heard is None:
            await self._telling.tell(payload, "There are no words in this message to make a task of.")
        elif not await self.allows(heard.channel):
            await self._telling.tell(payload, "Task Tracker takes no messages of this channel.")
        else:
            await self.message(heard, traceparent)
            await self._telling.tell(payload, "Noted: a task is made of this message.")

    async def _inbound(self, heard: Heard) -> InboundMessage:
        workspace = await self._login.known()
        team, said = workspace.team_id, heard.said
        sender = await self._sender(said)
        deleted = heard.saying is Saying.DELETION
        return inbound_message(
            source=self._source,
            external_id=heard.external_id(team),
            sent_at=moment(heard.at).astimezone(sender.zone),
            received_at=datetime.now(UTC),
            text="(deleted)" if deleted else await self._text(heard.text),
            sender=Sender(id=sender.id, name=sender.name, address=sender.address),
            conversation=heard.conversation,
            reply_to=heard.reply_to(team),
            url=workspace.link(heard.channel, said.ts, heard.thread),
            # Of an edit and a deletion the files are with the original.
            attachments=await self._attachments.of(said.files or ())
            if heard.saying in {Saying.NEW, Saying.WANTED}
            else (),
            raw=msgspec.json.encode({"channel": heard.channel} | dict(heard.body)).decode(),
            ignored="Its author deleted the message that this is about" if deleted else "",
            wanted=heard.saying is Saying.WANTED,
        )

    async def _sender(self, said: Said) -> Person:
        if said.user and not said.username:
            return await self._names.person(said.user)
        known = said.user or said.bot_id or ""
        if name := said.username or (said.bot_profile and said.bot_profile.name):
            return Person(known or name, name)
        return await self._names.bot(known) if known else Person("", "")

    async def _text(self, text: str) -> str:
        users, channels = named(text)
        people = {user: (await self._names.person(user)).name for user in sorted(users)[:_MAX_NAMES]}
        rooms = {channel: await self._names.channel(channel) for channel in sorted(channels)[:_MAX_NAMES]}
        return plain(text, lambda user: people.get(user, user), lambda channel: rooms.get(channel, channel))


def _without_token(payload: Any) -> str:
    # The verification token is an old secret of the app that still comes with every event.
    if isinstance(payload, Mapping):
        payload = {key: value for key, value in payload.items() if key not in {"token", "response_url", "trigger_id"}}
    return payload if isinstance(payload, str) else msgspec.json.encode(payload).decode()
