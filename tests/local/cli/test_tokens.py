"""`token` and `login`: shown once, listed without their value, revoked by name."""

import json

from tests.local.cli.conftest import Run, Server

GRAFANA = {"id": "t9", "name": "grafana", "role": "viewer", "created_at": "2026-11-20T10:00:00Z", "last_used_at": None}


def test_stdout_is_the_token_alone(run: Run, server: Server) -> None:
    result = run("token", "create", "ci", "--role", "viewer")
    assert result.stdout == "tt_once\n"
    assert "not shown again" in result.stderr
    assert json.loads(server.bodies[-1]) == {"name": "ci", "role": "viewer"}


def test_login_link_is_alone_on_stdout(run: Run, server: Server) -> None:
    assert run("login").stdout == f"{server.url}/login?token=x\n"
    assert server.requests[-1].url.path == "/api/members/m1/login-link"


def test_list_shows_names(run: Run, server: Server) -> None:
    server.tokens = [GRAFANA]
    assert "grafana" in run("token", "list").stdout


def test_token_is_revoked_by_its_name(run: Run, server: Server) -> None:
    server.tokens = [GRAFANA]
    assert run("token", "revoke", "grafana").stdout == "token/grafana revoked\n"
    assert server.requests[-1].url.path == "/api/tokens/t9"


def test_unknown_token_is_named(run: Run) -> None:
    result = run("token", "revoke", "nobody")
    assert result.exit_code == 1
    assert "Token 'nobody' does not exist" in result.stderr
