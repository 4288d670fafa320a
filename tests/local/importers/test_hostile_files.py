"""No damage to a file stops an import with anything but rejects."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracker_core.inbound import InboundMessage, encode
from tracker_local.importers import Reject, open_import

from tests.local.importers.test_telegram import FORUM

TELEGRAM = json.dumps(FORUM, indent=1, ensure_ascii=False).encode()
MBOX = (
    b"From a@x.example Mon May  4 09:00:00 2026\nFrom: Dana <dana@x.example>\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\n'
    b"--b\nContent-Type: application/pdf; name*=utf-8''%D0%97.pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n\n"
) * 2
LINES = b'{"text": "a", "sent_at": "2026-05-04T09:00:00Z", "sender": {"name": "b"}}\n' * 2
EXAMPLES = {"telegram": TELEGRAM, "mbox": MBOX, "eml": MBOX, "jsonl": LINES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@settings(max_examples=250, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(EXAMPLES)))
def test_damage_gives_messages_and_rejects(folder: Path, data: st.DataObject, kind: str) -> None:
    content = bytearray(EXAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    path = folder / "file"
    path.write_bytes(content)
    for item in open_import(path, kind=kind).messages():
        if isinstance(item, InboundMessage):
            assert encode(item)
        else:
            assert isinstance(item, Reject)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(80, len(TELEGRAM) - 1))
def test_a_cut_anywhere_keeps_the_whole_messages_and_says_so(folder: Path, cut: int) -> None:
    path = folder / "cut.json"
    path.write_bytes(TELEGRAM[:cut])
    items = list(open_import(path, kind="telegram").messages())
    assert isinstance(items[-1], Reject)
    assert items[-1].reason == "truncated"
    path.write_bytes(TELEGRAM)
    whole = list(open_import(path, kind="telegram").messages())
    assert [item.external_id for item in items if isinstance(item, InboundMessage)] == [
        item.external_id for item in whole[: len(items) - 1] if isinstance(item, InboundMessage)
    ]
