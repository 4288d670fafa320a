"""Manifests one by one: checked, shown, suspended, taken away; and the Secrets that they name."""

import stat

import httpx
import pytest
from tracker_api.settings import Settings
from tracker_core.ids import new_id
from tracker_core.tables import Role

from tests.api.conftest import Api
from tests.api.test_manifests import EMAIL, SECRET, SOURCE, WEBHOOK, apply

INBOX = "/api/manifests/sources/support/inbox"


async def test_the_schemas_are_those_of_the_crds(admin: httpx.AsyncClient) -> None:
    found = (await admin.get("/api/manifests/schemas")).json()

    assert found["Source"]["properties"]["type"]["enum"] == ["telegram", "slack", "email", "webhook"]
    assert found["Webhook"]["required"] == ["sourceRef", "verification"]
    undescribed = [name for kind in found.values() for name, field in kind["properties"].items() if not help_of(field)]
    assert undescribed == [], "a form has nothing to say about these"


def help_of(field: dict[str, object]) -> object:
    return field.get("description")


async def test_a_dry_run_says_what_would_be_and_writes_nothing(admin: httpx.AsyncClient, settings: Settings) -> None:
    answer = await admin.put("/api/manifests?dry_run=true", content=f"{SOURCE}---{WEBHOOK}")

    assert [item["result"] for item in answer.json()] == ["created", "created"]
    assert not settings.api.manifests_dir.exists()


async def test_each_wrong_field_of_each_document_is_named(admin: httpx.AsyncClient) -> None:
    wrong = EMAIL.replace("host: mail.example.org, ", "prot: 1, ")
    answer = await admin.put("/api/manifests?dry_run=true", content=f"{wrong}---{WEBHOOK}---{SECRET}a: [")
    assert answer.json()["errors"][0]["loc"] == "yaml"

    other = WEBHOOK.replace("type: Token", "type: HMAC")
    answer = await admin.put("/api/manifests?dry_run=true", content=f"{wrong}---{other}")
    assert answer.status_code == 422
    assert {error["loc"] for error in answer.json()["errors"]} == {
        "0.spec.email.host",
        "0.spec.email.prot",
        "1.spec.verification",
    }


async def test_a_source_is_shown_with_its_webhooks(admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    text = (await admin.get(INBOX)).text

    assert (text.count("kind: Source"), text.count("kind: Webhook"), "hunter2" in text) == (1, 1, False)
    missing = await admin.get("/api/manifests/sources/support/none")
    assert (missing.status_code, "Source 'support/none'" in missing.json()["detail"]) == (404, True)


async def test_suspended_and_resumed(api: Api, admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK)
    assert (await admin.post(f"{INBOX}/suspend")).json()["result"] == "configured"
    assert (await admin.post(f"{INBOX}/suspend")).json()["result"] == "unchanged"
    (source,) = (await admin.get("/api/sources")).json()["items"]
    assert (source["suspended"], source["configured"]) == (True, True)
    assert "suspend: true" in (await admin.get(INBOX)).text

    await admin.post(f"{INBOX}/resume")
    (source,) = (await admin.get("/api/sources")).json()["items"]
    assert source["suspended"] is False
    await admin.post("/api/manifests/webhooks/support/inbox/suspend")
    assert [hook["suspended"] for hook in (await admin.get("/api/webhooks")).json()["items"]] == [True]
    async with api.client(Role.MEMBER) as member:
        assert (await member.post(f"{INBOX}/suspend")).status_code == 403


async def test_a_source_goes_with_its_webhooks_and_comes_back_by_what_deleting_answers(
    api: Api, admin: httpx.AsyncClient, settings: Settings
) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    row = await api.value("select id from source")
    await api.add_message(row, "1", state="task")
    refused = await admin.delete(INBOX)
    assert (refused.status_code, "Webhooks: 'support/inbox'" in refused.json()["detail"]) == (409, True)
    assert "cascade=true" in refused.json()["cure"]

    gone = (await admin.delete(f"{INBOX}?cascade=true")).json()
    assert [item["kind"] for item in gone["deleted"]] == ["Source", "Webhook"]
    assert gone["removed_messages"] == 0
    assert list((settings.api.manifests_dir / "support").iterdir()) == []
    (source,) = (await admin.get("/api/sources")).json()["items"]
    assert (source["configured"], source["webhook_url"], source["counts"]["tasks"]) == (False, None, 1)
    assert (await admin.delete(INBOX)).status_code == 404

    assert {item["result"] for item in (await apply(admin, gone["manifests"])).json()} == {"created"}
    (source,) = (await admin.get("/api/sources")).json()["items"]
    assert (source["configured"], source["id"]) == (True, str(row))
    deleted = (await admin.get("/api/events", params={"entity_type": "source"})).json()["items"]
    assert [event["data"]["kind"] for event in deleted if event["verb"] == "source.deleted"] == ["Webhook", "Source"]


async def test_what_never_brought_anything_leaves_nothing(api: Api, admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK)
    await admin.delete("/api/manifests/webhooks/support/inbox")
    (source,) = (await admin.get("/api/sources")).json()["items"]
    assert source["webhook_url"] is None

    await admin.delete(INBOX)
    assert (await admin.get("/api/sources")).json()["items"] == []


async def test_purging_takes_the_messages_along_and_the_ledger_adds_up(api: Api, admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE.replace("type: webhook", "type: webhook, deletionPolicy: Purge"))
    row = await api.value("select id from source")
    await api.add_suggestion(row)
    await api.add_message(row, "dead", state="dead", id=(dead := new_id()))
    await api.insert(
        "dead_letter",
        {
            "id": new_id(),
            "workspace_id": api.team.workspace_id,
            "source_id": row,
            "message_id": dead,
            "subject": "",
            "raw": b"x",
            "reason": "r",
            "trace_id": "",
            "state": "open",
            "note": "",
            "created_at": await api.value("select now()"),
        },
    )

    assert (await admin.delete(INBOX)).json()["removed_messages"] == 2
    assert (await admin.get("/api/tasks")).json()["items"] == []
    assert await api.value("select count(*) from dead_letter") == 0
    ledger = (await admin.get("/api/ledger")).json()
    assert (ledger["received"], ledger["balanced"]) == (0, True)


async def test_secrets_are_written_key_by_key_and_only_their_names_are_told(
    admin: httpx.AsyncClient, settings: Settings
) -> None:
    await apply(admin, SECRET)
    answer = await admin.put("/api/secrets/support/inbox/other", json={"value": "s3cret"})
    assert answer.status_code == 204
    told = (await admin.get("/api/secrets")).json()

    assert told == {"items": [{"namespace": "support", "name": "inbox", "keys": ["other", "token"]}]}
    path = settings.api.secrets_dir / "support" / "inbox" / "other"
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("s3cret", 0o600)


@pytest.mark.parametrize(
    "place", ["support/inbox/..", "support/..%2f..%2fx/key", "UPPER/inbox/key", "support/inbox/a%20b"]
)
async def test_no_secret_leaves_its_folder(admin: httpx.AsyncClient, settings: Settings, place: str) -> None:
    answer = await admin.put(f"/api/secrets/{place}", json={"value": "s3cret"})

    assert answer.status_code in {404, 405, 422}
    assert "s3cret" not in answer.text
    assert not [path for path in settings.api.secrets_dir.parent.rglob("*") if path.is_file() and path.name != ".lock"]
