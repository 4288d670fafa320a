"""What a sender gets for what it sends, over the real application and a real bus."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from nats.js.api import Header
from tracker_core.bus import INBOUND, inbound_subject

from tests.ingestion.gateway.conftest import Running
from tests.ingestion.gateway.folders import BEARER, OPEN, TOKEN


async def test_accepted_message_is_on_the_bus(gateway: Running) -> None:
    body = {
        "id": "m-1",
        "title": "Printer",
        "text": "The printer on floor 2 is broken",
        "sender": {"name": "Ann", "email": "ann@example.org", "id": 7},
        "thread_id": "t-9",
        "sent_at": "2026-11-20T10:00:00+02:00",
        "url": "https://example.org/m/1",
    }
    response = await gateway.post(json=body, headers=BEARER)
    assert response.status_code == 202
    assert response.json() == {"id": "m-1", "status": "accepted", "duplicate": False}
    [message] = await gateway.messages()
    assert message.source == "default/inbox"
    assert (message.external_id, message.subject, message.text) == ("m-1", "Printer", body["text"])
    assert (message.sender.name, message.sender.address, message.sender.id) == ("Ann", "ann@example.org", "7")
    assert (message.conversation, message.url) == ("t-9", "https://example.org/m/1")
    assert message.sent_at.isoformat() == "2026-11-20T10:00:00+02:00"
    assert abs((datetime.now(UTC) - message.received_at).total_seconds()) < 60
    assert json.loads(message.raw) == body
    assert not message.dead


async def test_message_carries_id_subject_and_trace(gateway: Running) -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    await gateway.post(json={"id": 5, "text": "a"}, headers=BEARER | {"traceparent": traceparent})
    stored = await gateway.bus.js.get_msg(INBOUND, 1)
    assert stored.subject == inbound_subject("default/inbox")
    assert stored.headers is not None
    assert stored.headers[Header.MSG_ID] == "default/inbox:5"
    assert stored.headers["traceparent"].split("-")[1] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert stored.headers["traceparent"] != traceparent, "a span of its own"


async def test_second_attempt_is_the_same_message(gateway: Running) -> None:
    first = await gateway.post(json={"id": "x", "text": "a"}, headers=BEARER)
    second = await gateway.post(json={"id": "x", "text": "a"}, headers=BEARER)
    assert (first.status_code, second.status_code) == (202, 202)
    assert [first.json()["duplicate"], second.json()["duplicate"]] == [False, True]
    assert len(await gateway.messages()) == 1


async def test_identical_body_without_id_is_the_same_message(gateway: Running) -> None:
    ids = {(await gateway.post(json={"text": "disk full"}, headers=BEARER)).json()["id"] for _ in range(3)}
    assert len(ids) == 1
    assert len(await gateway.messages()) == 1


async def test_idempotency_key_wins_over_the_body(gateway: Running) -> None:
    for key in ("k1", "k2", "k2"):
        await gateway.post(json={"id": 1, "text": "a"}, headers=BEARER | {"Idempotency-Key": key})
    assert [message.external_id for message in await gateway.messages()] == ["k1", "k2"]


async def test_ids_that_differ_in_space_are_two_messages(gateway: Running) -> None:
    gateway.folders.webhook(idempotency={"from": "Body", "name": "key"})
    await gateway.live.reload()
    for key in ("a", "a\r\nEvil: 1", "a "):
        await gateway.post(json={"key": key, "text": "t"}, headers=BEARER)
    assert len(await gateway.messages()) == 3


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/json", b'{"message": "from JSON"}', "from JSON"),
        ("application/json; charset=utf-8", b'\xef\xbb\xbf{"text": "after a BOM"}', "after a BOM"),
        ("application/problem+json", b'{"title": "from +json"}', "from +json"),
        ("application/json", b'"a bare string"', "a bare string"),
        ("application/x-www-form-urlencoded", b"text=from+a+form&user=Ann", "from a form"),
        ("application/x-www-form-urlencoded", "text=не закодовано".encode(), "не закодовано"),
        ("application/x-www-form-urlencoded", b'{"text": "curl -d"}', "curl -d"),
        ("application/x-www-form-urlencoded", b"payload=%7B%22text%22%3A%22in+a+field%22%7D", "in a field"),
        ("text/plain", "Привіт, світе".encode(), "Привіт, світе"),
        ("text/plain; charset=windows-1251", "Привіт".encode("cp1251"), "Привіт"),
        ("", b'{"text": "no type"}', "no type"),
        ("", b"no type, text", "no type, text"),
    ],
)
async def test_each_kind_of_body_is_read(gateway: Running, content_type: str, body: bytes, text: str) -> None:
    headers = BEARER | ({"Content-Type": content_type} if content_type else {})
    response = await gateway.post(content=body, headers=headers)
    assert response.status_code == 202, response.text
    assert [message.text for message in await gateway.messages()] == [text]


async def test_nul_and_half_emoji_are_replaced(gateway: Running) -> None:
    response = await gateway.post(content=b'{"text": "a\\u0000b\\ud83d", "id": "\\ud83d"}', headers=BEARER)
    assert response.status_code == 202
    [message] = await gateway.messages()
    assert message.text == "a\ufffdb\ufffd"


async def test_raw_bytes_that_are_not_utf8_are_kept_in_base64(gateway: Running) -> None:
    await gateway.post(content=b"caf\xe9", headers=BEARER | {"Content-Type": "text/plain; charset=latin-1"})
    [message] = await gateway.messages()
    assert (message.text, message.raw, message.raw_encoding) == ("café", "Y2Fm6Q==", "base64")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "words"),
    [
        ("application/json", b'{"text": oops}', 400, "byte 9"),
        ("application/json", b'{"text": "never ends', 400, "byte 20"),
        ("application/json", b"", 400, "byte 0"),
        ("application/json", b'{"text": "caf\xe9"}', 400, "byte 13"),
        ("application/json", b"[" * 100_000, 400, "nested"),
        ("application/json", b'{"text": 1e999}', 400, "out of range"),
        ("application/json", b'{"text": "\\ud800', 400, "JSON"),
        ("application/json", b'{"subjects": ["a"]}', 422, "no text"),
        ("application/json", b'{"text": "  "}', 422, "no text"),
        ("application/json", b"[1, 2]", 422, "no text"),
        ("text/plain", b"\xff\xfe", 400, "byte 0"),
        ("text/plain", b"", 422, "no text"),
        ("text/plain; charset=klingon", b"a", 415, "klingon"),
        ("text/plain; charset=hex", b"61", 415, "hex"),
        ("application/x-www-form-urlencoded", b"text=%ff", 400, "percent signs"),
        ("application/x-www-form-urlencoded", b"a=1&" * 2000, 400, "1000 fields"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "multipart/form-data"),
        ("image/png", b"\x89PNG", 415, "image/png"),
    ],
)
async def test_bad_body_is_refused_with_the_cure(
    gateway: Running, content_type: str, body: bytes, status: int, words: str
) -> None:
    response = await gateway.post(content=body, headers=BEARER | {"Content-Type": content_type})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["status"] == status
    assert found["cure"]
    assert words in found["detail"]
    assert await gateway.messages() == []


async def test_body_without_text_learns_the_names(gateway: Running) -> None:
    cure = (await gateway.post(json={"foo": 1}, headers=BEARER)).json()["cure"]
    assert "text, message, body, content, description, title, subject" in cure
    assert "spec.extract.text" in cure


async def test_compressed_body_is_refused(gateway: Running) -> None:
    response = await gateway.post(content=b"\x1f\x8b", headers=BEARER | {"Content-Encoding": "gzip"})
    assert response.status_code == 415


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_only_post_is_allowed(gateway: Running, method: str) -> None:
    response = await gateway.client.request(method, "/webhook/default/inbox", headers=BEARER)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/webhook/default/nobody", "/webhook/", "/webhook/default/inbox/", "/nothing"])
async def test_unknown_path_names_path_and_cure(gateway: Running, path: str) -> None:
    response = await gateway.post(path, json={"text": "a"}, headers=BEARER)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert path in response.json()["detail"]
    assert "/webhook/" in response.json()["cure"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": ""}])
async def test_bad_token_is_refused_without_a_hint(gateway: Running, headers: dict[str, str]) -> None:
    response = await gateway.post(json={"text": "a"}, headers=headers)
    assert response.status_code == 401
    assert "www-authenticate" in response.headers
    assert TOKEN not in response.text
    assert await gateway.messages() == []


async def test_bare_token_is_accepted(gateway: Running) -> None:
    assert (await gateway.post(json={"text": "a"}, headers={"Authorization": TOKEN})).status_code == 202


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_success_status_is_the_manifests(gateway: Running, status: int) -> None:
    gateway.folders.webhook(response={"status": status})
    await gateway.live.reload()
    response = await gateway.post(json={"text": "a"}, headers=BEARER)
    assert response.status_code == status
    assert (response.content == b"") == (status == 204)
    assert len(await gateway.messages()) == 1


async def test_host_chooses_between_webhooks_of_one_path(gateway: Running) -> None:
    gateway.folders.source("other")
    gateway.folders.webhook("other", source="other", path="/webhook/default/inbox", host="other.test")
    await gateway.live.reload()
    await gateway.post(json={"text": "a"}, headers=BEARER)
    await gateway.post(json={"text": "b"}, headers=BEARER | {"Host": "OTHER.test:8081"})
    assert [message.source for message in await gateway.messages()] == ["default/inbox", "default/other"]


EXTRACT: dict[str, Any] = {
    "text": "alert.lines",
    "title": "alert.name",
    "sender": "alert.by",
    "conversation": "alert.group",
    "occurredAt": "alert.at",
}


async def test_extract_reads_what_the_manifest_says(gateway: Running) -> None:
    gateway.folders.webhook(extract=EXTRACT, idempotency={"from": "Body", "name": "alert.key"})
    await gateway.live.reload()
    alert = {"lines": ["one", "two"], "name": "N", "by": "Bob <bob@x.org>", "group": 4, "at": 1763900000123, "key": "K"}
    assert (await gateway.post(json={"alert": alert, "text": "not me"}, headers=BEARER)).json()["id"] == "K"
    [message] = await gateway.messages()
    assert (message.text, message.subject, message.conversation) == ("one\ntwo", "N", "4")
    assert (message.sender.name, message.sender.address) == ("Bob", "bob@x.org")
    assert message.sent_at == datetime.fromtimestamp(1763900000.123, UTC)


@pytest.mark.parametrize(
    ("extract", "body", "reason"),
    [
        ({"text": "nothing.there"}, {"text": "not me"}, "spec.extract.text yields no text"),
        ({"text": "length(number)"}, {"number": 4, "text": "not me"}, "spec.extract.text fails"),
        ({"text": "text", "occurredAt": "when"}, {"text": "a", "when": "soon"}, "'soon', which is not a time"),
        ({"text": "text", "title": "abs(text)"}, {"text": "a"}, "spec.extract.title fails"),
    ],
)
async def test_failing_extract_makes_a_dead_letter(
    gateway: Running, extract: dict[str, str], body: dict[str, Any], reason: str
) -> None:
    gateway.folders.webhook(extract=extract)
    await gateway.live.reload()
    response = await gateway.post(json=body, headers=BEARER)
    assert response.status_code == 202
    assert response.json()["status"] == "dead_letter"
    [message] = await gateway.messages()
    assert reason in message.dead
    assert message.dead.startswith("Webhook 'default/inbox'")
    assert json.loads(message.raw) == body


async def test_filter_answers_and_keeps_nothing(gateway: Running) -> None:
    gateway.folders.webhook(filter="level == 'error'")
    await gateway.live.reload()
    held = await gateway.post(json={"text": "a", "level": "info"}, headers=BEARER)
    taken = await gateway.post(json={"text": "b", "level": "error"}, headers=BEARER)
    assert (held.status_code, held.json()["status"]) == (202, "filtered")
    assert taken.json()["status"] == "accepted"
    assert [message.text for message in await gateway.messages()] == ["b"]
    [figures] = gateway.live.app.collect()
    counts = {(sample.labels["webhook"], sample.labels["outcome"]): sample.value for sample in figures.samples}
    assert counts == {("default/inbox", "filtered"): 1, ("default/inbox", "accepted"): 1}


async def test_filter_that_fails_makes_a_dead_letter(gateway: Running) -> None:
    gateway.folders.webhook(filter="starts_with(level, 'e')")
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a", "level": 3}, headers=BEARER)).json()["status"] == "dead_letter"


async def test_health_routes_tell_the_state(gateway: Running) -> None:
    assert (await gateway.client.get("/healthz")).status_code == 200
    ready = await gateway.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "problems": []})


async def test_unforeseen_error_is_a_problem_without_traceback(
    gateway: Running, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> Any:
        raise ZeroDivisionError

    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/webhook/default/inbox",
        "headers": [],
        "client": None,
    }
    await gateway.live.app(scope, broken, send)
    assert answers[0]["status"] == 500
    found = msgspec.json.decode(answers[1]["body"])
    assert "ZeroDivision" not in str(found)
    assert len(found["trace_id"]) == 32
    assert "ZeroDivisionError" in caplog.text


async def test_unverified_webhook_needs_no_header(gateway: Running) -> None:
    gateway.folders.webhook(verification=OPEN)
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a"})).status_code == 202
