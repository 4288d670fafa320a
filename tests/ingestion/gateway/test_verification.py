"""Signatures and tokens, with the examples that the providers publish."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from tracker_core.errors import InvalidManifestError, UnauthenticatedError
from tracker_core.manifests import Provider, SecretKeyRef, Webhook, parse_manifest
from tracker_core.manifests.signing import sign
from tracker_ingestion.kinds.gateway.verification import Verifier, build_verifier

NOW = 1_800_000_000.0


def verifier(provider: str, secrets: dict[str, str], verification: dict[str, Any] | None = None) -> Verifier:
    """Secrets by name: `current`, `previous`."""
    refs = {"secretRef": {"name": "current", "key": "k"}}
    if "previous" in secrets:
        refs["previousSecretRef"] = {"name": "previous", "key": "k"}
    webhook = parse_manifest(
        {
            "apiVersion": "tasktracker.dev/v1alpha1",
            "kind": "Webhook",
            "metadata": {"name": "w"},
            "spec": {
                "sourceRef": {"name": "s"},
                "provider": provider,
                "verification": {"type": "Token", "token": refs | verification}
                if verification is not None and "token" in verification.pop("as", [])
                else {"type": "HMAC", "hmac": refs | (verification or {})},
            },
        }
    )
    assert isinstance(webhook, Webhook)

    def read(namespace: str, ref: SecretKeyRef) -> bytes:
        return secrets[ref.name].encode()

    return build_verifier(webhook, read)


def accepts(checked: Verifier, headers: dict[str, str], body: bytes, now: float = NOW) -> bool:
    try:
        checked.verify({name.lower().encode(): value.encode() for name, value in headers.items()}, body, now)
    except UnauthenticatedError:
        return False
    return True


def test_github_example() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation."""
    checked = verifier("github", {"current": "It's a Secret to Everybody"})
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert accepts(checked, {"X-Hub-Signature-256": signature}, b"Hello, World!")
    assert not accepts(checked, {"X-Hub-Signature-256": signature}, b"Hello, World?")
    assert not accepts(checked, {"X-Hub-Signature-256": signature.removeprefix("sha256=")}, b"Hello, World!")
    assert not accepts(checked, {}, b"Hello, World!")


SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
    b"803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_HEADERS = {
    "X-Slack-Request-Timestamp": "1531420618",
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}


def test_slack_example() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    checked = verifier("slack", {"current": "8f742231b10e8888abcd99yyyzzz85a5"})
    assert accepts(checked, SLACK_HEADERS, SLACK_BODY, now=1531420618 + 299)
    assert not accepts(checked, SLACK_HEADERS, SLACK_BODY, now=1531420618 + 301), "older than five minutes"
    assert not accepts(checked, SLACK_HEADERS, SLACK_BODY, now=1531420618 - 301), "from the future"
    moved = SLACK_HEADERS | {"X-Slack-Request-Timestamp": "1531420619"}
    assert not accepts(checked, moved, SLACK_BODY, now=1531420618), "the timestamp is signed too"


STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


@pytest.mark.parametrize("provider", ["standardWebhooks", "gitlab"])
def test_standard_webhooks_example(provider: str) -> None:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py."""
    checked = verifier(provider, {"current": STANDARD_SECRET})
    body = b'{"test": 2432232314}'
    assert accepts(checked, STANDARD_HEADERS, body, now=1614265330)
    several = STANDARD_HEADERS | {"webhook-signature": f"v1,AAAA v1a,BBBB {STANDARD_HEADERS['webhook-signature']}"}
    assert accepts(checked, several, body, now=1614265330)
    assert not accepts(checked, STANDARD_HEADERS | {"webhook-id": "msg_other"}, body, now=1614265330)
    assert not accepts(checked, STANDARD_HEADERS, body, now=1614265330 + 3600)


def test_standard_webhooks_secret_that_is_not_base64_is_named() -> None:
    with pytest.raises(InvalidManifestError, match=r"Webhook 'default/w'.*Standard Webhooks secret"):
        verifier("standardWebhooks", {"current": "plain text!"})


def stripe_header(secret: str, body: bytes, timestamp: int, scheme: str = "v1") -> str:
    """https://docs.stripe.com/webhooks?verify=verify-manually."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},{scheme}={signed}"


