"""One IMAP session with a mailbox: the thin, asynchronous edge over IMAPClient, which runs in a thread of its own.

IMAPClient and not an asyncio library: aioimaplib can hang for ever when a server closes during IDLE. Here every wait
ends: each read has a timeout, each call a deadline, and whoever gives up shuts the socket down, which frees the thread.
"""

import asyncio
import contextlib
import imaplib
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from imaplib import IMAP4
from typing import Any, Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError
from tracker_core.channels.condition import Reason
from tracker_core.manifests.source import EmailSpec

from tracker_ingestion.kinds.email.credentials import Proof
from tracker_ingestion.kinds.email.encryption import encryption
from tracker_ingestion.kinds.email.settings import EmailSettings
from tracker_ingestion.kinds.email.structure import ListedFile, listed_files
from tracker_ingestion.kinds.email.troubles import RefusedError, reason_of

# A line of the numbers of all mails is longer than the megabyte that imaplib allows when there are 150,000 of them; a
# mailbox that once came to that could never be read again.
imaplib._MAXLINE = 32 * 1024 * 1024  # type: ignore[attr-defined]  # noqa: SLF001

_CALL: Final = 300.0
"""Seconds for one command with its whole answer, such as some megabytes over a slow line."""
_GRACE: Final = 2.0
"""Seconds for a polite goodbye, and for the thread to see that the socket is gone."""
_FULL: Final = 0.98
"""Share of the quota from which on mails may bounce: the next one may be larger than what is left."""


@dataclass(frozen=True)
class Fetched:
    """A mail as the server gave it."""

    uid: int
    data: bytes
    arrived: datetime | None
    """INTERNALDATE, aware."""
    size: int
    files: tuple[ListedFile, ...] | None = None
    """What the server lists, when `data` is only the beginning."""


class _Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """Never sleeps through news: a server tells each only once, with whatever answer comes next.

    That may be the answer to a command before IDLE, the one to IDLE itself, or the same packet, which has been read
    from the socket already.
    """

    def forget_news(self) -> None:
        """Before a look at the mailbox."""
        self._imap.untagged_responses.pop("EXISTS", None)

    def has_news(self) -> bool:
        """Whether something was told since."""
        return "EXISTS" in self._imap.untagged_responses

    def idle(self) -> None:
        """Begin to wait."""
        self._idle_tag = self._imap._command("IDLE")  # noqa: SLF001 -- as the library does itself
        while self._imap._get_response() is not None:  # noqa: SLF001 -- None is the "+"
            if (refused := self._imap.tagged_commands.pop(self._idle_tag, None)) is not None:
                raise IMAP4.error(f"IDLE: {refused}")

    def _poll_socket(self, sock: Any, timeout: float | None = None) -> Any:
        with contextlib.suppress(OSError):  # nothing to read yet, on a socket that does not block
            if self._imap.file.peek(1):
                return True
        return super()._poll_socket(sock, timeout)


