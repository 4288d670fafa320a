"""Who may do what: nothing without credentials, and each role what is its own."""

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.routing import BaseRoute, Route
from tracker_api.auth import cookie_name
from tracker_api.limiter import FAILURES
from tracker_api.main import create_app
from tracker_core.tables import Role

from tests.api.conftest import Api

OPEN = {"/api/health", "/healthz", "/readyz", "/api/login", "/api/login/telegram", "/api/openapi.json", "/ws"}
"""`/ws` is asked over a real server, in test_live."""


def operations() -> Iterator[tuple[str, str]]:
    """Every route of the application, also those that its document leaves out."""
    yield from _walk(create_app().routes, "")


def _walk(routes: Iterable[BaseRoute], prefix: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        included: Any = getattr(route, "original_router", None)
        if included is not None:
            yield from _walk(included.routes, prefix + getattr(route, "include_context").prefix)  # noqa: B009
        elif isinstance(route, Route):
            for method in sorted(route.methods or ()):
                yield method, prefix + route.path


def test_the_walk_sees_every_operation() -> None:
    document = create_app().openapi()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}

    assert described <= set(operations())
    assert len(described) > 30


@pytest.mark.parametrize(("method", "path"), [item for item in operations() if item[1] not in OPEN])
async def test_nothing_is_reachable_without_credentials(shared_api: Api, method: str, path: str) -> None:
    for headers in (
        {},
        {"authorization": "Bearer nonsense"},
        {"cookie": f"{cookie_name(shared_api.context)}=nonsense"},
    ):
        async with shared_api.client(None, **headers) as client:
            answer = await client.request(method, path.format_map(_Anything()))

        assert answer.status_code == 401, (method, path, headers, answer.text)
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_what_is_open_answers_without_credentials(api: Api) -> None:
    async with api.client(None) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok", "problems": []}
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/api/health")).status_code == 200


NEEDS = {
    ("POST", "/api/tasks"): Role.MEMBER,
    ("PATCH", "/api/tasks/1"): Role.MEMBER,
    ("POST", "/api/tasks/1/comments"): Role.MEMBER,
    ("POST", f"/api/messages/{uuid4()}/retriage"): Role.MEMBER,
    ("POST", "/api/imports/default/inbox"): Role.MEMBER,
    ("POST", f"/api/dead-letters/{uuid4()}/retry"): Role.MEMBER,
    ("POST", f"/api/dead-letters/{uuid4()}/discard"): Role.MEMBER,
    ("PUT", "/api/manifests"): Role.ADMIN,
    ("POST", "/api/members"): Role.ADMIN,
    ("POST", f"/api/members/{uuid4()}/login-link"): Role.ADMIN,
    ("GET", "/api/tasks"): Role.VIEWER,
    ("GET", "/api/ledger"): Role.VIEWER,
    ("GET", "/api/manifests"): Role.VIEWER,
}
ORDER = [Role.VIEWER, Role.MEMBER, Role.ADMIN]


@pytest.mark.parametrize(("operation", "needed"), NEEDS.items())
async def test_a_route_takes_its_role_and_those_above(
    shared_api: Api, operation: tuple[str, str], needed: Role
) -> None:
    for role in ORDER:
        async with shared_api.client(role) as client:
            answer = await client.request(*operation, json={})
        allowed = ORDER.index(role) >= ORDER.index(needed)
        assert (answer.status_code != 403) == allowed, (operation, role, answer.text)


async def test_a_login_link_works_once(api: Api) -> None:
    token = await api.login_token(Role.MEMBER)
    async with api.client(None) as client:
        first = await client.post("/api/login", json={"token": token})
        me = await client.get("/api/me")
    async with api.client(None) as client:
        second = await client.post("/api/login", json={"token": token})

    cookie = first.headers["set-cookie"]
    assert first.status_code == 204
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert (me.json()["member"]["role"], me.json()["workspace"]["name"]) == ("member", "Default")
    assert second.status_code == 401


async def test_the_cookie_is_secure_over_https(api: Api) -> None:
    async with api.client(None) as client:
        answer = await client.post("https://tracker.test/api/login", json={"token": await api.login_token()})

    assert "Secure" in answer.headers["set-cookie"]


async def test_an_expired_link_and_a_wrong_one_look_the_same(api: Api) -> None:
    token = await api.login_token()
    await api.execute("update login_link set expires_at = now() - interval '1 second'")
    async with api.client(None) as client:
        expired = (await client.post("/api/login", json={"token": token})).json()
        wrong = (await client.post("/api/login", json={"token": "x" * 43})).json()

    del expired["trace_id"], wrong["trace_id"]
    assert expired == wrong


async def test_guessing_is_bounded(api: Api) -> None:
    async with api.client(None) as client:
        statuses = [(await client.post("/api/login", json={"token": "x"})).status_code for _ in range(FAILURES + 1)]
        late = await client.post("/api/login", json={"token": await api.login_token()})

    assert statuses == [401] * FAILURES + [429]
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


