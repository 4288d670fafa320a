"""Where Telegram sends updates to: our Webhook, told with setWebhook, or nowhere, so that they can be polled.

Only what this Source has registered itself is replaced or withdrawn: another address may be another installation with
the same token, and taking its messages away would not be noticed there. At a stop the address stays: Telegram keeps
what it cannot deliver, and a withdrawal would only race the registration of the process that comes next.
"""

import asyncio
import hashlib
import logging
import re
from datetime import UTC, datetime, timedelta

from tracker_core.channels.condition import Reason
from tracker_core.channels.process import Served
from tracker_core.errors import ConfigurationError, UnavailableError
from tracker_core.manifests import Webhook

from tracker_bot.account import Account
from tracker_bot.dispatching import UPDATES
from tracker_bot.place import Place
from tracker_bot.settings import TelegramSettings
from tracker_bot.troubles import FAILURES, Trouble, diagnose

log = logging.getLogger(__name__)

CHECK = 20.0
"""Seconds between two looks at what Telegram has registered."""
MAX_CONNECTIONS = 40
"""Requests that Telegram may send at once."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""https://core.telegram.org/bots/api#setwebhook"""
_RECENT = timedelta(minutes=2)


def bound_webhook(served: Served) -> Webhook:
    """Return the Webhook that a Source in webhook mode is called by.

    Raises:
        ConfigurationError: there is none, or several, or none that is from Telegram.
    """
    found = [webhook for webhook in served.webhooks if webhook.spec.provider == "telegram"]
    if len(found) != 1:
        raise ConfigurationError(
            f"Source '{served.key}': mode webhook needs one Webhook with provider telegram, and there are {len(found)}",
            cure="Bind one with spec.sourceRef, or set spec.telegram.mode to polling",
        )
    return found[0]


def public_url(webhook: Webhook, settings: TelegramSettings) -> str:
    """Return the address that Telegram calls.

    Raises:
        ConfigurationError: nobody has said it, or it is one that Telegram does not call.
    """
    base = settings.public_url or (f"https://{webhook.spec.host}" if webhook.spec.host else "")
    if not base.startswith("https://"):
        raise ConfigurationError(
            f"Webhook '{webhook.key}': Telegram calls only https:// addresses",
            cure="Set spec.host of the Webhook, or TRACKER_BOT__PUBLIC_URL",
        )
    return base.rstrip("/") + webhook.path


class Registration:
    """What Telegram knows of the address of one Source."""

    def __init__(self, served: Served, account: Account, place: Place) -> None:
        self._served = served
        self._account = account
        self._place = place
        self._told = ""
        self.last_hit = datetime.now(UTC)
        """When Telegram called last, or could have for the first time: what failed before says nothing of now."""

    async def withdraw(self) -> bool:
        """Take our own address back, so that updates can be polled; return False when there is none of ours."""
        ours = self._place.memory.webhook
        if not ours:
            return False
        try:
            if (await self._account.bot.get_webhook_info()).url != ours:
                return False
            await self._account.bot.delete_webhook(drop_pending_updates=False)
        except FAILURES:
            return False
        log.info("Source %s: the webhook is withdrawn, updates are polled from now on", self._served.key)
        self._place.memory.webhook = ""
        await self._place.save()
        return True

    async def explain(self, trouble: Trouble) -> Trouble:
        """Name the address that somebody else has registered, if that is the conflict."""
        try:
            url = (await self._account.bot.get_webhook_info()).url
        except FAILURES:
            return trouble
        return _foreign(url) if url else trouble

    async def keep(self, webhook: Webhook, url: str) -> None:
        """See to it that Telegram calls our Webhook, until cancelled."""
        await self._account.sign_in()
        failures = 0
        while True:
            trouble = None
            try:
                trouble = await self._check(webhook, url)
            except UnavailableError as error:
                trouble = Trouble(Reason.SECRET_MISSING, f"Source '{self._served.key}': {error}")
            except FAILURES as error:
                trouble = diagnose(error)
            if trouble is None:
                failures = 0
                if self._served.condition.reason != Reason.BUS_UNAVAILABLE or self._served.bus.nc.is_connected:
                    self._account.ready()
                await asyncio.sleep(CHECK)
                continue
            failures += 1
            self._account.tell(trouble)
            if trouble.reason == Reason.INVALID_CREDENTIALS:
                await self._account.sign_in()
            else:
                await asyncio.sleep(min(trouble.wait(failures), CHECK))

    async def _check(self, webhook: Webhook, url: str) -> Trouble | None:
        info = await self._account.bot.get_webhook_info()
        if info.url and info.url not in (url, self._place.memory.webhook):
            return _foreign(info.url)
        if not webhook.spec.auto_register:
            if not info.url:
                return Trouble(
                    Reason.FORBIDDEN,
                    f"Webhook '{webhook.key}': Telegram knows no address. Call setWebhook with {url}, or set "
                    "spec.autoRegister",
                )
        elif trouble := await self._tell(webhook, url, info.url):
            return trouble
        self._served.condition.lag = info.pending_update_count
        failed_at = info.last_error_date if isinstance(info.last_error_date, datetime) else None
        good_since = max(self.last_hit, datetime.now(UTC) - _RECENT)
        if failed_at is None or failed_at < good_since:
            return None
        return Trouble(
            Reason.UNREACHABLE,
            f"Telegram cannot deliver to {url}: {info.last_error_message}. Nothing is lost for 24 hours",
        )

    async def _tell(self, webhook: Webhook, url: str, known: str) -> Trouble | None:
        token = webhook.spec.verification.token
        assert token is not None, "the schema says so for this provider"
        secret = self._served.secret(token.secret_ref)
        if not _SECRET.fullmatch(secret):
            return Trouble(
                Reason.SECRET_MISSING,
                f"Webhook '{webhook.key}': its secret cannot be Telegram's secret_token. Use 1 to 256 of A-Z a-z 0-9 _ "
                "and -",
            )
        # Told once by each process, and when something changes: Telegram does not say which secret it knows.
        wanted = hashlib.sha256(f"{url} {secret}".encode()).hexdigest()
        if known == url and self._told == wanted:
            return None
        self._place.memory.webhook = url
        await self._place.save()
        await self._account.bot.set_webhook(
            url, secret_token=secret, allowed_updates=UPDATES, max_connections=MAX_CONNECTIONS
        )
        self._told = wanted
        log.info("Source %s: Telegram calls %s", self._served.key, url)
        return None


def _foreign(url: str) -> Trouble:
    return Trouble(
        Reason.CONFLICT,
        f"Telegram sends this bot's updates to {url}, which this Source has not registered. If nobody needs that, call "
        "deleteWebhook; else give this Source a bot of its own",
    )
