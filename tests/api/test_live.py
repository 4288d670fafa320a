"""The live feed over a real server: resume without a gap, resets, slow clients, restarts of NATS."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.errors import Error as NatsError
from tracker_api.auth import COOKIE, cookie_name
from tracker_api.live import hub as hub_module
from tracker_api.settings import Settings
from tracker_core.bus import EVENTS, events_subject
from tracker_core.tables import Role
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.api.conftest import Served, Team, eventually, serving
from tests.support.servers import Server


@asynccontextmanager
async def listening(served: Served, since: int | None = None, **options: Any) -> AsyncIterator[ClientConnection]:
    query = "" if since is None else f"?since={since}"
    options = {"additional_headers": served.bearer, "compression": None} | options
    async with connect(served.socket_url + query, **options) as websocket:
        yield websocket


async def frame(websocket: ClientConnection, within: float = 10) -> dict[str, Any]:
    received: dict[str, Any] = json.loads(await asyncio.wait_for(websocket.recv(), within))
    return received


async def publish(served: Served, *names: str, workspace_id: UUID | None = None) -> int:
    """Put frames with one event each onto the stream; returns the last sequence."""
    seq = 0
    for name in names:
        ack = await served.context.bus.js.publish(
            events_subject(workspace_id or served.team.workspace_id), json.dumps([{"name": name}]).encode()
        )
        seq = ack.seq
    return seq


async def reached(served: Served, seq: int) -> None:
    async def there() -> bool:
        return served.context.hub.seq >= seq

    await eventually(there, within=20)


async def names(websocket: ClientConnection, count: int) -> list[str]:
    frames = [await frame(websocket) for _ in range(count)]
    return [event["name"] for item in frames for event in item["events"]]


async def last_words(websocket: ClientConnection) -> tuple[int, int]:
    """Read to the end; returns the cursor and the close code."""
    seq = 0
    try:
        while True:
            seq = (await frame(websocket))["seq"]
    except ConnectionClosed as closed:
        return seq, closed.rcvd.code if closed.rcvd else 0


async def test_a_change_arrives_with_its_cursor(served: Served) -> None:
    async with listening(served) as websocket:
        hello = await frame(websocket)
        async with served.client(Role.MEMBER) as client:
            await client.post("/api/tasks", json={"title": "Mend the export"})
        events = await frame(websocket)

    assert hello["type"] == "hello"
    assert (events["type"], events["seq"]) == ("events", hello["seq"] + 1)
    (event,) = events["events"]
    assert (event["verb"], event["data"]["title"]) == ("task.created", "Mend the export")
    assert event["actor"] == {"kind": "member", "name": "Member"}


async def test_resume_misses_and_repeats_nothing(served: Served) -> None:
    async with listening(served) as websocket:
        await frame(websocket)
        await publish(served, "one")
        seen = (await frame(websocket))["seq"]
    await reached(served, await publish(served, "two", "three"))
    async with listening(served, since=seen) as websocket:
        assert (await frame(websocket))["type"] == "hello"
        assert await names(websocket, 2) == ["two", "three"]
        await publish(served, "four")
        assert await names(websocket, 1) == ["four"]


async def test_a_frame_that_comes_while_a_client_joins_arrives_once(served: Served) -> None:
    first = await publish(served, "0")
    await reached(served, first)

    async def publish_all() -> None:
        for number in range(1, 200):
            await publish(served, str(number))

    publishing = asyncio.create_task(publish_all())
    clients = []
    for _ in range(5):
        async with listening(served, since=first, max_queue=None) as websocket:
            await frame(websocket)
            clients.append(await names(websocket, 40))
    await publishing

    assert all(seen == [str(number) for number in range(1, 41)] for seen in clients)


async def test_older_than_the_ring_is_read_from_the_stream(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RING_FRAMES", 2)
    start = await publish(served, "before")
    other = uuid4()
    await publish(served, "one", "two")
    await publish(served, "not ours", workspace_id=other)
    await reached(served, await publish(served, "three", "four", "five"))
    async with listening(served, since=start) as websocket:
        await frame(websocket)
        assert await names(websocket, 5) == ["one", "two", "three", "four", "five"]


async def test_what_is_gone_from_the_stream_is_a_reset(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RING_FRAMES", 2)
    start = await publish(served, "one")
    last = await publish(served, "two", "three", "four", "five")
    await reached(served, last)
    await served.context.bus.js.purge_stream(EVENTS, seq=last - 1)
    async with listening(served, since=start) as websocket:
        assert (await frame(websocket))["type"] == "hello"
        assert await frame(websocket) == {"type": "reset", "seq": last}
        await publish(served, "six")
        assert await names(websocket, 1) == ["six"]


async def test_a_cursor_of_another_stream_is_a_reset(served: Served) -> None:
    async with listening(served, since=1_000_000) as websocket:
        assert (await frame(websocket))["type"] == "hello"
        assert await frame(websocket) == {"type": "reset", "seq": 0}


async def test_a_new_process_resumes_where_the_old_one_was(settings: Settings, team: Team) -> None:
    async with serving(settings, team) as first:
        seen = await publish(first, "one")
        await publish(first, "two")
    async with serving(settings, team) as second, listening(second, since=seen) as websocket:
        await frame(websocket)
        assert await names(websocket, 1) == ["two"]


async def test_events_of_another_workspace_never_go_out(served: Served) -> None:
    async with listening(served) as websocket:
        await frame(websocket)
        await publish(served, "secret", workspace_id=uuid4())
        await publish(served, "ours")
        assert await names(websocket, 1) == ["ours"]


async def test_a_slow_client_is_closed_and_resumes(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "QUEUE_FRAMES", 20)
    big = "x" * 200_000
    async with listening(served, max_queue=1, max_size=None) as slow, listening(served, max_size=None) as quick:
        await frame(slow)
        await frame(quick)
        sent = 0
        while served.context.hub.sockets == 2 and sent < 400:
            sent += 1
            await publish(served, f"{sent}{big}")
            assert (await frame(quick))["type"] == "events"
        assert served.context.hub.sockets == 1, "the slow client is still served"
        seq, code = await last_words(slow)
    assert code == 4008
    async with listening(served, since=seq, max_size=None, max_queue=None) as again:
        await frame(again)
        assert (await frame(again))["seq"] == seq + 1


async def test_the_feed_survives_a_restart_of_nats(served: Served, nats_server: Server) -> None:
    async with listening(served) as websocket:
        await frame(websocket)
        await publish(served, "before")
        assert await names(websocket, 1) == ["before"]
        nats_server.kill()
        nats_server.start()
        await eventually(lambda: _published(served, "after"), within=20)
        assert await names(websocket, 1) == ["after"]


async def _published(served: Served, name: str) -> bool:
    try:
        return await publish(served, name) > 0
    except (NatsError, OSError, TimeoutError):
        return False


async def test_a_stream_that_was_made_anew_is_a_reset_for_everybody(served: Served, nats_server: Server) -> None:
    async with listening(served) as websocket:
        await frame(websocket)
        await publish(served, "before")
        await names(websocket, 1)
        config = (await served.context.bus.js.stream_info(EVENTS)).config
        await served.context.bus.js.delete_stream(EVENTS)
        await served.context.bus.js.add_stream(config)
        assert (await frame(websocket, within=20))["type"] == "reset"
        await publish(served, "after")
        assert await names(websocket, 1) == ["after"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"authorization": "Bearer nonsense"}, 401), ({"cookie": f"{COOKIE}=nonsense"}, 401)],
)
async def test_nobody_listens_without_credentials(served: Served, headers: dict[str, str], status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with listening(served, additional_headers=headers):
            pass

    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["status"] == status


async def test_a_token_in_the_address_is_no_credential(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{served.socket_url}?token={served.team.tokens[Role.VIEWER]}"):
            pass

    assert refused.value.response.status_code == 401


async def test_a_cookie_listens_from_our_own_pages_only(served: Served) -> None:
    async with served.client(None) as client:
        await client.post("/api/login", json={"token": await served.login_token()})
        cookie = {"cookie": f"{cookie_name(served.context)}={client.cookies[cookie_name(served.context)]}"}
    async with listening(served, additional_headers=cookie, origin=f"http://127.0.0.1:{served.port}") as websocket:
        assert (await frame(websocket))["type"] == "hello"
    with pytest.raises(InvalidStatus) as refused:
        async with listening(served, additional_headers=cookie, origin="http://evil.test"):
            pass

    assert refused.value.response.status_code == 403


async def test_a_wrong_cursor_and_too_many_sockets_are_refused(settings: Settings, team: Team) -> None:
    api = settings.api.model_copy(update={"max_sockets": 1})
    async with serving(settings.model_copy(update={"api": api}), team) as served:
        with pytest.raises(InvalidStatus) as wrong:
            async with connect(f"{served.socket_url}?since=abc", additional_headers=served.bearer):
                pass
        async with listening(served):
            with pytest.raises(InvalidStatus) as full:
                async with listening(served):
                    pass

    assert (wrong.value.response.status_code, full.value.response.status_code) == (422, 503)
