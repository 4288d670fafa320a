"""A test message on the way that every message takes: signed, through the gateway, recorded.

It is a real message: the ledger counts it, and triage judges it.
"""

import asyncio
import time
from http import HTTPStatus
from secrets import token_hex

import httpx
from tracker_core.database import reading
from tracker_core.errors import UnavailableError
from tracker_core.manifests import Webhook
from tracker_core.manifests.signing import secret_ref, sign
from tracker_core.repositories import messages

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.manifests.editing import find_webhook
from tracker_api.webhooks.examples import example, id_headers
from tracker_api.webhooks.schemas import TestOutcome
from tracker_api.webhooks.service import address

_TEXT = "This is a test message of Task Tracker. There is nothing to do."
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_SERVED_WITHIN = 3.0
"""Seconds for the gateway to notice a Webhook that was just applied."""
_RECORDED_WITHIN = 3.0
"""Seconds to wait for the recorder; it may take longer, then the message appears in the list by itself."""


async def send_test(context: Context, principal: Principal, key: str, text: str | None) -> TestOutcome:
    """Send a message as a Webhook's provider would.

    Raises:
        NotFoundError: there is no such Webhook.
        UnavailableError: its secret is missing, or the gateway does not answer.
    """
    webhook = await find_webhook(context, key)
    url = address(context, webhook)
    if url is None:
        raise UnavailableError(
            "The address of the gateway is not known to the API", cure="Set TRACKER_API__GATEWAY_URL to it"
        )
    ref, id_ = secret_ref(webhook), f"test-{token_hex(8)}"
    secret = await context.manifests.read_secret(webhook.metadata.namespace, ref) if ref else b""
    body = example(webhook.spec.provider, text or _TEXT, id_)
    headers = id_headers(webhook.spec.provider, id_) | sign(webhook, secret, body, time.time(), id_=id_)
    headers |= {"Content-Type": "application/json"} | ({"Host": webhook.spec.host} if webhook.spec.host else {})
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
            response = await _post(client, url, body, headers)
    except httpx.HTTPError as error:
        raise UnavailableError(
            f"The gateway does not answer at {url}: {type(error).__name__}",
            cure="Start it, or correct TRACKER_API__GATEWAY_URL",
        ) from error
    answer = _json(response)
    if not response.is_success:
        said = " ".join(str(answer[part]).rstrip(".") + "." for part in ("detail", "cure") if answer.get(part))
        return TestOutcome(ok=False, detail=f"Refused with {response.status_code}: {said}", external_id=None)
    return await _accepted(context, principal, webhook, answer)


async def _post(client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Send it; a Webhook that was just applied is not known to the gateway before its next look at the folders."""
    deadline = time.monotonic() + _SERVED_WITHIN
    while True:
        response = await client.post(url, content=body, headers=headers)
        if response.status_code != HTTPStatus.NOT_FOUND or time.monotonic() > deadline:
            return response
        await asyncio.sleep(0.25)


async def _accepted(context: Context, principal: Principal, webhook: Webhook, answer: dict[str, object]) -> TestOutcome:
    status, external_id = answer.get("status"), answer.get("id")
    if not isinstance(external_id, str):
        return TestOutcome(ok=True, detail="Accepted; the Source's own process reads it now", external_id=None)
    if status == "filtered":
        return TestOutcome(
            ok=True, detail="Accepted, and left out by spec.filter: no message comes of it", external_id=external_id
        )
    found = None
    deadline = time.monotonic() + _RECORDED_WITHIN
    while found is None and time.monotonic() < deadline:
        async with reading(context.engine) as connection:
            found = await messages.find_by_external_id(
                connection, principal.workspace_id, webhook.source_key, external_id
            )
        if found is None:
            await asyncio.sleep(0.1)
    detail = "Accepted and recorded" if found else "Accepted; it is on its way to the list of messages"
    if status == "dead_letter":
        detail = f"Accepted, but it could not be read and became a dead letter: {answer.get('reason')}"
    return TestOutcome(ok=status == "accepted", detail=detail, external_id=external_id, message_id=found)


def _json(response: httpx.Response) -> dict[str, object]:
    try:
        answer = response.json()
    except ValueError:
        return {"detail": f"The gateway answered {response.status_code} and not in JSON"}
    return answer if isinstance(answer, dict) else {}
