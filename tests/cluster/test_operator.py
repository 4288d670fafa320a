"""Behaviour of the operator on a real API server, with no more rights than its manifests grant it.

Real: etcd, kube-apiserver, the controllers of Deployments and garbage, NATS, the operator as a process. Played: the
kubelet, and the processes of the Sources, whose heartbeats are written into the real bucket.
"""

import asyncio
import base64
import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from nats.js.api import ConsumerConfig
from tracker_core.bus import INBOUND, OUTBOUND, Bus, inbound_subject, outbound_subject, source_consumer
from tracker_core.kubernetes.client import SECRETS, SOURCES, WEBHOOKS
from tracker_operator.cluster import DEPLOYMENTS, NETWORK_POLICIES, SERVICE_ACCOUNTS
from tracker_operator.leaving import FINALIZER

from tests.cluster.control_plane import NAMESPACES, ControlPlane
from tests.cluster.golden import differences
from tests.cluster.operator_process import GATEWAY, GATEWAY_NAMESPACE, metrics, running_operator
from tests.cluster.telegram_wire import TelegramWire
from tests.cluster.tenant import Tenant
from tests.support.servers import Server, start_nats

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "operator" / "golden"
UID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def bot(tenant: Tenant) -> Tenant:
    """A namespace with a Telegram Source and its Secret."""
    tenant.secret()
    tenant.source()
    return tenant


@pytest.mark.parametrize("example", ["email", "slack", "telegram"])
async def test_an_example_makes_exactly_the_golden_objects(tenant: Tenant, session_nats: Server, example: str) -> None:
    documents = list(yaml.safe_load_all((ROOT / "crds" / "examples" / f"{example}.yaml").read_text(encoding="utf-8")))
    for document in documents:
        if document is not None:
            document["metadata"]["namespace"] = tenant.namespace
            tenant.plane.apply(document)
    name = next(item["metadata"]["name"] for item in documents if item["kind"] == "Source")
    await tenant.deployed(name)
    source = tenant.get(SOURCES, name)
    assert source is not None
    text = (GOLDEN / f"{example}.yaml").read_text(encoding="utf-8")
    text = text.replace(UID, source["metadata"]["uid"]).replace("namespace: default", f"namespace: {tenant.namespace}")
    text = text.replace("secrets/default/", f"secrets/{tenant.namespace}/")
    wanted = {(item["kind"], item["metadata"]["name"]): item for item in yaml.safe_load_all(text)}
    there = {(item["kind"], item["metadata"]["name"]): item for item in tenant.children()}
    assert there.keys() == wanted.keys()
    for key, golden in wanted.items():
        _drop_what_differs(golden)
        assert differences(golden, there[key], "/".join(key)) == []


def _drop_what_differs(golden: dict[str, Any]) -> None:
    """The ports and the address of NATS are this session's, the digests are those of its namespace and Secrets."""
    if golden["kind"] == "Secret":
        golden["data"] = {}
        golden.pop("stringData")
    if golden["kind"] == "NetworkPolicy":
        golden["spec"].pop("egress")
    if golden["kind"] == "Deployment":
        golden["spec"]["template"]["metadata"].pop("annotations")


async def test_ready_only_when_it_really_receives(bot: Tenant, bus: Bus) -> None:
    await bot.deployed()
    await bot.has("Ready", "False", "NoHeartbeat")
    async with bot.process(
        bus, state="degraded", reason="InvalidCredentials", detail="Telegram refuses the token"
    ) as said:
        await bot.has("Ready", "False", "InvalidCredentials")
        assert bot.message("Ready") == "Telegram refuses the token"
        said |= {"state": "ready", "reason": "", "detail": ""}
        waiting = ("wait", "--for=condition=Ready", "source/bot", "-n", bot.namespace, "--timeout=50s")
        # In a thread: the heartbeats come from this loop.
        await asyncio.to_thread(bot.plane.kubectl, *waiting)
        source = bot.get(SOURCES, "bot")
        assert source is not None
        assert source["status"]["account"] == "@bot"
        assert source["status"]["observedGeneration"] == source["metadata"]["generation"]
        assert {item["type"]: item["status"] for item in source["status"]["conditions"]} == {
            "Accepted": "True",
            "SecretsResolved": "True",
            "StreamReady": "True",
            "Deployed": "True",
            "Connected": "True",
            "Ready": "True",
        }
    await bot.has("Ready", "False", "NoHeartbeat")
    told = ["NoHeartbeat", "InvalidCredentials", "Receiving", "NoHeartbeat"]
    # An event comes a moment after the status that it tells of.
    await bot.until("the events", lambda: [reason for _, reason in bot.events()][-4:] == told)
    reasons = [reason for _, reason in bot.events()]
    assert all(one != other for one, other in pairwise(reasons)), "events on transitions only"


