"""Errors that leave the API, and the headers that every answer has."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from tracker_api import problems
from tracker_api.middleware.body_limit import LIMIT, BodyLimitMiddleware
from tracker_api.middleware.tracing import TracingMiddleware
from tracker_core.tables import Role

from tests.api.conftest import Api


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nothing", 404), ("GET", "/nothing", 404), ("DELETE", "/api/tasks", 405)],
)
async def test_what_does_not_exist_is_a_problem(admin: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await admin.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert path in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"{", b'{"title": "\xff"}', b"[", b"nonsense"])
async def test_broken_json_is_malformed(admin: httpx.AsyncClient, body: bytes) -> None:
    answer = await admin.post("/api/tasks", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["title"] == "Malformed request"


async def test_a_body_over_the_limit_is_refused_declared_or_not(admin: httpx.AsyncClient) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b" " * (LIMIT // 10)

    declared = await admin.post("/api/tasks", content=b" " * (LIMIT + 1))
    streamed = await admin.post("/api/tasks", content=stream())

    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert streamed.json()["title"] == "Too large"


async def test_every_answer_tells_its_trace_and_its_policy(admin: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await admin.get("/api/nothing", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})

    assert answer.headers["x-trace-id"] == answer.json()["trace_id"] == trace
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unforeseen_error_tells_only_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    problems.install(app)
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(TracingMiddleware)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the password is hunter2")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tracker.test") as client:
        answer = await client.get("/broken")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
    assert "hunter2" in caplog.text


async def test_a_secret_in_a_wrong_request_is_not_repeated(api: Api) -> None:
    async with api.client(None) as client:
        answer = await client.post("/api/login", json={"token": ["hunter2"], "password": "hunter3"})

    assert answer.status_code == 422
    assert "hunter" not in answer.text


async def test_values_that_postgres_refuses_are_the_senders_fault(admin: httpx.AsyncClient) -> None:
    for path in ("/api/tasks?q=a%00b", "/api/messages?q=%00", "/api/ledger?source=%00"):
        assert (await admin.get(path)).status_code in {200, 404, 422}, path


async def test_requests_do_not_share_a_transaction(api: Api) -> None:
    async with api.client(Role.MEMBER) as client:
        answers = await asyncio.gather(*(client.post("/api/tasks", json={"title": f"Task {n}"}) for n in range(20)))

    assert sorted(answer.json()["number"] for answer in answers) == list(range(1, 21))
