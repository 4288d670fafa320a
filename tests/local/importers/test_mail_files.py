"""mbox files and folders of .eml."""

import tracemalloc
from pathlib import Path

from tracker_core.inbound import InboundMessage
from tracker_local.importers import Item, Reject, open_import

MAIL = (
    b"From: Dana <dana@x.example>\nDate: Mon, 04 May 2026 09:00:00 +0300\nMessage-ID: <%d@x.example>\nSubject: Hi\n\n"
)
SEPARATOR = b"From a@x.example Mon May  4 09:00:00 2026\n"


def mail(number: int) -> bytes:
    return MAIL % number


def read(path: Path) -> list[Item]:
    return list(open_import(path).messages())


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def texts(items: list[Item]) -> list[str]:
    return [item.text if isinstance(item, InboundMessage) else item.reason for item in items]


def test_mbox(tmp_path: Path) -> None:
    content = (
        b"From dana@x.example Mon May  4 09:00:00 2026\n" + mail(1) + b">From the start it was\n>>From quoted\n\n"
        b"From 17@xxx Mon May 04 06:00:00 +0000 2026\n" + mail(2) + b"From now on:\nNote: this is one mail\n\n"
        b"From - Mon May 04 09:00:00 2026\nX-Mozilla-Status: 0001\n" + mail(3) + b"third\n"  # no blank line behind it
        b"From \n" + mail(4) + b"fourth\n"
    )
    items = read(written(tmp_path / "Inbox", content))
    assert texts(items) == [
        "From the start it was\n>From quoted",
        "From now on:\nNote: this is one mail",
        "third",
        "fourth",
    ]
    assert [item.external_id for item in items if isinstance(item, InboundMessage)] == [
        f"{number}@x.example" for number in range(1, 5)
    ]


def test_mbox_with_carriage_returns(tmp_path: Path) -> None:
    content = (SEPARATOR + mail(1) + b"one\n\n") * 2
    assert texts(read(written(tmp_path / "in.mbox", content.replace(b"\n", b"\r\n")))) == ["one", "one"]


def test_a_bad_mail_does_not_stop_the_others(tmp_path: Path) -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000))
    empty = b"Message-ID: <e@x>\n\n\n"
    items = read(written(tmp_path / "m.mbox", SEPARATOR + nested + SEPARATOR + empty + SEPARATOR + mail(3) + b"ok\n"))
    assert texts(items) == ["bad_mail", "no_text", "ok"]
    assert isinstance(items[1], Reject)
    assert items[1].where == "mail at line 9002"


def test_a_mail_over_the_limit_is_passed_over_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.mbox"
    with path.open("wb") as file:
        file.write(SEPARATOR + mail(1))
        for _ in range(70):
            file.write((b"x" * 1023 + b"\n") * 1024)
        file.write(SEPARATOR + mail(2) + b"small\n")
    tracemalloc.start()
    items = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert texts(items) == ["too_large", "small"]
    assert peak < 80_000_000


def test_a_large_mbox_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.mbox"
    with path.open("wb") as file:
        for number in range(1000):
            file.write(SEPARATOR + mail(number) + (b"word " * 15 + b"\n") * 250 + b"\n")
    opened = open_import(path)
    assert opened.total_bytes > 18_000_000
    tracemalloc.start()
    count = sum(isinstance(item, InboundMessage) for item in opened.messages())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1000
    assert peak < 4_000_000
    assert opened.position == opened.total_bytes


def test_repairs_are_counted(tmp_path: Path) -> None:
    opened = open_import(written(tmp_path / "a.eml", b"From: a@x.example\nSubject: no date\n\nbody"))
    (item,) = opened.messages()
    assert isinstance(item, InboundMessage)
    assert item.sent_at == item.received_at
    assert opened.notes == {"no_message_id": 1, "date_missing": 1}


def test_folder_of_eml_is_read_sorted_and_deep(tmp_path: Path) -> None:
    written(tmp_path / "mails/b.eml", mail(2) + b"b")
    written(tmp_path / "mails/a/z.EML", mail(3) + b"z")
    written(tmp_path / "mails/a.eml", mail(1) + b"a")
    written(tmp_path / "mails/notes.txt", b"not a mail")
    (tmp_path / "mails/gone.eml").symlink_to(tmp_path / "nowhere")
    items = read(tmp_path / "mails")
    assert texts(items) == ["a", "b", "unreadable", "z"]
    assert isinstance(items[2], Reject)
    assert items[2].where == "gone.eml"


def test_the_same_mail_has_one_identity_in_mbox_and_eml(tmp_path: Path) -> None:
    body = b"From: a@x.example\nSubject: no id\n\nbody\n"
    (one,) = read(written(tmp_path / "a.eml", body.replace(b"\n", b"\r\n")))
    (two,) = read(written(tmp_path / "a.mbox", SEPARATOR + body + b"\n"))
    assert isinstance(one, InboundMessage)
    assert isinstance(two, InboundMessage)
    assert one.external_id == two.external_id


def test_raw_keeps_any_bytes(tmp_path: Path) -> None:
    (item,) = read(written(tmp_path / "a.eml", mail(1) + "é".encode("latin-1")))
    assert isinstance(item, InboundMessage)
    assert item.raw_encoding == "base64"
    (item,) = read(written(tmp_path / "b.eml", mail(1) + b"plain"))
    assert isinstance(item, InboundMessage)
    assert item.raw_encoding == "text"
    assert item.raw.endswith("plain")
