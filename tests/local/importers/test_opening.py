"""What a file is."""

from pathlib import Path

import pytest
from tracker_core.errors import InvalidInputError, NotFoundError
from tracker_local.importers import open_import

TELEGRAM = b'{\n "name": "x",\n "type": "private_group",\n "id": 5,\n "messages": [\n]}'


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("result.json", TELEGRAM, "telegram"),
        ("chat.txt", TELEGRAM.replace(b"\n", b""), "telegram"),
        ("all.json", b'{\n "about": "Here",\n "personal_information": {\n  "user_id": 1', "telegram"),
        ("result.json", b"", "telegram"),
        ("Inbox", b"From a@b.example Mon May  4 09:00:00 2026\nFrom: a\n\nx", "mbox"),
        ("mail.txt", b"Return-Path: <a@b.example>\nReceived: from x\n\nhi", "eml"),
        ("x.eml", b"", "eml"),
        ("lines", b'{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("bad.jsonl", b'{"text": \n{"text": "b"}\n', "jsonl"),
    ],
)
def test_kinds(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    opened = open_import(path)
    assert opened.kind == kind
    assert opened.total_bytes == len(content)


def test_folder_of_a_telegram_export(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(TELEGRAM)
    opened = open_import(tmp_path)
    assert (opened.kind, opened.path.name) == ("telegram", "result.json")


@pytest.mark.parametrize("content", [b"", b"hello world", b"\x89PNG\r\n", b"{}garbage", b"<html>"])
def test_unknown_file_is_named_with_what_is_known(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.bin"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"thing\.bin is of no known kind\. Known are: .*mbox"):
        open_import(path)


def test_a_missing_path_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere does not exist"):
        open_import(tmp_path / "nowhere")
    with pytest.raises(InvalidInputError, match="neither"):
        open_import(tmp_path)


def test_a_kind_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b'junk\n{"text": "a"}')
    assert open_import(path, kind="jsonl").kind == "jsonl"
    with pytest.raises(InvalidInputError, match="no kind 'pst'"):
        open_import(path, kind="pst")
    with pytest.raises(InvalidInputError, match="torn or not a zip"):
        open_import(path, kind="slack")
