"""What went wrong at a mail server, said so that a person knows the cure; pure.

Response codes: RFC 3501, RFC 5530, RFC 9208. Servers that send none are understood by the words of the large ones.
"""

import random
import re
import ssl
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Final

from imapclient.exceptions import CapabilityError
from nats.errors import Error as NatsError
from tracker_core.channels.condition import Reason
from tracker_core.errors import UnavailableError
from tracker_core.manifests.source import EmailSpec

FAILURES = (IMAP4.error, OSError, NatsError, UnavailableError, ValueError, LookupError, TypeError, AssertionError)
"""All that serving a mailbox can raise; the last four by imaplib and IMAPClient on answers that are none of IMAP."""

_LONGEST_WAIT: Final = 60.0
_AFTER_REFUSAL: Final = 300.0
"""Seconds between two logins with what was refused before: many servers lock an account for less."""
_CODE: Final = re.compile(r"\[([A-Z]+)[\] ]")
_THROTTLED: Final = re.compile(
    r"throttl|too many|bandwidth|rate limit|simultaneous|try again later|temporarily blocked", re.IGNORECASE
)
_FULL: Final = re.compile(
    r"over ?quota|quota exceeded|mailbox is full|exceeds? (?:the )?quota|not enough disk", re.IGNORECASE
)
_PASSING: Final = re.compile(r"temporar|unavailable|internal|timed? ?out", re.IGNORECASE)
_REASONS: Final = {
    "AUTHENTICATIONFAILED": Reason.INVALID_CREDENTIALS,
    "EXPIRED": Reason.INVALID_CREDENTIALS,
    "AUTHORIZATIONFAILED": Reason.FORBIDDEN,
    "NOPERM": Reason.FORBIDDEN,
    "CONTACTADMIN": Reason.FORBIDDEN,
    "NONEXISTENT": Reason.FORBIDDEN,
    "TRYCREATE": Reason.FORBIDDEN,
    "PRIVACYREQUIRED": Reason.TLS_FAILED,
    "INUSE": Reason.CONFLICT,
    "LIMIT": Reason.RATE_LIMITED,
    "THROTTLED": Reason.RATE_LIMITED,
    "OVERQUOTA": Reason.MAILBOX_FULL,
    "UNAVAILABLE": Reason.PROVIDER_ERROR,
    "SERVERBUG": Reason.PROVIDER_ERROR,
}


class RefusedError(ConnectionError):
    """The server is there and does not let us: a login, a mailbox, a command."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Trouble:
    """Why a mailbox is not served, or not all of it."""

    reason: Reason
    detail: str

    @property
    def lasting(self) -> bool:
        """Whether only a person can end it; a changed Secret is looked for all the while."""
        return self.reason in {Reason.INVALID_CREDENTIALS, Reason.SECRET_MISSING, Reason.FORBIDDEN}

    def wait(self, failures: int) -> float:
        """Return the seconds until the next try, after so many failures in a row."""
        longest = _AFTER_REFUSAL if self.lasting else _LONGEST_WAIT
        # Jitter: the mailboxes of one server must not all come back at the same moment.
        return min(2.0 ** min(failures, 10), longest) * random.uniform(0.5, 1.0)  # noqa: S311


def diagnose(error: BaseException, spec: EmailSpec) -> Trouble:
    """Say what an error means for the Source."""
    server, text = f"{spec.host}:{spec.port}", " ".join((str(error) or type(error).__name__).split())[:300]
    return _ours(error, text) or _encryption(error, server, text) or _servers(error, server, text, spec)


def _ours(error: BaseException, text: str) -> Trouble | None:
    if isinstance(error, UnavailableError):
        return Trouble(Reason.SECRET_MISSING, str(error))
    if isinstance(error, NatsError):
        return Trouble(
            Reason.BUS_UNAVAILABLE, f"The message bus does not answer ({text}). The mails wait in the mailbox"
        )
    return None


def _encryption(error: BaseException, server: str, text: str) -> Trouble | None:
    if isinstance(error, CapabilityError) and "STARTTLS" in text:
        cure = f"{server} offers no STARTTLS. Set spec.email.tls to implicit, with port 993 for most"
    elif isinstance(error, ssl.SSLCertVerificationError):
        cure = (
            f"The certificate of {server} is not trusted: {error.verify_message}. Check spec.email.host; a private CA "
            "goes into SSL_CERT_FILE"
        )
    elif isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        cure = (
            f"No encrypted connection to {server} ({text}). Check spec.email.port and tls: 993 is implicit, 143 is "
            "starttls"
        )
    else:
        return None
    return Trouble(Reason.TLS_FAILED, cure)


def _servers(error: BaseException, server: str, text: str, spec: EmailSpec) -> Trouble:
    match error:
        case RefusedError():
            return _refused(error.reason, text, spec)
        case TimeoutError():
            return _slow(server)
        case IMAP4.abort() if "timed out" in text:
            return _slow(server)
        case _ if (reason := reason_of(text)) is not None:
            return _refused(reason, text, spec)
        case IMAP4.abort() | OSError():
            return Trouble(Reason.UNREACHABLE, f"{server} cannot be reached, or hung up ({text}). Nothing is lost")
        case _:
            return Trouble(Reason.PROVIDER_ERROR, f"{server} answers what cannot be used ({text})")


def reason_of(text: str) -> Reason | None:
    """Return what a server's own words say; None when they say nothing that is known."""
    if _THROTTLED.search(text):  # first: Gmail says OVERQUOTA of its bandwidth, too
        return Reason.RATE_LIMITED
    if _FULL.search(text):
        return Reason.MAILBOX_FULL
    for code in _CODE.findall(text):
        if code in _REASONS:
            return _REASONS[code]
    return Reason.PROVIDER_ERROR if _PASSING.search(text) else None


def _refused(reason: Reason, text: str, spec: EmailSpec) -> Trouble:
    cures = {
        Reason.INVALID_CREDENTIALS: f"does not accept the login of {spec.auth.username}: wrong, expired or revoked. "
        + (
            "Sign in again and put the new refresh token into the Secret"
            if spec.auth.oauth2
            else "Many providers want an app password; put it into the Secret"
        ),
        Reason.FORBIDDEN: f"does not let {spec.auth.username} do this. Check spec.email.mailbox and moveTo, and the "
        "rights of the account",
        Reason.CONFLICT: "says that the mailbox is in use. Stop the other program",
        Reason.RATE_LIMITED: "wants us to slow down. Nothing is lost: it keeps the mails",
        Reason.MAILBOX_FULL: "says that the mailbox is full. Make room in it, or mails will bounce",
        Reason.TLS_FAILED: "wants encryption that was not agreed on. Check spec.email.tls and port",
        Reason.PROVIDER_ERROR: "has a trouble of its own. Nothing is lost: it keeps the mails",
    }
    return Trouble(reason, f"{spec.host} {cures.get(reason, 'refuses')} ({text})")


def _slow(server: str) -> Trouble:
    return Trouble(Reason.SLOW, f"{server} did not answer in time. Nothing is lost: it keeps the mails")
