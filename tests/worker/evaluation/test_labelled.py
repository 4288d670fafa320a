import json
from pathlib import Path
from typing import Any

import pytest
from tracker_core.tables import Category
from tracker_worker.evaluation.clusters import earlier_reports
from tracker_worker.evaluation.labelled import LabelledError, read_file, read_lines

LINE = {"sent_at": "2026-10-05T09:12:00+02:00", "text": "The export is empty", "category": "bug", "priority": "medium"}


def a_line(**fields: Any) -> str:
    return json.dumps(LINE | fields)


def test_what_is_not_said_counts_as_nothing() -> None:
    bug, noise = read_lines([a_line(), "", a_line(category="noise", priority="low", assignee=None, more=1)], "f")
    assert (bug.lang, bug.assignee, bug.due, bug.duplicate_of, bug.hard) == ("und", None, None, None, False)
    assert (bug.actionable, noise.actionable) == (True, False)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is not JSON"),
        ("[1]", "is no JSON object"),
        (a_line(category="party"), "category: Input should be 'bug', 'feature'"),
        (a_line(text=None), "text: Field required"),
        (a_line(sent_at="soon"), "sent_at: Input should be a valid datetime"),
        (a_line(due="2026-13-01"), "due: Input should be a valid date"),
        (a_line(id="a"), "id 'a' stands in line 1 already"),
    ],
)
def test_wrong_line_is_named(line: str, problem: str) -> None:
    with pytest.raises(LabelledError, match=r"f.jsonl line 2: ") as error:
        read_lines([a_line(id="a"), line], "f.jsonl")
    assert problem in str(error.value)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    binary, empty = tmp_path / "binary", tmp_path / "empty"
    binary.write_bytes(b"\xff\xfe\x00")
    empty.write_text("\n")
    for path, problem in ((tmp_path / "none", "No such file"), (binary, "is not UTF-8"), (empty, "holds no message")):
        with pytest.raises(LabelledError, match=f"{path.name}: {problem}"):
            read_file(path)


def test_sample_of_the_format_is_read() -> None:
    sample = {
        "id": "s002",
        "channel": "telegram",
        "lang": "ru",
        "sent_at": "2026-10-05T18:40:00+03:00",
        "author": "Олег",
        "text": "Лена, закажи плиз картриджи до четверга",
        "category": "task",
        "priority": "medium",
        "actionable": True,
        "assignee": "Лена",
        "due": "2026-10-08",
        "labels_hint": ["office"],
        "duplicate_of": None,
        "hard": False,
    }
    (message,) = read_lines([json.dumps(sample)], "sample")
    assert (message.category, str(message.due), message.sent_at.utcoffset()) == (
        Category.TASK,
        "2026-10-08",
        message.sent_at.utcoffset(),
    )


def test_a_duplicate_of_a_duplicate_reports_the_same_as_the_original() -> None:
    same = [("a", None), ("b", None), ("c", "a"), ("d", "c"), ("", None), ("e", "gone"), ("f", "gone")]
    messages = read_lines([a_line(id=key, duplicate_of=of) for key, of in same], "f")
    assert [set(places) for places in earlier_reports(messages)] == [set(), set(), {0}, {0, 2}, set(), set(), {5}]
