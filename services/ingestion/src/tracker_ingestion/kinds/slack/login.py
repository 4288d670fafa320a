"""Knows the tokens, and whether they count: at the start, every few minutes, and whenever somebody has doubts.

Secrets are read anew each time, so a token that was replaced is used without a restart.
"""

import asyncio
from collections.abc import Callable

import msgspec
from tracker_core.channels.condition import Reason
from tracker_core.errors import UnavailableError
from tracker_core.manifests.source import SourceSpec

from tracker_ingestion.kinds.slack.backoff import Backoff
from tracker_ingestion.kinds.slack.faults import SlackError
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.web import Web
from tracker_ingestion.kinds.slack.workspace import Workspace


class Login:
    """The bot's identity, held for all loops."""

    def __init__(
        self, web: Web, standing: Standing, read_token: Callable[[], str], spec: SourceSpec, *, every: float
    ) -> None:
        self._web = web
        self._standing = standing
        self._read_token = read_token
        self._spec = spec
        self._every = every
        self._doubts = asyncio.Event()
        self._known = asyncio.Event()
        self.workspace: Workspace | None = None
        """None until the first success."""

    async def known(self) -> Workspace:
        """Wait until we know who we are."""
        await self._known.wait()
        assert self.workspace is not None
        return self.workspace

    def doubt(self) -> None:
        """Ask for a look at once."""
        self._doubts.set()

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        backoff = Backoff()
        while True:
            self._doubts.clear()
            wait = self._every if await self._look() else backoff.pause()
            if wait == self._every:
                backoff.reset()
            try:
                async with asyncio.timeout(wait):
                    await self._doubts.wait()
            except TimeoutError:
                continue

    async def _look(self) -> bool:
        try:
            self._web.token = self._read_token()
            workspace = msgspec.convert(await self._web.call("auth.test"), Workspace)
        except UnavailableError as error:
            self._standing.trouble("login", error, Reason.SECRET_MISSING)
            return False
        except SlackError as error:
            self._standing.trouble("login", error)
            return False
        except msgspec.ValidationError as error:
            self._standing.trouble("login", SlackError(Reason.PROVIDER_ERROR, f"Slack auth.test: {error}"))
            return False
        self.workspace = workspace
        self._standing.account = workspace.account
        self._tell_scopes()
        for part in ("login", "names", "files"):  # the latter two say it again if it is still so
            self._standing.well(part)
        self._known.set()
        return True

    def _tell_scopes(self) -> None:
        lacking = missing_scopes(self._spec, self._web.scopes)
        if not lacking:
            self._standing.well("scopes")
            return
        error = SlackError(
            Reason.FORBIDDEN,
            f"Slack: the app lacks the scope {', '.join(lacking)}",
            cure="Add it at OAuth & Permissions of the app, then install the app to the workspace again",
        )
        self._standing.trouble("scopes", error)


def missing_scopes(spec: SourceSpec, granted: frozenset[str] | None) -> list[str]:
    """Return what the Source needs and the token may not; nothing when Slack does not say what it may."""
    if granted is None:
        return []
    needed = ["users:read"]
    if spec.ingest.attachments.policy == "Store":
        needed.append("files:read")
    if spec.reply is not None and spec.reply.enabled:
        needed.append("chat:write")
    lacking = [scope for scope in needed if scope not in granted]
    if not any(scope.endswith(":history") for scope in granted) and "app_mentions:read" not in granted:
        lacking.append("channels:history")
    return lacking
