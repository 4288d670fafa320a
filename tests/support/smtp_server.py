"""A real SMTP server for tests (aiosmtpd): keeps what it is sent, and refuses as a test tells it to."""

import base64
import email
import email.policy
import warnings
from asyncio import get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import Authority
from tests.support.imap_servers import PASSWORD, USER


@dataclass
class SmtpServer:
    """Change its fields while it runs."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    refuse_recipient: str = ""
    """`550 no such user`."""
    refuse_mail: str = ""
    """`451 greylisted`."""
    tokens: set[str] = field(default_factory=set)
    passwords: dict[str, str] = field(default_factory=lambda: {USER: PASSWORD})
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_mail:
            return self.refuse_mail
        assert isinstance(envelope.content, bytes)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        return "250 taken"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        assert len(args) == 2, "the client shows it with the command"
        user, _, rest = base64.b64decode(args[1]).decode().removeprefix("user=").partition("\1auth=Bearer ")
        self.logins.append("token")
        return AuthResult(success=rest.rstrip("\1") in self.tokens, auth_data=user, handled=False)

    def password_login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.logins.append(mechanism)
        assert isinstance(data, LoginPassword)
        known = self.passwords.get(data.login.decode())
        return AuthResult(success=known is not None and known.encode() == data.password, handled=False)


@asynccontextmanager
async def smtp_server(authority: Authority, *, implicit: bool = True) -> AsyncIterator[SmtpServer]:
    """Listen, with implicit TLS or with STARTTLS; a login is required."""
    kept = SmtpServer()
    context = authority.server_context()

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it does not see that the listener is encrypted
            return SMTP(
                kept,
                hostname="localhost",
                authenticator=kept.password_login,
                auth_required=True,
                auth_require_tls=not implicit,
                require_starttls=not implicit,
                tls_context=None if implicit else context,
                enable_SMTPUTF8=True,
                loop=get_running_loop(),
            )

    listening = await get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=context if implicit else None)
    kept.port = listening.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        listening.close()