async def test_lag_is_what_waits_on_the_bus(bot: Tenant, bus: Bus) -> None:
    await bot.deployed()
    for number in range(3):
        await bus.js.publish(inbound_subject(f"{bot.namespace}/bot"), f"{number}".encode(), stream=INBOUND)
    await bot.until("lag", lambda: (bot.get(SOURCES, "bot") or {})["status"].get("lag") == 3)


async def test_times_of_the_last_message_and_the_last_refusal(tenant: Tenant, bus: Bus) -> None:
    at = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    tenant.secret()
    tenant.source()
    async with tenant.process(bus, last_message_at=at):
        await tenant.until(
            "its time",
            lambda: (
                (tenant.get(SOURCES, "bot") or {}).get("status", {}).get("lastMessageTime") == "2026-11-30T12:00:00Z"
            ),
        )
    tenant.source("inbox", type="webhook", telegram=None)
    verification = {"type": "Token", "token": {"secretRef": {"name": "bot", "key": "token"}}}
    tenant.webhook("inbox", sourceRef={"name": "inbox"}, verification=verification)
    refused = {"last_rejection_at": at, "last_rejection": "TooLarge", "account": ""}

    def told() -> bool:
        status = (tenant.get(WEBHOOKS, "inbox") or {}).get("status", {})
        return bool(status.get("lastRejection") == {"time": "2026-11-30T12:00:00Z", "reason": "TooLarge"})

    async with tenant.process(bus, "inbox", component="webhook", **refused):
        await tenant.until("the refusal", told)
        await tenant.has("Ready", "True", "Receiving", "inbox", WEBHOOKS)
    # The gateway restarts and remembers nothing; what happened has happened.
    await tenant.has("Programmed", "False", "NotServed", "inbox", WEBHOOKS)
    assert told()


async def test_change_of_the_spec_rolls_the_pod(bot: Tenant) -> None:
    await bot.deployed()
    before = bot.pods()
    bot.plane.patch(SOURCES, bot.namespace, "bot", {"spec": {"telegram": {"chats": ["@support"]}}})
    await bot.until("another pod", lambda: bot.pods() and bot.pods().isdisjoint(before))
    manifest = bot.get(SECRETS, "source-bot")
    assert manifest is not None
    assert "@support" in base64.b64decode(manifest["data"]["manifest.yaml"]).decode()


async def test_change_of_what_the_process_does_not_read_rolls_nothing(bot: Tenant) -> None:
    before = (await bot.deployed())["metadata"]["generation"]
    bot.plane.patch(SOURCES, bot.namespace, "bot", {"spec": {"podTemplate": {}}, "metadata": {"labels": {"a": "b"}}})

    def observed() -> bool:
        return bool((bot.get(SOURCES, "bot") or {})["status"]["observedGeneration"] == 2)

    await bot.until("generation 2", observed)
    assert (await bot.deployed())["metadata"]["generation"] == before


async def test_change_of_a_secret_rolls_the_pod_and_a_relabelled_one_does_not(bot: Tenant) -> None:
    await bot.deployed()
    before = bot.pods()
    bot.plane.patch(SECRETS, bot.namespace, "bot", {"metadata": {"labels": {"a": "b"}}})
    version = (bot.get(SECRETS, "bot") or {})["metadata"]["resourceVersion"]

    def noticed() -> bool:
        status = (bot.get(SOURCES, "bot") or {})["status"]
        return bool(status.get("secretVersions") == {"bot": version})

    await bot.until("the new version", noticed)
    assert bot.pods() == before
    bot.secret(token="1:another")
    await bot.until("another pod", lambda: bot.pods() and bot.pods().isdisjoint(before))


