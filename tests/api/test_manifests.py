"""Manifests: all or none, kept in a folder, never outside of it."""

import asyncio
import stat
from pathlib import Path

import httpx
import pytest
from tracker_api.manifests.file_store import FileManifestStore
from tracker_api.manifests.store import Result
from tracker_api.settings import Settings
from tracker_core.errors import ConflictError, InvalidManifestError
from tracker_core.manifests import read_documents

from tests.api.conftest import Api

SOURCE = """
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {name: inbox, namespace: support}
spec: {type: webhook, triage: {autonomy: Auto, autoThreshold: 90}}
"""
WEBHOOK = """
apiVersion: tasktracker.dev/v1alpha1
kind: Webhook
metadata: {name: inbox, namespace: support}
spec:
  sourceRef: {name: inbox}
  verification: {type: Token, token: {secretRef: {name: inbox, key: token}}}
"""
SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: inbox, namespace: support}
stringData: {token: hunter2}
"""
EMAIL = """
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {name: inbox, namespace: support}
spec:
  type: email
  email: {host: mail.example.org, auth: {username: me, passwordSecretRef: {name: mail, key: password}}}
"""


def documents(*parts: str) -> str:
    return "---".join(parts)


async def apply(client: httpx.AsyncClient, *parts: str) -> httpx.Response:
    return await client.put("/api/manifests", content=documents(*parts))


async def test_what_is_applied_is_stored_projected_and_told(
    api: Api, admin: httpx.AsyncClient, settings: Settings
) -> None:
    answer = await apply(admin, SOURCE, WEBHOOK, SECRET)

    assert [(item["kind"], item["result"]) for item in answer.json()] == [
        ("Source", "created"),
        ("Webhook", "created"),
        ("Secret", "created"),
    ]
    folder = settings.api.manifests_dir / "support"
    assert sorted(path.name for path in folder.iterdir()) == ["source-inbox.yaml", "webhook-inbox.yaml"]
    (source,) = (await admin.get("/api/sources")).json()["items"]
    assert (source["autonomy"], source["auto_threshold"], source["suspended"]) == ("Auto", 90, False)
    assert source["webhook_url"] == "http://hooks.test/webhook/support/inbox"
    events = (await admin.get("/api/events", params={"entity_type": "source"})).json()["items"]
    assert [(event["verb"], event["data"]["kind"]) for event in events] == [
        ("source.configured", "Webhook"),
        ("source.configured", "Source"),
    ]


async def test_applying_again_changes_nothing(api: Api, admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    again = await apply(admin, SOURCE, WEBHOOK, SECRET)
    changed = await apply(admin, SOURCE.replace("90", "95"))

    assert {item["result"] for item in again.json()} == {"unchanged"}
    assert [item["result"] for item in changed.json()] == ["configured"]
    assert await api.value("select count(*) from event where verb = 'source.configured'") == 3


async def test_secrets_are_private_and_never_given_out(admin: httpx.AsyncClient, settings: Settings) -> None:
    await apply(admin, SOURCE, WEBHOOK, SECRET)
    path = settings.api.secrets_dir / "support" / "inbox" / "token"

    assert path.read_text() == "hunter2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    dumped = (await admin.get("/api/manifests")).text
    assert "hunter2" not in dumped
    assert [manifest.kind for manifest in read_documents(dumped)] == ["Source", "Webhook"]


async def test_a_new_secret_replaces_the_old_one_whole(admin: httpx.AsyncClient, settings: Settings) -> None:
    await apply(admin, SECRET)
    answer = await apply(admin, SECRET.replace("token: hunter2", "other: hunter3"))

    assert answer.json()[0]["result"] == "configured"
    folder = settings.api.secrets_dir / "support" / "inbox"
    assert [path.name for path in folder.iterdir()] == ["other"]


async def test_one_refused_document_refuses_all(admin: httpx.AsyncClient, settings: Settings) -> None:
    answer = await apply(admin, SOURCE, WEBHOOK.replace("sourceRef: {name: inbox}", "sourceReff: {name: inbox}"))

    assert answer.status_code == 422
    assert "Webhook 'support/inbox'" in answer.json()["detail"]
    assert (await admin.get("/api/manifests")).text == ""
    assert not (settings.api.manifests_dir / "support").exists()


async def test_what_an_object_is_cannot_change(admin: httpx.AsyncClient) -> None:
    await apply(admin, SOURCE, WEBHOOK)
    other_type = await apply(admin, EMAIL)
    other_source = await apply(admin, WEBHOOK.replace("{name: inbox}\n  veri", "{name: outbox}\n  veri"))

    assert (other_type.status_code, other_source.status_code) == (409, 409)
    assert "Source 'support/inbox': spec.type is 'webhook'" in other_type.json()["detail"]
    assert other_type.json()["cure"]
    assert "spec.sourceRef" in other_source.json()["detail"]


@pytest.mark.parametrize(
    "manifest",
    [
        SOURCE.replace("name: inbox", "name: ../../etc"),
        SOURCE.replace("namespace: support", "namespace: .."),
        SOURCE.replace("namespace: support", "namespace: a/b"),
        SECRET.replace("token: hunter2", '"..": hunter2'),
        SECRET.replace("token: hunter2", '".": hunter2'),
        SECRET.replace("token: hunter2", '"a/b": hunter2'),
        SECRET.replace("name: inbox", f"name: {'a' * 254}"),
        SOURCE.replace("name: inbox", f"name: {'a' * 253}"),
    ],
)
async def test_no_name_leaves_the_folder(admin: httpx.AsyncClient, settings: Settings, manifest: str) -> None:
    answer = await apply(admin, manifest)

    assert answer.status_code == 422, answer.text
    assert "hunter2" not in answer.text
    below = settings.api.manifests_dir.parent
    assert [path for path in below.rglob("*") if path.is_file() and path.name != ".lock"] == []


@pytest.mark.parametrize("body", [b"", b"# nothing", b"a: [", b"\xff\xfe", b"[1, 2]", b"kind: Pod\napiVersion: v1"])
async def test_what_is_no_manifest_is_refused(admin: httpx.AsyncClient, body: bytes) -> None:
    assert (await admin.put("/api/manifests", content=body)).status_code in {400, 422}


async def test_a_secret_cannot_take_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "support").write_text("mine")
    store = FileManifestStore(tmp_path / "manifests", tmp_path / "secrets")

    with pytest.raises(InvalidManifestError, match="taken"):
        await store.apply(read_documents(SECRET))
    assert (tmp_path / "secrets" / "support").read_text() == "mine"


async def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "support").symlink_to(outside)
    store = FileManifestStore(tmp_path / "manifests", tmp_path / "secrets")

    with pytest.raises(InvalidManifestError):
        await store.apply(read_documents(SOURCE))
    assert list(outside.iterdir()) == []


async def test_a_file_of_another_name_stays_the_place_of_its_object(tmp_path: Path) -> None:
    mine = tmp_path / "manifests" / "support" / "mine.yml"
    mine.parent.mkdir(parents=True)
    mine.write_text(f"# my comment\n{SOURCE}")
    store = FileManifestStore(tmp_path / "manifests", tmp_path / "secrets")

    (unchanged,) = await store.apply(read_documents(SOURCE))
    assert unchanged.result is Result.UNCHANGED
    assert mine.read_text().startswith("# my comment")
    await store.apply(read_documents(SOURCE.replace("90", "95")))
    assert "95" in mine.read_text()
    assert list(mine.parent.iterdir()) == [mine]


async def test_an_object_in_a_shared_file_is_not_torn_out(tmp_path: Path) -> None:
    shared = tmp_path / "manifests" / "all.yaml"
    shared.parent.mkdir()
    shared.write_text(documents(SOURCE, WEBHOOK))
    store = FileManifestStore(tmp_path / "manifests", tmp_path / "secrets")

    with pytest.raises(ConflictError, match=r"all\.yaml"):
        await store.apply(read_documents(SOURCE.replace("90", "95")))


async def test_a_broken_file_hides_no_other_and_can_be_replaced(tmp_path: Path) -> None:
    broken = tmp_path / "manifests" / "support" / "source-inbox.yaml"
    broken.parent.mkdir(parents=True)
    broken.write_text("a: [")
    (tmp_path / "manifests" / "other.yaml").write_text(WEBHOOK)
    store = FileManifestStore(tmp_path / "manifests", tmp_path / "secrets")

    assert [manifest.kind for manifest in await store.read()] == ["Webhook"]
    await store.apply(read_documents(SOURCE))
    assert [manifest.kind for manifest in await store.read()] == ["Source", "Webhook"]


async def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    stores = [FileManifestStore(tmp_path / "manifests", tmp_path / "secrets") for _ in range(5)]
    applied = await asyncio.gather(*(store.apply(read_documents(SOURCE)) for store in stores))

    assert sorted(items[0].result for items in applied) == [Result.CREATED] + [Result.UNCHANGED] * 4


async def test_what_postgres_refuses_is_not_written(admin: httpx.AsyncClient, settings: Settings) -> None:
    answer = await apply(admin, EMAIL.replace("username: me", 'username: "m\\0e"'))

    assert answer.status_code == 422
    assert not list(settings.api.manifests_dir.rglob("*.yaml"))


async def test_deep_nesting_is_refused(admin: httpx.AsyncClient) -> None:
    answer = await apply(admin, "[" * 10_000)

    assert answer.status_code == 422
    assert "nested too deeply" in answer.json()["detail"]
