"""Mails as the world writes them."""

import struct
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracker_core.errors import MalformedError
from tracker_core.mail import Mail, decoded, read_mail, text_of, text_of_html

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

HEAD = (
    b"From: Priya N <Priya@clinic.example>\r\nTo: help@example.com\r\nSubject: Login\r\n"
    b"Date: Tue, 06 Oct 2026 07:03:00 +0300\r\nMessage-ID: <a1@clinic.example>\r\n"
)


def mail_of(text: bytes) -> Mail:
    return read_mail(text, NOW)


def test_plain_mail() -> None:
    mail = mail_of(HEAD + b"\r\nNobody can log in.\r\n\r\nPriya\r\n")
    assert mail.message_id == mail.conversation == "a1@clinic.example"
    assert mail.subject == "Login"
    assert (mail.sender.name, mail.sender.address, mail.sender.id) == (
        "Priya N",
        "Priya@clinic.example",
        "priya@clinic.example",
    )
    assert mail.sent_at.isoformat() == "2026-10-06T07:03:00+03:00"
    assert mail.text == "Nobody can log in.\n\nPriya"
    assert mail.notes == ()


def test_thread_is_keyed_by_its_root() -> None:
    mail = mail_of(HEAD + b"In-Reply-To: <b@x>\nReferences: <root@x>\n <a@x> <b@x>\n\nyes")
    assert (mail.conversation, mail.reply_to) == ("root@x", "b@x")
    only_parent = mail_of(HEAD + b"In-Reply-To: <b@x>\n\nyes")
    assert only_parent.conversation == "b@x"


def test_answers_go_where_the_writer_wants_them() -> None:
    assert mail_of(HEAD + b"Reply-To: Desk <desk@clinic.example>\n\nx").answer_to == "desk@clinic.example"
    assert mail_of(HEAD + b"\nx").answer_to == ""


def test_missing_message_id_is_a_digest_that_line_ends_do_not_change() -> None:
    first = mail_of(b"From: a@b.example\nSubject: x\n\nbody\n")
    again = mail_of(b"From: a@b.example\r\nSubject: x\r\n\r\nbody\r\n\r\n")
    assert first.message_id == again.message_id
    assert first.message_id.startswith("sha256:")
    assert "no_message_id" in first.notes


@pytest.mark.parametrize(
    ("header", "expected", "note"),
    [
        (b"Date: yesterday", NOW, "date_missing"),
        (b"Date: Tue, 06 Oct 2026 07:03:00 +9999", NOW, "date_missing"),
        (b"Date: Tue, 06 Oct 2126 07:03:00 +0000", NOW, "date_missing"),
        (
            b"Received: from a by b; Tue, 06 Oct 2026 07:03:00 +0000",
            datetime(2026, 10, 6, 7, 3, tzinfo=UTC),
            "date_from_received",
        ),
    ],
)
def test_a_date_that_cannot_be_believed_is_replaced_with_a_note(header: bytes, expected: datetime, note: str) -> None:
    mail = mail_of(b"From: a@b.example\nMessage-ID: <1@x>\n" + header + b"\n\nbody")
    assert mail.sent_at == expected
    assert mail.notes == (note,)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=?utf-8?B?0J/RgNC40LLQtdGC?=", "Привет"),
        ("=?koi8-r?Q?=F0=D2=C9?= =?koi8-r?Q?=D7=C5=D4?=", "Привет"),
        ("=?UTF-8?B?0J8=?= =?UTF-8?B?0YA=?=", "Пр"),
        ("=?utf-8?B?0J/R?= =?utf-8?B?gNC4?=", "При"),  # a character cut in two, as many programs do
        ("Re: =?iso-8859-1?Q?caf=E9?= (2)", "Re: café (2)"),
        ("=?x-unknown?Q?caf=E9?=", "café"),
        ("=?utf-8?B?A?=", "=?utf-8?B?A?="),
        ("plain", "plain"),
    ],
)
def test_encoded_words(raw: str, shown: str) -> None:
    assert decoded(raw) == shown


def test_headers_in_raw_8bit_are_read() -> None:
    utf8 = mail_of("From: Олена <o@x.example>\nSubject: Рахунок\n\nx".encode())
    assert (utf8.sender.name, utf8.subject) == ("Олена", "Рахунок")
    latin = mail_of("From: a@x.example\nSubject: Grüße\n\nx".encode("latin-1"))
    assert latin.subject == "Grüße"


