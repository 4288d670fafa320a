"""Serves a mailbox for ever: connect, take what is new, wait for more; and again after whatever went wrong.

The place is UIDVALIDITY and the last UID whose message the bus has acknowledged. It is saved after the acks, so a
crash reads some mails again, and their Message-IDs make that harmless. What is done to a mail afterwards (flag, move)
can fail by itself, such as for want of room in the other folder; such mails are remembered and tried again, and new
ones go on.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from time import monotonic
from typing import Final

import msgspec
from tracker_core.channels.condition import Reason
from tracker_core.channels.process import Served
from tracker_core.manifests import parse_duration
from tracker_core.manifests.source import EmailSpec

from tracker_ingestion.kinds.email.credentials import Credentials
from tracker_ingestion.kinds.email.keeping import Keeping
from tracker_ingestion.kinds.email.mailbox import Fetched, Mailbox
from tracker_ingestion.kinds.email.reading import Reader
from tracker_ingestion.kinds.email.settings import EmailSettings
from tracker_ingestion.kinds.email.troubles import FAILURES, RefusedError, Trouble, diagnose

log = logging.getLogger(__name__)

_BATCH: Final = 50
"""Mails between two saves of the place."""
_GROUP_BYTES: Final = 4 * 1024 * 1024
"""Bytes of mails that are fetched in one command; one larger mail is fetched alone."""
_LAST_TRIES: Final = 2
"""Of the fetches of a mail that fails again and again: they ask for its beginning only."""
_SUSPICIOUS: Final = {Reason.PROVIDER_ERROR, Reason.UNREACHABLE, Reason.SLOW}
"""What the mail itself can be the cause of; a limit of the provider is not its fault."""
_MAX_UNFILED: Final = 10_000
"""Mails remembered whose flag or move failed; beyond, they stay where they are."""
_FILED_AT_ONCE: Final = 200
"""Mails in one command; servers bound the length of its line."""
_QUOTA_EVERY: Final = 600.0
"""Seconds between two looks at the quota."""
_SECRET_CHECK: Final = 2.0
"""Seconds between two looks at a Secret that is refused."""


class Place(msgspec.Struct):
    """How far the mailbox was read, as it is saved."""

    mailbox: str = ""
    """Which one: two can have the same UIDVALIDITY, and a manifest can be changed."""
    uidvalidity: int = 0
    uid: int = 0
    unfiled: list[int] = []
    """Taken, but neither flagged nor moved yet."""
    read_at: datetime | None = None
    """When the mailbox was read last: from there on it is read again when its UIDs have lost their meaning."""


class Fetching:
    """The loop of one mailbox."""

    def __init__(self, served: Served, spec: EmailSpec, credentials: Credentials, settings: EmailSettings) -> None:
        self._served = served
        self._spec = spec
        self._credentials = credentials
        self._settings = settings
        self._reader = Reader(served.source, served.bus.nc.max_payload)
        self._keeping = Keeping(served)
        self._place = Place()
        self._strikes: Counter[int] = Counter()
        self._filing_trouble: Trouble | None = None
        self._quota_due = 0.0
        self._full = False
        self._failures = 0

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            fingerprint = self._credentials.fingerprint()
            try:
                await self._session()
            except FAILURES as error:
                trouble = diagnose(error, self._spec)
                self._failures += 1
                wait = trouble.wait(self._failures)
                self._served.condition.trouble(trouble.reason, trouble.detail)
                odd = trouble.reason is Reason.PROVIDER_ERROR
                log.warning("Source %s: %s; again in %.0f s", self._served.key, trouble.detail, wait, exc_info=odd)
                await self._pause(wait, fingerprint if trouble.lasting else None)

    async def _session(self) -> None:
        mailbox = Mailbox(self._spec, self._settings)
        try:
            await self._open(mailbox)
            await self._find_place(mailbox)
            while True:
                await self._take_new(mailbox)
                await self._file(mailbox)
                await self._say(mailbox)
                self._failures = 0
                await mailbox.wait()
        finally:
            await mailbox.close()

    async def _open(self, mailbox: Mailbox) -> None:
        try:
            await mailbox.open(await self._credentials.proof())
        except RefusedError as error:
            if error.reason is Reason.INVALID_CREDENTIALS:
                self._credentials.refused()
            raise

    async def _find_place(self, mailbox: Mailbox) -> None:
        """Go on where the last process stopped; in a mailbox that is new to us, or made anew, from `backfill` ago."""
        self._place = msgspec.convert(await self._served.cursor.load(), Place)
        if (self._place.mailbox, self._place.uidvalidity) == (mailbox.name, mailbox.uidvalidity):
            return
        backfill = parse_duration(self._served.source.spec.ingest.backfill)
        # A day more: SINCE compares days, in whatever zone the server has.
        start = datetime.now(UTC) - backfill
        if self._place.mailbox == mailbox.name and self._place.read_at is not None:
            start = min(start, self._place.read_at)
        since = (start - timedelta(days=1)).date()
        recent = await mailbox.uids_since(since)
        first = recent[0] - 1 if recent else await mailbox.last_uid()
        log.info(
            "Source %s: %s has UIDVALIDITY %d (was %d): %d mails since %s",
            *(self._served.key, mailbox.name, mailbox.uidvalidity, self._place.uidvalidity, len(recent), since),
        )
        self._place = Place(mailbox.name, mailbox.uidvalidity, first)
        await self._save()

    async def _take_new(self, mailbox: Mailbox) -> None:
        new = await mailbox.uids_after(self._place.uid)
        for number, batch in enumerate(batched(new, _BATCH)):
            self._served.condition.lag = len(new) - number * _BATCH
            await self._take(mailbox, batch)
            await self._say(mailbox)
        self._served.condition.lag = 0

    async def _take(self, mailbox: Mailbox, uids: Sequence[int]) -> None:
        sizes = await mailbox.sizes(uids)
        for group in self._groups(uids, sizes):
            for mail in await self._fetch(mailbox, group, sizes):
                await self._keeping.keep(self._reader, mail, mailbox.uidvalidity)
        self._place.uid = uids[-1]
        if self._spec.after_fetch != "Keep":
            self._place.unfiled = [*self._place.unfiled, *sizes][-_MAX_UNFILED:]
        await self._file(mailbox)
        await self._save()

    def _groups(self, uids: Sequence[int], sizes: dict[int, int]) -> list[list[int]]:
        """Split into fetches of bounded size, in order; suspects are fetched alone."""
        groups: list[list[int]] = []
        size, together = 0, False
        suspicious = any(self._strikes[uid] for uid in uids)
        for uid in (uid for uid in uids if uid in sizes):
            small = sizes[uid] <= min(self._whole, _GROUP_BYTES) and not suspicious
            if not (groups and together and small and size + sizes[uid] <= _GROUP_BYTES):
                groups.append([])
                size = 0
            groups[-1].append(uid)
            size, together = size + sizes[uid], small
        return groups

    @property
    def _whole(self) -> int:
        """Bytes up to which a mail is fetched whole: its text, and the files that are to be stored."""
        ingest = self._served.source.spec.ingest
        files = ingest.attachments.max_bytes * 3 // 2 if ingest.attachments.policy == "Store" else 0  # in base64
        return ingest.max_message_bytes + files

    async def _fetch(self, mailbox: Mailbox, uids: list[int], sizes: dict[int, int]) -> list[Fetched]:
        first = uids[0]
        tries = self._settings.tries
        if self._strikes[first] >= tries:
            lost = self._reader.lost(first, mailbox.uidvalidity, datetime.now(UTC), f"{tries} tries failed")
            await self._keeping.publish(lost)
            del self._strikes[first]
            return []
        try:
            if sizes[first] > self._whole or self._strikes[first] >= max(1, tries - _LAST_TRIES):
                limit = self._served.source.spec.ingest.max_message_bytes
                found = await mailbox.beginning(first, sizes[first], limit)
            else:
                found = await mailbox.mails(uids)
        except FAILURES as error:
            if diagnose(error, self._spec).reason in _SUSPICIOUS:
                # Alone from now on: which of a group it is shows when they are fetched one by one.
                self._strikes[first] += 1
            raise
        self._strikes.pop(first, None)
        return found

    async def _file(self, mailbox: Mailbox) -> None:
        """Flag or move what was taken. A refusal is a state of the Source, and new mails go on."""
        if not self._place.unfiled:
            self._filing_trouble = None
            return
        try:
            for some in batched(tuple(self._place.unfiled), _FILED_AT_ONCE):
                if self._spec.after_fetch == "Move" and self._spec.move_to is not None:
                    await mailbox.move(some, self._spec.move_to)
                elif self._spec.after_fetch == "MarkSeen":
                    await mailbox.mark_seen(some)
                self._place.unfiled = self._place.unfiled[len(some) :]
        except RefusedError as error:
            self._filing_trouble = diagnose(error, self._spec)
            return
        if self._filing_trouble is not None:
            self._filing_trouble = None
            await self._save()

    async def _say(self, mailbox: Mailbox) -> None:
        condition = self._served.condition
        if monotonic() >= self._quota_due:
            self._quota_due = monotonic() + _QUOTA_EVERY
            try:
                self._full = await mailbox.is_full()
            except RefusedError:
                self._full = False  # a server may keep its quota to itself
        if self._filing_trouble is not None:
            done = f"moved to {self._spec.move_to}" if self._spec.after_fetch == "Move" else "marked as read"
            condition.trouble(
                self._filing_trouble.reason,
                f"Mails are taken, but {len(self._place.unfiled)} of them cannot be {done}: "
                f"{self._filing_trouble.detail}",
            )
        elif self._full:
            condition.trouble(
                Reason.MAILBOX_FULL, f"The mailbox of {self._spec.auth.username} is full: new mails bounce. Make room"
            )
        else:
            condition.ready(self._spec.auth.username)
            condition.note(self._keeping.note)

    async def _save(self) -> None:
        self._place.read_at = datetime.now(UTC)
        await self._served.cursor.save(msgspec.to_builtins(self._place))

    async def _pause(self, seconds: float, fingerprint: str | None) -> None:
        """Wait; when a Secret is refused, only until it is another one."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            await asyncio.sleep(min(left, _SECRET_CHECK))
            if fingerprint is not None and self._credentials.fingerprint() != fingerprint:
                self._failures = 0
                return
