"""One message to a Webhook, signed as its manifest says: what `send`, the demo and the printed curl line share."""

import asyncio
import json
import os
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from tracker_core.errors import ConfigurationError, InvalidInputError, NotFoundError, UnavailableError
from tracker_core.manifests import Provider, SecretKeyRef, Webhook
from tracker_core.manifests.signing import secret_ref, sign

from tracker_local.cli.client import Api
from tracker_local.cli.manifests import stored_webhooks
from tracker_local.cli.refusal import PATIENCE_SECONDS, refused, unreached
from tracker_local.home import Home

SECRET_VARIABLE = "TRACKER_WEBHOOK_SECRET"  # noqa: S105 -- the name of a variable
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


@dataclass(frozen=True)
class Outlet:
    """A Webhook that this program can send through."""

    webhook: Webhook
    url: str
    secret: str
    """Empty when the Webhook takes messages from everybody."""
    local: bool = False

    def headers(self, body: bytes, now: float) -> dict[str, str]:
        """Return the headers that prove who sent this body."""
        return sign(self.webhook, self.secret.encode(), body, now)

    def curl(self, text: str) -> str | None:
        """Return a line for the shell that sends `text`; None when it would have to be signed."""
        verification = self.webhook.spec.verification
        if verification.type == "HMAC":
            return None
        words = ["curl"]
        for name, value in self.headers(b"", 0).items():
            words += ["-H", f"{name}: {value}"]
        return shlex.join([*words, "-d", f"text={text}", self.url])


def find_outlet(api: Api, source: str) -> Outlet:
    """Return the Webhook to send to a Source through.

    Raises:
        NotFoundError: the Source has none.
        InvalidInputError: its Webhooks all speak a provider's own language, or are suspended.
        ConfigurationError: its secret is not known here.
    """
    source = source if "/" in source else f"default/{source}"
    hooks = [(hook, url) for hook, url in stored_webhooks(api) if hook.source_key == source]
    if not hooks:
        raise NotFoundError(
            f"Source '{source}' has no Webhook to send through", cure="See `tasktracker get webhooks`, or apply one"
        )
    for hook, url in hooks:
        if hook.spec.provider is Provider.GENERIC and not hook.spec.suspend:
            if url is None:
                raise UnavailableError(
                    f"No gateway serves Webhook '{hook.key}' yet", cure="See `tasktracker doctor`, or wait a moment"
                )
            return Outlet(hook, url, _secret(hook, local=api.server.local), local=api.server.local)
    hook = hooks[0][0]
    raise InvalidInputError(
        f"Webhook '{hook.key}' is suspended"
        if hook.spec.suspend
        else f"Webhook '{hook.key}' takes only what {hook.spec.provider} sends",
        cure="Send through a Webhook with provider generic",
    )


async def post(client: httpx.AsyncClient, outlet: Outlet, message: Mapping[str, Any], *, id_: str) -> dict[str, Any]:
    """Send one message; wait and try again while the gateway asks to.

    Raises:
        TrackerError: it refuses, or does not answer.
    """
    body = json.dumps(dict(message), ensure_ascii=False).encode()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        headers = {"Content-Type": "application/json", "Idempotency-Key": id_} | outlet.headers(body, time.time())
        try:
            response = await client.post(outlet.url, content=body, headers=headers, timeout=_TIMEOUT)
        except httpx.TransportError as error:
            refusal = unreached(outlet.url, error, local=outlet.local, safe=True)  # its id makes it one message
        else:
            if response.is_success:
                answer: dict[str, Any] = response.json() if response.content else {}
                return answer
            refusal = refused(response)
        if refusal.wait is None or time.monotonic() + refusal.wait > until:
            raise refusal.error
        await asyncio.sleep(refusal.wait)


def _secret(webhook: Webhook, *, local: bool) -> str:
    ref = secret_ref(webhook)
    if ref is None:
        return ""
    if given := os.environ.get(SECRET_VARIABLE):
        return given
    if not local:
        raise ConfigurationError(
            f"The secret of Webhook '{webhook.key}' is not known here", cure=f"Set it as {SECRET_VARIABLE}"
        )
    return _read(webhook, ref)


def _read(webhook: Webhook, ref: SecretKeyRef) -> str:
    file = Home.current().secrets / webhook.metadata.namespace / ref.name / ref.key
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError:
        raise ConfigurationError(
            f"Webhook '{webhook.key}': Secret '{ref.name}' has no key '{ref.key}'",
            cure="Apply a v1 Secret with that key",
        ) from None
