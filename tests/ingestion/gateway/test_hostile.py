"""Whatever a stranger sends, the answer is never a server error, and the process goes on."""

import contextlib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracker_core.errors import MalformedError
from tracker_core.manifests import parse_manifest
from tracker_ingestion.kinds.gateway.decoding import decode_body
from tracker_ingestion.kinds.gateway.expressions import UnreadableError
from tracker_ingestion.kinds.gateway.identity import build_identity
from tracker_ingestion.kinds.gateway.presets import PRESETS
from tracker_ingestion.kinds.gateway.problems import UnsupportedMediaTypeError
from tracker_ingestion.kinds.gateway.reading import build_reader

from tests.ingestion.gateway.conftest import Running
from tests.ingestion.gateway.folders import BEARER, OPEN

MEDIA_TYPES = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "text/plain", "text/plain; charset=utf-16", "", "x/y"]
) | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
NAMES = st.sampled_from(
    ["id", "text", "message", "title", "sender", "from", "name", "email", "thread", "sent_at", "date", "url", "alerts",
     "event", "issue", "comment", "data", "object", "zen", "hook_id", "type", "challenge"]
)  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from([299, 4299, 9999]).map(lambda digits: 10**digits)
    | st.sampled_from(["\x00", "\ud800", "a@b", "<@>", "9" * 400, "2026-11-23", "2026-11-23T99", "inf", "javascript:"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=6)
)
EXTRACT = {"text": "text || join(',', data)", "title": "length(title)", "occurredAt": "sent_at", "sender": "sender.*"}


def make_webhook(provider: str, extract: dict[str, str] | None) -> Any:
    spec: dict[str, Any] = {"sourceRef": {"name": "s"}, "provider": provider, "verification": OPEN}
    if provider in {"slack", "github", "stripe", "standardWebhooks", "sentry"}:
        spec["verification"] = {"type": "HMAC", "hmac": {"secretRef": {"name": "s", "key": "k"}}}
    if provider == "telegram":
        spec["verification"] = {"type": "Token", "token": {"secretRef": {"name": "s", "key": "k"}}}
    if extract:
        spec["extract"] = extract
    document = {"apiVersion": "tasktracker.dev/v1alpha1", "kind": "Webhook", "metadata": {"name": "w"}, "spec": spec}
    return parse_manifest(document)


READERS = [
    (build_reader(webhook, preset), build_identity(webhook, preset, 60))
    for provider, preset in PRESETS.items()
    for webhook in (make_webhook(provider, None), make_webhook(provider, EXTRACT))
]


@given(media_type=MEDIA_TYPES, encoding=st.sampled_from(["", "gzip"]), body=st.binary())
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_decoded_or_refused(media_type: str, encoding: str, body: bytes) -> None:
    with contextlib.suppress(MalformedError, UnsupportedMediaTypeError):
        decode_body(media_type, encoding, body)


@given(value=VALUES)
@settings(max_examples=300, deadline=None)
def test_any_value_is_read_or_unreadable(value: Any) -> None:
    for reader, identity in READERS:
        assert identity.of({}, value, b"", 0).external_id
        with contextlib.suppress(UnreadableError):
            assert isinstance(reader.read(value).text, str)


@given(
    media_type=MEDIA_TYPES,
    body=st.binary(max_size=200) | st.builds(lambda text: b'{"text": "' + text.encode("utf-8", "replace"), st.text()),
    headers=st.dictionaries(
        st.sampled_from(["Idempotency-Key", "Content-Length", "traceparent", "Host", "X-Forwarded-For"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_request_gets_an_answer_that_is_no_server_error(
    gateway: Running, media_type: str, body: bytes, headers: dict[str, str]
) -> None:
    fixed = BEARER | {"Content-Type": media_type}
    encoded = {name: value.encode("latin-1") for name, value in (fixed | headers).items()}
    response = await gateway.post(content=body, headers=encoded)
    assert response.status_code in {202, 400, 404, 413, 415, 422}, response.text
    if response.status_code == 202:
        assert response.json()["id"]
