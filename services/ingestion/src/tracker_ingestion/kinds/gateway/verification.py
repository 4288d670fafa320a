"""Who sent a request: keyed hash, token, or nobody checked. Pure: headers, body and time in, an error or nothing out.

Every comparison takes constant time, both secrets of a rotation are tried, and no answer tells what would be right.
"""

import base64
import hmac
from collections.abc import Mapping
from typing import Protocol

from tracker_core.errors import UnauthenticatedError
from tracker_core.manifests import SecretKeyRef, Webhook, parse_duration
from tracker_core.manifests.signing import Scheme, scheme_of, signing_key, token_header_of

MAX_SIGNATURES = 10
"""Signatures looked at in one header; senders put more than one there while they rotate a secret."""

type HeaderMap = Mapping[bytes, bytes]


class StaleError(UnauthenticatedError):
    """The signature is right, and too old: somebody may be playing back what they overheard."""


class Verifier(Protocol):
    """Checks that a request comes from whom it says."""

    def verify(self, headers: HeaderMap, body: bytes, now: float) -> None:
        """Return for a genuine request.

        Args:
            headers: Names in lower case.
            body: As it came.
            now: Seconds since the epoch.

        Raises:
            UnauthenticatedError: for every other.
        """


class HmacVerifier:
    """Checks a keyed hash of the raw body."""

    def __init__(self, scheme: Scheme, secrets: tuple[bytes, ...], tolerance: float) -> None:
        self._scheme = scheme
        self._tolerance = tolerance
        self._header = scheme.header.lower().encode()
        self._timestamp_header = scheme.timestamp_header.lower().encode()
        self._id_header = scheme.id_header.lower().encode()
        self._prefix = scheme.prefix.encode()
        # Keyed once; each request only copies the state.
        self._keyed = tuple(hmac.new(secret, digestmod=scheme.algorithm) for secret in secrets)

    def verify(self, headers: HeaderMap, body: bytes, now: float) -> None:
        """See `Verifier`."""
        scheme = self._scheme
        value = headers.get(self._header)
        if value is None:
            raise UnauthenticatedError(
                f"Header {scheme.header} is missing", cure="Sign the body with the secret of this webhook"
            )
        timestamp, candidates = self._parse(value, headers)
        before = b""
        if scheme.signed:
            id_ = headers.get(self._id_header, b"") if self._id_header else b""
            before = scheme.signed.encode().replace(b"{id}", id_).replace(b"{timestamp}", timestamp)
        if not self._matches(candidates, before, body):
            raise UnauthenticatedError(
                "The signature does not match", cure="Sign the raw body with the secret of this webhook"
            )
        # After the signature: only who knows the secret learns about the clock.
        if scheme.timed and not self._is_recent(timestamp, now):
            raise StaleError(
                f"The signed timestamp is more than {self._tolerance:.0f} s away from now",
                cure="Set the sender's clock, and sign each attempt anew",
            )

    def _parse(self, value: bytes, headers: HeaderMap) -> tuple[bytes, list[bytes]]:
        """Return the timestamp and the signatures."""
        timestamp = headers.get(self._timestamp_header, b"") if self._timestamp_header else b""
        if self._scheme.layout == "single":
            return timestamp, [value.removeprefix(self._prefix)] if value.startswith(self._prefix) else []
        separator, assignment = (b",", b"=") if self._scheme.layout == "pairs" else (b" ", b",")
        candidates = []
        for item in value.split(separator, MAX_SIGNATURES + 2)[: MAX_SIGNATURES + 2]:
            name, _, content = item.strip().partition(assignment)
            if name == b"t" and self._scheme.layout == "pairs":
                timestamp = content
            elif name == self._prefix:
                candidates.append(content)
        return timestamp, candidates[:MAX_SIGNATURES]

    def _matches(self, candidates: list[bytes], before: bytes, body: bytes) -> bool:
        found = False
        for keyed in self._keyed:
            state = keyed.copy()
            if before:
                state.update(before)
            state.update(body)
            if self._scheme.encoding == "hex":
                expected = state.hexdigest().encode()
                given = [candidate.strip().lower() for candidate in candidates]
            else:
                expected = base64.b64encode(state.digest())
                given = [candidate.strip() for candidate in candidates]
            for candidate in given:
                found |= hmac.compare_digest(expected, candidate)
        return found

    def _is_recent(self, timestamp: bytes, now: float) -> bool:
        try:
            return abs(now - int(timestamp[:20])) <= self._tolerance
        except ValueError:
            return False


class TokenVerifier:
    """Checks a shared secret in a header, bare or as `Bearer …`."""

    def __init__(self, header: str, secrets: tuple[bytes, ...]) -> None:
        self._name = header
        self._header = header.lower().encode()
        self._secrets = secrets

    def verify(self, headers: HeaderMap, body: bytes, now: float) -> None:  # noqa: ARG002 -- the port's signature
        """See `Verifier`."""
        value = headers.get(self._header)
        if value is None:
            raise UnauthenticatedError(f"Header {self._name} is missing", cure="Send the token of this webhook in it")
        if value[:7].lower() == b"bearer ":
            value = value[7:].strip()
        found = False
        for secret in self._secrets:
            found |= hmac.compare_digest(secret, value)
        if not found:
            raise UnauthenticatedError("The token is not right", cure="Send the token of this webhook")


class OpenVerifier:
    """Lets everybody in; the manifest must say `acceptUnverified` for it."""

    def verify(self, headers: HeaderMap, body: bytes, now: float) -> None:
        """See `Verifier`."""


class SecretReader(Protocol):
    """Where the values of secrets come from."""

    def __call__(self, namespace: str, ref: SecretKeyRef) -> bytes:
        """Return the value; raise a TrackerError naming Secret and key when there is none."""


def build_verifier(webhook: Webhook, read_secret: SecretReader) -> Verifier:
    """Make the verifier that a Webhook asks for.

    Args:
        webhook: The manifest.
        read_secret: Where the secrets come from.

    Raises:
        TrackerError: a secret is missing or cannot be used.
    """
    verification, namespace = webhook.spec.verification, webhook.metadata.namespace
    if (wanted := verification.hmac) is not None:
        secrets = _secrets(namespace, wanted.secret_ref, wanted.previous_secret_ref, read_secret)
        keys = tuple(signing_key(webhook, secret) for secret in secrets)
        return HmacVerifier(scheme_of(webhook), keys, parse_duration(wanted.tolerance).total_seconds())
    if (token := verification.token) is not None:
        secrets = _secrets(namespace, token.secret_ref, token.previous_secret_ref, read_secret)
        return TokenVerifier(token_header_of(webhook), secrets)
    return OpenVerifier()


def _secrets(
    namespace: str, current: SecretKeyRef, previous: SecretKeyRef | None, read_secret: SecretReader
) -> tuple[bytes, ...]:
    secrets = [read_secret(namespace, current)]
    if previous is not None:
        secrets.append(read_secret(namespace, previous))
    return tuple(secrets)