class Mailbox:
    """A session. `async with await Mailbox.open(...)` or `close()`."""

    def __init__(self, spec: EmailSpec, settings: EmailSettings) -> None:
        self._spec = spec
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
        self._client: Any = None
        self.name = f"{spec.auth.username}@{spec.host}/{spec.mailbox}"
        self.uidvalidity = 0

    async def open(self, proof: Proof) -> None:
        """Connect, log in, select.

        Raises:
            RefusedError: the server is there and does not let us; the reason says why.
            OSError, IMAP4.error: it is not there, or does not speak IMAP.
        """
        await self._do(self._connect)
        await self._do(lambda: self._login(proof))
        await self._do(self._select)

    async def close(self) -> None:
        """Say goodbye if the server listens, and hang up."""
        if self._client is not None:
            with contextlib.suppress(Exception):
                await self._do(self._client.logout, within=_GRACE)
            self._hang_up()
            with contextlib.suppress(Exception):
                await self._do(self._client.shutdown, within=_GRACE)
        self._thread.shutdown(wait=False)

    async def uids_after(self, uid: int) -> list[int]:
        """Return what came after, in its order. `n:*` always has the last mail in it, too."""
        found = await self._do(lambda: self._look(["UID", f"{uid + 1}:*"]))
        return sorted(number for number in found if number > uid)

    async def uids_since(self, day: date) -> list[int]:
        """Return what arrived on that day or later, in its order."""
        return sorted(await self._do(lambda: self._client.search(["SINCE", day])))

    async def last_uid(self) -> int:
        """Return the highest number of all; 0 of an empty mailbox."""
        return max(await self._do(lambda: self._client.search(["UID", "*"])), default=0)

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the bytes of each; one that somebody has removed is missing."""
        found = await self._do(lambda: self._client.fetch(uids, ["RFC822.SIZE"]))
        return {uid: int(item[b"RFC822.SIZE"]) for uid, item in found.items() if b"RFC822.SIZE" in item}

    async def mails(self, uids: Sequence[int]) -> list[Fetched]:
        """Return whole mails, in their order. PEEK: reading marks nothing."""
        found = await self._do(lambda: self._client.fetch(uids, ["INTERNALDATE", "BODY.PEEK[]"]))
        return [
            Fetched(uid, data, found[uid].get(b"INTERNALDATE"), len(data))
            for uid in uids
            if uid in found and isinstance(data := found[uid].get(b"BODY[]"), bytes)
        ]

    async def beginning(self, uid: int, size: int, limit: int) -> list[Fetched]:
        """Return the headers and the first parts of a mail, and what else is in it; empty when it was removed."""
        wanted = ["INTERNALDATE", "BODYSTRUCTURE", f"BODY.PEEK[]<0.{limit}>"]
        item = (await self._do(lambda: self._client.fetch([uid], wanted))).get(uid, {})
        data = item.get(b"BODY[]<0>")
        if not isinstance(data, bytes):
            return []
        return [Fetched(uid, data, item.get(b"INTERNALDATE"), size, listed_files(item.get(b"BODYSTRUCTURE")))]

    async def mark_seen(self, uids: Iterable[int]) -> None:
        """Flag as read."""
        numbers = list(uids)
        await self._ask(lambda: self._client.add_flags(numbers, [b"\\Seen"], silent=True))

    async def move(self, uids: Iterable[int], folder: str) -> None:
        """Move to a folder, which is created when there is none."""
        numbers = list(uids)
        try:
            await self._ask(lambda: self._move(numbers, folder))
        except RefusedError as error:
            if "TRYCREATE" not in str(error).upper():
                raise
            await self._ask(lambda: self._client.create_folder(folder))
            await self._ask(lambda: self._move(numbers, folder))

    async def is_full(self) -> bool:
        """Whether mails may bounce for want of room, as far as the server says (RFC 9208)."""
        if not await self._do(lambda: self._client.has_capability("QUOTA")):
            return False
        try:
            # That of INBOX: quotas are of the account, and IMAPClient does not quote names here.
            _, quotas = await self._ask(lambda: self._client.get_quota_root("INBOX"))
        except IndexError:  # how IMAPClient says that there is none
            return False
        return any(int(q.limit) > 0 and int(q.usage) >= _FULL * int(q.limit) for q in quotas)

    async def wait(self) -> None:
        """Return when something happened in the mailbox, or after a while."""
        if not await self._do(lambda: self._client.has_capability("IDLE")):
            await asyncio.sleep(self._settings.poll.total_seconds())
            await self._do(self._client.noop)
            return
        seconds = self._settings.idle.total_seconds()
        await self._do(lambda: self._idle(seconds), within=seconds + _CALL)

    async def _ask(self, call: Callable[[], Any]) -> Any:
        """Run a command whose refusal is about this command, and not about the connection."""
        try:
            return await self._do(call)
        except IMAP4.abort:
            raise
        except IMAP4.error as error:
            raise RefusedError(reason_of(str(error)) or Reason.FORBIDDEN, str(error)) from error

    async def _do[T](self, call: Callable[[], T], *, within: float = _CALL) -> T:
        running = asyncio.get_running_loop().run_in_executor(self._thread, call)
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(running)
        except (TimeoutError, asyncio.CancelledError):
            if not running.done():
                self._hang_up()
                # Its own error says nothing new; not looked at, it would be logged as forgotten.
                await asyncio.wait([running], timeout=_GRACE)
                running.cancel()
            if running.done() and not running.cancelled():
                running.exception()
            raise

    def _hang_up(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError, AttributeError):
                # Past the TLS layer, which would wait for the thread that reads.
                socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)

    def _connect(self) -> None:
        context = encryption()
        implicit = self._spec.tls == "implicit"
        timeout = SocketTimeout(
            self._settings.connect_timeout.total_seconds(), self._settings.answer_timeout.total_seconds()
        )
        self._client = _Client(
            self._spec.host, self._spec.port, ssl=implicit, ssl_context=context if implicit else None, timeout=timeout
        )
        self._client.normalise_times = False
        if not implicit:
            self._client.starttls(context)

    def _login(self, proof: Proof) -> None:
        try:
            if proof.token:
                self._client.sasl_login("XOAUTH2", lambda challenge: proof.xoauth2 if not challenge.strip() else "")
            elif self._client.has_capability("AUTH=PLAIN"):  # LOGIN knows no letters beyond ASCII
                self._client.plain_login(proof.username, proof.password)
            else:
                self._client.login(proof.username, proof.password)
        except LoginError as error:
            raise RefusedError(reason_of(str(error)) or Reason.INVALID_CREDENTIALS, str(error)) from error

    def _select(self) -> None:
        try:
            opened = self._client.select_folder(self._spec.mailbox, readonly=self._spec.after_fetch == "Keep")
        except IMAP4.abort:
            raise
        except IMAP4.error as error:
            text = f"mailbox {self._spec.mailbox}: {error}"
            raise RefusedError(reason_of(str(error)) or Reason.FORBIDDEN, text) from error
        self.uidvalidity = int(opened.get(b"UIDVALIDITY") or 0)

    def _move(self, uids: list[int], folder: str) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
            return
        self._client.copy(uids, folder)
        self._client.add_flags(uids, [b"\\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):  # a plain EXPUNGE would remove what others have marked
            self._client.uid_expunge(uids)

    def _look(self, criteria: list[str]) -> list[int]:
        self._client.forget_news()
        found: list[int] = self._client.search(criteria)
        return found

    def _idle(self, seconds: float) -> None:
        if self._client.has_news():
            return
        self._client.idle()
        for item in self._client.idle_check(timeout=0 if self._client.has_news() else seconds):
            if item[:1] == (b"BYE",):
                raise IMAP4.abort(" ".join(str(word, errors="replace") for word in item if isinstance(word, bytes)))
        self._client.idle_done()
