"""What servers say, by the words of the large ones, and what they list of a mail."""

import socket
import ssl
from imaplib import IMAP4
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response
from tracker_core.channels.condition import Reason
from tracker_core.manifests.source import EmailSpec
from tracker_ingestion.kinds.email.structure import listed_files
from tracker_ingestion.kinds.email.troubles import RefusedError, Trouble, diagnose, reason_of

SPEC = EmailSpec.model_validate(
    {"host": "mail.example", "auth": {"username": "u", "passwordSecretRef": {"name": "s", "key": "k"}}}
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", Reason.INVALID_CREDENTIALS),
        ("[AUTHORIZATIONFAILED] mailbox of another", Reason.FORBIDDEN),
        ("[UNAVAILABLE] Temporary authentication failure.", Reason.PROVIDER_ERROR),
        ("[ALERT] Too many simultaneous connections. (Failure)", Reason.RATE_LIMITED),
        ("[OVERQUOTA] Account exceeded command or bandwidth limits.", Reason.RATE_LIMITED),
        ("[OVERQUOTA] Quota exceeded (mailbox for user is full)", Reason.MAILBOX_FULL),
        ("[LIMIT] Connection limit reached", Reason.RATE_LIMITED),
        ("Request is throttled. Suggested Backoff Time: 300000 milliseconds", Reason.RATE_LIMITED),
        ("[INUSE] Mailbox is locked", Reason.CONFLICT),
        ("[PRIVACYREQUIRED] STARTTLS first", Reason.TLS_FAILED),
        ("Internal error occurred. Refer to server log", Reason.PROVIDER_ERROR),
        ("Mailbox doesn't exist: Nowhere", None),
    ],
)
def test_servers_words_have_a_reason(said: str, reason: Reason | None) -> None:
    assert reason_of(said) is reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), Reason.SLOW),
        (IMAP4.abort("socket error: timed out"), Reason.SLOW),
        (IMAP4.abort("socket error: EOF"), Reason.UNREACHABLE),
        (socket.gaierror(-2, "Name or service not known"), Reason.UNREACHABLE),
        (ConnectionRefusedError(111, "Connection refused"), Reason.UNREACHABLE),
        (ssl.SSLEOFError(8, "EOF occurred"), Reason.UNREACHABLE),
        (ssl.SSLError(1, "wrong version number"), Reason.TLS_FAILED),
        (IMAP4.error("BAD what?"), Reason.PROVIDER_ERROR),
        (IndexError("tuple index out of range"), Reason.PROVIDER_ERROR),
        (RefusedError(Reason.FORBIDDEN, "no"), Reason.FORBIDDEN),
    ],
)
def test_every_error_has_a_reason_and_names_the_server(error: Exception, reason: Reason) -> None:
    trouble = diagnose(error, SPEC)
    assert trouble.reason is reason
    assert "mail.example" in trouble.detail


def test_pauses_grow_to_a_bound_and_are_longer_where_an_account_could_be_locked() -> None:
    passing, lasting = Trouble(Reason.UNREACHABLE, ""), Trouble(Reason.INVALID_CREDENTIALS, "")
    assert 1 <= passing.wait(1) <= 2
    assert passing.wait(1000) <= 60
    assert 150 <= lasting.wait(1000) <= 300


_TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 5 1)'
_PDF = b'("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 400)'
_INLINE = b'("image" "png" NIL NIL NIL "8bit" 9 NIL ("inline" ("filename" "=?utf-8?B?0LAucG5n?=")))'
_EXTENDED = b'("text" "plain" ("name*" "utf-8\'\'%D0%B1.txt") NIL NIL "7bit" 5 1)'


@pytest.mark.parametrize(
    ("structure", "files"),
    [
        (_TEXT, []),
        (b"(%b%b)" % (_TEXT, _PDF + b' "mixed"'), [("a.pdf", "application/pdf", 300, "2")]),
        (
            b'(%b(%b%b "related") "mixed")' % (_TEXT, _INLINE, _EXTENDED),
            [("а.png", "image/png", 9, "2.1"), ("б.txt", "text/plain", 5, "2.2")],
        ),
        (b'("message" "rfc822" NIL NIL NIL "7bit" 99 NIL NIL 3)', [("message.rfc822", "message/rfc822", 99, "1")]),
    ],
)
def test_files_of_a_structure_are_listed(structure: bytes, files: list[tuple[str, str, int, str]]) -> None:
    parsed = parse_fetch_response([b"1 (UID 1 BODYSTRUCTURE " + structure + b")"])
    assert [tuple(file) for file in listed_files(parsed[1][b"BODYSTRUCTURE"]) or ()] == files


_NODES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.integers(), st.binary(max_size=8)),
    lambda node: st.one_of(st.lists(node, max_size=9).map(tuple), st.lists(node, max_size=4)),
)


@given(_NODES)
def test_any_structure_is_understood_or_not(structure: Any) -> None:
    found = listed_files(structure)
    assert found is None or len(found) <= 100
