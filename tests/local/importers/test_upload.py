"""Sending to an API that fails, forgets to answer and comes back; a real server on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from tracker_core.errors import InvalidInputError, NotFoundError, TrackerError, UnavailableError
from tracker_core.inbound import InboundMessage, inbound_message
from tracker_local.importers import ImportResult, Item, Reject, upload

type Fault = Callable[[web.Request, list[Any]], Awaitable[web.StreamResponse] | web.StreamResponse | None]


class Api:
    """Takes imports as the real one does, after the faults that a test puts in its way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.taken: dict[str, None] = {}
        self.batches: list[int] = []
        self.limit = 1024**2 * 2
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=1024**3)
        app.router.add_post("/api/imports/{namespace}/{source}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        messages = json.loads(body)["messages"]
        if self.faults:
            answer = self.faults.pop(0)(request, messages)
            if isinstance(answer, web.StreamResponse):
                return answer
        if len(body) > self.limit:
            return web.Response(status=413)
        self.batches.append(len(messages))
        return web.json_response(self.record(messages))

    def record(self, messages: list[Any]) -> dict[str, object]:
        ids = [message["external_id"] for message in messages]
        new = [external_id for external_id in ids if external_id not in self.taken]
        self.taken.update(dict.fromkeys(new))
        return {"accepted": len(new), "duplicates": len(ids) - len(new), "rejected": {}}


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Api]:
    server = Api()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def client(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}", trust_env=False) as http:
        yield http


def message(number: int, text: str = "hello") -> InboundMessage:
    now = datetime.now(UTC)
    return inbound_message(source="default/inbox", external_id=f"{number:05}", sent_at=now, received_at=now, text=text)


def messages(count: int, text: str = "hello") -> Iterator[Item]:
    return (message(number, text) for number in range(count))


def quiet(result: ImportResult) -> None:
    assert result.read == result.accepted + result.duplicates + sum(result.rejected.values())


async def test_counts_add_up_and_order_is_kept(api: Api, client: httpx.AsyncClient) -> None:
    def items() -> Iterator[Item]:
        for number in range(450):
            yield message(number)
            if number % 10 == 0:
                yield Reject("no_text", f"line {number}")

    seen: list[ImportResult] = []
    result = await upload(client, "default/inbox", items(), seen.append)
    assert result == ImportResult(read=495, accepted=450, duplicates=0, rejected={"no_text": 45})
    assert list(api.taken) == sorted(api.taken)
    assert api.batches == [200, 200, 50]
    assert seen[-1] == result
    assert all(earlier.read <= later.read for earlier, later in pairwise(seen))
    again = await upload(client, "default/inbox", items(), quiet)
    assert again == ImportResult(read=495, accepted=0, duplicates=450, rejected={"no_text": 45})


async def test_only_rejects_are_counted_without_a_request(api: Api, client: httpx.AsyncClient) -> None:
    rejects = (Reject("service_message", str(number)) for number in range(500))
    seen: list[ImportResult] = []
    result = await upload(client, "default/inbox", rejects, seen.append)
    assert result == ImportResult(read=500, rejected={"service_message": 500})
    assert len(seen) == 3
    assert api.batches == []


async def test_batches_are_bounded_in_bytes(api: Api, client: httpx.AsyncClient) -> None:
    await upload(client, "default/inbox", messages(10, "x" * 300_000), quiet)
    assert api.batches == [3, 3, 3, 1]


async def test_failures_that_pass_are_survived(api: Api, client: httpx.AsyncClient) -> None:
    def drop(request: web.Request, _: list[Any]) -> None:
        assert request.transport is not None
        request.transport.abort()

    api.faults = [
        lambda *_: web.Response(status=503, headers={"Retry-After": "0"}),
        lambda *_: web.Response(status=429, headers={"Retry-After": "1"}),
        drop,
        lambda *_: web.Response(status=502),
    ]
    result = await upload(client, "default/inbox", messages(300), quiet)
    assert result.read == 300
    assert result.accepted + result.duplicates == 300
    assert list(api.taken) == [f"{number:05}" for number in range(300)]