@pytest.mark.parametrize(
    ("data", "charset", "shown"),
    [
        ("Привет".encode("cp1251"), "windows-1251", "Привет"),
        ("Привет".encode(), "us-ascii", "Привет"),
        ("Привет".encode(), "no-such-charset", "Привет"),
        ("Привет".encode(), "zlib", "Привет"),
        ("naïve “x”".encode("cp1252"), "iso-8859-1", "naïve “x”"),
        ("中文".encode("gb18030"), "gb2312", "中文"),
        (b"ok \xff", "utf-8", "ok \N{REPLACEMENT CHARACTER}"),
        ("né".encode("latin-1"), None, "né"),
    ],
)
def test_charsets_that_lie(data: bytes, charset: str | None, shown: str) -> None:
    assert text_of(data, charset) == shown


def test_alternatives_give_the_plain_text_and_nested_parts_are_attachments() -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<m@x>"
    message.set_content("See the log.")
    message.add_alternative("<p>See the <b>log</b>.</p>", subtype="html")
    message.add_attachment(b"0123456789", maintype="application", subtype="pdf", filename="Звіт.pdf")
    forwarded = EmailMessage()
    forwarded["Subject"] = "Original"
    forwarded.set_content("not mine")
    message.add_attachment(forwarded)
    mail = mail_of(message.as_bytes())
    assert mail.text == "See the log."
    assert [(a.name, a.media_type, a.size) for a in mail.attachments] == [
        ("Звіт.pdf", "application/pdf", 10),
        ("Original.eml", "message/rfc822", len(forwarded.as_bytes())),
    ]
    assert mail.files[1].content == forwarded.as_bytes()


def test_html_only_becomes_readable() -> None:
    mail = mail_of(
        HEAD + b"Content-Type: text/html; charset=utf-8\n\n<html><head><title>t</title><style>p{}</style></head><body>"
        b"<p>Hello <b>Dana</b>,&nbsp;see</p><ul><li>one<li>two &amp; three</ul>"
        b"<a href='https://x.example/a'>the report</a>"
        b'<br><a href="https://x.example">x.example</a><!-- no --><pre>a\n  b</pre><script>alert(1)</script></body>'
    )
    assert mail.text == "Hello Dana, see\n\n- one\n- two & three\nthe report (https://x.example/a)\nx.example\na\nb"


def test_empty_plain_part_gives_way_to_html() -> None:
    message = EmailMessage()
    message["From"] = "a@x.example"
    message.set_content(" \n")
    message.add_alternative("<p>Only here</p>", subtype="html")
    assert mail_of(message.as_bytes()).text == "Only here"


def test_flowed_lines_are_joined() -> None:
    mail = mail_of(
        HEAD + b"Content-Type: text/plain; format=flowed\n\nThe export \nis wrong.\n> quoted \n> text\n-- \nDana"
    )
    assert mail.text == "The export is wrong.\n> quoted \n> text"
    assert mail.signature == "Dana"


def test_multipart_without_boundary_shows_its_text() -> None:
    assert mail_of(HEAD + b"Content-Type: multipart/mixed\n\nstill here").text == "still here"


def test_no_header_is_malformed() -> None:
    with pytest.raises(MalformedError, match="no header"):
        mail_of(b"\n\njust text")


def test_deep_nesting_is_malformed_not_a_crash() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000))
    with pytest.raises(MalformedError, match="cannot be parsed"):
        mail_of(nested)


@pytest.mark.parametrize("piece", ["<!--", "<a ", "</a", "<![", "&#", "<script>", "<a href='", "<", "<div>", "<title>"])
def test_hostile_html_takes_linear_time(piece: str) -> None:
    started = time.perf_counter()
    text_of_html(piece * 100_000)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "mail",
    [
        b"Content-Type: text/plain" + b";" * 500_000 + b"\n\nx",
        b"From: " + b"(" * 500_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx",
        b"Content-Disposition: attachment; filename=" + b'"\\' * 200_000 + b"\n\nx",
    ],
)
def test_hostile_headers_take_linear_time(mail: bytes) -> None:
    started = time.perf_counter()
    mail_of(mail)
    assert time.perf_counter() - started < 3


