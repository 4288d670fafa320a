"""Slack's Web API: one call with a deadline, and every failure as a `SlackError`.

slack_sdk makes the request and reads the answer. Its own retries are off: who calls knows whether to wait, and says so
in the Source's health meanwhile.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from tracker_core.channels.condition import Reason

from tracker_ingestion.kinds.slack.faults import DEFAULT_PAUSE, SlackError, refused

CALL_SECONDS = 15.0

_quiet = logging.getLogger("tracker_ingestion.slack_sdk")
# The library logs whole answers when it may.
_quiet.setLevel(logging.WARNING)


class Web:
    """The Web API with the bot's token."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str) -> None:
        self._client = AsyncWebClient(base_url=api_url, session=session, retry_handlers=[], logger=_quiet)
        self._client.proxy = None  # the session knows the proxy, and the exceptions from it
        self._home = urlsplit(api_url)
        self.token = ""
        self.scopes: frozenset[str] | None = None
        """What the token may, as the last answer said; None when none has said it."""

    async def call(
        self, method: str, *, seconds: float = CALL_SECONDS, token: str = "", **arguments: Any
    ) -> dict[str, Any]:
        """Call a method with the bot's token, or another; return its answer.

        Raises:
            SlackError: it failed.
        """
        data = {name: _form(value) for name, value in arguments.items() if value is not None}
        try:
            async with asyncio.timeout(seconds):
                answer = await self._client.api_call(method, data=data, params={"token": token or self.token})
        except TimeoutError:
            raise SlackError(
                Reason.SLOW, f"Slack {method}: no answer within {seconds:g} s", cure="It goes on by itself"
            ) from None
        except SlackApiError as error:
            raise _refusal(method, error) from None
        except (aiohttp.ClientError, OSError, ValueError, SlackClientError) as error:
            raise SlackError(
                Reason.UNREACHABLE,
                f"Slack {method}: {type(error).__name__} at {self._home.hostname}",
                cure="Check the network, the proxy and https://slack-status.com",
            ) from error
        if not token and (scopes := answer.headers.get("x-oauth-scopes")):
            self.scopes = frozenset(scope.strip() for scope in scopes.split(","))
        return answer.data if isinstance(answer.data, dict) else {}

    def trusts(self, url: str) -> bool:
        """Whether a URL that came in a message is Slack's own, so that it may see the token."""
        try:
            there = urlsplit(url)
            host, port = there.hostname or "", there.port
        except ValueError:
            return False
        home = self._home.hostname or ""
        known = host == home or host.endswith(f".{home}")
        return known and (there.scheme, port) == (self._home.scheme, self._home.port)


def _form(value: Any) -> str:
    # https://docs.slack.dev/apis/web-api: a form; what is nested is JSON within it.
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _refusal(method: str, error: SlackApiError) -> SlackError:
    answer = error.response
    status = getattr(answer, "status_code", 0) or getattr(answer, "status", 0)
    data = getattr(answer, "data", None)
    fields: dict[str, Any] = data if isinstance(data, dict) else {}
    code = fields.get("error")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return refused(method, "ratelimited", retry_after=seconds_of(answer.headers.get("Retry-After")))
    if isinstance(code, str) and code:
        return refused(method, code, needed=str(fields.get("needed", "")))
    return SlackError(
        Reason.PROVIDER_ERROR,
        f"Slack {method}: HTTP {status} without a reason",
        cure="It goes on by itself; see https://slack-status.com",
    )


def seconds_of(value: str | None) -> float:
    """Return what a Retry-After header asks for, within bounds."""
    try:
        return min(max(float(value or ""), 0.0), 3600.0)
    except ValueError:
        return DEFAULT_PAUSE
