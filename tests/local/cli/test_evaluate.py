"""`eval`: what the worker says of a file, for people and for programs."""

import json
from pathlib import Path

import pytest

from tests.local.cli.conftest import Run

LINE = {
    "lang": "en",
    "sent_at": "2026-10-05T09:12:00+02:00",
    "text": "The export has been empty since the update",
    "category": "bug",
    "priority": "medium",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps(LINE) + "\n", encoding="utf-8")
    return file


def test_figures_for_programs_are_nested(alone: Run, file: Path) -> None:
    result = alone("eval", str(file), "-o", "json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert figures["n"] == 1
    assert figures["category"]["accuracy"] in {0.0, 1.0}
    assert figures["category.accuracy"] == figures["category"]["accuracy"]
    assert figures["by_lang"]["en"]["latency_ms"]["p95"] > 0


def test_figures_for_people_have_a_line_for_each_part(alone: Run, file: Path) -> None:
    lines = alone("eval", str(file)).stdout.splitlines()
    assert "CATEGORY" in lines[0]
    assert [line.split("  ")[0].strip() for line in lines[1:]] == ["all", "en", "hard", "not hard"]


def test_wrong_line_is_said_with_exit_code_2(alone: Run, file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(LINE) + "\nnothing\n", encoding="utf-8")
    assert alone("eval", str(file)).exit_code == 2
    assert capfd.readouterr().err == f"{file} line 2: is not JSON (Expecting value at column 1)\n"