HEADER_NAMES = st.sampled_from(
    [
        "From",
        "Date",
        "Subject",
        "Message-ID",
        "References",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "In-Reply-To",
    ]
)
HEADER_VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"multipart/alternative; boundary=",
            b"text/html; charset=idna",
            b"text/plain; charset=utf-16",
            b"text/plain; charset*=utf-8''%ff",
            b"message/rfc822",
            b"message/delivery-status",
            b"attachment; filename*0*=x''%; filename*1=\xff",
            b"base64",
            b"uuencode",
            b"=?utf-8?b?////?=",
        ]
    ),
)
PARTS = st.lists(st.sampled_from([b"--b\n", b"--b--\n", b"\n", b"x: y\n", b"<p"])).map(b"".join)


@settings(max_examples=300, deadline=timedelta(seconds=2))
@given(
    headers=st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), min_size=1, max_size=6),
    body=st.one_of(st.binary(max_size=200), PARTS),
)
def test_hostile_mails_are_read_or_malformed(headers: list[tuple[str, bytes]], body: bytes) -> None:
    data = b"".join(name.encode() + b": " + value + b"\n" for name, value in headers) + b"\n" + body
    try:
        mail = read_mail(data, NOW)
    except MalformedError:
        return
    assert mail.message_id
    assert mail.sent_at.utcoffset() is not None


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    try:
        assert read_mail(data, NOW).conversation
    except MalformedError:
        return


def test_a_character_reference_of_thousands_of_digits_stays() -> None:
    digits = "&#" + "9" * 5000 + ";"
    assert text_of_html(f"<a href='https://x.example/{digits}'>{digits}</a> ok").endswith(" ok")


@given(st.text(max_size=300))
def test_any_html_gives_text(page: str) -> None:
    assert isinstance(text_of_html(page), str)


def an_answer(body: str, subject: str = "Re: Login", html: bool = False) -> Mail:
    message = EmailMessage()
    message["From"], message["Subject"], message["In-Reply-To"] = "a@x.example", subject, "<1@x>"
    message.set_content(body, subtype="html" if html else "plain")
    return mail_of(message.as_bytes())


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, Nov 2, 2026 at 9:00 AM Help <help@example.com> wrote:\n> Please restart.\n> Thanks",
        "On Mon, Nov 2, 2026 at 9:00 AM Help Desk of the\nClinic <help@example.com> wrote:\n\n> Please restart.",
        "Am 02.11.2026 um 09:00 schrieb Help <help@example.com>:\n> Bitte neu starten.",
        "Le lun. 2 nov. 2026 à 09:00, Help <help@example.com> a écrit :\n> Redémarrez.",
        "El lun, 2 nov 2026 a las 9:00, Help (<help@example.com>) escribió:\n\nReinicie, por favor.",
        "пн, 2 нояб. 2026 г. в 09:00, Help <help@example.com>:\n> Перезапустите.",
        "02.11.2026, 9:00, Help пише:\n> Перезапустіть.",
        "2026年11月2日(月) 9:00 Help <help@example.com>:\n> 再起動してください。",
        "> Please restart.\n> Thanks",
        "-----Original Message-----\nFrom: Help\nSent: Monday\nPlease restart.",
        "---------- Исходное сообщение ----------\nПерезапустите.",
        "____________________\nFrom: Help <help@x>\nSent: Monday, 9:00\nTo: Priya\nSubject: Login\n\nRestart.",
        "Von: Help <help@example.com>\nGesendet: Montag, 2. November 2026 09:00\nAn: Priya\nBetreff: Login\n\nBitte",
        "*From:* Help\n*Sent:* Monday\n*To:* Priya\n*Subject:* Login\n\nPlease restart.",
    ],
)
def test_the_mail_that_is_answered_is_told_from_the_answer(quotation: str) -> None:
    mail = an_answer(f"Still broken.\n\nThe code is 17.\n\n{quotation}\n")
    assert mail.text == "Still broken.\n\nThe code is 17."
    assert mail.quoted.replace("\r", "") == quotation


