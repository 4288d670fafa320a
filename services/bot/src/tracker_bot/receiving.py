"""Webhook mode: the server that Telegram calls. It answers 200 when an update is safe, and not before.

https://core.telegram.org/bots/api#setwebhook: every other answer makes Telegram keep the update and call again.
"""

import asyncio
import contextlib
import hmac
import json
import logging
from datetime import UTC, datetime
from http import HTTPStatus

from aiohttp import web
from tracker_core.channels.process import Served
from tracker_core.errors import UnavailableError
from tracker_core.manifests import Webhook

from tracker_bot.account import Account
from tracker_bot.dispatching import Dispatcher
from tracker_bot.registration import MAX_CONNECTIONS, Registration
from tracker_bot.settings import TelegramSettings
from tracker_bot.taking import Taking

log = logging.getLogger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
TAKE_SECONDS = 50.0
"""For one update; Telegram waits a minute."""
_RETRY_AFTER = {"Retry-After": "5"}


class Receiving:
    """The HTTP edge of one Source."""

    def __init__(
        self,
        served: Served,
        account: Account,
        *,
        dispatcher: Dispatcher,
        taking: Taking,
        registration: Registration,
        webhook: Webhook,
        settings: TelegramSettings,
    ) -> None:
        self._served = served
        self._account = account
        self._dispatcher = dispatcher
        self._taking = taking
        self._registration = registration
        self._webhook = webhook
        self._settings = settings
        self._running = 0
        self.port = 0
        """Where it listens; 0 until it does."""

    async def run(self) -> None:
        """Serve until cancelled."""
        app = web.Application(client_max_size=self._webhook.spec.limits.max_body_bytes)
        app.router.add_post(self._webhook.path, self._answer)
        app.router.add_get("/healthz", self._live)
        app.router.add_get("/readyz", self._ready)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._settings.host, self._settings.port, reuse_address=True).start()
            self.port = runner.addresses[0][1]
            log.info("Source %s: listening on %s:%d", self._served.key, self._settings.host, self.port)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if self._webhook.spec.suspend or self._running >= 2 * MAX_CONNECTIONS:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_RETRY_AFTER)
        try:
            if not self._is_telegram(request):
                return web.Response(status=HTTPStatus.UNAUTHORIZED)
        except UnavailableError as error:
            log.warning("Source %s: %s", self._served.key, error)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_RETRY_AFTER)
        self._running += 1
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                # Our own messages are known by our id.
                await self._account.known()
                await self._take(await request.read())
        except TimeoutError:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_RETRY_AFTER)
        finally:
            self._running -= 1
        self._registration.last_hit = datetime.now(UTC)
        return web.Response()

    async def _take(self, body: bytes) -> None:
        try:
            update = json.loads(body)
        except ValueError as error:
            await self._taking.bury(body.decode(errors="replace"), f"Not JSON: {error}")
        else:
            await self._dispatcher.take(update)

    def _is_telegram(self, request: web.Request) -> bool:
        token = self._webhook.spec.verification.token
        assert token is not None, "the schema says so for this provider"
        given = request.headers.get(HEADER, "").encode(errors="replace")
        found = hmac.compare_digest(self._served.secret(token.secret_ref).encode(), given)
        if token.previous_secret_ref is not None:
            # Gone is no obstacle: the rotation is over.
            with contextlib.suppress(UnavailableError):
                found |= hmac.compare_digest(self._served.secret(token.previous_secret_ref).encode(), given)
        return found

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _: web.Request) -> web.Response:
        report = self._served.condition.report()
        ready = report.state == "ready"
        return web.json_response({"status": report.state, "detail": report.detail}, status=200 if ready else 503)
