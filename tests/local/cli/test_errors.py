"""Errors at the edge of the command line: one line with the cure, never a traceback."""

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from tests.local.cli.conftest import Run, Server, problem


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("ledger",),
        ("get", "tasks"),
        ("login",),
        ("send", "hello"),
        ("token", "list"),
    ],
)
def test_where_nothing_runs_the_cure_is_to_start_it(alone: Run, command: tuple[str, ...]) -> None:
    result = alone(*command)
    assert result.exit_code == 1
    assert result.stderr == "Error: Task Tracker is not running in this folder. Start it with `make up`\n"
    assert result.stdout == ""


def test_server_that_refuses_connections_is_named(alone: Run) -> None:
    result = alone("get", "tasks", "--server", "http://127.0.0.1:1", "--token", "x")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Task Tracker at http://127.0.0.1:1 refuses the connection. Check")
    assert result.stderr.count("\n") == 1


def test_named_server_without_token_says_how_to_get_one(alone: Run) -> None:
    result = alone("get", "tasks", "--server", "https://tasks.example")
    assert result.exit_code == 1
    assert "no token for https://tasks.example" in result.stderr
    assert "tasktracker token create" in result.stderr


def test_address_that_is_none_is_refused(alone: Run) -> None:
    result = alone("get", "tasks", "--server", "tasks.example", "--token", "x")
    assert result.exit_code == 1
    assert "'tasks.example' is not the address of a server" in result.stderr


def test_refused_token_says_how_to_get_another(run: Run) -> None:
    result = run("get", "tasks", "--token", "wrong")
    assert result.exit_code == 1
    assert result.stderr == ("Error: The token is not known. Make a new token with `tasktracker token create NAME`\n")


def test_problem_of_the_server_names_its_trace(run: Run, server: Server) -> None:
    server.refusals = {"/api/tasks": problem(500, "The API failed", cure="Send it again", trace_id="4bf9")}
    assert run("get", "tasks").stderr == "Error: The API failed (trace 4bf9). Send it again\n"


def test_short_outage_is_waited_out(run: Run, server: Server) -> None:
    away = problem(503, "Postgres does not answer")
    away.headers["Retry-After"] = "0"
    server.refusals = {"/api/tasks": away}
    assert run("get", "tasks").exit_code == 0
    assert len(server.requests) == 2


def test_long_outage_is_said_at_once(run: Run, server: Server) -> None:
    away = problem(503, "Source 'default/inbox' is suspended", cure="Send it later")
    away.headers["Retry-After"] = "300"
    server.refusals = {"/api/tasks": away}
    assert run("get", "tasks").stderr == "Error: Source 'default/inbox' is suspended. Send it later\n"
    assert len(server.requests) == 1


def test_answer_of_another_program_is_recognised(run: Run, server: Server) -> None:
    server.refusals = {"/api/tasks": PlainTextResponse("<html>nginx</html>", 502)}
    result = run("get", "tasks")
    assert "502 Bad Gateway" in result.stderr
    assert "Check that this is the address of Task Tracker" in result.stderr


def test_answer_that_is_no_json_is_recognised(run: Run, server: Server) -> None:
    server.refusals = {"/api/tasks": PlainTextResponse("<html>hello</html>")}
    result = run("get", "tasks")
    assert result.exit_code == 1
    assert "is not what Task Tracker answers" in result.stderr
    assert "Traceback" not in result.stderr


def test_defect_leaves_its_traceback_in_a_file(run: Run, server: Server) -> None:
    server.ledger = {"received": 1}
    result = run("ledger")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: this should not have happened (KeyError")
    assert result.stderr.count("\n") == 1


def test_folder_that_cannot_be_used_is_named(alone: Run, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    result = alone("up")
    assert result.exit_code == 1
    assert f"{tmp_path / 'home'}" in result.stderr
    assert "set TRACKER_HOME to a folder of yours" in result.stderr
    assert result.stderr.count("\n") == 1
