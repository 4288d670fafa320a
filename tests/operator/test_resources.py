"""What the operator makes of each example, held to golden files.

`python -m tests.operator.test_resources` writes them anew; read the difference before you commit it.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from tracker_core.manifests import Source, Webhook, parse_manifest, read_documents, references
from tracker_core.manifests.webhook import SourceRef
from tracker_core.settings import NatsSettings
from tracker_operator import gateway, resources
from tracker_operator.references import Resolved
from tracker_operator.settings import GatewaySettings, KedaSettings, OperatorSettings, PodSettings

from tests.support import crd_cases

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = ROOT / "crds" / "examples"
PULLED = ("email", "slack", "telegram")
UID = "00000000-0000-4000-8000-000000000001"
GATEWAY_DEPLOYMENT = {
    "metadata": {"name": "task-tracker-gateway", "uid": UID},
    "spec": {"selector": {"matchLabels": {"app.kubernetes.io/component": "gateway"}}},
}


def settings(**parts: Any) -> OperatorSettings:
    return OperatorSettings(
        nats=NatsSettings(url=SecretStr("nats://token@nats.example:4222")),
        gateway=GatewaySettings(namespace="task-tracker", expose="ingress", public_url="https://in.example.org"),
        **parts,
    )


def example(name: str) -> tuple[Source, list[Webhook]]:
    documents = read_documents((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    (source,) = [item for item in documents if isinstance(item, Source)]
    return source, [item for item in documents if isinstance(item, Webhook)]


def built(source: Source, webhooks: list[Webhook], given: OperatorSettings, cluster: resources.Cluster) -> list[Any]:
    return resources.build(source, webhooks, uid=UID, secrets_hash="0123456789abcdef", cluster=cluster, settings=given)


def rendered(name: str) -> str:
    if name == "gateway":
        return yaml.safe_dump_all(_gateway(), sort_keys=False)
    source, webhooks = example(name)
    return yaml.safe_dump_all(built(source, webhooks, settings(), resources.Cluster()), sort_keys=False)


def _gateway() -> list[dict[str, Any]]:
    pairs = [example(name) for name in ("github", "webhook")]
    webhooks = [webhook for _, bound in pairs for webhook in bound]
    resolved = {
        webhook.key: Resolved({(ref.name, ref.key): b"hush" for ref in references(webhook)}) for webhook in webhooks
    }
    given = settings().gateway
    wanted = gateway.plan({source.key: source for source, _ in pairs}, webhooks, resolved, given)
    return gateway.build(wanted, given, GATEWAY_DEPLOYMENT)


@pytest.mark.parametrize("name", [*PULLED, "gateway"])
def test_objects_are_the_golden_ones(name: str) -> None:
    assert rendered(name) == (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")


def test_monitor_and_scaling_only_where_the_cluster_knows_them() -> None:
    source, _ = example("slack")
    source = source.model_copy(update={"spec": source.spec.model_copy(update={"replicas": 3})})
    given = settings(pods=PodSettings(metrics_port=9100), keda=KedaSettings(nats_monitoring="nats.example:8222"))
    all_of_it = built(source, [], given, resources.Cluster(pod_monitors=True, keda=True))
    kinds = {item["kind"]: item for item in all_of_it}
    assert {"PodMonitor", "ScaledObject"} <= kinds.keys()
    assert "replicas" not in kinds["Deployment"]["spec"], "KEDA owns the number"
    assert kinds["ScaledObject"]["spec"]["maxReplicaCount"] == 3
    (container,) = kinds["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "TRACKER_METRICS__PORT", "value": "9100"} in container["env"]
    assert [port["containerPort"] for port in container["ports"]] == [9100]
    bare = {item["kind"]: item for item in built(source, [], given, resources.Cluster())}
    assert {"PodMonitor", "ScaledObject"}.isdisjoint(bare)
    assert bare["Deployment"]["spec"]["replicas"] == 3


def test_only_bots_are_told_the_dashboard() -> None:
    given = settings(pods=PodSettings(dashboard_url="https://tasks.example.org"))
    for name in PULLED:
        (deployment,) = [
            item for item in built(example(name)[0], [], given, resources.Cluster()) if item["kind"] == "Deployment"
        ]
        variables = {
            item["name"]: item.get("value") for item in deployment["spec"]["template"]["spec"]["containers"][0]["env"]
        }
        wanted = "https://tasks.example.org" if name == "telegram" else None
        assert variables.get("TRACKER_BOT__DASHBOARD_URL") == wanted


def test_a_token_that_makes_hooks_is_the_operators_alone() -> None:
    source, _ = example("webhook")
    registers = {"target": "acme/shop", "tokenSecretRef": {"name": "admin", "key": "token"}}
    webhook = parse_manifest(crd_cases.webhook(provider="gitlab", autoRegister=True, registration=registers))
    assert isinstance(webhook, Webhook)
    webhook = webhook.model_copy(
        update={"spec": webhook.spec.model_copy(update={"source_ref": SourceRef(name=source.metadata.name)})}
    )
    resolved = {webhook.key: Resolved({(ref.name, ref.key): b"hush" for ref in references(webhook)})}
    wanted = gateway.plan({source.key: source}, [webhook], resolved, settings().gateway)
    assert list(wanted.secrets) == ["default_keys_token"]
    pulled, _ = example("telegram")
    (deployment,) = [
        item for item in built(pulled, [webhook], settings(), resources.Cluster()) if item["kind"] == "Deployment"
    ]
    mounted = [item["secret"]["secretName"] for item in deployment["spec"]["template"]["spec"]["volumes"]]
    assert "admin" not in mounted


def test_suspended_has_no_process() -> None:
    source, _ = example("email")
    source = source.model_copy(update={"spec": source.spec.model_copy(update={"suspend": True})})
    kinds = {item["kind"]: item for item in built(source, [], settings(), resources.Cluster())}
    assert kinds["Deployment"]["spec"]["replicas"] == 0


def test_what_only_the_operator_reads_rolls_no_pod() -> None:
    source, _ = example("slack")
    changed = source.model_copy(
        update={
            "spec": source.spec.model_copy(update={"replicas": 4}),
            "metadata": source.metadata.model_copy(update={"labels": {"a": "b"}, "annotations": {"c": "d"}}),
        }
    )
    assert resources.render_manifest(source, []) == resources.render_manifest(changed, [])


def test_labels_of_a_pod_template_never_replace_the_selector() -> None:
    document = yaml.safe_load_all((EXAMPLES / "email.yaml").read_text(encoding="utf-8"))
    raw = next(item for item in document if item["kind"] == "Source")
    raw["spec"]["podTemplate"] = {"labels": {resources.SOURCE_LABEL: "other", "team": "x"}}
    parsed = parse_manifest(raw)
    assert isinstance(parsed, Source)
    (deployment,) = [
        item for item in built(parsed, [], settings(), resources.Cluster()) if item["kind"] == "Deployment"
    ]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels["team"] == "x"
    assert labels.items() >= deployment["spec"]["selector"]["matchLabels"].items()


@pytest.mark.parametrize("name", ["a", "x" * 253, "a.b.c", "x" * 60 + ".y"])
def test_names_of_children_fit_and_differ(name: str) -> None:
    child = resources.child_name(name)
    assert len(child) <= 52
    assert "." not in child
    assert child != resources.child_name(name[:-1] + "z")
    assert resources.child_name("a.b") != resources.child_name("a-b")


def test_two_webhooks_of_one_path_and_hosts_of_others_are_refused() -> None:
    source, (webhook,) = example("webhook")

    def other(name: str, **spec: Any) -> Webhook:
        meta = webhook.metadata.model_copy(update={"name": name})
        return Webhook(metadata=meta, spec=webhook.spec.model_copy(update=spec))

    given = GatewaySettings(namespace="x", hosts=(".example.org", "other.example"))
    wanted = gateway.plan(
        {source.key: source},
        [
            webhook,
            other("thief", path=webhook.path),
            other("host", host="evil.example"),
            other("fine", host="A.example.org"),
        ],
        {},
        given,
    )
    assert {key: item.reason for key, item in wanted.refused.items()} == {
        "default/thief": "PathTaken",
        "default/host": "HostNotAllowed",
    }
    assert wanted.hosts == ("a.example.org",)
    assert sorted(wanted.manifests) == [
        "source_default_inbox.yaml",
        "webhook_default_fine.yaml",
        "webhook_default_inbox.yaml",
    ]


def test_a_full_gateway_names_what_is_left_out() -> None:
    source, (webhook,) = example("webhook")
    sources, webhooks = {}, []
    for number in range(300):
        name = f"inbox-{number:04}"
        meta = source.metadata.model_copy(update={"name": name})
        sources[f"default/{name}"] = Source(metadata=meta, spec=source.spec)
        spec = webhook.spec.model_copy(
            update={"source_ref": webhook.spec.source_ref.model_copy(update={"name": name}), "filter": "x" * 5000}
        )
        webhooks.append(Webhook(metadata=meta, spec=spec))
    wanted = gateway.plan(sources, webhooks, {}, GatewaySettings(namespace="x"))
    assert sum(len(text) for text in wanted.manifests.values()) <= gateway.MAX_BYTES
    assert len(wanted.manifests) // 2 + len(wanted.refused) == 300
    assert {item.reason for item in wanted.refused.values()} == {"GatewayFull"}


if __name__ == "__main__":
    for target in (*PULLED, "gateway"):
        (GOLDEN / f"{target}.yaml").write_text(rendered(target), encoding="utf-8")
