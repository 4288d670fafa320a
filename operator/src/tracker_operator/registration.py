"""Whether GitHub or GitLab calls a Webhook: asks at most now and then, and says what is true.

Telegram is told by the process of its Source. A hook is made only once the gateway serves the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from tracker_core.errors import TrackerError
from tracker_core.manifests import Webhook
from tracker_core.manifests.signing import secret_ref
from tracker_core.manifests.webhook import RegistrationSpec

from tracker_operator import gateway
from tracker_operator.conditions import Condition
from tracker_operator.context import Context
from tracker_operator.hooks import Hook, HookRefusedError, Place, place_of
from tracker_operator.references import Resolved


@dataclass(frozen=True)
class Registered:
    """What came of a look at the provider."""

    condition: Condition
    status: dict[str, Any] | None
    """`status.registration`."""
    trouble: TrackerError | None = None
    """Look again soon: the provider did not answer."""
    mark: tuple[Any, ...] = ()
    """What it is the answer to."""
    at: float = 0.0
    """When (monotonic clock)."""
    place: Place | None = field(default=None, repr=False)
    """Where it was."""


async def register(
    context: Context, webhook: Webhook, body: Mapping[str, Any], resolved: Resolved, last: Registered | None
) -> Registered:
    """Bring the hook to what the manifest says.

    Args:
        context: All parts.
        webhook: Has `spec.registration`, and the gateway serves it.
        body: The object as it was read.
        resolved: Its secrets, all there.
        last: What came of the last look; it is taken again while it is fresh and nothing has changed.
    """
    spec, before = webhook.spec.registration, (body.get("status") or {}).get("registration")
    url, signing = gateway.url(webhook, context.settings.gateway), secret_ref(webhook)
    assert spec is not None, "asked only for what registers"
    assert signing is not None, "the rules of the manifest want a secret"
    if url is None:
        cure = "Set spec.host, or TRACKER_GATEWAY__PUBLIC_URL of the operator"
        return Registered(_not("NoAddress", f"Webhook '{webhook.key}' has no address. {cure}"), before)
    told = {
        "target": spec.target,
        "url": url,
        "secretVersion": resolved.versions[signing.name],
        "generation": body["metadata"]["generation"],
    }
    mark = (*told.values(), tuple(sorted(resolved.versions.items())))
    if last is not None and last.mark == mark and monotonic() - last.at < context.resync / 2:
        return last
    hook = Hook(url, resolved.value(signing).decode(errors="replace"), spec.events)
    try:
        place = _place(context, webhook, spec, resolved)
        known = str((before or {}).get("id", ""))
        own = await place.ensure(hook, known, told=before == told | {"id": known})
    except HookRefusedError as error:
        condition = _not(error.reason, f"Webhook '{webhook.key}': {error}")
        return Registered(condition, before, mark=mark, at=monotonic())
    except TrackerError as error:
        return Registered(_not("Unreachable", f"Webhook '{webhook.key}': {error}"), before, error)
    well = Condition("Registered", "True", "Registered", f"{place.name} calls it")
    return Registered(well, told | {"id": own}, mark=mark, at=monotonic(), place=place)


def waiting(before: dict[str, Any] | None) -> Registered:
    """Return what is to be said while nothing can be done: the gateway does not serve it, or a Secret is missing.

    Args:
        before: `status.registration`.
    """
    if before is None:
        return Registered(_not("NotServed", "It is registered when the gateway serves it"), None)
    return Registered(Condition("Registered", "Unknown", "SecretMissing", "Nobody can ask without a token"), before)


async def take_back(
    context: Context, webhook: Webhook, body: Mapping[str, Any], resolved: Resolved, last: Registered | None
) -> None:
    """Delete the hook that was made for a Webhook.

    Args:
        context: All parts.
        webhook: What it was made for.
        body: The object as it was read.
        resolved: Its secrets, as far as they are still there: with a namespace everything goes at once.
        last: What came of the last look, which had a token.

    Raises:
        HookRefusedError: the token is gone or not taken; trying again does not help.
        UnavailableError: the provider does not answer.
    """
    spec, before = webhook.spec.registration, (body.get("status") or {}).get("registration")
    if spec is not None and before is not None:
        place = last.place if resolved.missing and last is not None else None
        place = place or _place(context, webhook, spec, resolved)
        await place.withdraw(str(before["id"]))


def _place(context: Context, webhook: Webhook, spec: RegistrationSpec, resolved: Resolved) -> Place:
    token = resolved.value(spec.token_secret_ref).decode(errors="replace")
    if not token or not token.isascii() or not token.isprintable():
        ref = spec.token_secret_ref
        what = "is no token" if token else "is not there"
        raise HookRefusedError(
            "InvalidCredentials", f"Secret '{webhook.metadata.namespace}/{ref.name}', key '{ref.key}' {what}",
            cure=f"Put one there, or remove the hook of {spec.target} by hand",
        )  # fmt: skip
    return place_of(webhook.spec.provider, spec.target, token, context.settings.providers)


def _not(reason: str, message: str) -> Condition:
    return Condition("Registered", "False", reason, message)
