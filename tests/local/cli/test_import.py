"""`import`: the counts at the end, and nothing twice."""

import json
from pathlib import Path

import pytest

from tests.local.cli.conftest import Run, Server, problem


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three messages and two lines that are none."""
    file = tmp_path / "messages.jsonl"
    lines = [json.dumps({"id": str(number), "text": f"message {number}"}) for number in range(3)]
    file.write_text("\n".join([*lines, '{"id": "4"}', "{torn"]))
    return file


def test_json_has_exactly_the_promised_keys(run: Run, file: Path) -> None:
    result = run("import", str(file), "-o", "json")
    assert json.loads(result.stdout) == {
        "read": 5,
        "accepted": 3,
        "duplicates": 0,
        "rejected": {"no_text": 1, "bad_json": 1},
    }


def test_second_import_adds_nothing(run: Run, file: Path) -> None:
    run("import", str(file))
    counts = json.loads(run("import", str(file), "-o", "json").stdout)
    assert (counts["accepted"], counts["duplicates"]) == (0, 3)


def test_summary_counts_rejects_by_reason(run: Run, file: Path) -> None:
    shown = run("import", str(file), "--source", "support/old").stdout
    assert shown.startswith(
        "messages.jsonl (jsonl) into support/old\n5 read = 3 accepted + 0 known already + 2 rejected\n"
    )
    assert "no_text" in shown


def test_unknown_source_is_said_before_anything_is_counted(run: Run, server: Server, file: Path) -> None:
    server.post_imports = lambda _: problem(404, "Source 'support/new' does not exist", cure="Apply it first")  # type: ignore[method-assign]
    result = run("import", str(file), "--source", "support/new")
    assert result.exit_code == 1
    assert "Source 'support/new' does not exist" in result.stderr
    assert result.stdout == ""


def test_file_of_no_known_kind_names_the_kinds(run: Run, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    result = run("import", str(tmp_path / "picture.png"))
    assert result.exit_code == 1
    assert "JSON Lines" in result.stderr
