from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import (
    Autonomy,
    Secret,
    Source,
    Webhook,
    dump_manifest,
    parse_duration,
    parse_manifest,
    read_documents,
)
from tracker_core.manifests.signing import token_header_of

ROOT = Path(__file__).parents[2]
SOURCE = {"apiVersion": "tasktracker.dev/v1alpha1", "kind": "Source", "metadata": {"name": "inbox"}}
WEBHOOK = {"apiVersion": "tasktracker.dev/v1alpha1", "kind": "Webhook", "metadata": {"name": "inbox"}}
REF = {"name": "s", "key": "k"}
TOKEN = {"type": "Token", "token": {"secretRef": REF}}
EMAIL = {"host": "mail.example", "auth": {"username": "u", "passwordSecretRef": REF}}


def a_source(**spec: Any) -> dict[str, Any]:
    return SOURCE | {"spec": {"type": "webhook"} | spec}


def a_webhook(**spec: Any) -> dict[str, Any]:
    return WEBHOOK | {"spec": {"sourceRef": {"name": "inbox"}, "verification": TOKEN} | spec}


def test_defaults_are_those_of_the_crd() -> None:
    source = parse_manifest(a_source())
    assert isinstance(source, Source)
    assert (source.key, source.spec.triage.autonomy, source.spec.triage.auto_threshold) == (
        "default/inbox",
        Autonomy.SUGGEST,
        85,
    )
    webhook = parse_manifest(a_webhook())
    assert isinstance(webhook, Webhook)
    assert (webhook.path, webhook.source_key, webhook.spec.response.status) == (
        "/webhook/default/inbox",
        "default/inbox",
        202,
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (a_source(type="telegram"), "set spec.telegram if and only if type is telegram"),
        (a_source(replicas=2), "allow one consumer"),
        (a_source(reply={"enabled": True}), "type webhook has no return channel"),
        (a_source(triage={"autonomy": "Auto", "autoThreshold": 10}), "Auto needs autoThreshold of 50 or more"),
        (a_source(ingest={"dedupeWindow": "1s"}), "between 10m and 168h"),
        (a_source(triage={"autonomi": "Auto"}), "spec.triage.autonomi: Extra inputs are not permitted"),
        (a_source(type="email", email={"host": "x", "auth": {"username": "u"}}), "exactly one of passwordSecretRef"),
        (a_source(type="email", email=EMAIL, reply={"enabled": True}), "answers to mail need spec.email.smtp"),
        (a_source(type="email", email=EMAIL | {"smtp": {"host": "x", "from": "nobody"}}), "spec.email.smtp.from"),
        (a_source(type="slack", slack={"botTokenSecretRef": REF}), "socket mode needs appTokenSecretRef"),
        (a_webhook(verification={"type": "None"}), "type None needs acceptUnverified: true"),
        (a_webhook(verification={"type": "HMAC"}), "set hmac if and only if type is HMAC"),
        (a_webhook(provider="github"), "use verification.type HMAC"),
        (a_webhook(path="/elsewhere"), "spec.path"),
        (a_webhook(idempotency={"from": "Header"}), "Header and Body need name"),
        (a_webhook(allowedCIDRs=["10.0.0.0/99"]), "spec.allowedCIDRs"),
        (WEBHOOK | {"metadata": {"name": "../x"}, "spec": {}}, "metadata.name"),
        ({"kind": "Deployment", "apiVersion": "apps/v1"}, "is not known"),
        ([1], "must be a mapping"),
    ],
)
def test_error_names_the_object_and_the_field(document: Any, message: str) -> None:
    with pytest.raises(InvalidManifestError) as caught:
        parse_manifest(document)
    assert message in str(caught.value)
    if isinstance(document, dict) and document["kind"] != "Deployment":
        assert str(caught.value).startswith(f"{document['kind']} 'default/")


def test_error_about_a_secret_does_not_repeat_its_value() -> None:
    document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": ["hunter2"]}}
    with pytest.raises(InvalidManifestError) as caught:
        parse_manifest(document)
    assert "hunter2" not in str(caught.value)


