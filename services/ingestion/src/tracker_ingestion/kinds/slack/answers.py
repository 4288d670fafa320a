"""Sends an answer into the thread of the message that it answers.

https://docs.slack.dev/reference/methods/chat.postMessage has no idempotency key. The id of the reply goes along as
metadata instead, and before a post the thread is asked for it: a crash after a post sends nothing twice.
"""

import logging
from time import time
from typing import Any

from tracker_core.channels.condition import Reason
from tracker_core.outbound import Delivery, OutboundReply, delivery
from tracker_core.slack import escaped, message_key

from tracker_ingestion.kinds.slack.faults import SlackError
from tracker_ingestion.kinds.slack.login import Login
from tracker_ingestion.kinds.slack.web import Web
from tracker_ingestion.kinds.slack.workspace import Workspace

log = logging.getLogger(__name__)

EVENT_TYPE = "task_tracker_reply"
"""Of the metadata."""
MAX_CHARACTERS = 39_000
"""Slack cuts at 40,000 without a word; https://docs.slack.dev/changelog/2018-truncating-really-long-messages."""
LOOK_BACK = 24 * 3600.0
"""Seconds in which an earlier attempt is looked for."""


class Answers:
    """Posts for one Source."""

    def __init__(self, web: Web, login: Login) -> None:
        self._web = web
        self._login = login

    async def send(self, reply: OutboundReply) -> Delivery:
        """Post one answer."""
        workspace = self._login.workspace
        if workspace is None:
            return delivery(reply, "retry", detail="Not connected to Slack yet", retry_after=5)
        channel, thread = place_of(reply)
        text = escaped(f"{reply.text}\n— {reply.author}" if reply.author else reply.text)
        if not channel:
            return delivery(reply, "failed", detail="The message has no channel. Answer in Slack")
        if len(text) > MAX_CHARACTERS:
            return delivery(reply, "failed", detail=f"Longer than {MAX_CHARACTERS} characters. Shorten the answer")
        try:
            ts = await self._posted(reply, channel, thread) or await self._post(reply, channel, thread, text)
        except SlackError as error:
            if error.reason is Reason.INVALID_CREDENTIALS:
                self._login.doubt()
            return delivery(
                reply, "retry" if error.passes else "failed", detail=str(error), retry_after=error.retry_after
            )
        return _sent(reply, workspace, channel, ts, thread)

    async def _posted(self, reply: OutboundReply, channel: str, thread: str) -> str:
        """Return the timestamp of an earlier attempt that got through; empty when there is none."""
        method = "conversations.replies" if thread else "conversations.history"
        arguments: dict[str, Any] = {"ts": thread} if thread else {}
        try:
            answer = await self._web.call(
                method,
                channel=channel,
                oldest=f"{time() - LOOK_BACK:.6f}",
                limit=999,
                include_all_metadata=True,
                **arguments,
            )
        except SlackError as error:
            if error.passes:
                raise
            log.warning("Whether the answer was sent before cannot be seen: %s", error)
            return ""
        for entry in answer.get("messages") or ():
            match entry:
                case {"ts": str() as ts, "metadata": {"event_type": kind, "event_payload": {"reply_id": known}}}:
                    if kind == EVENT_TYPE and known == str(reply.id):
                        return ts
        return ""

    async def _post(self, reply: OutboundReply, channel: str, thread: str, text: str) -> str:
        answer = await self._web.call(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread or None,
            text=text,
            mrkdwn=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"reply_id": str(reply.id)}},
        )
        return str(answer.get("ts", ""))


def place_of(reply: OutboundReply) -> tuple[str, str]:
    """Return channel and thread: that of the conversation, or one below the answered message."""
    channel, _, thread = reply.conversation.partition(":")
    answered = reply.reply_to.partition("#")[0].split(":")
    if len(answered) == 3:  # noqa: PLR2004 -- team, channel, timestamp
        channel = channel or answered[1]
        thread = thread or answered[2]
    return channel, thread


def _sent(reply: OutboundReply, workspace: Workspace, channel: str, ts: str, thread: str) -> Delivery:
    return delivery(
        reply,
        "sent",
        external_id=message_key(workspace.team_id, channel, ts),
        url=workspace.link(channel, ts, thread),
    )
