"""What can go wrong at Slack, each by its name and with its cure. Pure.

Error codes: https://docs.slack.dev/reference/methods (the table at the end of each method).
"""

from typing import ClassVar, Final

from tracker_core.channels.condition import Reason
from tracker_core.errors import TrackerError

DEFAULT_PAUSE: Final = 30.0
"""Seconds to wait when Slack says to wait and not how long."""

_NEW_TOKEN: Final = "Copy the token from OAuth & Permissions of the app again and put it into the Secret"  # noqa: S105
_INVITE: Final = "Invite the app there: /invite @<its name>"
_ADMIN: Final = "Ask an admin of the workspace to allow the app"

_KNOWN: Final[dict[str, tuple[Reason, str, str]]] = {
    "invalid_auth": (Reason.INVALID_CREDENTIALS, "the token is wrong", _NEW_TOKEN),
    "not_authed": (Reason.INVALID_CREDENTIALS, "the token is empty", _NEW_TOKEN),
    "token_revoked": (
        Reason.INVALID_CREDENTIALS,
        "the token was revoked",
        "Install the app to the workspace again and put the new token into the Secret",
    ),
    "token_expired": (
        Reason.INVALID_CREDENTIALS,
        "the token has expired",
        "Turn token rotation off for the app and put a new token into the Secret",
    ),
    "account_inactive": (
        Reason.INVALID_CREDENTIALS,
        "the app was removed from the workspace, or the workspace is gone",
        "Install the app again and put the new token into the Secret",
    ),
    "not_allowed_token_type": (
        Reason.INVALID_CREDENTIALS,
        "this is a token of another kind",
        "botTokenSecretRef holds the one that begins with xoxb-, appTokenSecretRef the one that begins with xapp-",
    ),
    "link_disabled": (
        Reason.FORBIDDEN,
        "Socket Mode is turned off for the app",
        "Turn it on at Socket Mode in the settings of the app, or set spec.slack.mode to events",
    ),
    "too_many_websockets": (
        Reason.CONFLICT,
        "the app has as many connections as Slack allows (10)",
        "Stop other processes that use this app token, or lower spec.replicas",
    ),
    "channel_not_found": (Reason.FORBIDDEN, "the channel does not exist or the app cannot see it", _INVITE),
    "not_in_channel": (Reason.FORBIDDEN, "the app is not a member of the channel", _INVITE),
    "is_archived": (Reason.FORBIDDEN, "the channel is archived", "Unarchive the channel"),
    "cannot_reply_to_message": (Reason.FORBIDDEN, "the message takes no answers", "Answer in Slack"),
    "thread_not_found": (Reason.FORBIDDEN, "the thread is gone", "Answer in Slack"),
    "msg_too_long": (Reason.PROVIDER_ERROR, "the answer is too long", "Shorten it"),
    "no_permission": (Reason.FORBIDDEN, "the workspace does not allow this to the app", _ADMIN),
    "access_denied": (Reason.FORBIDDEN, "the workspace does not allow this to the app", _ADMIN),
    "ekm_access_denied": (Reason.FORBIDDEN, "an admin has suspended this", _ADMIN),
    "restricted_action": (Reason.FORBIDDEN, "an admin restricts who may post there", _ADMIN),
    "restricted_action_read_only_channel": (Reason.FORBIDDEN, "the channel is read-only", _ADMIN),
    "restricted_action_thread_only_channel": (Reason.FORBIDDEN, "the channel takes only threads", _ADMIN),
}
_PASSING: Final = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}


class SlackError(TrackerError):
    """A call that Slack refused or did not answer."""

    status: ClassVar[int] = 502
    title = "Slack refused"

    def __init__(
        self, reason: Reason, detail: str, *, cure: str | None = None, code: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(detail, cure=cure)
        self.reason = reason
        self.code = code
        """Slack's own; empty when it did not answer."""
        self.retry_after = retry_after
        """Seconds."""

    @property
    def passes(self) -> bool:
        """Whether the same call may succeed later although nobody changes anything."""
        return (
            self.reason in {Reason.RATE_LIMITED, Reason.SLOW, Reason.UNREACHABLE}
            or not self.code
            or self.code in _PASSING
        )


def refused(method: str, code: str, *, needed: str = "", retry_after: float = 0.0) -> SlackError:
    """Return the error for what Slack answered.

    Args:
        method: `chat.postMessage`.
        code: `error` of the answer.
        needed: `needed` of the answer: the scope that is missing.
        retry_after: Seconds.
    """
    if code in {"ratelimited", "rate_limited"}:
        wait = retry_after or DEFAULT_PAUSE
        return SlackError(
            Reason.RATE_LIMITED,
            f"Slack {method}: too many calls, Slack asks to wait {wait:g} s",
            cure="It goes on by itself",
            code=code,
            retry_after=wait,
        )
    if code == "missing_scope":
        return SlackError(
            Reason.FORBIDDEN,
            f"Slack {method}: the app lacks the scope {needed or '(Slack does not say which)'}",
            cure="Add it at OAuth & Permissions of the app, then install the app to the workspace again",
            code=code,
        )
    if code in _KNOWN:
        reason, detail, cure = _KNOWN[code]
        return SlackError(reason, f"Slack {method}: {detail} ({code})", cure=cure, code=code)
    return SlackError(
        Reason.PROVIDER_ERROR,
        f"Slack {method}: {code[:100]}",
        cure=f"See https://docs.slack.dev/reference/methods/{method}",
        code=code,
    )
