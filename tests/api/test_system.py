"""Sources, events and health."""

import httpx
import msgspec
import pytest
from tracker_api.system.service import queue_state
from tracker_core.backlog import Backlog
from tracker_core.bus import HEALTH_BUCKET
from tracker_core.health import Heartbeat, Memory, heartbeat
from tracker_core.tables import Role

from tests.api.conftest import Api, eventually
from tests.support.servers import Server


async def beat(api: Api, key: str, value: Heartbeat) -> None:
    await (await api.context.bus.js.key_value(HEALTH_BUCKET)).put(key, msgspec.json.encode(value))


async def test_a_source_is_what_its_process_says(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_source("inbox")
    await api.add_source("mail", kind="email", suspend=True)
    source_id = await api.add_source("chat", kind="telegram", triage={"autonomy": "Shadow"}, reply={"enabled": True})
    await api.add_message(source_id, "1", state="waiting")
    refused = heartbeat("degraded", "The token was refused. Set another", lag=3)
    await beat(
        api, "source.default.chat", msgspec.structs.replace(refused, reason="InvalidCredentials", account="@acme_bot")
    )
    chat, inbox, mail = (await admin.get("/api/sources")).json()["items"]

    assert chat["health"] == {
        "state": "degraded",
        "message": "The token was refused. Set another",
        "reason": "InvalidCredentials",
        "account": "@acme_bot",
        "lag": 3,
    }
    assert (chat["autonomy"], chat["counts"]["waiting"]) == ("Shadow", 1)
    assert chat["last_message_at"] == "2026-10-05T12:00:00Z"
    assert (inbox["health"]["state"], inbox["last_message_at"]) == ("offline", None)
    assert inbox["webhook_url"] == "http://hooks.test/webhook/default/inbox"
    assert (mail["suspended"], mail["health"]["state"]) == (True, "offline")
    assert chat["reply"] == {"enabled": True, "require_approval": True}
    assert inbox["reply"]["enabled"] is False


async def test_health_names_each_part(api: Api, admin: httpx.AsyncClient) -> None:
    await beat(api, "gateway.default", heartbeat("ready"))
    await beat(api, "recorder.1", heartbeat("ready"))
    await eventually(lambda: _is_ready(admin, "api.1"))
    partly = (await admin.get("/api/health")).json()
    await beat(api, "triage.1", heartbeat("ready"))
    whole = (await admin.get("/api/health")).json()

    assert [(item["name"], item["status"]) for item in whole["dependencies"]] == [("postgres", "ok"), ("nats", "ok")]
    assert partly["status"] == "degraded"
    assert partly["components"][-1] == {
        "name": "triage",
        "status": "offline",
        "last_seen": None,
        "detail": "No triage runs. Start one",
    }
    assert whole["status"] == "ok"


async def _is_ready(admin: httpx.AsyncClient, name: str) -> bool:
    components = (await admin.get("/api/health")).json()["components"]
    return any(item["name"] == name and item["status"] == "ready" for item in components)


async def test_the_system_has_every_part_with_its_version_and_what_waits(api: Api, admin: httpx.AsyncClient) -> None:
    memory = Memory()
    memory.remember("triage.1", heartbeat("degraded", "The job queue does not answer"))
    await beat(api, "triage.1", memory.remember("triage.1", heartbeat("ready")))
    for name in ("gateway.default", "recorder.1"):
        await beat(api, name, heartbeat("ready"))
    await eventually(lambda: _is_ready(admin, "api.1"))
    await api.context.bus.js.publish("delivery.default.inbox", b"{}")
    system = (await admin.get("/api/system")).json()

    parts = {part["name"]: part for part in system["parts"]}
    queues = {queue["name"]: queue for queue in system["queues"]}
    assert parts["triage.1"]["last_error"]["detail"] == "The job queue does not answer"
    assert parts["triage.1"]["since"] is not None
    assert parts["triage.1"]["version"] == parts["api.1"]["version"] == system["version"]
    assert parts["postgres"]["version"].split(".")[0].isdigit()
    assert 0 < parts["postgres"]["connections"] <= parts["postgres"]["max_connections"]
    assert parts["nats"]["version"].startswith("2.")
    assert parts["files"]["limit"] == 8 << 30
    assert queues["DELIVERIES"]["messages"] == 1
    assert queues["DELIVERIES"]["consumers"] == [
        {"name": "delivery-recorder", "waiting": 1, "in_flight": 0, "redelivered": 0}
    ]
    assert queues["DELIVERIES"]["oldest_seconds"] >= 0
    assert queues["EVENTS"]["oldest_seconds"] is None


async def test_what_is_wrong_comes_first(api: Api, admin: httpx.AsyncClient) -> None:
    await beat(api, "recorder.1", heartbeat("ready"))
    await beat(api, "triage.1", heartbeat("degraded", "The job queue does not answer"))
    system = (await admin.get("/api/system")).json()

    assert system["status"] == "degraded"
    assert [(part["name"], part["state"]) for part in system["parts"][:2]] == [
        ("gateway", "offline"),
        ("triage.1", "degraded"),
    ]


@pytest.mark.parametrize(
    ("stream", "used", "oldest", "problem"),
    [
        ("INBOUND", 10, 0.0, None),
        ("INBOUND", 70, 0.0, "nearly_full"),
        ("INBOUND", 96, 400.0, "full"),
        ("JOBS", 1, 301.0, "old"),
        ("AGENTS", 1, 301.0, None),
    ],
)
def test_a_queue_says_what_is_alarming(stream: str, used: int, oldest: float, problem: str | None) -> None:
    found = Backlog(
        stream, messages=1, bytes=used, limit=100, refuses=stream != "AGENTS", oldest_seconds=oldest, consumers=[]
    )
    assert queue_state(found).problem == problem


async def test_without_nats_health_is_down_and_readiness_says_no(
    api: Api, admin: httpx.AsyncClient, nats_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker_api.health.service.DEADLINE", 1.0)
    nats_server.kill()
    health, ready = (await admin.get("/api/health")).json(), await admin.get("/readyz")
    live = await admin.get("/healthz")
    nats_server.start()

    assert health["status"] == "down"
    assert [item["status"] for item in health["dependencies"]] == ["ok", "down"]
    assert (ready.status_code, live.status_code) == (503, 200)
    assert "nats" in ready.json()["problems"][0]


async def test_a_change_is_made_while_nats_is_away(api: Api, admin: httpx.AsyncClient, nats_server: Server) -> None:
    nats_server.kill()
    answer = await admin.post("/api/tasks", json={"title": "x"})
    nats_server.start()

    assert answer.status_code == 201
    assert await api.value("select count(*) from outbox") == 1


async def test_events_are_newest_first_and_paged(api: Api, admin: httpx.AsyncClient) -> None:
    for number in range(5):
        await admin.post("/api/tasks", json={"title": f"Task {number}"})
    first = (await admin.get("/api/events", params={"limit": 3})).json()
    rest = (await admin.get("/api/events", params={"cursor": first["next"]})).json()
    after = (await admin.get("/api/events", params={"after": first["items"][2]["id"]})).json()

    titles = [event["data"]["title"] for event in first["items"] + rest["items"]]
    assert titles == [f"Task {number}" for number in reversed(range(5))]
    assert [event["data"]["title"] for event in after["items"]] == ["Task 4", "Task 3"]


async def test_another_workspace_is_another_world(api: Api, admin: httpx.AsyncClient) -> None:
    task = (await admin.post("/api/tasks", json={"title": "x"})).json()
    await api.execute(
        "insert into workspace (id, slug, name, next_task_number, created_at)"
        " values (gen_random_uuid(), 'other', 'Other', 1, now())"
    )
    await api.execute(
        "update api_token set workspace_id = (select id from workspace where slug = 'other') where role = 'member'"
    )
    async with api.client(Role.MEMBER) as other:
        assert (await other.get("/api/tasks")).json()["items"] == []
        assert (await other.get(f"/api/tasks/{task['id']}")).status_code == 404
        assert (await other.get("/api/events")).json()["items"] == []
        edit = await other.patch(f"/api/tasks/{task['id']}", json={"title": "y"}, headers={"if-match": '"1"'})
        assert edit.status_code == 404
