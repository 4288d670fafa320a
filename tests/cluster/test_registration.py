"""Hooks at GitHub and GitLab: made when the gateway serves the address, kept, and taken back by the finalizer."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tracker_core.bus import Bus
from tracker_core.kubernetes.client import SECRETS, WEBHOOKS
from tracker_operator.leaving import FINALIZER

from tests.cluster.control_plane import NAMESPACES, ControlPlane
from tests.cluster.hook_wire import TOKEN, HookWire
from tests.cluster.operator_process import GATEWAY, GATEWAY_NAMESPACE
from tests.cluster.tenant import Tenant
from tests.support.servers import Server

VERIFICATION = {
    "github": {"type": "HMAC", "hmac": {"secretRef": {"name": "shop", "key": "secret"}}},
    "gitlab": {"type": "Token", "token": {"secretRef": {"name": "shop", "key": "secret"}}},
}
EVENTS = {
    "github": ["issues", "issue_comment", "pull_request", "pull_request_review_comment"],
    "gitlab": ["issues_events", "merge_requests_events", "note_events"],
}


def apply(tenant: Tenant, provider: str = "github", target: str = "acme/shop", **spec: Any) -> str:
    """A Webhook that registers, with its Source and its Secrets; return its address."""
    tenant.source("shop", type="webhook", telegram=None)
    given = {
        "sourceRef": {"name": "shop"},
        "provider": provider,
        "autoRegister": True,
        "verification": VERIFICATION[provider],
        "registration": {"target": target, "tokenSecretRef": {"name": "token", "key": "token"}},
    }
    tenant.webhook("shop", **given | spec)
    return f"https://in.example.org/webhook/{tenant.namespace}/shop"


@pytest_asyncio.fixture
async def served(tenant: Tenant, bus: Bus) -> AsyncIterator[Tenant]:
    """A namespace with the Secrets, whose Webhook the gateway says it serves."""
    tenant.secret("shop", secret="hush")
    tenant.secret("token", token=TOKEN)
    async with tenant.process(bus, "shop", component="webhook", account=""):
        yield tenant


async def registered(tenant: Tenant, reason: str = "Registered") -> None:
    await tenant.has("Registered", "True" if reason == "Registered" else "False", reason, "shop", WEBHOOKS)


@pytest.mark.parametrize("provider", ["github", "gitlab"])
async def test_a_hook_is_made_and_taken_back(served: Tenant, hooks: HookWire, provider: str) -> None:
    target = f"acme/{served.namespace}"
    hooks.put(provider, target, "https://elsewhere.example")
    url = apply(served, provider, target)
    await registered(served)
    await served.has("Ready", "True", "Receiving", "shop", WEBHOOKS)
    theirs, ours = hooks.at(provider, target)
    assert ours == {"url": url, "secret": "hush", "events": EVENTS[provider]}
    status = (served.get(WEBHOOKS, "shop") or {})["status"]
    assert (status["registration"]["target"], status["registration"]["url"]) == (target, url)
    served.plane.delete(WEBHOOKS, served.namespace, "shop")
    await served.until("an end", lambda: served.get(WEBHOOKS, "shop") is None)
    assert hooks.at(provider, target) == [theirs]


async def test_no_hook_before_the_gateway_serves(tenant: Tenant, hooks: HookWire, bus: Bus) -> None:
    tenant.secret("shop", secret="hush")
    tenant.secret("token", token=TOKEN)
    target = f"acme/{tenant.namespace}"
    apply(tenant, target=target)
    await registered(tenant, "NotServed")
    assert hooks.at("github", target) == []
    async with tenant.process(bus, "shop", component="webhook", account=""):
        await registered(tenant)
    assert len(hooks.at("github", target)) == 1


async def test_what_changes_is_told(served: Tenant, hooks: HookWire) -> None:
    target = f"acme/{served.namespace}"
    apply(served, target=target)
    await registered(served)
    served.secret("shop", secret="hush now")
    await served.until("the new secret", lambda: hooks.at("github", target)[0]["secret"] == "hush now")
    where = {"target": target, "tokenSecretRef": {"name": "token", "key": "token"}}
    apply(served, target=target, registration=where | {"events": ["issues"]})
    await served.until("the events", lambda: hooks.at("github", target)[0]["events"] == ["issues"])
    apply(served, target=target, path="/webhook/elsewhere/" + served.namespace)
    await served.until("the path", lambda: hooks.at("github", target)[0]["url"].endswith(served.namespace))
    assert len(hooks.at("github", target)) == 1, "changed, not made anew"
    hooks.hooks["github", target].clear()
    apply(served, target=target)
    await served.until("the hook again", lambda: hooks.at("github", target))


async def test_a_hook_of_ours_that_no_status_tells_of_is_found(served: Tenant, hooks: HookWire) -> None:
    target = f"acme/{served.namespace}"
    hooks.put("gitlab", target, f"https://in.example.org/webhook/{served.namespace}/shop")
    apply(served, "gitlab", target)
    await registered(served)
    assert [hook["secret"] for hook in hooks.at("gitlab", target)] == ["hush"]


async def test_a_token_that_is_refused_is_said_and_mended(served: Tenant, hooks: HookWire) -> None:
    served.secret("token", token="wrong")
    target = f"acme/{served.namespace}"
    apply(served, target=target)
    await registered(served, "InvalidCredentials")
    assert "may administer hooks" in served.message("Ready", "shop", WEBHOOKS)
    served.secret("token", token=TOKEN)
    await registered(served)


async def test_a_target_that_is_not_there_is_named(served: Tenant, hooks: HookWire) -> None:
    apply(served, target=f"nobody/{served.namespace}")
    await registered(served, "TargetNotFound")
    # Ready says first what the gateway says of a Webhook that it has not read yet.
    await served.until(
        "its name", lambda: f"GitHub 'nobody/{served.namespace}'" in served.message("Ready", "shop", WEBHOOKS)
    )


async def test_a_provider_that_is_away_is_got_over(served: Tenant, hooks: HookWire) -> None:
    hooks.down = True
    try:
        apply(served, target=f"acme/{served.namespace}")
        await registered(served, "Unreachable")
    finally:
        hooks.down = False
    await registered(served)


async def test_a_provider_that_is_away_does_not_hold_a_deletion(served: Tenant, hooks: HookWire) -> None:
    apply(served, target=f"acme/{served.namespace}")
    await registered(served)
    hooks.down = True
    try:
        served.plane.delete(WEBHOOKS, served.namespace, "shop")
        await served.until("an end", lambda: served.get(WEBHOOKS, "shop") is None)
    finally:
        hooks.down = False
    assert served.events("shop", "Webhook")[-1] == ("Warning", "NotUndone")


async def test_a_namespace_takes_its_hooks_along(served: Tenant, hooks: HookWire) -> None:
    target = f"acme/{served.namespace}"
    apply(served, target=target)
    await registered(served)
    path = NAMESPACES.path(None, served.namespace)
    served.plane.request("DELETE", path)
    await served.until("an end", lambda: served.plane.request("GET", path).status_code == 404)
    assert hooks.at("github", target) == []


async def test_a_webhook_that_registers_nothing_has_no_finalizer(tenant: Tenant) -> None:
    tenant.secret("shop", secret="hush")
    tenant.source("shop", type="webhook", telegram=None)
    tenant.webhook("shop", sourceRef={"name": "shop"}, provider="github", verification=VERIFICATION["github"])
    await tenant.has("Accepted", "True", "Valid", "shop", WEBHOOKS)
    assert FINALIZER not in (tenant.get(WEBHOOKS, "shop") or {})["metadata"].get("finalizers", [])


async def test_the_token_shows_up_nowhere(
    served: Tenant, hooks: HookWire, operator: Server, cluster: ControlPlane
) -> None:
    apply(served, target=f"acme/{served.namespace}")
    await registered(served)
    events = cluster.request("GET", f"/api/v1/namespaces/{served.namespace}/events").text
    mounted = cluster.get(SECRETS, GATEWAY_NAMESPACE, f"{GATEWAY}-secrets") or {}
    values = [base64.b64decode(value).decode() for value in mounted.get("data", {}).values()]
    told = json.dumps(served.get(WEBHOOKS, "shop"))
    for place in (told, events, operator.log.read_text(encoding="utf-8"), *values):
        assert TOKEN not in place
