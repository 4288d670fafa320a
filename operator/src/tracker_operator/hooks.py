"""Makes hooks at GitHub and GitLab, keeps them as they should be, and takes them back.

https://docs.github.com/en/rest/repos/webhooks, https://docs.github.com/en/rest/orgs/webhooks and
https://docs.gitlab.com/api/project_webhooks/. A secret cannot be read back, so it is told again when it is another one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
from tracker_core.errors import TrackerError, UnavailableError
from tracker_core.manifests import Provider

from tracker_operator.settings import ProviderSettings

SECONDS = 10.0
PAGE, PAGES = 100, 20
"""Hooks of a target that are looked through; GitHub allows 20, GitLab 100."""
_TOLD = 200
"""Characters of the provider's own words."""


class HookRefusedError(TrackerError):
    """The provider does not take it; the same attempt fails again until somebody changes something."""

    def __init__(self, reason: str, detail: str, *, cure: str) -> None:
        super().__init__(detail, cure=cure)
        self.reason = reason


@dataclass(frozen=True)
class Hook:
    """What a hook should be."""

    url: str
    secret: str = field(repr=False)
    events: tuple[str, ...] = ()
    """By the provider's names; none = its usual ones."""


@dataclass(frozen=True)
class Place:
    """The hooks of a repository, an organisation or a project, as one token may change them."""

    name: str
    """For people: `GitHub 'acme/shop'`."""
    collection: str
    """URL of the hooks."""
    headers: dict[str, str] = field(repr=False)
    body: Callable[[Hook], dict[str, Any]]
    """Writes a hook as the provider wants it."""
    url_of: Callable[[dict[str, Any]], str]
    """Finds the address in what the provider says of a hook."""
    change: str
    """HTTP method of a change."""

    async def ensure(self, hook: Hook, known: str, *, told: bool) -> str:
        """Make the hook, or bring it to what it should be; return its id.

        Args:
            hook: What it should be.
            known: Its id, empty when there is none yet.
            told: Whether the provider was told this very hook, its secret included; then it is only looked at.

        Raises:
            HookRefusedError: the token, the target or the hook is not taken.
            UnavailableError: the provider does not answer.
        """
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS), headers=self.headers) as http:
            found = await self._request(http, "GET", f"/{quote(known)}") if known else None
            if found is None:
                found = await self._find(http, hook.url)
                told = False
            if found is None:
                return str((await self._request(http, "POST", "", self.body(hook), missing=False) or {})["id"])
            if not told or self.url_of(found) != hook.url:
                await self._request(http, self.change, f"/{found['id']}", self.body(hook))
            return str(found["id"])

    async def withdraw(self, known: str) -> None:
        """Take the hook away; one that is not there any more is no error.

        Raises:
            HookRefusedError: the token is not taken.
            UnavailableError: the provider does not answer.
        """
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS), headers=self.headers) as http:
            await self._request(http, "DELETE", f"/{quote(known)}")

    async def _find(self, http: aiohttp.ClientSession, url: str) -> dict[str, Any] | None:
        """Return a hook that calls this address: ours, of a time before a status was lost."""
        for page in range(1, PAGES + 1):
            listed: Any = await self._request(http, "GET", f"?per_page={PAGE}&page={page}", missing=False)
            for item in listed or ():
                if self.url_of(item) == url:
                    return dict(item)
            if len(listed or ()) < PAGE:
                break
        return None

    async def _request(
        self, http: aiohttp.ClientSession, method: str, path: str, body: Any = None, *, missing: bool = True
    ) -> Any:
        """Return the answer, None for a hook that is not there; never a word of it that could hold the secret."""
        try:
            async with http.request(method, self.collection + path, json=body, allow_redirects=False) as response:
                status = response.status
                answer = await response.json() if response.content_type == "application/json" else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise UnavailableError(f"{self.name} does not answer: {type(error).__name__}") from None
        if status == HTTPStatus.NOT_FOUND and missing:
            return None
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        raise self._error(status, response.headers.get("X-RateLimit-Remaining") == "0")

    def _error(self, status: int, limited: bool) -> TrackerError:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS or limited:
            return UnavailableError(f"{self.name} answers HTTP {status}")
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return HookRefusedError(
                "InvalidCredentials", f"{self.name} refuses the token", cure="Give it one that may administer hooks"
            )
        if status == HTTPStatus.NOT_FOUND:
            return HookRefusedError(
                "TargetNotFound", f"{self.name} is not there, or the token may not see its hooks", cure="Mend either"
            )
        return HookRefusedError(
            "HookRefused", f"{self.name} answers HTTP {status}", cure="Look at spec.registration and at the address"
        )


def place_of(provider: Provider, target: str, token: str, settings: ProviderSettings) -> Place:
    """Return where the hooks of a target are."""
    return (_github if provider is Provider.GITHUB else _gitlab)(target, token, settings)


def _github(target: str, token: str, settings: ProviderSettings) -> Place:
    kind = "repos" if "/" in target else "orgs"

    def body(hook: Hook) -> dict[str, Any]:
        config = {"url": hook.url, "content_type": "json", "secret": hook.secret, "insecure_ssl": "0"}
        events = hook.events or ("issues", "issue_comment", "pull_request", "pull_request_review_comment")
        return {"name": "web", "active": True, "events": list(events), "config": config}

    return Place(
        name=f"GitHub '{target}'",
        collection=f"{settings.github_url.rstrip('/')}/{kind}/{quote(target)}/hooks",
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        body=body,
        url_of=lambda found: str(found.get("config", {}).get("url", "")),
        change="PATCH",
    )


def _gitlab(target: str, token: str, settings: ProviderSettings) -> Place:
    def body(hook: Hook) -> dict[str, Any]:
        events = hook.events or ("issues_events", "merge_requests_events", "note_events")
        # Pushes are on unless one says otherwise.
        flags = {"push_events": False} | dict.fromkeys(events, True)
        return {"url": hook.url, "token": hook.secret, "enable_ssl_verification": True} | flags

    return Place(
        name=f"GitLab '{target}'",
        collection=f"{settings.gitlab_url.rstrip('/')}/projects/{quote(target, safe='')}/hooks",
        headers={"PRIVATE-TOKEN": token},
        body=body,
        url_of=lambda found: str(found.get("url", "")),
        change="PUT",
    )
