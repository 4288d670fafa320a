"""Sends an answer over SMTP (RFC 5321), and says what became of it."""

import asyncio
import base64
import contextlib
import smtplib
import socket
import ssl
from datetime import UTC, datetime
from email.message import Message
from typing import Final

from tracker_core.channels.condition import Reason
from tracker_core.errors import InvalidInputError, TrackerError
from tracker_core.manifests.source import EmailSpec, SmtpSpec
from tracker_core.outbound import Delivery, OutboundReply, delivery

from tracker_ingestion.kinds.email.credentials import Credentials, Proof
from tracker_ingestion.kinds.email.encryption import encryption
from tracker_ingestion.kinds.email.replies import compose, own_id, recipient
from tracker_ingestion.kinds.email.troubles import RefusedError

_TIMEOUT: Final = 15.0
"""Seconds of silence."""
_WHOLE: Final = 40.0
"""Seconds for one mail, below what an answer may take."""
_REFUSED_FOR_GOOD: Final = 500
_LATER: Final = 300.0
"""Seconds to wait after a temporary refusal: greylisting lets nobody in before five minutes."""


class Outgoing:
    """The way out of one mailbox."""

    def __init__(self, spec: EmailSpec, smtp: SmtpSpec, credentials: Credentials) -> None:
        self._smtp = smtp
        self._credentials = credentials
        self._address = smtp.from_ or spec.auth.username

    async def send(self, reply: OutboundReply) -> Delivery:
        """Send one answer."""
        try:
            to, mail = recipient(reply), compose(reply, self._address, datetime.now(UTC))
        except (InvalidInputError, ValueError) as error:
            return delivery(reply, "failed", detail=str(error))
        try:
            await self._deliver(mail, to)
        except (smtplib.SMTPException, TrackerError, OSError) as error:
            return self._failure(reply, error)
        return delivery(reply, "sent", external_id=own_id(reply.id, self._address))

    async def _deliver(self, mail: Message, to: str) -> None:
        try:
            await self._attempt(mail, to)
        except smtplib.SMTPAuthenticationError:
            if not self._credentials.uses_tokens:
                raise
            # A token can be revoked before its end; a fresh one tells the two cases apart.
            self._credentials.refused()
            await self._attempt(mail, to)

    async def _attempt(self, mail: Message, to: str) -> None:
        session = _Session(self._smtp, self._address)
        proof = await self._credentials.proof()
        try:
            async with asyncio.timeout(_WHOLE):
                await asyncio.to_thread(session.deliver, proof, mail, to)
        finally:
            session.hang_up()  # a thread whose result nobody awaits must not send any more

    def _failure(self, reply: OutboundReply, error: Exception) -> Delivery:
        server = f"{self._smtp.host}:{self._smtp.port}"
        match error:
            case smtplib.SMTPException():
                return self._refusal(reply, error)
            case RefusedError() if error.reason is Reason.INVALID_CREDENTIALS:
                detail = f"No access token: {error}. Sign in again and renew the Secret"
            case TrackerError():  # a Secret is missing
                detail = str(error)
            case ssl.SSLError():
                detail = f"No encrypted connection to {server}: {error}. Check spec.email.smtp: host, port and tls"
            case TimeoutError():
                return delivery(reply, "retry", detail=f"{server} did not answer in time")
            case _:
                return delivery(reply, "retry", detail=f"{server} cannot be reached: {error}")
        return delivery(reply, "failed", detail=detail)

    def _refusal(self, reply: OutboundReply, error: smtplib.SMTPException) -> Delivery:
        code, said = _code(error), _said(error)
        if 0 < code < _REFUSED_FOR_GOOD or isinstance(error, smtplib.SMTPServerDisconnected):
            wait = _LATER if code else 0.0
            return delivery(reply, "retry", detail=f"{self._smtp.host} does not take it now: {said}", retry_after=wait)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return delivery(
                reply, "failed", detail=f"{self._smtp.host} does not accept the login ({said}). Check the Secret"
            )
        return delivery(reply, "failed", detail=f"{self._smtp.host} refuses the mail: {said}. Check the address")


class _Session:
    """One SMTP session, in a thread."""

    def __init__(self, spec: SmtpSpec, address: str) -> None:
        self._spec = spec
        self._address = address
        self._smtp: smtplib.SMTP | None = None
        self._over = False

    def deliver(self, proof: Proof, mail: Message, to: str) -> None:
        domain = self._address.rpartition("@")[2] or "localhost"
        where = (self._spec.host, self._spec.port, domain)
        if self._spec.tls == "implicit":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=_TIMEOUT, context=encryption())
        else:
            smtp = smtplib.SMTP(*where, timeout=_TIMEOUT)
        self._smtp = smtp
        with contextlib.closing(smtp):
            if self._spec.tls == "starttls":
                smtp.starttls(context=encryption())
            _log_in(smtp, proof)
            if self._over:
                raise TimeoutError
            smtp.send_message(mail, self._address, [to])
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()  # it was taken; a goodbye that fails changes nothing

    def hang_up(self) -> None:
        self._over = True
        if self._smtp is not None and self._smtp.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._smtp.sock, socket.SHUT_RDWR)


def _log_in(smtp: smtplib.SMTP, proof: Proof) -> None:
    smtp.ehlo_or_helo_if_needed()
    if proof.token:
        smtp.auth("XOAUTH2", lambda challenge=None: proof.xoauth2 if challenge is None else "")
    elif (proof.username + proof.password).isascii():
        smtp.login(proof.username, proof.password)
    else:  # smtplib knows no letters beyond ASCII; RFC 4616 does
        answer = base64.b64encode(f"\0{proof.username}\0{proof.password}".encode()).decode()
        code, text = smtp.docmd("AUTH", f"PLAIN {answer}")
        if code not in {235, 503}:
            raise smtplib.SMTPAuthenticationError(code, text)


def _code(error: smtplib.SMTPException) -> int:
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _ in error.recipients.values())
    return 0


def _said(error: smtplib.SMTPException) -> str:
    """Return the server's words, without those of Python."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        parts = [f"{code} {_text(text)}" for code, text in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        parts = [f"{error.smtp_code} {_text(error.smtp_error)}"]
    else:
        parts = [str(error)]
    return " ".join(" ".join(parts).split())[:300]


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