def test_stripe_signature() -> None:
    checked = verifier("stripe", {"current": "whsec_test"})
    body = b'{"id": "evt_1"}'
    good = stripe_header("whsec_test", body, int(NOW))
    assert accepts(checked, {"Stripe-Signature": good}, body)
    two = f"{good},v1={'0' * 64},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"
    assert accepts(checked, {"Stripe-Signature": two}, body)
    assert not accepts(checked, {"Stripe-Signature": stripe_header("whsec_test", body, int(NOW), "v0")}, body)
    assert not accepts(checked, {"Stripe-Signature": stripe_header("whsec_test", body, int(NOW) - 600)}, body)
    assert not accepts(checked, {"Stripe-Signature": stripe_header("other", body, int(NOW))}, body)


@pytest.mark.parametrize("garbage", ["", ",", "t=,v1=", "t=soon,v1=00", "=", "t=1" * 2000, "é", "v1,", "sha256="])
@pytest.mark.parametrize("provider", ["generic", "github", "slack", "stripe", "standardWebhooks"])
def test_garbage_is_refused(provider: str, garbage: str) -> None:
    checked = verifier(provider, {"current": STANDARD_SECRET})
    names = ("X-Signature", "X-Hub-Signature-256", "X-Slack-Signature", "Stripe-Signature", "webhook-signature")
    assert not accepts(checked, dict.fromkeys(names, garbage), b"")


def test_both_secrets_of_a_rotation_are_accepted() -> None:
    checked = verifier("generic", {"current": "new", "previous": "old"})
    for secret, expected in (("new", True), ("old", True), ("older", False)):
        signature = hmac.new(secret.encode(), b"body", hashlib.sha256).hexdigest()
        assert accepts(checked, {"X-Signature": signature}, b"body") is expected
        assert accepts(checked, {"X-Signature": signature.upper()}, b"body") is expected


def test_manifest_overrides_the_preset() -> None:
    settings = {"header": "X-Sig", "prefix": "s=", "algorithm": "sha512", "encoding": "base64"}
    checked = verifier("generic", {"current": "k"}, settings | {"timestampHeader": "X-Time", "tolerance": "10s"})
    signature = base64.b64encode(hmac.new(b"k", b"1800000000.body", hashlib.sha512).digest()).decode()
    headers = {"X-Sig": f"s={signature}", "X-Time": "1800000000"}
    assert accepts(checked, headers, b"body")
    assert not accepts(checked, headers, b"body", now=NOW + 11)
    assert not accepts(checked, {"X-Sig": f"s={signature}"}, b"body")


@pytest.mark.parametrize(
    ("provider", "header"),
    [
        ("generic", "Authorization"),
        ("gitlab", "X-Gitlab-Token"),
        ("telegram", "X-Telegram-Bot-Api-Secret-Token"),
    ],
)
def test_token_stands_where_the_provider_sends_it(provider: str, header: str) -> None:
    checked = verifier(provider, {"current": "t0ken", "previous": "old"}, {"as": ["token"]})
    assert accepts(checked, {header: "t0ken"}, b"")
    assert accepts(checked, {header: "bearer old"}, b"")
    assert not accepts(checked, {header: "t0ke"}, b"")
    assert not accepts(checked, {"X-Other": "t0ken"}, b"")


def test_token_header_of_the_manifest_wins() -> None:
    checked = verifier("gitlab", {"current": "t"}, {"as": ["token"], "header": "X-Mine"})
    assert accepts(checked, {"X-Mine": "t"}, b"")
    assert not accepts(checked, {"X-Gitlab-Token": "t"}, b"")


@pytest.mark.parametrize("provider", Provider)
def test_what_core_signs_the_gateway_believes_and_nothing_else(provider: Provider) -> None:
    secret = b"whsec_" + base64.b64encode(b"0123456789abcdef") if provider in STANDARD else b"s3cret"
    ref = {"secretRef": {"name": "s", "key": "k"}}
    way = {"type": "Token", "token": ref} if provider is Provider.TELEGRAM else {"type": "HMAC", "hmac": ref}
    webhook = parse_manifest(
        {
            "apiVersion": "tasktracker.dev/v1alpha1",
            "kind": "Webhook",
            "metadata": {"name": "w"},
            "spec": {"sourceRef": {"name": "s"}, "provider": provider, "verification": way},
        }
    )
    assert isinstance(webhook, Webhook)
    checked = build_verifier(webhook, lambda _namespace, _ref: secret)
    headers = sign(webhook, secret, b"body", NOW, id_="m1")

    assert accepts(checked, headers, b"body")
    assert provider is Provider.TELEGRAM or not accepts(checked, headers, b"another")


STANDARD = {Provider.STANDARD_WEBHOOKS, Provider.GITLAB}
