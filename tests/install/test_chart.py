"""The chart: rendered by Helm itself with each of its `ci/*-values.yaml`. The API server's word is in tests/cluster."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
import yaml
from tracker_api.settings import Settings as ApiProcess
from tracker_core.migrations.__main__ import _Settings as MigrationProcess
from tracker_core.settings import ProcessSettings
from tracker_ingestion.kinds.gateway.settings import Settings as GatewayProcess
from tracker_local.backup.settings import BackupSettings
from tracker_operator.settings import OperatorSettings
from tracker_worker.settings import WorkerSettings

from tests.observability.panels import ROOT

CHART = ROOT / "charts/task-tracker"
VALUES = {path.name.removesuffix("-values.yaml"): path for path in sorted((CHART / "ci").glob("*-values.yaml"))}
GOLDEN = Path(__file__).with_name("chart_immutable.json")
RELEASE, NAMESPACE = "tt", "team"
PROCESSES: dict[str, type[ProcessSettings]] = {
    "api": ApiProcess,
    "recorder": WorkerSettings,
    "triage": WorkerSettings,
    "agents": WorkerSettings,
    "gateway": GatewayProcess,
    "operator": OperatorSettings,
    "migration": MigrationProcess,
    "backup": BackupSettings,
}
FILES = {"s3-access-key", "s3-secret-key", "backup-access-key", "backup-secret-key"}
"""Secrets that are read by path, not as a setting."""

type Object = dict[str, Any]


@cache
def rendered(values: str) -> tuple[Object, ...]:
    with helm.Chart.load(CHART) as chart:
        files = chart.render(values=_values(values), name=RELEASE, namespace=NAMESPACE)
    texts = [text for name, text in files.items() if not name.endswith("NOTES.txt")]
    return tuple(item for text in texts for item in yaml.safe_load_all(text) if item)


def _values(name: str) -> Object:
    return yaml.safe_load(VALUES[name].read_text(encoding="utf-8")) or {}


def of(values: str, *kinds: str) -> list[Object]:
    return [item for item in rendered(values) if item["kind"] in kinds]


def pods(values: str) -> Iterator[tuple[str, Object]]:
    """Component and template of every pod."""
    for item in of(values, "Deployment", "StatefulSet", "Job"):
        yield item["metadata"]["labels"]["app.kubernetes.io/component"], item["spec"]["template"]
    for item in of(values, "CronJob"):
        template = item["spec"]["jobTemplate"]["spec"]["template"]
        yield item["metadata"]["labels"]["app.kubernetes.io/component"], template


every = pytest.mark.parametrize("values", VALUES)


@every
def test_helm_finds_nothing_to_complain_of(values: str) -> None:
    found = helm.chart.lint(CHART, values=_values(values))
    messages = found["messages"] if isinstance(found, dict) else found
    # An icon is a matter of taste.
    assert [message for message in messages if "icon" not in str(message)] == []


@every
def test_no_object_is_there_twice(values: str) -> None:
    keys = [(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in rendered(values)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"databse": {"url": "x"}}, "databse"),
        ({"api": {"replica": 2}}, "replica"),
        ({"api": {"replicas": "two"}}, "replicas"),
        ({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy"),
        ({"publicUrl": "tasks.example.org"}, "publicUrl"),
        ({"database": {"url": "postgresql://tracker:secret@db/tracker"}}, "url"),
        ({"backup": {"recipients": ["AGE-SECRET-KEY-1"]}}, "recipients"),
        ({"database": {"builtIn": {"enabled": False}}}, "database.url"),
        ({"database": {"builtIn": {"enabled": False}, "url": "postgresql://a@b/c"}}, "database.existingSecret"),
        ({"nats": {"builtIn": {"enabled": False}, "existingSecret": "bus"}}, "nats.url"),
        ({"ingress": {"enabled": True}}, "ingress.host"),
        ({"gatewayApi": {"enabled": True, "host": "tasks.example.org"}}, "gatewayApi.parent.name"),
    ],
)
def test_a_wrong_value_is_refused_by_name(given: Object, named: str) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.errors.HelmError, match=re.escape(named)):
        chart.render(values=given, name=RELEASE, namespace=NAMESPACE)


def test_every_value_is_in_the_schema_and_has_a_default() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    optional = {
        "replicas",
        "extraEnv",
        "podAnnotations",
        "nodeSelector",
        "tolerations",
        "affinity",
        "priorityClassName",
    }

    def compare(known: Object, given: Object, at: str) -> None:
        assert known["additionalProperties"] is False, at
        assert set(known["properties"]) - set(given) <= optional | {"global"}, at
        for name, inner in known["properties"].items():
            if isinstance(inner, dict) and "properties" in inner and name in given:
                compare(inner, given[name], f"{at}.{name}")

    compare(schema, values, "values")


@every
def test_every_pod_is_restricted(values: str) -> None:
    for component, template in pods(values):
        spec = template["spec"]
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True, component
        assert security["runAsUser"] > 0, component
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, component
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), component
        assert {next(iter(set(volume) - {"name"})) for volume in spec["volumes"]} <= {
            "emptyDir", "secret", "configMap", "projected", "persistentVolumeClaim",
        }  # fmt: skip
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, component
            assert container["resources"]["limits"]["memory"], component
            assert container["resources"]["requests"]["cpu"], component
            assert not container["image"].endswith((":latest", ":")), component
            ports = {port["name"] for port in container.get("ports", [])}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                asked = container.get(probe, {}).get("httpGet")
                assert asked is None or asked["port"] in ports, f"{component}: {probe}"


@every
def test_only_who_speaks_to_kubernetes_has_a_token(values: str) -> None:
    mounted = {
        component for component, template in pods(values) if template["spec"].get("automountServiceAccountToken")
    }
    assert {"api", "operator"} <= mounted <= {"api", "operator", "backup"}


@every
def test_every_variable_and_secret_is_a_setting_of_its_process(
    values: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (component, template) in enumerate(pods(values)):
        if component not in PROCESSES:
            continue
        folder = tmp_path / f"{number}"
        folder.mkdir()
        container = template["spec"]["containers"][0]
        given = {item["name"]: item.get("value", "pod-1") for item in container["env"]}
        variables = {name: value for name, value in given.items() if name.startswith("TRACKER_")}
        secrets = _secret_files(template["spec"])
        assert {name for name in secrets if not name.startswith("TRACKER_")} <= FILES
        settings_files = {name for name in secrets if name.startswith("TRACKER_")}
        for name in settings_files:
            (folder / name).write_text("[]" if name == "TRACKER_TRIAGE__PROVIDERS" else "s3cret", encoding="utf-8")
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.setenv("TRACKER_SECRETS_DIR", str(folder))
            settings = PROCESSES[component].read()
        for name in sorted(variables.keys() | settings_files - {"TRACKER_SECRETS_DIR"}):
            if name == "TRACKER_SECRETS_DIR":
                continue
            at: Any = settings
            for part in name.removeprefix("TRACKER_").lower().split("__"):
                assert hasattr(at, part), f"{component}: {name} is no setting"
                at = getattr(at, part)


def _secret_files(spec: Object) -> set[str]:
    volume = next(volume for volume in spec["volumes"] if volume["name"] == "secrets")
    return {item["path"] for source in volume["projected"]["sources"] for item in source["secret"]["items"]}


@every
def test_images_are_targets_of_the_dockerfile(values: str) -> None:
    dockerfile = (ROOT / "services/Dockerfile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^FROM .* AS ([a-z]+)$", dockerfile, re.MULTILINE))
    repository = _values(values).get("image", {}).get("repository", "task-tracker")
    texts = [container["image"] for _, template in pods(values) for container in template["spec"]["containers"]]
    texts += [item["value"] for _, template in pods(values) for item in template["spec"]["containers"][0].get("env", [])
              if item["name"].endswith("_IMAGE")]  # fmt: skip
    own = {text.removeprefix(f"{repository}/").partition(":")[0] for text in texts if text.startswith(f"{repository}/")}
    assert {"api", "worker", "ingestion", "bot", "operator", "dashboard"} <= own <= targets


@every
def test_selectors_find_what_is_meant(values: str) -> None:
    labels = {component: template["metadata"]["labels"] for component, template in pods(values)}
    for item in of(values, "Service"):
        found = [name for name, own in labels.items() if item["spec"]["selector"].items() <= own.items()]
        assert found == [item["spec"]["selector"]["app.kubernetes.io/component"]]
    components = set(labels) | {"source"}
    optional = {"postgres", "nats", "ollama", "backup"}
    for item in of(values, "NetworkPolicy", "PodMonitor"):
        for chosen in re.findall(r'"key": "app.kubernetes.io/component", .*?"values": (\[.*?\])', json.dumps(item)):
            assert set(json.loads(chosen)) - components <= optional, item["metadata"]["name"]
        for component in re.findall(r'"app.kubernetes.io/component": "([a-z]+)"', json.dumps(item["spec"])):
            assert component in components, item["metadata"]["name"]
    scaled = [item["spec"]["scaleTargetRef"]["name"] for item in of(values, "HorizontalPodAutoscaler", "ScaledObject")]
    deployments = {item["metadata"]["name"]: item for item in of(values, "Deployment")}
    # Who scales a Deployment must not fight with a number that an upgrade sets.
    assert all("replicas" not in deployments[name]["spec"] for name in scaled)


def test_immutable_fields_are_what_they_were() -> None:
    """Kubernetes refuses an upgrade that changes one of these; a change needs a migration in the release notes."""
    now: Object = {}
    for values in VALUES:
        for item in of(values, "Deployment", "StatefulSet", "PersistentVolumeClaim"):
            spec = item["spec"]
            kept = {name: spec[name] for name in ("selector", "serviceName", "volumeClaimTemplates") if name in spec}
            now[f"{values}/{item['kind']}/{item['metadata']['name']}"] = kept
    assert now == json.loads(GOLDEN.read_text(encoding="utf-8"))


def _rights(documents: list[Object], account: str) -> dict[str, list[str]]:
    """Verbs by resource, of every role that an account is bound to."""
    bound = {item["roleRef"]["name"] for item in documents if item["kind"].endswith("Binding")
             and item["subjects"][0]["name"] == account}  # fmt: skip
    found: dict[str, set[str]] = {}
    for item in documents:
        if item["kind"] in {"Role", "ClusterRole"} and item["metadata"]["name"] in bound:
            for rule in item["rules"]:
                only = sorted(name.removeprefix(f"{RELEASE}-") for name in rule.get("resourceNames", []))
                for group in rule["apiGroups"]:
                    for resource in rule["resources"]:
                        found.setdefault(f"{group}/{resource} {only}", set()).update(rule["verbs"])
    return {key: sorted(verbs) for key, verbs in found.items()}


@pytest.mark.parametrize(
    ("account", "file"),
    [("operator", "operator/deploy/rbac-cluster.yaml"), ("api", "services/api/deploy/rbac.yaml")],
)
def test_rights_are_those_in_which_everything_is_tested(account: str, file: str) -> None:
    tested = list(yaml.safe_load_all((ROOT / file).read_text(encoding="utf-8")))
    granted = _rights(list(rendered("trial")), f"{RELEASE}-task-tracker-{account}")
    assert granted == _rights(tested, f"task-tracker-{account}")


def test_without_the_cluster_no_right_on_it() -> None:
    assert of("namespaced", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition") == []
    granted = {item["metadata"]["namespace"] for item in of("namespaced", "Role")}
    assert granted == {NAMESPACE, "support"}


def test_crds_are_those_of_the_repository_and_stay() -> None:
    for item in of("trial", "CustomResourceDefinition"):
        name = item["spec"]["names"]["singular"]
        own = yaml.safe_load((ROOT / f"crds/{name}.yaml").read_text(encoding="utf-8"))
        assert item["metadata"]["annotations"].pop("helm.sh/resource-policy") == "keep"
        assert (item["spec"], item["metadata"]["name"]) == (own["spec"], own["metadata"]["name"])
    assert len(of("trial", "CustomResourceDefinition")) == 2
    assert "helm.sh/resource-policy" not in str(of("bare", "CustomResourceDefinition"))


def test_rules_and_dashboards_are_those_that_are_tested() -> None:
    rules = yaml.safe_load((CHART / "files/rules.yaml").read_text(encoding="utf-8"))
    assert of("production", "PrometheusRule")[0]["spec"] == rules
    texts = {text for item in of("production", "ConfigMap") for text in item["data"].values()}
    assert {path.read_text(encoding="utf-8") for path in (CHART / "files/dashboards").glob("*.json")} <= texts
