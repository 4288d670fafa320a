"""The folders: read live, and one wrong file never takes anything else off the air."""

import shutil
from pathlib import Path

import pytest
from tracker_core.bus import SOURCES_BUCKET
from tracker_core.health import Heartbeat, read_heartbeats
from tracker_ingestion.kinds.gateway.config import Configuration, Loader
from tracker_ingestion.kinds.gateway.reporting import heartbeats

from tests.ingestion.gateway.conftest import Running, running
from tests.ingestion.gateway.folders import BEARER, OPEN, Folders
from tests.support.waiting import eventually


def load(loader: Loader) -> Configuration:
    configuration = loader.load()
    assert configuration is not None
    return configuration


@pytest.fixture
def loader(folders: Folders) -> Loader:
    return Loader(folders.manifests, folders.secrets)


async def test_new_webhook_is_served_live(gateway: Running) -> None:
    gateway.folders.source("late")
    gateway.folders.webhook("late", source="late")

    async def is_served() -> bool:
        return (await gateway.post("/webhook/default/late", json={"text": "a"}, headers=BEARER)).status_code == 202

    await eventually("new webhook", is_served, 5)


async def test_secret_is_rotated_live(gateway: Running) -> None:
    token = {"secretRef": {"name": "inbox", "key": "token"}, "previousSecretRef": {"name": "inbox", "key": "old"}}
    gateway.folders.secret("inbox", "first", key="old")
    gateway.folders.secret("inbox", "second")
    gateway.folders.webhook(verification={"type": "Token", "token": token})

    async def status(token: str) -> int:
        return (await gateway.post(json={"text": token}, headers={"Authorization": token})).status_code

    async def both() -> bool:
        return (await status("first"), await status("second")) == (202, 202)

    await eventually("both tokens accepted", both, 5)
    gateway.folders.secret("inbox", "second", key="old")
    gateway.folders.secret("inbox", "third")

    async def rotated() -> bool:
        return (await status("first"), await status("second"), await status("third")) == (401, 202, 202)

    await eventually("first token refused, third accepted", rotated, 5)


@pytest.mark.parametrize("text", ["spec: [", "\xff", "kind: Webhook\napiVersion: tasktracker.dev/v1alpha1\nspec: {}"])
async def test_broken_file_keeps_the_last_good_state(gateway: Running, text: str) -> None:
    path = gateway.folders.manifests / "default" / "webhook-inbox.yaml"
    path.write_bytes(text.encode("latin-1"))
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a"}, headers=BEARER)).status_code == 202
    ready = (await gateway.client.get("/readyz")).json()
    assert "default/webhook-inbox.yaml" in ready["problems"][0]
    gateway.folders.webhook()
    await gateway.live.reload()
    assert (await gateway.client.get("/readyz")).json()["problems"] == []


def test_bad_expression_names_file_webhook_and_field(folders: Folders, loader: Loader) -> None:
    load(loader)
    folders.webhook(extract={"text": "a..b"})
    configuration = load(loader)
    [problem] = configuration.problems
    assert problem.file == "default/webhook-inbox.yaml"
    assert "Webhook 'default/inbox': spec.extract.text: 'a..b'" in problem.detail
    assert configuration.find("/webhook/default/inbox", "") is not None


async def test_path_of_a_file_that_never_was_readable_is_503(folders: Folders, nats_url: str) -> None:
    (folders.manifests / "default" / "webhook-inbox.yaml").write_text("kind: [")
    async with running(folders, nats_url) as gateway:
        response = await gateway.post(json={"text": "a"}, headers=BEARER)
        assert response.status_code == 503
        assert response.headers["retry-after"]


async def test_deleted_manifest_is_gone(gateway: Running) -> None:
    (gateway.folders.manifests / "default" / "webhook-inbox.yaml").unlink()
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a"}, headers=BEARER)).status_code == 404


async def test_vanished_folder_takes_nothing_off_the_air(gateway: Running) -> None:
    gateway.folders.manifests.rename(gateway.folders.manifests.with_name("away"))
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a"}, headers=BEARER)).status_code == 202
    assert "does not exist" in (await gateway.client.get("/readyz")).json()["problems"][0]


async def test_missing_secret_is_503_naming_secret_and_key(gateway: Running) -> None:
    path = gateway.folders.secrets / "default" / "inbox"
    (path / "token").unlink()
    await gateway.live.reload()
    response = await gateway.post(json={"text": "a"}, headers=BEARER)
    assert response.status_code == 503
    assert response.json()["detail"] == "Webhook 'default/inbox': Secret 'default/inbox' has no key 'token'"
    shutil.rmtree(path)
    await gateway.live.reload()
    gateway.folders.secret("inbox", "\n")
    await gateway.live.reload()
    assert "is empty" in (await gateway.post(json={"text": "a"}, headers=BEARER)).json()["detail"]
    gateway.folders.secret("inbox", "back")
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a"}, headers={"Authorization": "back"})).status_code == 202


