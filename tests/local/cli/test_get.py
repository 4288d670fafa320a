"""`get`: tables for people, data for programs, one thing by its name."""

import json
import re

import yaml

from tests.local.cli.conftest import Run, Server, task


def test_tasks_are_a_table_that_is_not_cut_in_a_pipe(run: Run, server: Server) -> None:
    title = "A title that is much longer than what an eighty column terminal has room for, with a needle at its end"
    server.tasks = [task(7, title)]
    result = run("get", "tasks")
    header, row = result.stdout.splitlines()
    assert header.split() == ["#", "STATUS", "PRIORITY", "CATEGORY", "TITLE", "SOURCE", "AGE"]
    assert title in row
    assert "default/inbox" in row


def test_json_is_what_the_api_gave(run: Run, server: Server) -> None:
    result = run("get", "tasks", "-o", "json")
    assert json.loads(result.stdout) == server.tasks
    assert result.stderr == ""


def test_list_goes_on_over_pages_up_to_the_limit(run: Run, server: Server) -> None:
    server.tasks = [task(number) for number in range(450)]
    assert len(json.loads(run("get", "tasks", "--limit", "430", "-o", "json").stdout)) == 430
    assert [request.query_params["limit"] for request in server.requests] == ["200", "200", "30"]


def test_filters_reach_the_api(run: Run, server: Server) -> None:
    run("get", "tasks", "--status", "triage,todo", "--source", "default/inbox", "-q", "login page")
    asked = dict(server.requests[0].query_params)
    assert asked == {"status": "triage,todo", "source": "default/inbox", "q": "login page", "limit": "50"}


def test_one_task_shows_its_messages(run: Run, server: Server) -> None:
    message = {"sender": {"name": "Ann"}, "text": "It is broken.\nReally.", "sent_at": "2026-11-20T09:00:00Z"}
    server.tasks = [task(12, messages=[message], reason="It names a fault", confidence=0.914)]
    shown = run("get", "task", "12").stdout
    assert "#12 The export button does nothing" in shown
    assert "91%" in shown
    assert "It is broken.\nReally." in shown


def test_unknown_task_is_one_line_with_the_cure(run: Run) -> None:
    result = run("get", "task", "99")
    assert result.exit_code == 1
    assert result.stderr == "Error: Task '99' does not exist. Look at the list\n"


def test_source_says_what_is_wrong_and_the_cure(run: Run) -> None:
    for shown in (run("get", "sources").stdout, run("get", "source", "inbox").stdout):
        for word in ("degraded", "InvalidCredentials", "Use a new token", "@acme_bot"):
            assert word in shown


def test_source_says_when_it_last_heard_and_how_much_waits(run: Run) -> None:
    header, row = run("get", "sources").stdout.splitlines()
    shown = dict(zip(header.split(), row.replace("Use a new token", "…").split(), strict=True))
    assert (shown["HEALTH"], shown["REASON"], shown["LAG"]) == ("degraded", "InvalidCredentials", "2")
    assert re.fullmatch(r"\d+d", shown["LAST"])
    card = run("get", "source", "inbox").stdout
    assert re.search(r"^ *Lag +2\b", card, re.MULTILINE)
    assert re.search(r"^ *Last message +2026-11-20", card, re.MULTILINE)


def test_source_as_yaml_can_be_applied_again(run: Run) -> None:
    result = run("get", "source", "inbox", "-o", "yaml")
    assert [document["kind"] for document in yaml.safe_load_all(result.stdout)] == ["Source"]
    assert run("apply", "-f", "-", stdin=result.stdout).stdout == "source/default/inbox unchanged\n"


def test_webhooks_show_where_they_are_reached(run: Run, server: Server) -> None:
    found = json.loads(run("get", "webhooks", "-o", "json").stdout)
    assert found[0]["url"] == f"{server.url}/webhook/default/inbox"
    assert found[0]["source"] == "default/inbox"


def test_unknown_source_names_the_cure(run: Run) -> None:
    result = run("get", "source", "support/mail")
    assert result.exit_code == 1
    assert "Source 'support/mail' does not exist" in result.stderr
    assert "tasktracker get sources" in result.stderr


def test_empty_list_says_so(run: Run, server: Server) -> None:
    server.tasks = []
    assert run("get", "tasks").stdout == "No tasks.\n"
    assert json.loads(run("get", "tasks", "-o", "json").stdout) == []


def test_unknown_kind_is_a_usage_error(run: Run) -> None:
    result = run("get", "pods")
    assert result.exit_code == 2
    assert "sources, tasks, messages, webhooks" in result.stderr
