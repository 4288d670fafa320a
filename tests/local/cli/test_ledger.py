"""`ledger`: the numbers add up, and the exit code says when they do not."""

import json
from typing import Any

from tests.local.cli.conftest import Run, Server

BOOK: dict[str, Any] = {
    "received": 10,
    "tasks": 6,
    "ignored": 2,
    "waiting": 1,
    "dead": 1,
    "balanced": True,
    "bus": {"accepted": 10, "recorded": 10, "replayed": 0, "removed": 0, "in_flight": 0, "lost": 0},
    "sources": [{"source": "default/inbox", "received": 10, "tasks": 6, "ignored": 2, "waiting": 1, "dead": 1}],
}


def test_table_adds_up(run: Run, server: Server) -> None:
    server.ledger = BOOK
    result = run("ledger")
    assert result.exit_code == 0
    assert "Balanced: 10 received = 6 + 2 + 1 + 1" in result.stdout
    assert "Bus: 10 accepted, 10 recorded, 0 replayed, 0 removed, 0 in flight, 0 lost" in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines()[:3]] == ["SOURCE", "default/inbox", "total"]


def test_json_is_the_whole_book(run: Run, server: Server) -> None:
    server.ledger = BOOK
    assert json.loads(run("ledger", "-o", "json").stdout) == BOOK


def test_what_is_still_on_the_bus_has_a_row_of_its_own(run: Run, server: Server) -> None:
    server.ledger = BOOK | {"received": 14, "waiting": 5}
    rows = [line.split() for line in run("ledger").stdout.splitlines()[1:4]]
    assert rows[1] == ["(still", "on", "the", "bus)", "4", "0", "0", "4", "0"]
    assert rows[2] == ["total", "14", "6", "2", "5", "1"]


def test_bus_that_does_not_answer_is_said(run: Run, server: Server) -> None:
    server.ledger = BOOK | {"bus": None, "bus_error": "NATS does not answer"}
    assert "Bus: not proven, NATS does not answer" in run("ledger").stdout


def test_sum_that_does_not_hold_fails(run: Run, server: Server) -> None:
    server.ledger = BOOK | {"received": 11, "balanced": False}
    result = run("ledger")
    assert result.exit_code == 1
    assert "NOT balanced: 11 received, but 6 + 2 + 1 + 1" in result.stdout


def test_lost_message_fails(run: Run, server: Server) -> None:
    server.ledger = BOOK | {"bus": BOOK["bus"] | {"lost": 1}}
    assert run("ledger", "-o", "json").exit_code == 1
