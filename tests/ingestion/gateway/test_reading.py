"""Where the parts of a message are found."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tracker_core.inbound import Sender
from tracker_core.manifests import Webhook, parse_manifest
from tracker_ingestion.kinds.gateway.identity import build_identity
from tracker_ingestion.kinds.gateway.presets import PRESETS
from tracker_ingestion.kinds.gateway.reading import Reading, build_reader, read_sender, read_time

DAY = 86_400


def webhook(provider: str = "generic", **spec: Any) -> Webhook:
    signing = {"type": "HMAC", "hmac": {"secretRef": {"name": "s", "key": "k"}}}
    token = {"type": "Token", "token": {"secretRef": {"name": "s", "key": "k"}}}
    manifest = parse_manifest(
        {
            "apiVersion": "tasktracker.dev/v1alpha1",
            "kind": "Webhook",
            "metadata": {"name": "w"},
            "spec": {"sourceRef": {"name": "w"}, "provider": provider}
            | {"verification": token if provider in {"telegram", "alertmanager"} else signing}
            | spec,
        }
    )
    assert isinstance(manifest, Webhook)
    return manifest


def read(value: Any, provider: str = "generic", **spec: Any) -> Reading:
    manifest = webhook(provider, **spec)
    return build_reader(manifest, PRESETS[manifest.spec.provider]).read(value)


def external_id(value: Any, provider: str = "generic", now: float = 0, body: bytes = b"", **headers: str) -> str:
    manifest = webhook(provider)
    found = {name.replace("_", "-").encode(): content.encode() for name, content in headers.items()}
    return build_identity(manifest, PRESETS[manifest.spec.provider], DAY).of(found, value, body, now).external_id


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1763900000, "2025-11-23T12:13:20+00:00"),
        (1763900000.5, "2025-11-23T12:13:20.500000+00:00"),
        ("1763900000.5", "2025-11-23T12:13:20.500000+00:00"),
        (1763900000123, "2025-11-23T12:13:20.123000+00:00"),
        (1763900000123456, "2025-11-23T12:13:20.123456+00:00"),
        ("1763900000123456789", "2025-11-23T12:13:20.123457+00:00"),
        ("2025-11-23T14:13:20+02:00", "2025-11-23T14:13:20+02:00"),
        ("2025-11-23T12:13:20Z", "2025-11-23T12:13:20+00:00"),
        ("2025-11-23 12:13", "2025-11-23T12:13:00+00:00"),
        ("20251123", "2025-11-23T00:00:00+00:00"),
    ],
)
def test_time_is_read(value: Any, expected: str) -> None:
    at = read_time(value)
    assert at is not None
    assert at.isoformat() == expected


@pytest.mark.parametrize(
    "value",
    [None, True, "", "soon", [], {}, -5, 1e300, float("inf"), float("nan"), 10**400, "0001-01-01T00:00:00+14:00", "²"],
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert read_time(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ann", Sender(name="Ann")),
        ("Ann <ann@x.org>", Sender(name="Ann", address="ann@x.org")),
        ("ann@x.org", Sender(name="ann@x.org", address="ann@x.org")),
        ("@ann", Sender(name="@ann")),
        ({"name": "Ann", "email": "ann@x.org", "id": 4}, Sender("4", "Ann", "ann@x.org")),
        ({"login": "octocat", "id": "u"}, Sender("u", "octocat")),
        ({"name": {"first": "Ann"}}, Sender()),
        (None, Sender()),
        (["Ann"], Sender()),
    ],
)
def test_sender_is_read(value: Any, expected: Sender) -> None:
    assert read_sender(value) == expected


def test_generic_names_in_their_order() -> None:
    assert read({"title": "T", "message": "M", "text": "X"}) == Reading(text="X", subject="T")
    assert read({"message": {"text": "inner"}, "content": "C"}).text == "C"
    assert read({"title": "only this"}) == Reading(text="only this")
    assert read({"text": 42}).text == "42"
    assert read({"thread": {"id": 7}, "text": "a"}).conversation == "7"


def test_link_that_a_browser_would_run_is_dropped() -> None:
    assert read({"text": "a", "url": "javascript:alert(1)"}).url == ""
    assert read({"text": "a", "link": "HTTPS://x.org"}).url == "HTTPS://x.org"


def test_id_is_the_header_then_the_body_then_its_hash() -> None:
    assert external_id({"id": 1}, idempotency_key="k") == "k"
    assert external_id({"id": 1}, webhook_id="w") == "w"
    assert external_id({"id": 1}, x_request_id="changes with each attempt") == "1"
    assert external_id({"id": True, "message_id": "m"}) == "m"
    assert external_id({"id": {}, "event_id": "e"}) == "e"
    assert external_id({"id": 10**5000}, body=b"b").startswith("sha256:")
    assert external_id({"id": " "}, body=b"b").startswith("sha256:")


def test_two_webhooks_of_one_source_have_ids_of_their_own() -> None:
    preset = PRESETS[webhook().spec.provider]
    first, second = webhook(), webhook(sourceRef={"name": "shared"})
    ids = [build_identity(one, preset, 60).of({}, {"id": 1}, b"", 0) for one in (first, second)]
    assert [one.external_id for one in ids] == ["1", "w/1"]
    assert [one.bus_id for one in ids] == ["1", "w/1"]
    hashed = build_identity(second, preset, 60).of({}, {}, b"x", 0)
    assert hashed.external_id.startswith("w/sha256:")
    assert hashed.bus_id.startswith("w/sha256:")


def test_identical_body_is_a_new_message_after_the_window() -> None:
    first, same, later = (external_id({}, body=b"b", now=now) for now in (10, DAY - 1, DAY + 1))
    assert first == same
    assert first != later
    identity = build_identity(webhook(), PRESETS[webhook().spec.provider], DAY)
    before, after = (identity.of({}, {}, b"b", now) for now in (DAY - 1, DAY + 1))
    assert before.bus_id == after.bus_id, "an attempt just after the turn of the window is caught by the bus"


def test_github_issue_and_comment() -> None:
    issue = {
        "action": "opened",
        "issue": {"title": "Crash", "body": "It crashes", "html_url": "https://github.com/o/r/issues/1"},
        "sender": {"login": "octocat", "id": 1},
    }
    reading = read(issue, "github")
    assert (reading.subject, reading.text, reading.sender.name) == ("Crash", "It crashes", "octocat")
    comment = issue | {"comment": {"body": "Me too", "html_url": "https://github.com/o/r/issues/1#c"}}
    reading = read(comment, "github")
    assert (reading.text, reading.conversation) == ("Me too", "https://github.com/o/r/issues/1")
    assert external_id(issue, "github", x_github_delivery="guid") == "guid"


def test_gitlab_note() -> None:
    note = {
        "user": {"name": "Ann"},
        "object_attributes": {"note": "Broken"},
        "issue": {"title": "T", "url": "https://g/1"},
    }
    reading = read(note, "gitlab")
    assert (reading.subject, reading.text, reading.sender.name) == ("T", "Broken", "Ann")


def test_slack_message() -> None:
    event = {"type": "message", "channel": "C1", "user": "U1", "text": "hi", "ts": "1763900000.000100"}
    body = {"team_id": "T1", "event_id": "Ev1", "event": event}
    assert external_id(body, "slack") == "T1:C1:1763900000.000100"
    assert external_id({"event_id": "Ev1", "event": {"ts": "1"}}, "slack") == "Ev1"
    reading = read(body, "slack")
    assert (reading.text, reading.sender.name) == ("hi", "U1")
    assert reading.sent_at == datetime.fromtimestamp(1763900000.0001, UTC)


def test_alertmanager_group() -> None:
    body = {
        "receiver": "team",
        "groupKey": "{}:{alertname=Disk}",
        "externalURL": "http://alertmanager",
        "alerts": [
            {"annotations": {"summary": "disk full on a"}, "labels": {"alertname": "Disk"}},
            {"annotations": {}, "labels": {"alertname": "Disk"}},
        ],
        "commonLabels": {"alertname": "Disk"},
        "commonAnnotations": {},
    }
    reading = read(body, "alertmanager")
    assert (reading.subject, reading.text) == ("Disk", "disk full on a\nDisk")
    assert (reading.sender.name, reading.url) == ("team", "http://alertmanager")


def test_stripe_event() -> None:
    body = {"id": "evt_1", "type": "charge.failed", "created": 1763900000, "data": {"object": {"id": "ch_1"}}}
    reading = read(body, "stripe")
    assert reading.text == "charge.failed"
    assert external_id(body, "stripe") == "evt_1"


def test_grafana_alert() -> None:
    body = {
        "receiver": "team",
        "status": "firing",
        "groupKey": '{}/{severity="critical"}:{alertname="Disk"}',
        "externalURL": "http://grafana/",
        "title": "[FIRING:1] Disk",
        "message": "**Firing**",
        "alerts": [
            {
                "annotations": {"summary": "disk full on a"},
                "labels": {"alertname": "Disk"},
                "startsAt": "2026-11-02T09:00:00Z",
                "panelURL": "http://grafana/d/1?viewPanel=2",
            }
        ],
    }
    reading = read(body, "grafana")
    assert (reading.subject, reading.text) == ("[FIRING:1] Disk", "disk full on a")
    assert reading.conversation == body["groupKey"]
    assert reading.url == "http://grafana/d/1?viewPanel=2"


def test_sentry_issue_alert_and_comment_are_of_one_conversation() -> None:
    issue = "https://sentry.io/organizations/o/issues/1/"
    alert = {
        "action": "triggered",
        "actor": {"id": "sentry", "name": "Sentry", "type": "application"},
        "data": {
            "event": {
                "title": "ReferenceError: heck is not defined",
                "message": "",
                "culprit": "?(<anonymous>)",
                "datetime": "2026-08-19T21:06:17.403000Z",
                "web_url": issue + "events/2/",
                "issue_url": issue,
            }
        },
        "installation": {"uuid": "a"},
    }
    reading = read(alert, "sentry")
    assert reading.subject == "ReferenceError: heck is not defined"
    assert reading.text == "?(<anonymous>)"
    assert (reading.conversation, reading.url) == (issue, issue + "events/2/")
    assert external_id(alert, "sentry", request_id="5d2f") == "5d2f"
    created = {"action": "created", "data": {"issue": {"title": "x", "culprit": "y", "web_url": issue}}}
    assert read(created, "sentry").conversation == issue


@pytest.mark.parametrize("provider", sorted(PRESETS))
def test_every_preset_reads_anything_without_an_error(provider: str) -> None:
    values: list[Any] = [None, "text", 4, [], [1], {}, {"event": 4}, {"alerts": 3, "data": []}, {"commits": {}}]
    for value in values:
        assert isinstance(read(value, provider), Reading)
        assert external_id(value, provider)
