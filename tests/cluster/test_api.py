"""The API in cluster mode: Sources and Webhooks are the Kubernetes objects, with the least rights."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from tracker_api.manifests.kubernetes_store import EDITABLE
from tracker_api.settings import ApiSettings, Settings
from tracker_core.kubernetes.client import SECRETS, SOURCES, WEBHOOKS
from tracker_core.settings import DatabaseSettings, NatsSettings

from tests.api.conftest import Api, make_team, running
from tests.cluster.control_plane import ControlPlane
from tests.cluster.tenant import Tenant
from tests.support.servers import Server
from tests.support.waiting import eventually


def _settings(database_url: str, nats_url: str, *namespaces: str) -> Settings:
    return Settings(
        database=DatabaseSettings.model_validate({"url": database_url}),
        nats=NatsSettings.model_validate({"url": nats_url}),
        api=ApiSettings(port=0, manifests="kubernetes", namespaces=namespaces, gateway_url="https://in.example.org"),
    )


@pytest_asyncio.fixture
async def api(
    rights_of_api: Path, database_url: str, session_nats: Server, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Api]:
    """The API of one namespace, which the operator of the session serves, too."""
    monkeypatch.setenv("KUBECONFIG", str(rights_of_api))
    settings = _settings(database_url, session_nats.url, tenant.namespace)
    async with running(settings, await make_team(database_url)) as started:
        yield started


@pytest_asyncio.fixture
async def admin(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client


def source(tenant: Tenant, name: str = "bot", **spec: Any) -> dict[str, Any]:
    given = {"type": "telegram", "telegram": {"tokenSecretRef": {"name": "bot", "key": "token"}}} | spec
    return _object(tenant, "tasktracker.dev/v1alpha1", "Source", name, spec=given)


def secret(tenant: Tenant, name: str = "bot", **values: str) -> dict[str, Any]:
    return _object(tenant, "v1", "Secret", name, stringData=values or {"token": f"3:{tenant.namespace}"})


def hook(tenant: Tenant, name: str = "inbox") -> list[dict[str, Any]]:
    """A Source of type webhook, its Webhook and its Secret."""
    verification = {"type": "Token", "token": {"secretRef": {"name": name, "key": "token"}}}
    spec = {"sourceRef": {"name": name}, "verification": verification}
    return [
        _object(tenant, "tasktracker.dev/v1alpha1", "Source", name, spec={"type": "webhook"}),
        _object(tenant, "tasktracker.dev/v1alpha1", "Webhook", name, spec=spec),
        secret(tenant, name, token="hush-hush"),
    ]


def _object(tenant: Tenant, api_version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": tenant.namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta} | rest


async def put(admin: httpx.AsyncClient, *documents: dict[str, Any], dry_run: bool = False) -> httpx.Response:
    query = "?dry_run=true" if dry_run else ""
    return await admin.put(f"/api/manifests{query}", content=yaml.safe_dump_all(documents))


async def applied(admin: httpx.AsyncClient, *documents: dict[str, Any], dry_run: bool = False) -> list[str]:
    answer = await put(admin, *documents, dry_run=dry_run)
    assert answer.status_code == 200, answer.text
    return [item["result"] for item in answer.json()]


async def test_what_is_applied_is_an_object_that_the_operator_serves(tenant: Tenant, admin: httpx.AsyncClient) -> None:
    assert await applied(admin, secret(tenant), source(tenant), dry_run=True) == ["created", "created"]
    assert tenant.get(SOURCES, "bot") is None
    assert await applied(admin, secret(tenant), source(tenant)) == ["created", "created"]
    await tenant.deployed()
    assert await applied(admin, secret(tenant), source(tenant)) == ["unchanged", "unchanged"]
    narrowed = {"tokenSecretRef": {"name": "bot", "key": "token"}, "chats": ["@support"]}
    assert await applied(admin, source(tenant, telegram=narrowed), dry_run=True) == ["configured"]
    assert await applied(admin, source(tenant, telegram=narrowed)) == ["configured"]
    stored = tenant.get(SOURCES, "bot")
    assert stored is not None
    assert stored["spec"]["telegram"]["chats"] == ["@support"]
    assert stored["metadata"]["finalizers"], "what the operator wrote stays"
    assert "@support" in (await admin.get(f"/api/manifests/sources/{tenant.namespace}/bot")).text


async def test_what_kubectl_wrote_is_edited_and_nothing_of_it_is_left_behind(
    tenant: Tenant, admin: httpx.AsyncClient
) -> None:
    chats = {"tokenSecretRef": {"name": "bot", "key": "token"}, "chats": ["@support"]}
    document = source(tenant, telegram=chats)
    document["metadata"] |= {"labels": {"argocd.argoproj.io/instance": "chat"}}
    tenant.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(document))
    shown = (await admin.get(f"/api/manifests/sources/{tenant.namespace}/bot")).text
    assert "last-applied-configuration" not in shown
    assert await applied(admin, source(tenant)) == ["configured"]
    stored = tenant.get(SOURCES, "bot")
    assert stored is not None
    assert "chats" not in stored["spec"]["telegram"]
    assert stored["metadata"]["labels"] == {"argocd.argoproj.io/instance": "chat"}


async def test_a_source_of_kubectl_is_listed_with_what_the_operator_says(
    tenant: Tenant, admin: httpx.AsyncClient
) -> None:
    tenant.source()

    async def listed() -> Any:
        items = (await admin.get("/api/sources")).json()["items"]
        return next((item for item in items if item["health"]["reason"] == "SecretMissing"), None)

    found = await eventually("the Source", listed)
    assert (found["name"], found["configured"], found["kind"]) == ("bot", True, "telegram")
    assert f"Secret '{tenant.namespace}/bot' does not exist" in found["health"]["message"]
    tenant.source(suspend=True)

    async def suspended() -> bool:
        (item,) = (await admin.get("/api/sources")).json()["items"]
        return bool(item["suspended"])

    await eventually("the change", suspended)

    async def told() -> bool:
        events = (await admin.get("/api/events")).json()["items"]
        return [item["verb"] for item in events if item["entity"]["type"] == "source"] == ["source.configured"] * 2

    # The list shows the object at once, its row and event follow.
    await eventually("an event of each", told)


async def test_a_webhook_is_listed_suspended_and_taken_away(tenant: Tenant, admin: httpx.AsyncClient) -> None:
    assert await applied(admin, *hook(tenant)) == ["created"] * 3
    (shown,) = (await admin.get("/api/webhooks")).json()["items"]
    assert shown["url"] == f"https://in.example.org/webhook/{tenant.namespace}/inbox"
    assert f"kubectl get secret -n {tenant.namespace} inbox" in shown["curl"]
    place = f"/api/manifests/sources/{tenant.namespace}/inbox"
    assert (await admin.post(f"{place}/suspend")).json()["result"] == "configured"
    await tenant.has("Ready", "False", "Suspended", "inbox")
    assert (await admin.delete(place)).status_code == 409
    assert (await admin.delete(f"{place}?cascade=true")).status_code == 200
    assert "inbox" not in (await admin.get("/api/manifests")).text
    await tenant.until("an end", lambda: tenant.get(SOURCES, "inbox") is None)
    assert tenant.get(WEBHOOKS, "inbox") is None


async def test_a_secret_is_rotated_in_the_cluster(tenant: Tenant, admin: httpx.AsyncClient) -> None:
    await applied(admin, *hook(tenant))
    rotated = (await admin.post(f"/api/webhooks/{tenant.namespace}/inbox/rotate", json={"grace_seconds": 3600})).json()
    stored = tenant.get(SECRETS, "inbox")
    assert stored is not None
    values = sorted(base64.b64decode(value).decode() for value in stored["data"].values())
    assert values == sorted(["hush-hush", rotated["value"]])
    ended = await admin.post(f"/api/webhooks/{tenant.namespace}/inbox/end-rotation")
    assert ended.is_success, ended.text
    stored = tenant.get(SECRETS, "inbox")
    assert stored is not None
    assert [base64.b64decode(value).decode() for value in stored["data"].values()] == [rotated["value"]]


async def test_only_secrets_that_were_made_here_are_written(tenant: Tenant, admin: httpx.AsyncClient) -> None:
    tenant.secret("database", password="keep")
    place = f"/api/secrets/{tenant.namespace}/database/password"
    refused = await admin.put(place, json={"value": "mine now"})
    assert (refused.status_code, "was not made here" in refused.json()["detail"]) == (409, True)
    assert (await put(admin, secret(tenant, "database", password="mine now"))).status_code == 409
    assert "database" not in (await admin.get("/api/secrets")).text
    tenant.plane.kubectl("label", "secret", "database", "-n", tenant.namespace, f"{EDITABLE}=true")
    assert (await admin.put(place, json={"value": "changed"})).status_code == 204
    assert (await admin.put(f"/api/secrets/{tenant.namespace}/fresh/token", json={"value": "new"})).status_code == 204
    listed = await admin.get("/api/secrets")
    assert [(item["name"], item["keys"]) for item in listed.json()["items"]] == [
        ("database", ["password"]),
        ("fresh", ["token"]),
    ]
    assert "changed" not in listed.text


async def test_all_or_nothing(tenant: Tenant, admin: httpx.AsyncClient) -> None:
    await applied(admin, source(tenant))
    elsewhere = source(tenant, "third")
    elsewhere["metadata"]["namespace"] = "elsewhere"
    answer = await put(admin, source(tenant, "fourth"), elsewhere)
    assert (answer.status_code, "namespace 'elsewhere' is not served" in answer.json()["detail"]) == (422, True)
    assert tenant.get(SOURCES, "fourth") is None
    changed = _object(tenant, "tasktracker.dev/v1alpha1", "Source", "bot", spec={"type": "webhook"})
    answer = await put(admin, source(tenant, "fifth"), changed)
    assert (answer.status_code, "spec.type" in answer.json()["detail"]) == (409, True)
    assert tenant.get(SOURCES, "fifth") is None


async def test_two_who_edit_at_once_both_succeed(tenant: Tenant, admin: httpx.AsyncClient) -> None:
    await applied(admin, source(tenant))
    place = f"/api/manifests/sources/{tenant.namespace}/bot"
    answers = await asyncio.gather(*(admin.post(f"{place}/{what}") for what in ("suspend", "resume", "suspend")))
    assert {answer.status_code for answer in answers} == {200}


async def test_what_the_api_server_refuses_names_object_and_cure(
    cluster: ControlPlane, database_url: str, session_nats: Server, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.kubectl("create", "serviceaccount", "nobody", "-n", tenant.namespace)
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig_of(tenant.namespace, "nobody")))
    settings = _settings(database_url, session_nats.url)
    async with running(settings, await make_team(database_url)) as api, api.client() as admin:
        answer = (await put(admin, source(tenant))).json()
        assert (answer["status"], "cannot list resource" in answer["detail"]) == (403, True)
        assert "services/api/deploy/rbac.yaml" in answer["cure"]


async def test_a_namespace_that_is_not_there_is_named(
    rights_of_api: Path, database_url: str, session_nats: Server, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(rights_of_api))
    settings = _settings(database_url, session_nats.url)
    async with running(settings, await make_team(database_url)) as api, api.client() as admin:
        document = source(tenant)
        document["metadata"]["namespace"] = "nowhere"
        answer = (await put(admin, document)).json()
        assert answer["status"] == 422
        assert 'namespaces "nowhere" not found' in answer["detail"]


async def test_an_api_server_that_is_away_is_said_and_got_over(
    tenant: Tenant, admin: httpx.AsyncClient, cluster: ControlPlane
) -> None:
    await applied(admin, source(tenant))
    cluster.apiserver.kill()
    try:
        answer = await admin.get("/api/manifests")
        assert (answer.status_code, "The Kubernetes API does not answer" in answer.json()["detail"]) == (503, True)
        health = (await admin.get("/api/health")).json()
        assert {item["name"]: item["status"] for item in health["dependencies"]} == {
            "postgres": "ok",
            "nats": "ok",
            "kubernetes": "down",
        }
        assert health["status"] == "degraded"
    finally:
        cluster.apiserver.start()
    assert "bot" in (await admin.get("/api/manifests")).text
