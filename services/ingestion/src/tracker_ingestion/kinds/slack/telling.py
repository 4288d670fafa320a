"""Tells the person who chose a shortcut what came of it; only they see it.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: it works in channels, too, that the
app is no member of.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp

from tracker_ingestion.kinds.slack.web import Web

log = logging.getLogger(__name__)

TELL_SECONDS = 3.0


class Telling:
    """Answers shortcuts."""

    def __init__(self, web: Web, session: aiohttp.ClientSession) -> None:
        self._web = web
        self._session = session

    async def tell(self, payload: Mapping[str, Any], text: str) -> None:
        """Say it; a failure is only logged, for what was wanted is done."""
        address = payload.get("response_url")
        if not isinstance(address, str) or not self._web.trusts(address):
            return
        body = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            async with (
                asyncio.timeout(TELL_SECONDS),
                self._session.post(address, json=body, allow_redirects=False) as answer,
            ):
                answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("Nobody was told of a shortcut: %s", type(error).__name__)