def test_secret_is_decoded_and_never_printed() -> None:
    secret = parse_manifest(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "s"},
            "data": {"a": "aHVudGVyMg=="},
            "stringData": {"b": "swordfish"},
        }
    )
    assert isinstance(secret, Secret)
    assert secret.values() == {"a": b"hunter2", "b": b"swordfish"}
    assert "swordfish" not in repr(secret)


@pytest.mark.parametrize("path", sorted((ROOT / "crds/examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_valid_and_survive_a_round_trip(path: Path) -> None:
    documents = read_documents(path.read_text())
    assert documents
    for document in documents:
        if not isinstance(document, Secret):
            assert read_documents(dump_manifest(document)) == [document]


@pytest.mark.parametrize("header", ["Authorization", None])
def test_header_of_a_token_survives_a_round_trip(header: str | None) -> None:
    token = {"secretRef": REF} | ({"header": header} if header else {})
    webhook = parse_manifest(a_webhook(provider="gitlab", verification={"type": "Token", "token": token}))
    assert isinstance(webhook, Webhook)
    (again,) = read_documents(dump_manifest(webhook))
    assert isinstance(again, Webhook)
    assert token_header_of(again) == token_header_of(webhook) == (header or "X-Gitlab-Token")


@pytest.mark.parametrize(("model", "name"), [(Source, "source"), (Webhook, "webhook")])
def test_mirror_has_the_fields_of_the_crd(model: type[Source] | type[Webhook], name: str) -> None:
    crd = yaml.safe_load((ROOT / f"crds/{name}.yaml").read_text())
    wanted = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    schema = model.model_json_schema(by_alias=True)
    spec = schema["$defs"][f"{model.__name__}Spec"]
    assert _fields(spec, schema["$defs"]) == _fields(wanted, {})


def test_source_chooses_its_language_models_in_an_order() -> None:
    source = parse_manifest(a_source(triage={"providers": ["gpu", "embedded"]}))
    assert isinstance(source, Source)
    assert source.spec.triage.providers == ("gpu", "embedded")


@pytest.mark.parametrize("providers", [[], ["gpu", "gpu"], ["GPU"], ["a"] * 17])
def test_choice_of_language_models_that_cannot_be_meant_is_refused(providers: list[str]) -> None:
    with pytest.raises(InvalidManifestError, match="providers"):
        parse_manifest(a_source(triage={"providers": providers}))


def test_two_objects_never_share_a_key_that_is_joined_by_dots() -> None:
    with pytest.raises(InvalidManifestError, match="namespace"):
        parse_manifest(SOURCE | {"metadata": {"name": "c", "namespace": "a.b"}, "spec": {"type": "webhook"}})


@pytest.mark.parametrize(
    "ref", [{"name": "..", "key": "k"}, {"name": "s", "key": ".."}, {"name": "s", "key": "/etc/x"}]
)
def test_reference_to_a_secret_stays_in_its_folder(ref: dict[str, str]) -> None:
    with pytest.raises(InvalidManifestError, match=r"secretRef\.(name|key)"):
        parse_manifest(a_webhook(verification={"type": "Token", "token": {"secretRef": ref}}))


@pytest.mark.parametrize("key", ["token", ".dockerconfigjson", "a..b", "TLS_key-1.pem"])
def test_key_of_a_secret_may_be_any_that_kubernetes_allows(key: str) -> None:
    parse_manifest(a_webhook(verification={"type": "Token", "token": {"secretRef": {"name": "s", "key": key}}}))


def test_yaml_that_is_broken_says_where() -> None:
    with pytest.raises(InvalidManifestError, match="line 2"):
        read_documents("a: 1\n b: [")


def test_duration_adds_its_parts() -> None:
    assert parse_duration("1h30m5s") == timedelta(hours=1, minutes=30, seconds=5)
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration("1d")


def _fields(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """Names of all fields, nested, whatever form the schema writes them in."""
    for variant in schema.get("anyOf", ()):
        if variant.get("type") != "null":
            return _fields(variant, definitions)
    if "$ref" in schema:
        return _fields(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    properties = schema.get("properties")
    return {name: _fields(part, definitions) for name, part in properties.items()} if properties else None
