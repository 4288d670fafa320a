"""Webhooks: their list, a line that sends, a test message, and the change of a secret while messages flow."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import yaml
from tracker_api.settings import Settings
from tracker_api.sources import checking
from tracker_api.webhooks import rotating

from tests.api.conftest import Api, eventually
from tests.api.test_manifests import SECRET, SOURCE, WEBHOOK, apply
from tests.ingestion.gateway.conftest import running
from tests.ingestion.gateway.folders import Folders

HOOK = "/api/webhooks/support/inbox"
SIGNED = WEBHOOK.replace("type: Token, token:", "type: HMAC, hmac:")


@pytest_asyncio.fixture
async def gateway(settings: Settings, nats_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The real gateway, on the folders that the API writes."""
    settings.api.manifests_dir.mkdir()
    async with running(Folders(settings.api.manifests_dir, settings.api.secrets_dir), nats_url) as gateway:
        yield gateway.client


async def send(gateway: httpx.AsyncClient, token: str, id_: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return (await gateway.post("/webhook/support/inbox", json={"id": id_, "text": "x"}, headers=headers)).status_code


async def test_the_list_tells_what_a_webhook_is_and_how(admin: httpx.AsyncClient, gateway: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK)

    async def told() -> bool:
        (hook,) = (await admin.get("/api/webhooks")).json()["items"]
        return "Secret 'support/inbox' does not exist" in hook["health"]["message"]

    await eventually(told)
    await apply(admin, SECRET)
    await eventually(lambda: is_healthy(admin))
    (hook,) = (await admin.get("/api/webhooks")).json()["items"]
    assert (hook["source"], hook["provider"], hook["verification"]) == ("support/inbox", "generic", "Token")
    assert (hook["url"], hook["secret"]) == (
        "http://hooks.test/webhook/support/inbox",
        {"name": "inbox", "key": "token"},
    )


async def is_healthy(admin: httpx.AsyncClient) -> bool:
    (hook,) = (await admin.get("/api/webhooks")).json()["items"]
    return bool(hook["health"]["state"] == "ready")


async def test_the_curl_line_reads_the_secret_where_it_is(admin: httpx.AsyncClient, settings: Settings) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    (hook,) = (await admin.get("/api/webhooks")).json()["items"]

    assert "hunter2" not in hook["curl"]
    assert str(settings.api.secrets_dir / "support/inbox/token") in hook["curl"]
    await apply(admin, SIGNED)
    (hook,) = (await admin.get("/api/webhooks")).json()["items"]
    assert "openssl dgst -sha256 -hmac" in hook["curl"]


async def test_both_secrets_are_valid_until_the_grace_ends(
    api: Api, admin: httpx.AsyncClient, gateway: httpx.AsyncClient, settings: Settings
) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    await eventually(lambda: accepted(gateway, "hunter2"))
    rotated = (await admin.post(f"{HOOK}/rotate", json={"grace_seconds": 3600})).json()
    fresh = rotated["value"]
    await eventually(lambda: accepted(gateway, fresh))
    assert await send(gateway, "hunter2", "old still") == 202
    again = await admin.post(f"{HOOK}/rotate")
    assert (again.status_code, "two secrets" in again.json()["detail"]) == (409, True)

    await rotating.end_what_is_over(api.context, api.team.workspace_id)
    (hook,) = (await admin.get("/api/webhooks")).json()["items"]
    assert hook["rotation"]["until"] is not None, "its time is not over"
    path = settings.api.manifests_dir / "support/webhook-inbox.yaml"
    backdate(path)
    await rotating.end_what_is_over(api.context, api.team.workspace_id)
    (hook,) = (await admin.get("/api/webhooks")).json()["items"]
    assert hook["rotation"] is None
    await eventually(lambda: refused(gateway, "hunter2"))
    assert await send(gateway, fresh, "new") == 202
    assert [file.read_text() for file in (settings.api.secrets_dir / "support/inbox").iterdir()] == [fresh]
    assert rotating.UNTIL not in path.read_text()


def backdate(path: Path) -> None:
    manifest = yaml.safe_load(path.read_text())
    manifest["metadata"]["annotations"][rotating.UNTIL] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    path.write_text(yaml.safe_dump(manifest))


async def accepted(gateway: httpx.AsyncClient, token: str) -> bool:
    return await send(gateway, token, f"probe {token}") == 202


async def refused(gateway: httpx.AsyncClient, token: str) -> bool:
    return await send(gateway, token, f"probe {token}") == 401


async def test_a_leaked_secret_ends_at_once(admin: httpx.AsyncClient, gateway: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    await eventually(lambda: accepted(gateway, "hunter2"))
    answer = await admin.post(f"{HOOK}/rotate", json={"value": "typed-by-hand", "grace_seconds": 0})
    assert answer.json() == {"value": "typed-by-hand", "previous_until": None}
    await eventually(lambda: refused(gateway, "hunter2"))
    await eventually(lambda: accepted(gateway, "typed-by-hand"))
    assert (await admin.post(f"{HOOK}/end-rotation")).status_code == 409


@pytest.mark.parametrize("body", [{"value": "short"}, {"grace_seconds": -1}])
async def test_a_bad_rotation_changes_nothing(admin: httpx.AsyncClient, body: dict[str, object]) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    before = (await admin.get("/api/manifests")).text
    assert (await admin.post(f"{HOOK}/rotate", json=body)).status_code == 422
    assert (await admin.get("/api/manifests")).text == before


async def test_who_takes_everybody_has_no_secret_to_change(admin: httpx.AsyncClient) -> None:
    await apply(
        admin,
        SOURCE,
        WEBHOOK.replace(
            "type: Token, token: {secretRef: {name: inbox, key: token}}", "type: None, acceptUnverified: true"
        ),
    )
    answer = await admin.post(f"{HOOK}/rotate")
    assert (answer.status_code, answer.json()["cure"]) == (409, "Set spec.verification to Token or HMAC first")


async def test_a_test_without_a_gateway_says_so(admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK)
    missing = await admin.post(f"{HOOK}/test")
    assert (missing.status_code, "Secret 'support/inbox'" in missing.json()["detail"]) == (503, True)
    await apply(admin, SECRET)
    away = await admin.post(f"{HOOK}/test")
    assert (away.status_code, "The gateway does not answer" in away.json()["detail"]) == (503, True)


async def test_a_source_without_a_process_says_so(api: Api, admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE)
    answer = await checking.check(api.context, "support/inbox", patience=0.2)
    assert (answer.ok, "No process of Source 'support/inbox'" in answer.detail) == (False, True)
    assert (await admin.post("/api/sources/support/none/test")).status_code == 404
