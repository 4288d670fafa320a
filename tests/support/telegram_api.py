"""Telegram's Bot API as a server, as far as a bot can tell (https://core.telegram.org/bots/api).

async with running_telegram() as telegram:
    telegram.url                        # for TRACKER_BOT__API_URL; the token is `telegram.token`
    telegram.say("the printer is broken", chat=GROUP, sender=ANNA)
    telegram.press(telegram.sent[0].result, "done:1", sender=ANNA)
    telegram.fail("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
    telegram.calls("sendMessage")       # what the bot asked for
    telegram.open_page(sender=ANNA)     # what a Mini App gets as its init data

Kept to: the offset of getUpdates confirms; a second getUpdates or a webhook is a conflict (409); allowed_updates lasts
and does not touch what waits already; a webhook is called with the secret token, in order within a chat, again and
again until it answers 2xx; getFile gives at most 20 MB. Beyond it: `repeats` is the share of updates that come twice.
"""

import asyncio
import contextlib
import hmac
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

type Json = dict[str, Any]

TOKEN = "123456:AAE-secret_token"
BOT = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Tracker",
    "username": "tracker_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": True,
    "supports_inline_queries": False,
}
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "Maier", "username": "anna", "language_code": "de"}
OLEG = {"id": 8, "is_bot": False, "first_name": "Олег"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Support"}
FORUM = {"id": -1002, "type": "supergroup", "title": "Forum", "is_forum": True}
CHANNEL = {"id": -1003, "type": "channel", "title": "News", "username": "news"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Anna", "last_name": "Maier", "username": "anna"}

MAX_DOWNLOAD = 20_000_000
_MAX_TEXT = 4096
_DEFAULT_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
)


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def response(self) -> web.Response:
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.status)


@dataclass
class Call:
    """One request of the bot."""

    method: str
    params: Json
    result: Any = None


@dataclass
class Fault:
    """What goes wrong with the next requests of a method (`*`: of any)."""

    method: str
    times: int
    error: ApiError | None = None
    seconds: float = 0.0
    body: bytes | None = None


