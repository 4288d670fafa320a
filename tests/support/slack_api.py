"""Slack at the wire: the Web API methods that the product calls, Socket Mode, files, and requests of the Events API.

    async with slack_api() as slack:
        slack.say("C1", "hello")         # stands in the history, and is sent as an event
        slack.fail("users.info", "ratelimited", retry_after=1)

It follows the published API (https://docs.slack.dev): form-encoded calls, `ok` and `error`, pages from new to old with
`next_cursor`, 429 with Retry-After, and envelopes that come again until they are confirmed.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

BOT_TOKEN = "xoxb-1-secret-of-the-bot"
APP_TOKEN = "xapp-1-secret-of-the-app"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, BOT_USER, BOT = "T1", "U0BOT", "B0BOT"
SCOPES = "channels:history,groups:history,im:history,mpim:history,users:read,users:read.email,files:read,chat:write"


@dataclass
class Fault:
    """What a method does instead of answering."""

    error: str
    status: int = 200
    retry_after: float | None = None
    needed: str | None = None
    delay: float = 0.0
    body: str | None = None
    after: bool = False
    """The call takes effect all the same; only its answer is lost."""


@dataclass
class Channel:
    name: str
    member: bool = True
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Roots and answers, in order."""


def _user(identity: str, display: str, **fields: Any) -> dict[str, Any]:
    profile = {"display_name": display, "real_name": f"{display} Real", "email": f"{display}@acme.example"}
    return {"id": identity, "name": display, "tz": "Europe/Kyiv", "profile": profile} | fields