async def test_logout_and_expiry_end_a_session(api: Api) -> None:
    async with api.client(None) as client:
        await client.post("/api/login", json={"token": await api.login_token()})
        cookie = client.cookies[cookie_name(api.context)]
        assert (await client.post("/api/logout")).status_code == 204
    async with api.client(None, cookie=f"{cookie_name(api.context)}={cookie}") as client:
        assert (await client.get("/api/me")).status_code == 401

    async with api.client(None) as client:
        await client.post("/api/login", json={"token": await api.login_token()})
        assert (await client.get("/api/me")).status_code == 200
        await api.execute("update session set expires_at = now() - interval '1 second'")
        assert (await client.get("/api/me")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"origin": "http://tracker.test"}, 201),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://tracker.test"}, 201),
        ({"sec-fetch-site": "cross-site", "origin": "http://tracker.test"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
async def test_a_page_of_another_site_cannot_use_the_cookie(
    shared_api: Api, headers: dict[str, str], status: int
) -> None:
    async with shared_api.client(None) as client:
        await client.post("/api/login", json={"token": await shared_api.login_token()})
        answer = await client.post("/api/tasks", json={"title": "x"}, headers=headers)
        read = await client.get("/api/me", headers=headers)

    assert answer.status_code == status
    assert read.status_code == 200


async def test_a_token_works_from_anywhere_and_shows_its_use(api: Api) -> None:
    async with api.client(Role.MEMBER, origin="http://evil.test") as client:
        assert (await client.post("/api/tasks", json={"title": "x"})).status_code == 201

    used = "select count(*) from api_token where last_used_at is not null and role = 'member'"
    assert await api.value(used) == 1


async def test_a_token_is_shown_once_and_can_be_revoked(api: Api, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/api/tokens", json={"name": "ci", "role": "viewer"})).json()
    bearer = {"authorization": f"Bearer {made['token']}"}
    async with api.client(None, **bearer) as client:
        assert (await client.get("/api/me")).json()["member"]["role"] == "viewer"
        assert (await client.post("/api/tasks", json={"title": "x"})).status_code == 403
        assert (await client.post("/api/tokens", json={"name": "more", "role": "admin"})).status_code == 403
        assert made["token"] not in (await admin.get("/api/tokens")).text
        assert (await admin.delete(f"/api/tokens/{made['id']}")).status_code == 204
        assert (await client.get("/api/me")).status_code == 401
    assert (await admin.delete(f"/api/tokens/{made['id']}")).status_code == 404
    stored = await api.rows("select token_hash from api_token")
    assert not any(made["token"].encode() in bytes(row.token_hash) for row in stored)


async def test_a_member_sees_and_ends_only_own_tokens(api: Api, admin: httpx.AsyncClient) -> None:
    theirs = (await admin.post("/api/tokens", json={"name": "theirs"})).json()
    async with api.client(Role.MEMBER) as member:
        assert [token["name"] for token in (await member.get("/api/tokens")).json()] == ["test"]
        assert (await member.delete(f"/api/tokens/{theirs['id']}")).status_code == 404
    assert len((await admin.get("/api/tokens")).json()) == 4


async def test_losing_a_role_counts_for_tokens_at_once(api: Api) -> None:
    await api.execute("update member set role = 'viewer' where name = 'Admin'")
    async with api.client(Role.ADMIN) as client:
        assert (await client.post("/api/tasks", json={"title": "x"})).status_code == 403


async def test_a_new_member_gets_in_by_a_link(api: Api, admin: httpx.AsyncClient) -> None:
    member = (await admin.post("/api/members", json={"name": "Ann", "email": "ann@example.org"})).json()
    again = await admin.post("/api/members", json={"name": "Ann", "email": "ann@example.org"})
    link = (await admin.post(f"/api/members/{member['id']}/login-link")).json()
    async with api.client(None) as client:
        assert (await client.post("/api/login", json={"token": link["token"]})).status_code == 204
        assert (await client.get("/api/me")).json()["member"] == member

    assert again.status_code == 409
    assert "Ann" in [row["name"] for row in (await admin.get("/api/members")).json()]


async def test_the_bootstrap_gives_a_way_in_each_time(database_url: str) -> None:
    first = await _bootstrap(database_url, "login-link", "-o", "json")
    second = await _bootstrap(database_url, "api-token", "--name", "cli", "--role", "member")

    assert set(json.loads(first)) == {"token", "expires_at"}
    assert len(second.strip()) == 43


async def _bootstrap(database_url: str, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tracker_api.bootstrap",
        *arguments,
        env=os.environ | {"TRACKER_DATABASE__URL": database_url},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return output.decode()


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return str(uuid4())