async def test_missing_secret_is_named_and_recovered_from(tenant: Tenant) -> None:
    tenant.source()
    await tenant.has("SecretsResolved", "False", "SecretMissing")
    assert f"Secret '{tenant.namespace}/bot' does not exist" in tenant.message("Ready")
    assert tenant.deployment() is None
    tenant.secret(other="x")
    await tenant.until("the key", lambda: "has no key 'token'" in tenant.message("Ready"))
    tenant.secret()
    await tenant.deployed()
    await tenant.has("SecretsResolved", "True", "Resolved")


async def test_secret_that_is_lost_does_not_stop_what_runs(bot: Tenant) -> None:
    await bot.deployed()
    pods = bot.pods()
    bot.plane.delete(SECRETS, bot.namespace, "bot")
    await bot.has("Ready", "False", "SecretMissing")
    assert bot.pods() == pods


@pytest.mark.parametrize("resource", [DEPLOYMENTS, SERVICE_ACCOUNTS, SECRETS, NETWORK_POLICIES])
async def test_deleted_child_comes_back(bot: Tenant, resource: Any) -> None:
    await bot.deployed()
    before = bot.get(resource, "source-bot")
    assert before is not None
    bot.plane.delete(resource, bot.namespace, "source-bot")

    def back() -> bool:
        now = bot.get(resource, "source-bot")
        return now is not None and now["metadata"]["uid"] != before["metadata"]["uid"]

    await bot.until(f"{resource.kind} again", back)


async def test_foreign_change_is_reverted(bot: Tenant) -> None:
    wanted = (await bot.deployed())["spec"]["template"]["spec"]["containers"][0]["image"]
    closed = (bot.get(NETWORK_POLICIES, "source-bot") or {})["spec"]["ingress"]
    bot.plane.kubectl("set", "image", "deployment/source-bot", "source=evil:latest", "-n", bot.namespace)
    bot.plane.kubectl("scale", "deployment/source-bot", "--replicas=3", "-n", bot.namespace)
    bot.plane.patch(NETWORK_POLICIES, bot.namespace, "source-bot", {"spec": {"ingress": [{}]}})

    def reverted() -> bool:
        spec = (bot.deployment() or {})["spec"]
        policy = (bot.get(NETWORK_POLICIES, "source-bot") or {})["spec"]
        image = spec["template"]["spec"]["containers"][0]["image"]
        return bool(image == wanted and spec["replicas"] == 1 and policy["ingress"] == closed)

    await bot.until("what was there", reverted)


async def test_suspended_has_no_process_and_comes_back(bot: Tenant) -> None:
    await bot.deployed()
    bot.plane.patch(SOURCES, bot.namespace, "bot", {"spec": {"suspend": True}})
    await bot.has("Ready", "False", "Suspended")
    await bot.until("no pods", lambda: not bot.pods())
    bot.plane.patch(SOURCES, bot.namespace, "bot", {"spec": {"suspend": False}})
    await bot.until("a pod", bot.pods)
    await bot.deployed()


@pytest.mark.parametrize("propagation", ["Foreground", "Background"])
async def test_deletion_takes_everything_along(bot: Tenant, bus: Bus, propagation: str) -> None:
    await bot.deployed()
    source = f"{bot.namespace}/bot"
    left = ConsumerConfig(durable_name=source_consumer(source), filter_subject=outbound_subject(source))
    await bus.js.add_consumer(OUTBOUND, left)
    bot.plane.delete(SOURCES, bot.namespace, "bot", propagation)
    await bot.until("an end", lambda: bot.get(SOURCES, "bot") is None)
    await bot.until("no children", lambda: not bot.children())
    consumers = [info.name for info in await bus.js.consumers_info(OUTBOUND)]
    assert source_consumer(source) not in consumers


async def test_deletion_of_a_namespace_does_not_hang(bot: Tenant) -> None:
    await bot.deployed()
    bot.plane.request("DELETE", NAMESPACES.path(None, bot.namespace))
    await bot.until(
        "an end of the namespace",
        lambda: bot.plane.request("GET", NAMESPACES.path(None, bot.namespace)).status_code == 404,
    )