def test_answer_below_the_quotation_is_found() -> None:
    mail = an_answer("On Mon, Nov 2, 2026 at 9:00 Help <help@example.com> wrote:\n> Please restart.\n\nStill broken.")
    assert mail.text == "Still broken."
    assert "Please restart." in mail.quoted


def test_answer_between_the_lines_keeps_the_lines_it_answers() -> None:
    body = "> Which version?\n7.2\n\n> Which browser?\nFirefox"
    assert an_answer(body).text == body


@pytest.mark.parametrize(
    "text",
    [
        "He told me at 10:30:\nthe export is wrong",
        "To: be or not\nFrom: here to there\nnothing else",
        "Steps:\n1. Open 2026 report:\n2. Print",
        "Results\n-------\nall wrong",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert an_answer(text).text == text


def test_forwarded_mail_is_kept_whole() -> None:
    body = "See below.\n\n---------- Forwarded message ---------\nFrom: a\nSent: b\nTo: c\n\nIt is broken."
    assert an_answer(body, subject="Fwd: Login").text == body


def test_first_mail_keeps_what_it_quotes() -> None:
    mail = mail_of(HEAD + b"\nThe log says:\n> error 17\n")
    assert mail.text == "The log says:\n> error 17"


def test_answer_that_is_only_a_quotation_is_kept_whole() -> None:
    assert an_answer("> Please restart.").text == "> Please restart."


def test_quotation_in_html_is_told_from_the_answer() -> None:
    mail = an_answer(
        "<div>Still broken.</div><div class=gmail_quote>On Mon, Nov 2, 2026 at 9:00 Help &lt;help@x.example&gt; wrote:"
        "<br><blockquote><p>Please restart.</p><blockquote>Hello</blockquote></blockquote></div>",
        html=True,
    )
    assert mail.text == "Still broken."
    assert "> Please restart.\n> > Hello" in mail.quoted.replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("body", "text", "signature"),
    [
        ("It is broken.\n-- \nPriya N\n+380 44 000", "It is broken.", "Priya N\n+380 44 000"),
        ("It is broken.\n\nSent from my iPhone", "It is broken.", "Sent from my iPhone"),
        ("Es geht nicht.\n\nVon meinem iPhone gesendet", "Es geht nicht.", "Von meinem iPhone gesendet"),
        ("Не працює.\n\nНадіслано з iPhone", "Не працює.", "Надіслано з iPhone"),
        ("-- \nPriya", "-- \nPriya", ""),
        ("a\n--\n" + "b\n" * 30, "a\n--\n" + ("b\n" * 30).strip(), ""),
    ],
)
def test_signature_is_told_from_the_text(body: str, text: str, signature: str) -> None:
    mail = mail_of(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + body.encode())
    assert (mail.text, mail.signature) == (text, signature)


@pytest.mark.parametrize("line", ["1 " * 60 + ":", "> ", "On 2026 wrote:", "-" * 100, "From: x", "a: b"])
def test_hostile_quotations_take_linear_time(line: str) -> None:
    started = time.perf_counter()
    an_answer((line + "\n") * (900_000 // len(line)))
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (b"Auto-Submitted: auto-replied", "an automatic reply"),
        (b"Auto-Submitted: auto-generated; owner-email=x", "sent by a program (Auto-Submitted: auto-generated)"),
        (b"Auto-Submitted: no", ""),
        (b"X-Autoreply: yes", "an automatic reply"),
        (b"Precedence: auto_reply", "an automatic reply"),
        (b"Precedence: bulk", "mass mail (Precedence: bulk)"),
        (b"List-Unsubscribe: <https://x>", "mass mail (List-Unsubscribe)"),
        (b"List-Id: <a.x>\nList-Post: <mailto:a@x>\nPrecedence: list", ""),
        (b"List-Post: NO\nList-Id: <a.x>", "mass mail (List-Id)"),
        (b"Return-Path: <>", "sent without a return path, as bounces are"),
        (b"Return-Path: <priya@clinic.example>", ""),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=b", "a delivery report"),
        (b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "a read receipt"),
    ],
)
def test_what_no_person_wrote_is_known_by_its_headers(headers: bytes, kind: str) -> None:
    assert mail_of(HEAD + headers + b"\n\n--b\n\nx\n--b--\n").automatic == kind


def test_bounce_of_a_daemon_is_known() -> None:
    assert mail_of(b"From: Mail Delivery <MAILER-DAEMON@x.example>\n\nundelivered").automatic == "a delivery report"
    assert mail_of(b"From: A <a@mailer-daemons.example>\n\nhello").automatic == ""


INVITE = (
    "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
    "SUMMARY:Review\\, part\r\n  two\r\n{start}\r\nLOCATION:Room 5\r\nORGANIZER;CN=Dana:mailto:dana@x.example\r\n"
    "BEGIN:VALARM\r\nSUMMARY:no\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    ("method", "start", "shown"),
    [
        (
            "REQUEST",
            "DTSTART;TZID=Europe/Kyiv:20261124T100000",
            "Invitation: Review, part two\nWhen: 2026-11-24 10:00 (Europe/Kyiv)",
        ),
        ("CANCEL", "DTSTART:20261124T100000Z", "Cancelled: Review, part two\nWhen: 2026-11-24 10:00 UTC"),
        ("PUBLISH", "DTSTART;VALUE=DATE:20261124", "Event: Review, part two\nWhen: 2026-11-24"),
    ],
)
def test_invitation_says_what_when_and_where(method: str, start: str, shown: str) -> None:
    message = EmailMessage()
    message["From"] = "a@x.example"
    message.set_content("Please come.")
    message.add_alternative(INVITE.format(method=method, start=start), subtype="calendar")
    mail = mail_of(message.as_bytes())
    assert mail.text == f"Please come.\n\n{shown}\nWhere: Room 5\nOrganizer: dana@x.example"
    assert [(file.name, file.media_type) for file in mail.files] == [("invite.ics", "text/calendar")]


def attribute(number: int, value: bytes, level: int = 1) -> bytes:
    return struct.pack("<BHHI", level, number, 0, len(value)) + value + struct.pack("<H", sum(value) % 65536)


def prop(number: int, kind: int, value: bytes) -> bytes:
    head = struct.pack("<HHII", kind, number, 1, len(value))
    return head + value + b"\0" * (-len(value) % 4)


def winmail(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


WINMAIL = winmail(
    attribute(0x9006, struct.pack("<I", 0x10000)),
    attribute(0x9007, struct.pack("<II", 1251, 0)),
    attribute(
        0x9003,
        struct.pack("<I", 2)
        + struct.pack("<HHI", 3, 0x3FDE, 65001)
        + prop(0x1000, 0x1E, "Договір у файлі.\0".encode()),
    ),
    attribute(0x9002, b"\0" * 14, 2),
    attribute(0x8010, "Догов~1.pdf\0".encode("cp1251"), 2),
    attribute(0x800F, b"%PDF-1", 2),
    attribute(0x9005, struct.pack("<I", 1) + prop(0x3707, 0x1F, "Договір № 5.pdf\0".encode("utf-16-le")), 2),
    attribute(0x9002, b"\0" * 14, 2),
    attribute(0x8010, b"b.txt\0", 2),
    attribute(0x800F, b"two", 2),
)


def in_a_mail(content: bytes) -> Mail:
    message = EmailMessage()
    message["From"] = "a@x.example"
    message.add_attachment(content, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return mail_of(message.as_bytes())


def test_outlooks_envelope_is_opened() -> None:
    mail = in_a_mail(WINMAIL)
    assert mail.text == "Договір у файлі."
    assert [(file.name, file.media_type, file.content) for file in mail.files] == [
        ("Договір № 5.pdf", "application/pdf", b"%PDF-1"),
        ("b.txt", "text/plain", b"two"),
    ]


@pytest.mark.parametrize("cut", [0, 3, 6, 20, 60, 90, 150, 200])
def test_envelope_that_is_broken_stays_a_file_or_gives_what_it_has(cut: int) -> None:
    mail = in_a_mail(WINMAIL[:cut])
    assert mail.files == () or mail.files[0].name


@given(st.binary(max_size=300))
def test_any_envelope_is_opened_or_stays_a_file(content: bytes) -> None:
    mail = in_a_mail(WINMAIL[:6] + content)
    assert mail.message_id


def test_envelope_of_a_million_attributes_takes_linear_time() -> None:
    started = time.perf_counter()
    in_a_mail(winmail(attribute(0x8010, b"") * 500_000))
    assert time.perf_counter() - started < 3
