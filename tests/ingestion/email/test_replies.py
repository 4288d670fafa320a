"""Answers go back into their thread, once, over a real SMTP server; what becomes of them is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tracker_core.bus import DELIVERIES, Bus, outbound_subject
from tracker_core.errors import InvalidInputError
from tracker_core.inbound import Sender
from tracker_core.mail import read_mail
from tracker_core.outbound import Delivery, OutboundReply, decode_delivery, encode
from tracker_ingestion.kinds.email.replies import compose, is_own, own_id

from tests.ingestion.email.conftest import SOURCE, Desk, make_desk, on_bus
from tests.support.certificates import Authority
from tests.support.imap_servers import PASSWORD, USER, ImapServer
from tests.support.smtp_server import SmtpServer, smtp_server
from tests.support.token_server import token_server
from tests.support.waiting import eventually


@pytest_asyncio.fixture
async def smtp(authority: Authority) -> AsyncIterator[SmtpServer]:
    async with smtp_server(authority) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, nats_url: str, pymap: ImapServer, smtp: SmtpServer) -> Desk:
    """A Source that answers."""
    desk = make_desk(tmp_path, nats_url, pymap, smtp={"host": "localhost", "port": smtp.port})
    desk.spec["reply"] = {"enabled": True, "requireApproval": False}
    return desk


def a_reply(**fields: object) -> OutboundReply:
    return OutboundReply(
        **{  # type: ignore[arg-type]
            "id": uuid4(),
            "attempt": 1,
            "source": SOURCE,
            "text": "Fixed. Привіт!\n\n.\nA line that begins with a dot.",
            "conversation": "root@clinic.example",
            "reply_to": "1@clinic.example",
            "recipient": Sender(name="Прия Н", address="priya@clinic.example"),
            "subject": "Login broken",
            "author": "Dana",
        }
        | fields
    )


async def answered(bus: Bus, reply: OutboundReply) -> Delivery:
    """Send it on its way; return what became of it."""
    before = (await bus.js.stream_info(DELIVERIES)).state.last_seq
    await bus.js.publish(outbound_subject(SOURCE), encode(reply))

    async def told() -> bool:
        return (await bus.js.stream_info(DELIVERIES)).state.last_seq > before

    await eventually("report", told)
    return decode_delivery((await bus.js.get_msg(DELIVERIES, before + 1)).data or b"")


async def test_answer_goes_into_its_thread_and_is_known_when_it_appears_in_the_mailbox(
    desk: Desk, smtp: SmtpServer, pymap: ImapServer, bus: Bus
) -> None:
    reply = a_reply()
    async with desk.running():
        done = await answered(bus, reply)
        (mail,) = smtp.mails
        pymap.deliver([mail.as_bytes()], desk.mailbox)  # as Gmail does, or a rule of the team
        (seen,) = await on_bus(bus, 1)
    assert done.outcome == "sent"
    assert done.external_id == seen.external_id == f"tasktracker.{reply.id}@example.com"
    assert seen.ignored == "An answer that was sent from here"
    assert smtp.envelopes == [(USER, ["priya@clinic.example"])]
    assert mail["From"] == f"Dana <{USER}>"
    assert mail["To"] == "Прия Н <priya@clinic.example>"
    assert mail["Subject"] == "Re: Login broken"
    assert mail["In-Reply-To"] == "<1@clinic.example>"
    assert mail["References"] == "<root@clinic.example> <1@clinic.example>"
    assert mail["Auto-Submitted"] is None
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == reply.text
    back = read_mail(mail.as_bytes(), datetime.now(UTC))
    assert (back.conversation, back.reply_to) == ("root@clinic.example", "1@clinic.example")


async def test_answer_that_comes_twice_is_sent_once(desk: Desk, smtp: SmtpServer, bus: Bus) -> None:
    reply = a_reply()
    async with desk.running():
        first, second = await answered(bus, reply), await answered(bus, reply)
    assert len(smtp.mails) == 1
    assert first == second


async def test_answer_over_starttls_with_a_login_of_its_own(desk: Desk, authority: Authority, bus: Bus) -> None:
    async with smtp_server(authority, implicit=False) as smtp:
        smtp.passwords = {"relay": "other"}
        desk.secret("relay", "other")
        desk.spec["email"]["smtp"] = {
            "host": "localhost",
            "port": smtp.port,
            "tls": "starttls",
            "from": "desk@example.com",
            "auth": {"username": "relay", "passwordSecretRef": {"name": "mail", "key": "relay"}},
        }
        async with desk.running():
            assert (await answered(bus, a_reply())).outcome == "sent"
    assert smtp.mails[0]["From"] == "Dana <desk@example.com>"


async def test_answer_with_a_token_and_a_fresh_one_when_it_was_revoked(
    desk: Desk, authority: Authority, smtp: SmtpServer, bus: Bus
) -> None:
    async with token_server(authority) as provider:
        provider.accepted = smtp.tokens
        desk.secret("refresh", "refresh-1")
        desk.spec["email"]["smtp"]["auth"] = {
            "username": USER,
            "oauth2": {
                "tokenURL": provider.url,
                "clientID": "public client",
                "refreshTokenSecretRef": {"name": "mail", "key": "refresh"},
            },
        }
        async with desk.running():
            assert (await answered(bus, a_reply())).outcome == "sent"
            smtp.tokens.clear()
            assert (await answered(bus, a_reply())).outcome == "sent"
            provider.answer = (400, {"error": "invalid_grant"})
            smtp.tokens.clear()
            failed = await answered(bus, a_reply())
    assert "client_secret" not in provider.forms[0]
    assert failed.outcome == "failed"
    assert "invalid_grant" in failed.detail


async def test_what_becomes_of_an_answer_is_told_with_the_cure(desk: Desk, smtp: SmtpServer, bus: Bus) -> None:
    async with desk.running():
        smtp.refuse_mail = "451 4.7.1 Greylisted, come back later"
        later = await answered(bus, a_reply())
        smtp.refuse_mail = "552 5.2.2 Mailbox full"
        full = await answered(bus, a_reply())
        smtp.refuse_mail, smtp.refuse_recipient = "", "550 5.1.1 No such user"
        nobody = await answered(bus, a_reply())
        smtp.refuse_recipient = ""
        no_address = await answered(bus, a_reply(recipient=Sender(name="Priya")))
        desk.secret("password", "wrong")
        wrong = await answered(bus, a_reply())
        (desk.folder / "secrets/support/mail/password").unlink()
        missing = await answered(bus, a_reply())
    assert (later.outcome, later.retry_after) == ("retry", 300)
    assert "Greylisted" in later.detail
    assert (full.outcome, nobody.outcome, no_address.outcome) == ("failed", "failed", "failed")
    assert "Mailbox full" in full.detail
    assert "No such user. Check the address" in nobody.detail
    assert "no mail address" in no_address.detail
    assert (wrong.outcome, missing.outcome) == ("failed", "failed")
    assert "Check the Secret" in wrong.detail
    assert PASSWORD not in wrong.detail
    assert "has no key 'password'" in missing.detail
    assert smtp.mails == []


async def test_mail_server_that_is_away_is_tried_again(desk: Desk, bus: Bus) -> None:
    desk.spec["email"]["smtp"]["port"] = 1
    async with desk.running():
        assert (await answered(bus, a_reply())).outcome == "retry"


def test_answer_of_nobody_is_marked_automatic_and_one_of_somebody_is_not() -> None:
    now = datetime.now(UTC)
    assert compose(a_reply(author=""), USER, now)["Auto-Submitted"] == "auto-generated"
    assert compose(a_reply(), USER, now)["Auto-Submitted"] is None


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Login", "Re: Login"),
        ("RE: Login", "RE: Login"),
        ("AW: Login", "AW: Login"),
        ("", "Re:"),
        ("a\r\nBcc: x@y", "Re: a Bcc: x@y"),
    ],
)
def test_subject_says_once_that_it_answers_and_smuggles_no_header_in(subject: str, shown: str) -> None:
    mail = compose(a_reply(subject=subject), USER, datetime.now(UTC))
    assert str(mail["Subject"]) == shown
    assert mail["Bcc"] is None


@pytest.mark.parametrize("address", ["", "Priya", "a@b\r\nBcc: x@y", "a@b, c@d", "<a@b>", "a b@c", "дана@x.example"])
def test_answer_goes_to_one_address_or_nowhere(address: str) -> None:
    with pytest.raises(InvalidInputError, match="no mail address"):
        compose(a_reply(recipient=Sender(address=address)), USER, datetime.now(UTC))


def test_ids_that_are_no_message_ids_stay_out_of_the_headers() -> None:
    mail = compose(a_reply(conversation="sha256:ab", reply_to="imap:1:2"), USER, datetime.now(UTC))
    assert mail["References"] is mail["In-Reply-To"] is None


def test_long_ids_stay_whole_so_that_the_thread_is_found() -> None:
    root, parent = f"{'r' * 150}@mail.example", f"{'p' * 150}@outlook.example"
    mail = compose(a_reply(conversation=root, reply_to=parent, subject="Договір " * 20), USER, datetime.now(UTC))
    back = read_mail(mail.as_bytes(), datetime.now(UTC))
    assert (back.conversation, back.reply_to) == (root, parent)
    assert back.subject == ("Re: " + "Договір " * 20).strip()


def test_domain_of_other_letters_is_written_as_dns_knows_it() -> None:
    mail = compose(a_reply(recipient=Sender(address="dana@пошта.example")), USER, datetime.now(UTC))
    assert str(mail["To"]) == "dana@xn--80a1acn3a.example"


def test_own_id_is_stable_and_known_again() -> None:
    reply = UUID("01920000-0000-7000-8000-000000000001")
    assert own_id(reply, USER) == own_id(reply, USER) == f"tasktracker.{reply}@example.com"
    assert is_own(own_id(reply, USER))
    assert not is_own(f"x.{own_id(reply, USER)}")


def test_long_and_foreign_text_survives_the_way() -> None:
    text = "Ж" * 5000 + "\n" + "x" * 5000 + "\nFrom here\n"
    mail = compose(a_reply(text=text), USER, datetime.now(UTC))
    assert max(map(len, mail.as_bytes().splitlines())) <= 998
    assert read_mail(mail.as_bytes(), datetime.now(UTC)).text == text.strip()