@dataclass
class Hook:
    """What setWebhook was told."""

    url: str
    secret_token: str
    max_connections: int
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass
class TelegramApi:
    """The server's state; everything here may be looked at and changed by a test."""

    token: str = TOKEN
    me: Json = field(default_factory=lambda: dict(BOT))
    url: str = ""
    pending: list[Json] = field(default_factory=list)
    """Updates that are not confirmed."""
    hook: Hook | None = None
    requests: list[Call] = field(default_factory=list)
    messages: dict[tuple[int, int], Json] = field(default_factory=dict)
    """By chat and message id, the bot's own too."""
    chats: dict[int, Json] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Path and bytes by file_id."""
    blocked: set[int] = field(default_factory=set)
    """Chats that do not want to hear from the bot."""
    migrated: dict[int, int] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    """Where the public `https://…` addresses of webhooks really are: prefix -> prefix."""
    retry_seconds: float = 0.05
    """Between two attempts to call a webhook; Telegram's own waits grow."""
    repeats: float = 0.0
    allowed: list[str] = field(default_factory=lambda: list(_DEFAULT_UPDATES))
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._update_ids = itertools.count(1000)
        self._message_ids: dict[int, itertools.count[int]] = {}
        self._queries: set[str] = set()
        self._news = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None
        self._lanes: dict[object, asyncio.Task[None]] = {}
        self._repeated: set[int] = set()
        self._random = random.Random(4)

    # What people do.

    def say(self, text: str | None = None, *, chat: Json = GROUP, sender: Json | None = ANNA, **fields: Any) -> Json:
        """Write a message; return it."""
        message = self.compose(chat, sender, **({"text": text} if text is not None else {}) | fields)
        if text and text.startswith("/") and "entities" not in fields:
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self.push("channel_post" if chat["type"] == "channel" else "message", message)
        return message

    def edit(self, message: Json, **fields: Any) -> Json:
        """Write a new version of a message; return it."""
        edited = message | {"edit_date": int(time.time())} | fields
        self.messages[message["chat"]["id"], message["message_id"]] = edited
        self.push("edited_channel_post" if message["chat"]["type"] == "channel" else "edited_message", edited)
        return edited

    def album(self, *contents: bytes, caption: str = "", chat: Json = GROUP, sender: Json = ANNA) -> list[Json]:
        """Send photos as one; return the messages, each of which is an update of its own."""
        group = str(self._random.getrandbits(60))
        return [
            self.say(
                chat=chat,
                sender=sender,
                media_group_id=group,
                photo=[self.file(content) | {"width": 90, "height": 90}],
                **({"caption": caption} if caption and number == 0 else {}),
            )
            for number, content in enumerate(contents)
        ]

    def press(self, message: Json, data: str, *, sender: Json = ANNA) -> str:
        """Press an inline button under a message; return the id of the callback query."""
        query = str(self._random.getrandbits(60))
        self._queries.add(query)
        body = {"id": query, "from": sender, "chat_instance": "1", "message": message, "data": data}
        self.push("callback_query", body)
        return query

    def open_page(self, *, sender: Json = ANNA, at: float | None = None, **fields: str) -> str:
        """Open a Mini App; return the signed data that its page gets.

        https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
        """
        data = {"query_id": "AAH", "user": json.dumps(sender), "auth_date": str(int(time.time() if at is None else at))}
        data |= fields
        text = "\n".join(f"{key}={value}" for key, value in sorted(data.items()))
        secret = hmac.digest(b"WebAppData", self.token.encode(), "sha256")
        return urlencode(data | {"hash": hmac.digest(secret, text.encode(), "sha256").hex()})

    def file(self, content: bytes, path: str = "photos/file.jpg", *, size: int | None = None) -> Json:
        """Upload a file; return what a message says about it. `size` may lie."""
        file_id = f"file-{len(self.files)}"
        self.files[file_id] = (f"{len(self.files)}/{path}", content)
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content) if size is None else size}

    def compose(self, chat: Json, sender: Json | None, **fields: Any) -> Json:
        """Make a message without sending it."""
        self.chats[chat["id"]] = chat
        number = next(self._message_ids.setdefault(chat["id"], itertools.count(1)))
        message = {"message_id": number, "date": int(time.time()), "chat": chat} | fields
        if sender is not None and chat["type"] != "channel":
            message["from"] = sender
        elif chat["type"] == "channel":
            message["sender_chat"] = chat
        self.messages[chat["id"], number] = message
        return message

    def push(self, kind: str, body: Any) -> int | None:
        """Queue an update; return its id, or None when the bot has not asked for such."""
        if kind not in self.allowed:
            return None
        update_id = next(self._update_ids)
        self.push_raw({"update_id": update_id, kind: body})
        return update_id

    def push_raw(self, update: Any) -> None:
        """Queue whatever is given."""
        self.pending.append(update)
        self._news.set()
        self._deliver()

    # What goes wrong.

    def fail(self, method: str, status: int, description: str, *, times: int = 1, **parameters: Any) -> None:
        """Answer the next requests with an error."""
        self.faults.append(Fault(method, times, ApiError(status, description, **parameters)))

    def slow(self, method: str, seconds: float, *, times: int = 1) -> None:
        """Take so long for the next requests."""
        self.faults.append(Fault(method, times, seconds=seconds))

    def garbage(self, method: str, body: bytes, *, times: int = 1) -> None:
        """Answer the next requests with these bytes."""
        self.faults.append(Fault(method, times, body=body))

    # What the bot did.

    def calls(self, method: str) -> list[Json]:
        """Return the parameters of all requests of a method."""
        return [call.params for call in self.requests if call.method == method]

    @property
    def sent(self) -> list[Call]:
        """Messages that the bot has sent."""
        return [call for call in self.requests if call.method == "sendMessage" and call.result]

    # The server.

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve `/bot<token>/<method>`."""
        method = request.match_info["method"]
        call = Call(method, await _params(request))
        self.requests.append(call)
        fault = next((fault for fault in self.faults if fault.method in ("*", method)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            await asyncio.sleep(fault.seconds)
            if fault.body is not None:
                return web.Response(body=fault.body, content_type="application/json")
            if fault.error is not None:
                return fault.error.response()
        try:
            self._check_token(request.match_info["token"])
            handler: Callable[[Json], Awaitable[Any]] | None = getattr(self, f"_{method.lower()}", None)
            if handler is None:
                raise ApiError(404, "Not Found")  # noqa: TRY301 -- as the server does
            call.result = await handler(call.params)
        except ApiError as error:
            return error.response()
        return web.json_response({"ok": True, "result": call.result})

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Serve `/file/bot<token>/<path>`."""
        fault = next((fault for fault in self.faults if fault.method == "download"), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            await asyncio.sleep(fault.seconds)
            if fault.error is not None:
                return fault.error.response()
        path = request.match_info["path"]
        content = next((content for known, content in self.files.values() if known == path), None)
        if request.match_info["token"] != self.token or content is None:
            return ApiError(404, "Not Found").response()
        return web.Response(body=content, content_type="application/octet-stream")

    def _check_token(self, token: str) -> None:
        number, _, secret = token.partition(":")
        if not number.isdecimal() or not secret:
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    async def _getme(self, _: Json) -> Json:
        return self.me

    async def _getupdates(self, params: Json) -> list[Json]:
        if self.hook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        ours = self._poll = asyncio.get_running_loop().create_future()
        self.allowed = params.get("allowed_updates") or self.allowed
        self._confirm(int(params.get("offset") or 0))
        until = time.monotonic() + min(int(params.get("timeout") or 0), 50)
        while not self.pending and (left := until - time.monotonic()) > 0:
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            await asyncio.wait([news, ours], timeout=left, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if ours.done():
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return self.pending[: min(int(params.get("limit") or 100), 100)]

    def _confirm(self, offset: int) -> None:
        kept = []
        for update in self.pending:
            number = update.get("update_id") if isinstance(update, dict) else None
            if number is None:
                kept += [] if offset else [update]
            elif number >= offset or self._comes_again(number):
                kept.append(update)
        self.pending = kept

    def _comes_again(self, number: int) -> bool:
        if number in self._repeated:
            return False
        self._repeated.add(number)
        return self._random.random() < self.repeats

    async def _setwebhook(self, params: Json) -> bool:
        url = params.get("url") or ""
        if not url:
            return await self._deletewebhook(params)
        if not url.startswith("https://"):
            raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.allowed = params.get("allowed_updates") or self.allowed
        self.hook = Hook(url, params.get("secret_token") or "", int(params.get("max_connections") or 40))
        if params.get("drop_pending_updates") in (True, "true"):
            self.pending.clear()
        self._deliver()
        return True

    async def _deletewebhook(self, params: Json) -> bool:
        self.hook = None
        if params.get("drop_pending_updates") in (True, "true"):
            self.pending.clear()
        return True

    async def _getwebhookinfo(self, _: Json) -> Json:
        info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.pending)}
        if self.hook is not None:
            info |= {
                "url": self.hook.url,
                "max_connections": self.hook.max_connections,
                "allowed_updates": self.allowed,
            }
            if self.hook.last_error_date is not None:
                info["last_error_date"] = self.hook.last_error_date
                info["last_error_message"] = self.hook.last_error_message
        return info

    async def _sendmessage(self, params: Json) -> Json:
        text = str(params.get("text") or "")
        if not text.strip():
            raise ApiError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _MAX_TEXT:
            raise ApiError(400, "Bad Request: message is too long")
        chat = self._chat(params)
        answered = (params.get("reply_parameters") or {}).get("message_id")
        fields: Json = {"text": text}
        if answered is not None:
            if (chat["id"], answered) in self.messages:
                fields["reply_to_message"] = self.messages[chat["id"], answered]
            elif not params["reply_parameters"].get("allow_sending_without_reply"):
                raise ApiError(400, "Bad Request: message to be replied not found")
        if params.get("message_thread_id"):
            fields |= {"message_thread_id": int(params["message_thread_id"]), "is_topic_message": True}
        if params.get("reply_markup"):
            fields["reply_markup"] = params["reply_markup"]
        bot = {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}
        return self.compose(chat, bot, **fields)

    async def _editmessagetext(self, params: Json) -> Json:
        chat = self._chat(params)
        message = self.messages.get((chat["id"], int(params.get("message_id") or 0)))
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        edited = message | {"text": params["text"], "edit_date": int(time.time())}
        edited.pop("reply_markup", None)
        if params.get("reply_markup"):
            edited["reply_markup"] = params["reply_markup"]
        if {key: edited.get(key) for key in ("text", "reply_markup")} == {
            key: message.get(key) for key in ("text", "reply_markup")
        }:
            raise ApiError(400, "Bad Request: message is not modified")
        self.messages[chat["id"], message["message_id"]] = edited
        return edited

    async def _editmessagereplymarkup(self, params: Json) -> Json:
        message = self.messages.get((self._chat(params)["id"], int(params.get("message_id") or 0)), {"text": ""})
        return await self._editmessagetext(params | {"text": message["text"]})

    async def _deletemessage(self, params: Json) -> bool:
        if self.messages.pop((self._chat(params)["id"], int(params["message_id"])), None) is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        return True

    async def _answercallbackquery(self, params: Json) -> bool:
        if params.get("callback_query_id") not in self._queries:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._queries.discard(str(params["callback_query_id"]))
        return True

    async def _getfile(self, params: Json) -> Json:
        found = self.files.get(str(params.get("file_id")))
        if found is None:
            raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, content = found
        if len(content) > MAX_DOWNLOAD:
            raise ApiError(400, "Bad Request: file is too big")
        file_id = params["file_id"]
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), "file_path": path}

    async def _setmycommands(self, params: Json) -> bool:
        self.commands = params.get("commands") or []
        return True

    async def _deletemycommands(self, _: Json) -> bool:
        self.commands = []
        return True

    async def _getmycommands(self, _: Json) -> list[Json]:
        return self.commands

    async def _setchatmenubutton(self, _: Json) -> bool:
        return True

    async def _sendchataction(self, _: Json) -> bool:
        return True

    def _chat(self, params: Json) -> Json:
        wanted = str(params.get("chat_id"))
        chat = next((c for c in self.chats.values() if wanted in (str(c["id"]), f"@{c.get('username')}")), None)
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        if chat["id"] in self.migrated:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrated[chat["id"]],
            )
        if chat["id"] in self.blocked:
            reason = (
                "bot was blocked by the user" if chat["type"] == "private" else "bot was kicked from the group chat"
            )
            raise ApiError(403, f"Forbidden: {reason}")
        return chat

    # Calling the webhook.

    def _deliver(self) -> None:
        if self.hook is None:
            return
        for lane in {_lane(update) for update in self.pending}:
            if lane not in self._lanes or self._lanes[lane].done():
                self._lanes[lane] = asyncio.get_running_loop().create_task(self._deliver_lane(lane))

    async def _deliver_lane(self, lane: object) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while self.hook is not None:
                update = next((update for update in self.pending if _lane(update) == lane), None)
                if update is None:
                    return
                if not await self._call_hook(session, self.hook, update):
                    await asyncio.sleep(self.retry_seconds)
                elif not self._comes_again(update["update_id"]) and update in self.pending:
                    self.pending.remove(update)

    async def _call_hook(self, session: aiohttp.ClientSession, hook: Hook, update: Json) -> bool:
        url = next(
            (to + hook.url.removeprefix(public) for public, to in self.routes.items() if hook.url.startswith(public)),
            hook.url,
        )
        headers = {"Host": hook.url.split("/")[2]}
        if hook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret_token
        try:
            async with session.post(url, json=update, headers=headers) as response:
                if response.ok:
                    return True
                hook.last_error_message = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, OSError) as error:
            refused = isinstance(error, aiohttp.ClientConnectorError)
            hook.last_error_message = "Connection refused" if refused else "Connection reset by peer"
        hook.last_error_date = int(time.time())
        return False

    async def stop(self) -> None:
        """Stop calling webhooks."""
        for task in self._lanes.values():
            task.cancel()
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)


@asynccontextmanager
async def running_telegram() -> AsyncIterator[TelegramApi]:
    """Serve on a free port of this machine."""
    telegram = TelegramApi()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", telegram.answer)
    app.router.add_get("/file/bot{token}/{path:.+}", telegram.download)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    telegram.url = f"http://{host}:{port}"
    try:
        yield telegram
    finally:
        await telegram.stop()
        await runner.cleanup()


def _lane(update: Any) -> object:
    for body in update.values() if isinstance(update, dict) else ():
        with contextlib.suppress(TypeError, KeyError, AttributeError):
            return str(body.get("message", body)["chat"]["id"])
    return None


async def _params(request: web.Request) -> Json:
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        return params | dict(await request.json())
    params |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return {
        key: json.loads(value) if value[:1] in ("[", "{") and key not in ("text", "caption") else value
        for key, value in params.items()
    }