async def test_a_lost_answer_doubles_nothing(api: Api, client: httpx.AsyncClient) -> None:
    def record_then_die(request: web.Request, batch: list[Any]) -> None:
        api.record(batch)
        assert request.transport is not None
        request.transport.abort()

    api.faults = [record_then_die]
    result = await upload(client, "default/inbox", messages(250), quiet)
    assert (result.accepted, result.duplicates) == (50, 200)
    assert len(api.taken) == 250


async def test_the_api_may_be_down_and_come_back(api: Api, client: httpx.AsyncClient) -> None:
    first = asyncio.Event()

    def note_the_first(result: ImportResult) -> None:
        quiet(result)
        first.set()

    task = asyncio.create_task(upload(client, "default/inbox", messages(600), note_the_first))
    async with asyncio.timeout(30):
        await first.wait()
        await api.stop()
        await api.start()
        result = await task
    assert result.read == result.accepted + result.duplicates == 600
    assert len(api.taken) == 600


async def test_a_refusal_is_told_at_once_with_the_cure(api: Api, client: httpx.AsyncClient) -> None:
    problem = {"title": "Not found", "status": 404, "detail": "There is no Source 'default/inbx'", "cure": "Apply one"}
    api.faults = [lambda *_: web.json_response(problem, status=404, content_type="application/problem+json")]
    with pytest.raises(NotFoundError, match=r"There is no Source 'default/inbx'\. Apply one"):
        await upload(client, "default/inbx", messages(500), quiet)
    assert api.batches == []
    api.faults = [lambda *_: web.Response(status=400, text="<html>no</html>")]
    with pytest.raises(InvalidInputError, match="400"):
        await upload(client, "default/inbox", messages(1), quiet)


async def test_what_is_too_large_for_the_api_is_halved_down_to_one_message(api: Api, client: httpx.AsyncClient) -> None:
    api.limit = 5_000

    def items() -> Iterator[Item]:
        for number in range(100):
            yield message(number, "x" * 20_000 if number == 42 else "short")

    result = await upload(client, "default/inbox", items(), quiet)
    assert result == ImportResult(read=100, accepted=99, rejected={"too_large": 1})
    assert list(api.taken) == sorted(api.taken)


async def test_giving_up_names_the_address_and_the_cure(api: Api, client: httpx.AsyncClient) -> None:
    await api.stop()
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1.*ConnectError.*run the same import again"):
        await upload(client, "default/inbox", messages(500), quiet, patience=0.5)


async def test_a_wait_longer_than_the_patience_is_not_waited_for(api: Api, client: httpx.AsyncClient) -> None:
    api.faults = [lambda *_: web.Response(status=503, headers={"Retry-After": "Mon, 04 May 2099 09:00:00 GMT"})]
    with pytest.raises(UnavailableError, match="status 503"):
        await upload(client, "default/inbox", messages(1), quiet, patience=5)


@pytest.mark.parametrize("answer", [{"accepted": 1, "duplicates": 0}, {"ok": True}])
async def test_an_answer_that_does_not_add_up_is_an_error(
    api: Api, client: httpx.AsyncClient, answer: dict[str, object]
) -> None:
    api.faults = [lambda *_: web.json_response(answer)]
    with pytest.raises(TrackerError, match="no API of Task Tracker"):
        await upload(client, "default/inbox", messages(2), quiet)


async def test_an_error_of_the_file_reaches_the_caller(api: Api, client: httpx.AsyncClient) -> None:
    def items() -> Iterator[Item]:
        yield from messages(200)
        yield message(200)
        raise InvalidInputError("x.zip is torn")

    with pytest.raises(InvalidInputError, match="torn"):
        await upload(client, "default/inbox", items(), quiet)