class SlackApi:
    """The state of one workspace with one app."""

    def __init__(self) -> None:
        self.address = ""
        self.bot_tokens = {BOT_TOKEN: ""}
        """Valid ones, and those that are refused with an error."""
        self.app_tokens = {APP_TOKEN: ""}
        self.scopes: str | None = SCOPES
        self.users = {"U1": _user("U1", "dana"), "U2": _user("U2", "lee"), BOT_USER: _user(BOT_USER, "tracker")}
        self.bots = {"B7": {"id": "B7", "name": "alerts"}}
        self.channels = {"C1": Channel("support"), "C2": Channel("random")}
        self.files: dict[str, tuple[bytes, str]] = {}
        self.file_infos: dict[str, dict[str, Any]] = {}
        self.file_tokens: list[str] = []
        """What file downloads sent as Authorization."""
        self.told: list[dict[str, Any]] = []
        """What was posted to response_urls."""
        self.calls: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.sockets: list[web.WebSocketResponse] = []
        self.opened = 0
        self.hello = True
        self.deaf = False
        """New connections answer no ping."""
        self.unconfirmed: dict[str, dict[str, Any]] = {}
        """Envelopes by id, until they are acknowledged; sent again to each new connection."""
        self.confirmed: list[str] = []
        self.twice_every = 0
        """Each how manieth envelope is sent twice, as after a confirmation that came late."""
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._numbers = count(1)
        self._moments = count(1)
        self._start = int(time.time()) - 3600

    # What a test does

    def fail(self, method: str, error: str = "", *, times: int = 1, **fault: Any) -> None:
        """Let the next calls of a method fail; -1 times: all."""
        if error == "ratelimited":
            fault = {"status": 429, "retry_after": 1} | fault
        self._faults[method] += [Fault(error, **fault)] * (times if times > 0 else 100_000)

    def heal(self, method: str) -> None:
        """Let it work again."""
        self._faults[method].clear()

    def moment(self, age: float | None = None) -> str:
        """A timestamp that no other message has; `age` seconds ago."""
        number = next(self._moments)
        seconds = self._start + number / 1000 if age is None else time.time() - age
        return f"{int(seconds)}.{number:06d}"

    def say(
        self,
        channel: str,
        text: str,
        *,
        user: str | None = "U1",
        thread: str = "",
        age: float | None = None,
        live: bool = True,
        **fields: Any,
    ) -> str:
        """Write a message; return its timestamp. Not `live`: no event is sent, as while the app is away."""
        ts = self.moment(age)
        message = {"type": "message", "user": user, "text": text, "ts": ts, "team": TEAM} | fields
        if thread:
            message["thread_ts"] = thread
            root = self._find(channel, thread)
            root |= {"thread_ts": thread, "latest_reply": ts, "reply_count": root.get("reply_count", 0) + 1}
        message = {key: value for key, value in message.items() if value is not None}
        self.channels[channel].messages.append(message)
        if live:
            self.send_event(message | {"channel": channel, "channel_type": "channel", "event_ts": ts})
        return ts

    def edit(self, channel: str, ts: str, text: str, *, live: bool = True) -> str:
        """Change a message; return when."""
        message, at = self._find(channel, ts), self.moment()
        before = dict(message)
        message |= {"text": text, "edited": {"user": message.get("user"), "ts": at}}
        if live:
            self.send_event(self._happened(channel, "message_changed", at, message=message, previous_message=before))
        return at

    def unfurl(self, channel: str, ts: str) -> None:
        """Do what Slack does when it unfolds a link: a change that nobody made."""
        message, at = self._find(channel, ts), self.moment()
        after = message | {"attachments": [{"title": "A page", "from_url": "https://x.example"}]}
        self.send_event(self._happened(channel, "message_changed", at, message=after, previous_message=message))

    def delete(self, channel: str, ts: str) -> None:
        message, at = self._find(channel, ts), self.moment()
        self.channels[channel].messages.remove(message)
        self.send_event(
            self._happened(channel, "message_deleted", at, deleted_ts=ts, previous_message=message, hidden=True)
        )

    def shortcut(self, channel: str, ts: str, callback: str = "create_task") -> dict[str, Any]:
        """Payload of a message shortcut, which the test sends."""
        return {
            "type": "message_action",
            "token": "old-verification-token",
            "callback_id": callback,
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
            "response_url": f"{self.address}/hooks/1",
            "team": {"id": TEAM, "domain": "acme"},
            "channel": {"id": channel, "name": self.channels[channel].name},
            "user": {"id": "U2", "name": "lee"},
            "message_ts": ts,
            "message": self._find(channel, ts),
        }

    def event(self, event: dict[str, Any], **outer: Any) -> dict[str, Any]:
        """The callback around an event."""
        return {
            "token": "old-verification-token",
            "team_id": TEAM,
            "api_app_id": "A1",
            "type": "event_callback",
            "event_id": f"Ev{next(self._numbers):08d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
        } | outer

    def send_event(self, event: dict[str, Any]) -> str:
        return self.send("events_api", self.event(event))

    def send(self, kind: str, payload: Any, *, retry: int = 0) -> str:
        """Send an envelope to one connection; return its id."""
        envelope_id = f"env-{next(self._numbers)}"
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": False}
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": ""}
        self.unconfirmed[envelope_id] = envelope
        self.send_text(json.dumps(envelope))
        if self.twice_every and len(self.unconfirmed | dict.fromkeys(self.confirmed)) % self.twice_every == 0:
            again = envelope | {"envelope_id": f"{envelope_id}-again", "retry_attempt": 1, "retry_reason": "timeout"}
            self.unconfirmed[again["envelope_id"]] = again
            self.send_text(json.dumps(again))
        return envelope_id

    def send_text(self, text: str) -> None:
        """Send it to the newest connection, if there is one."""
        if self.sockets:
            self._tasks.append(asyncio.create_task(_send(self.sockets[-1], text)))

    async def drop(self) -> None:
        """Close every connection without a word."""
        for socket in self.sockets[:]:
            await socket.close()

    def disconnect(self, reason: str) -> None:
        """Announce the end of the newest connection."""
        self.send_text(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "wss-1"}}))

    # What the product calls

    _tasks: list[asyncio.Task[None]]

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[None]:
        self._tasks = []
        app = web.Application(client_max_size=1 << 25)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/link", self._socket)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_post("/hooks/{name}", self._hook)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, bound = runner.addresses[0][:2]
        self.address = f"http://{host}:{bound}"
        try:
            yield
        finally:
            await self.drop()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        data = {key: str(value) for key, value in (await request.post()).items()}
        self.calls[method].append(data)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self._faults[method].pop(0) if self._faults[method] else None
        if fault is not None and not fault.after:
            return await self._faulty(fault)
        tokens = self.app_tokens if method == "apps.connections.open" else self.bot_tokens
        if refused := tokens.get(token, "invalid_auth" if token else "not_authed"):
            return web.json_response({"ok": False, "error": refused})
        answer = getattr(self, "_" + method.replace(".", "_"))(data)
        if fault is not None:
            return await self._faulty(fault)
        headers = {"x-oauth-scopes": self.scopes} if self.scopes is not None and tokens is self.bot_tokens else {}
        return web.json_response({"ok": "error" not in answer} | answer, headers=headers)

    async def _faulty(self, fault: Fault) -> web.Response:
        await asyncio.sleep(fault.delay)
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        if fault.body is not None:
            return web.Response(text=fault.body, status=fault.status, headers=headers, content_type="text/html")
        answer: dict[str, Any] = {"ok": False, "error": fault.error}
        if fault.needed:
            answer |= {"needed": fault.needed, "provided": "chat:write"}
        return web.json_response(answer, status=fault.status, headers=headers)

    def _auth_test(self, _: dict[str, str]) -> dict[str, Any]:
        return {
            "url": "https://acme.slack.com/",
            "team": "Acme",
            "user": "tracker",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _users_info(self, data: dict[str, str]) -> dict[str, Any]:
        found = self.users.get(data["user"])
        return {"user": found} if found else {"error": "user_not_found"}

    def _bots_info(self, data: dict[str, str]) -> dict[str, Any]:
        found = self.bots.get(data["bot"])
        return {"bot": found} if found else {"error": "bot_not_found"}

    def _conversations_info(self, data: dict[str, str]) -> dict[str, Any]:
        found = self.channels.get(data["channel"])
        if found is None:
            return {"error": "channel_not_found"}
        return {"channel": {"id": data["channel"], "name": found.name, "is_channel": True}}

    def _users_conversations(self, data: dict[str, str]) -> dict[str, Any]:
        mine = [{"id": key, "name": channel.name} for key, channel in self.channels.items() if channel.member]
        return self._paged("channels", mine, data)

    def _conversations_history(self, data: dict[str, str]) -> dict[str, Any]:
        if refused := self._refused(data["channel"]):
            return {"error": refused}
        roots = [m for m in self.channels[data["channel"]].messages if _is_root(m) and _after(m, data)]
        return self._paged("messages", [_shown(m, data) for m in reversed(roots)], data)

    def _conversations_replies(self, data: dict[str, str]) -> dict[str, Any]:
        if refused := self._refused(data["channel"]):
            return {"error": refused}
        thread = [m for m in self.channels[data["channel"]].messages if data["ts"] in {m["ts"], m.get("thread_ts")}]
        if not thread:
            return {"error": "thread_not_found"}
        # The root is always among them.
        shown = [_shown(m, data) for m in thread if m["ts"] == data["ts"] or _after(m, data)]
        return self._paged("messages", shown, data)

    def _files_info(self, data: dict[str, str]) -> dict[str, Any]:
        return {"file": self.file_infos[data["file"]]}

    def _apps_connections_open(self, _: dict[str, str]) -> dict[str, Any]:
        return {"url": f"ws{self.address.removeprefix('http')}/link?ticket=secret-ticket&app_id=A1"}

    def _chat_postMessage(self, data: dict[str, str]) -> dict[str, Any]:  # noqa: N802 -- the method's name
        if refused := self._refused(data["channel"]):
            return {"error": refused}
        ts = self.moment(age=0)
        message = {"type": "message", "user": BOT_USER, "bot_id": BOT, "text": data["text"], "ts": ts}
        if thread := data.get("thread_ts"):
            message["thread_ts"] = thread
        if metadata := data.get("metadata"):
            message["metadata"] = json.loads(metadata)
        self.channels[data["channel"]].messages.append(message)
        return {"channel": data["channel"], "ts": ts, "message": message}

    def _refused(self, channel: str) -> str:
        found = self.channels.get(channel)
        return "channel_not_found" if found is None else "" if found.member else "not_in_channel"

    def _paged(self, name: str, entries: list[Any], data: dict[str, str]) -> dict[str, Any]:
        start, limit = int(data.get("cursor") or 0), int(data.get("limit") or 100)
        more = len(entries) > start + limit
        metadata = {"next_cursor": str(start + limit) if more else ""}
        return {name: entries[start : start + limit], "has_more": more, "response_metadata": metadata}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=not self.deaf)
        await socket.prepare(request)
        self.opened += 1
        if self.hello:
            hello = {"type": "hello", "num_connections": len(self.sockets) + 1, "connection_info": {"app_id": "A1"}}
            await socket.send_str(json.dumps(hello))
        self.sockets.append(socket)
        for envelope in list(self.unconfirmed.values()):
            if envelope["envelope_id"] in self.unconfirmed:
                await _send(socket, json.dumps(envelope))
        try:
            async for message in socket:
                if message.type is not web.WSMsgType.TEXT:
                    continue
                envelope_id = json.loads(message.data)["envelope_id"]
                self.unconfirmed.pop(envelope_id, None)
                self.confirmed.append(envelope_id)
        finally:
            self.sockets.remove(socket)
        return socket

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.file_tokens.append(request.headers.get("Authorization", ""))
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            raise web.HTTPFound("/login")
        if fault := self._faults["file"].pop(0) if self._faults["file"] else None:
            return await self._faulty(fault)
        content, kind = self.files[request.match_info["name"]]
        return web.Response(body=content, content_type=kind)

    async def _hook(self, request: web.Request) -> web.Response:
        self.told.append(await request.json())
        return web.Response(text="ok")

    def _find(self, channel: str, ts: str) -> dict[str, Any]:
        return next(m for m in self.channels[channel].messages if m["ts"] == ts)

    def _happened(self, channel: str, subtype: str, at: str, **fields: Any) -> dict[str, Any]:
        event = {"type": "message", "subtype": subtype, "channel": channel, "ts": at, "event_ts": at, "hidden": True}
        return event | fields


@asynccontextmanager
async def slack_api() -> AsyncIterator[SlackApi]:
    """Run a workspace."""
    api = SlackApi()
    async with api.serving():
        yield api


def signed(body: bytes, *, secret: str = SIGNING_SECRET, at: float | None = None, retry: int = 0) -> dict[str, str]:
    """Headers of a request as Slack signs it (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return headers


def _is_root(message: dict[str, Any]) -> bool:
    return message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"


def _after(message: dict[str, Any], data: dict[str, str]) -> bool:
    return float(message["ts"]) > float(data.get("oldest") or 0)


def _shown(message: dict[str, Any], data: dict[str, str]) -> dict[str, Any]:
    if data.get("include_all_metadata") == "true":
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


async def _send(socket: web.WebSocketResponse, text: str) -> None:
    if not socket.closed:
        try:
            await socket.send_str(text)
        except ConnectionError:
            return