async def test_younger_source_with_the_same_credential_is_not_accepted(bot: Tenant) -> None:
    await bot.deployed()
    created = (bot.get(SOURCES, "bot") or {})["metadata"]["creationTimestamp"]
    # Kubernetes counts an age in whole seconds.
    await bot.until("another second", lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") > created)
    bot.secret("copy", token=f"1:{bot.namespace}")
    bot.source("second", telegram={"tokenSecretRef": {"name": "copy", "key": "token"}})
    await bot.has("Accepted", "False", "CredentialInUse", "second")
    assert "Source '" in bot.message("Ready", "second")
    assert bot.deployment("second") is None
    assert bot.condition("Accepted") == ("True", "Valid")
    bot.plane.delete(SOURCES, bot.namespace, "bot")
    await bot.deployed("second")


async def test_restart_of_the_operator_writes_nothing(
    cluster: ControlPlane, kubelet: object, least_rights: Path, namespace: str, bus: Bus, session_nats: Server,
    operator: Server,
) -> None:  # fmt: skip
    tenant = Tenant(cluster, namespace)
    tenant.secret()
    tenant.source()
    async with tenant.process(bus):
        await tenant.has("Ready", "True", "Receiving")
        operator.stop()
        before = tenant.versions()
        operator.start()
        looked = 'tracker_operator_reconciles_total{kind="Source",outcome="ok"}'
        await tenant.until("a look at it", lambda: metrics(operator).get(looked, 0) >= len(cluster.list(SOURCES, "")))
        assert tenant.versions() == before
        # It is not deaf, though.
        tenant.source(suspend=True)
        await tenant.has("Ready", "False", "Suspended")


async def test_bus_that_is_away_is_said_and_got_over(
    cluster: ControlPlane, kubelet: object, least_rights: Path, namespace: str, tmp_path: Path, operator: Server
) -> None:
    operator.stop()
    try:
        with start_nats(tmp_path) as nats:
            settings = {"TRACKER_OPERATOR__NAMESPACES": json.dumps([namespace])}
            with running_operator(least_rights, nats.url, tmp_path, **settings):
                tenant = Tenant(cluster, namespace)
                tenant.secret()
                tenant.source()
                await tenant.deployed()
                await tenant.has("StreamReady", "True", "Streaming")
                nats.kill()
                await tenant.has("StreamReady", "False", "BusUnavailable")
                assert tenant.condition("Connected")[0] == "Unknown"
                nats.start()
                await tenant.has("StreamReady", "True", "Streaming")
    finally:
        operator.start()


async def test_api_server_that_is_away_is_got_over(bot: Tenant, cluster: ControlPlane) -> None:
    await bot.deployed()
    cluster.apiserver.kill()
    cluster.apiserver.start()
    bot.plane.patch(SOURCES, bot.namespace, "bot", {"spec": {"suspend": True}})
    await bot.has("Ready", "False", "Suspended")


async def test_registration_at_telegram_is_taken_back(tenant: Tenant, telegram: TelegramWire) -> None:
    token = f"7:{tenant.namespace}"
    tenant.secret(token=token, webhook="hush")
    ref = {"name": "bot", "key": "webhook"}
    verification = {"type": "Token", "token": {"header": "X-Telegram-Bot-Api-Secret-Token", "secretRef": ref}}
    tenant.source(telegram={"tokenSecretRef": {"name": "bot", "key": "token"}, "mode": "webhook"})
    tenant.webhook("bot", sourceRef={"name": "bot"}, provider="telegram", autoRegister=True, verification=verification)
    await tenant.deployed()
    ours = f"https://in.example.org/webhook/{tenant.namespace}/bot"
    telegram.registered |= {token: ours, "8:other": "https://elsewhere.example"}
    tenant.plane.delete(SOURCES, tenant.namespace, "bot")
    await tenant.until("an end", lambda: tenant.get(SOURCES, "bot") is None)
    assert telegram.registered == {"8:other": "https://elsewhere.example"}


async def test_telegram_that_does_not_answer_does_not_hold_a_deletion(tenant: Tenant, telegram: TelegramWire) -> None:
    tenant.secret(token=f"9:{tenant.namespace}", webhook="hush")
    verification = {"type": "Token", "token": {"secretRef": {"name": "bot", "key": "webhook"}}}
    tenant.source()
    tenant.webhook("bot", sourceRef={"name": "bot"}, provider="telegram", autoRegister=True, verification=verification)
    await tenant.deployed()
    telegram.down = True
    try:
        tenant.plane.delete(SOURCES, tenant.namespace, "bot")
        await tenant.until("an end", lambda: tenant.get(SOURCES, "bot") is None)
    finally:
        telegram.down = False
    assert tenant.events()[-1] == ("Warning", "NotUndone")


async def test_finalizer_that_somebody_removes_comes_back(bot: Tenant) -> None:
    await bot.deployed()
    bot.plane.patch(SOURCES, bot.namespace, "bot", {"metadata": {"finalizers": []}})
    await bot.until(
        "the finalizer", lambda: FINALIZER in (bot.get(SOURCES, "bot") or {})["metadata"].get("finalizers", [])
    )


async def test_refusal_of_the_api_server_is_a_condition(tenant: Tenant, operator: Server) -> None:
    tenant.secret()
    tenant.source(podTemplate={"labels": {"team": "no such label!"}})
    await tenant.has("Deployed", "False", "Refused")
    assert "no such label!" in tenant.message("Ready")
    tenant.source(podTemplate={"labels": {"team": "x"}})
    await tenant.deployed()


async def test_secrets_show_up_nowhere(tenant: Tenant, operator: Server, session_nats: Server) -> None:
    token = "77:VERY-SECRET-TOKEN"
    tenant.secret(token=token)
    tenant.source(podTemplate={"labels": {"bad": "no such label!"}})
    await tenant.has("Deployed", "False", "Refused")
    told = json.dumps(tenant.get(SOURCES, "bot")) + json.dumps(tenant.plane.list(DEPLOYMENTS, tenant.namespace))
    events = tenant.plane.request("GET", f"/api/v1/namespaces/{tenant.namespace}/events").text
    for place in (told, events, operator.log.read_text(encoding="utf-8")):
        assert token not in place
        assert "VERY-SECRET" not in place
        assert "test-token" not in place, "the token of NATS"


async def test_webhooks_reach_the_gateway(tenant: Tenant, cluster: ControlPlane) -> None:
    tenant.secret("inbox", token="hush")
    tenant.source("inbox", type="webhook", telegram=None)
    verification = {"type": "Token", "token": {"secretRef": {"name": "inbox", "key": "token"}}}
    tenant.webhook("inbox", sourceRef={"name": "inbox"}, verification=verification)
    name = f"webhook_{tenant.namespace}_inbox.yaml"

    def files(what: str) -> dict[str, str]:
        found = cluster.get(SECRETS, GATEWAY_NAMESPACE, f"{GATEWAY}-{what}") or {}
        return {key: base64.b64decode(value).decode() for key, value in found.get("data", {}).items()}

    await tenant.until("its file", lambda: name in files("manifests"))
    # Two objects are never written at the same moment.
    value = f"{tenant.namespace}_inbox_token"
    await tenant.until("its secret", lambda: files("secrets").get(value) == "hush")
    await tenant.has("Accepted", "True", "Valid", "inbox", WEBHOOKS)
    await tenant.has("Programmed", "False", "NotServed", "inbox", WEBHOOKS)
    tenant.secret("inbox", token="hush now")
    await tenant.until("the new secret", lambda: files("secrets").get(value) == "hush now")
    tenant.plane.delete(WEBHOOKS, tenant.namespace, "inbox")
    await tenant.until("no file", lambda: name not in files("manifests"))
    await tenant.until("no secret", lambda: value not in files("secrets"))


async def test_a_webhook_without_source_is_not_accepted(tenant: Tenant) -> None:
    tenant.secret("inbox", token="hush")
    verification = {"type": "Token", "token": {"secretRef": {"name": "inbox", "key": "token"}}}
    tenant.webhook("lost", sourceRef={"name": "nobody"}, verification=verification)
    await tenant.has("Accepted", "False", "SourceNotFound", "lost", WEBHOOKS)
    tenant.source("nobody", type="webhook", telegram=None)
    await tenant.has("Accepted", "True", "Valid", "lost", WEBHOOKS)


def test_probe_metrics_and_graceful_stop(operator: Server) -> None:
    figures = metrics(operator)
    assert figures['tracker_operator_reconciles_total{kind="Source",outcome="ok"}'] > 0
    assert "tracker_operator_queue_depth" in figures
    operator.stop()
    operator.start()
