"""How the Source is, put together from its parts: a working connection does not hide a history that is refused."""

import asyncio
import logging
from typing import Literal

from tracker_core.channels.condition import Condition, Reason
from tracker_core.errors import TrackerError

from tracker_ingestion.kinds.slack.faults import SlackError

log = logging.getLogger(__name__)

type Part = Literal["login", "connection", "events", "history", "names", "files", "store", "scopes"]
_ORDER: tuple[Part, ...] = ("login", "connection", "events", "scopes", "history", "files", "store", "names")
"""The worst first: it is what is shown."""


class Standing:
    """Collects what each part says."""

    def __init__(self, source: str, condition: Condition) -> None:
        self._source = source
        self._condition = condition
        self._troubles: dict[Part, tuple[Reason, str]] = {
            "login": (Reason.STARTING, "Not connected to Slack yet"),
            "connection": (Reason.STARTING, "Not connected to Slack yet"),
        }
        self._expiries: dict[Part, asyncio.TimerHandle] = {}
        self.account = ""
        """`team/app`."""

    def well(self, part: Part) -> None:
        """Say that a part works."""
        if self._troubles.pop(part, None) is not None:
            self._tell()

    def trouble(
        self, part: Part, error: TrackerError, reason: Reason | None = None, *, seconds: float | None = None
    ) -> None:
        """Say that a part does not, and why; `seconds`: it counts as over when nobody has said it again by then."""
        why = reason or (error.reason if isinstance(error, SlackError) else Reason.PROVIDER_ERROR)
        if self._troubles.get(part) != (why, str(error)):
            self._troubles[part] = (why, str(error))
            log.warning("Source %s, %s: %s", self._source, part, error)
        if (expiry := self._expiries.pop(part, None)) is not None:
            expiry.cancel()
        if seconds is not None:
            self._expiries[part] = asyncio.get_running_loop().call_later(seconds, self.well, part)
        self._tell()

    def note(self, detail: str) -> None:
        """Tell of something while all parts work."""
        self._condition.note(detail)

    def _tell(self) -> None:
        for part in _ORDER:
            if part in self._troubles:
                self._condition.trouble(*self._troubles[part])
                return
        self._condition.ready(self.account)
