from typing import Any

from tracker_operator.known import Index, Known, read
from tracker_operator.workqueue import Key

from tests.support.crd_cases import REF, source, webhook


def seen(document: dict[str, Any], *, name: str = "inbox", created: str = "2026-01-01T00:00:00Z", **meta: Any) -> Known:
    full = {"namespace": "default", "name": name, "uid": name, "creationTimestamp": created, "generation": 1} | meta
    return read(document | {"metadata": full})


def key(kind: str, name: str = "inbox") -> Key:
    return Key(kind, "default", name)


def test_only_what_others_changed_is_news() -> None:
    index = Index()
    assert index.put(seen(source()))
    assert not index.put(seen(source(), resourceVersion="7"))
    assert index.put(seen(source(suspend=True), generation=2))
    assert index.put(seen(source(suspend=True), generation=2, deletionTimestamp="2026-01-02T00:00:00Z"))


def test_secrets_and_webhooks_lead_to_their_objects() -> None:
    index = Index()
    index.put(seen(source(type="telegram", telegram={"tokenSecretRef": REF}), name="bot"))
    index.put(seen(webhook(sourceRef={"name": "bot"}), name="hook"))
    assert index.users_of("default", "keys") == {key("Source", "bot"), key("Webhook", "hook")}
    assert [item.metadata.name for item in index.webhooks_of("default", "bot")] == ["hook"]
    index.remove(key("Webhook", "hook"))
    assert index.users_of("default", "keys") == {key("Source", "bot")}
    assert index.webhooks_of("default", "bot") == []


def test_older_one_keeps_the_credential() -> None:
    index = Index()
    for name, created in (("young", "2026-01-02T00:00:00Z"), ("old", "2026-01-01T00:00:00Z")):
        index.put(seen(source(), name=name, created=created))
    assert index.claim(key("Source", "young"), "digest") == set()
    assert index.rival(key("Source", "young")) is None
    assert index.claim(key("Source", "old"), "digest") == {key("Source", "young")}
    rival = index.rival(key("Source", "young"))
    assert rival is not None
    assert rival.key == key("Source", "old")
    assert index.rival(key("Source", "old")) is None
    assert index.claim(key("Source", "old"), "other") == {key("Source", "young")}, "who shared it is looked at again"
    assert index.rival(key("Source", "young")) is None


def test_a_credential_that_is_not_there_yet_is_not_looked_for_again_and_again() -> None:
    index = Index()
    index.put(seen(source(), name="old"))
    assert not index.has_claim(key("Source", "old"))
    index.claim(key("Source", "old"), "")
    assert index.has_claim(key("Source", "old"))
    index.remove(key("Source", "old"))
    assert not index.has_claim(key("Source", "old"))