@pytest.mark.parametrize(("name", "key"), [("../other", "token"), ("inbox", "../../x"), ("..", "token"), ("a", "\0")])
def test_secret_reference_cannot_leave_its_namespace(folders: Folders, loader: Loader, name: str, key: str) -> None:
    folders.webhook(verification={"type": "Token", "token": {"secretRef": {"name": name, "key": key}}})
    configuration = load(loader)
    assert configuration.find("/webhook/default/inbox", "") is None
    assert "verification.token.secretRef" in str(configuration.problems[0])


async def test_missing_source_is_503_naming_it(gateway: Running) -> None:
    (gateway.folders.manifests / "default" / "source-inbox.yaml").unlink()
    await gateway.live.reload()
    response = await gateway.post(json={"text": "a"}, headers=BEARER)
    assert response.status_code == 503
    assert "Source 'default/inbox' does not exist" in response.json()["detail"]


async def test_suspended_webhook_or_source_is_503_and_no_problem(gateway: Running) -> None:
    gateway.folders.webhook(suspend=True)
    await gateway.live.reload()
    response = await gateway.post(json={"text": "a"}, headers=BEARER)
    assert (response.status_code, response.headers["retry-after"]) == (503, "300")
    gateway.folders.webhook()
    gateway.folders.source(suspend=True)
    await gateway.live.reload()
    response = await gateway.post(json={"text": "a"}, headers=BEARER)
    assert response.status_code == 503
    assert "Source 'default/inbox' is suspended" in response.json()["detail"]
    assert (await gateway.client.get("/readyz")).json()["problems"] == []


def test_default_path_wins_over_one_that_was_set(folders: Folders, loader: Loader) -> None:
    folders.webhook("aaa", path="/webhook/default/inbox", verification=OPEN)
    configuration = load(loader)
    served = configuration.find("/webhook/default/inbox", "")
    assert served is not None
    assert served.key == "default/inbox"
    assert "is served by Webhook 'default/inbox'" in str(configuration.problems)


def test_object_in_two_files_is_a_problem(folders: Folders, loader: Loader) -> None:
    shutil.copy(folders.webhook(), folders.manifests / "copy.yaml")
    assert "stands in another file too" in str(load(loader).problems)


def test_nothing_changed_is_none(loader: Loader) -> None:
    load(loader)
    assert loader.load() is None


def test_mounted_secret_of_a_pod_is_read_once_and_followed(tmp_path: Path, folders: Folders) -> None:
    mount = tmp_path / "mount"
    for version, host in (("..1", None), ("..2", "new.test")):
        folders.webhook(**({"host": host} if host else {}))
        shutil.copytree(folders.manifests, mount / version)
    (mount / "..data").symlink_to("..1")
    (mount / "default").symlink_to("..data/default")
    loader = Loader(mount, folders.secrets)
    first = load(loader)
    assert first.problems == ()
    assert first.find("/webhook/default/inbox", "") is not None
    (mount / "..next").symlink_to("..2")
    (mount / "..next").replace(mount / "..data")
    second = load(loader)
    assert second.find("/webhook/default/inbox", "") is None
    assert second.find("/webhook/default/inbox", "new.test") is not None


async def test_sources_are_announced_and_report_their_health(gateway: Running) -> None:
    gateway.folders.source("lonely")
    await gateway.post(json={"text": "a"}, headers=BEARER)

    async def reported() -> bool:
        beats = await read_heartbeats(gateway.bus.js)
        return beats.keys() >= {"gateway.test", "source.default.inbox", "source.default.lonely"}

    await eventually("heartbeats", reported, 5)
    beats = await read_heartbeats(gateway.bus.js)
    assert beats["source.default.inbox"].state == "ready"
    assert beats["source.default.lonely"].state == "degraded"
    assert "No Webhook refers to Source 'default/lonely'" in beats["source.default.lonely"].detail
    bucket = await gateway.bus.js.key_value(SOURCES_BUCKET)
    announced = await bucket.get("default.inbox")
    assert b'"webhook_path":"/webhook/default/inbox"' in (announced.value or b"")


async def test_health_names_what_is_wrong(gateway: Running) -> None:
    (gateway.folders.secrets / "default" / "inbox" / "token").unlink()

    async def degraded() -> bool:
        beats = await read_heartbeats(gateway.bus.js)
        return "gateway.test" in beats and "has no key 'token'" in beats["gateway.test"].detail

    await eventually("degraded gateway", degraded, 5)
    assert (await read_heartbeats(gateway.bus.js))["source.default.inbox"].state == "degraded"


async def test_the_last_refusal_is_told(gateway: Running) -> None:
    async def told() -> Heartbeat:
        configuration = gateway.live.app.configuration
        assert configuration is not None
        return dict(heartbeats("test", [], configuration))["webhook.default.inbox"]

    assert (await told()).last_rejection_at is None
    assert (await gateway.post(json={"text": "a"}, headers={"authorization": "Bearer wrong"})).status_code == 401
    assert (await told()).last_rejection == "SignatureMismatch"
    assert (await gateway.post(content=b"x" * 2_000_000, headers=BEARER)).status_code == 413
    after = await told()
    assert after.last_rejection == "TooLarge"
    assert after.last_rejection_at is not None
