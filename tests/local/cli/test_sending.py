"""`send`: through the webhook, with the proof that its manifest asks for."""

import base64
import hashlib
import hmac
import json
import subprocess

import pytest
from tracker_core.manifests import Webhook, read_documents
from tracker_core.manifests.signing import sign
from tracker_local.cli.sending import Outlet

from tests.local.cli.conftest import WEBHOOK_TOKEN, Run, Server, problem

BODY = '{"text":"naïve"}'.encode()


def webhook(verification: str, provider: str = "generic") -> Webhook:
    document = f"""
        apiVersion: tasktracker.dev/v1alpha1
        kind: Webhook
        metadata: {{name: inbox}}
        spec: {{sourceRef: {{name: inbox}}, provider: {provider}, verification: {verification}}}
    """
    (manifest,) = read_documents(document)
    assert isinstance(manifest, Webhook)
    return manifest


def test_message_goes_through_the_webhook_with_its_token(run: Run, server: Server) -> None:
    result = run(
        "send", "Es druckt nicht mehr", "--subject", "Drucker", "--from", "Ana <ana@example.org>", "--id", "m1"
    )
    assert result.exit_code == 0
    assert result.stdout == "default/inbox: accepted (id m1)\n"
    assert json.loads(server.bodies[-1]) == {
        "text": "Es druckt nicht mehr",
        "subject": "Drucker",
        "sender": "Ana <ana@example.org>",
    }


def test_same_id_is_known_already(run: Run) -> None:
    run("send", "once", "--id", "m1")
    assert json.loads(run("send", "once", "--id", "m1", "-o", "json").stdout)["duplicate"] is True


def test_text_is_read_from_stdin(run: Run, server: Server) -> None:
    run("send", "-", stdin="from a pipe\n")
    assert json.loads(server.bodies[-1])["text"] == "from a pipe\n"


def test_nothing_to_send_is_refused(run: Run) -> None:
    assert "There is no text to send" in run("send", "  ").stderr


def test_it_waits_when_the_gateway_asks_to(run: Run, server: Server) -> None:
    busy = problem(429, "Too many")
    busy.headers["Retry-After"] = "0"
    server.refusals = {"/webhook/default/inbox": busy}
    assert run("send", "patience").exit_code == 0
    assert [request.url.path for request in server.requests].count("/webhook/default/inbox") == 2


def test_source_without_webhook_is_named(run: Run) -> None:
    result = run("send", "hello", "--source", "support/mail")
    assert result.exit_code == 1
    assert "Source 'support/mail' has no Webhook to send through" in result.stderr


def test_secret_that_is_not_known_names_the_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_WEBHOOK_SECRET")
    assert "Set it as TRACKER_WEBHOOK_SECRET" in run("send", "hello").stderr


def test_webhook_of_a_provider_is_refused(run: Run, server: Server) -> None:
    server.manifests = server.manifests.replace("spec:\n  sourceRef", "spec:\n  provider: gitlab\n  sourceRef")
    assert "takes only what gitlab sends" in run("send", "hello").stderr


def test_token_in_another_header_is_bare() -> None:
    hook = webhook("{type: Token, token: {header: X-Key, secretRef: {name: a, key: b}}}")
    assert sign(hook, b"s3cret", BODY, 0) == {"X-Key": "s3cret"}


def test_body_is_signed() -> None:
    hook = webhook("{type: HMAC, hmac: {secretRef: {name: a, key: b}}}")
    assert sign(hook, b"key", BODY, 0) == {"X-Signature": hmac.new(b"key", BODY, hashlib.sha256).hexdigest()}


def test_signature_covers_the_time_where_the_manifest_has_a_header_for_it() -> None:
    hook = webhook(
        "{type: HMAC, hmac: {secretRef: {name: a, key: b}, header: X-Sig, prefix: 'v1=', algorithm: sha512,"
        " encoding: base64, timestampHeader: X-Time}}"
    )
    signed = base64.b64encode(hmac.new(b"key", b"1700000000." + BODY, hashlib.sha512).digest()).decode()
    assert sign(hook, b"key", BODY, 1_700_000_000.9) == {"X-Sig": f"v1={signed}", "X-Time": "1700000000"}


def test_printed_curl_line_works_as_it_stands(server: Server) -> None:
    hook = webhook("{type: Token, token: {secretRef: {name: a, key: b}}}")
    line = Outlet(hook, f"{server.url}/webhook/default/inbox", WEBHOOK_TOKEN).curl("It's 5 o'clock & broken")
    assert line is not None
    done = subprocess.run(
        f"{line} -sS -H 'Idempotency-Key: c1'", shell=True, capture_output=True, text=True, timeout=10, check=True
    )
    assert json.loads(done.stdout)["status"] == "accepted"
    assert server.bodies[-1] == b"text=It's 5 o'clock & broken"
