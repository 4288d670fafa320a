"""Requests to the API server, and what its answers mean: one error for what it refuses, one for when it is away."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlencode

import aiohttp

from tracker_core.errors import TrackerError, UnavailableError
from tracker_core.kubernetes.login import Login
from tracker_core.manifests.metadata import API_VERSION

REQUEST_SECONDS = 15.0
_PAGE = 500
_MAX_TOLD = 1000
"""Characters of the server's own words in an error."""

type Body = Mapping[str, Any]


class RefusedError(TrackerError):
    """The API server does not take the object: it is invalid, over a quota, or not allowed."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "Refused by the API server"

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class GoneError(RefusedError):
    """Not there, or not any more."""


@dataclass(frozen=True)
class Resource:
    """A kind as the API server addresses it."""

    api_version: str
    kind: str
    plural: str

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """Return the path of the collection, or of one object."""
        root = f"/api/{self.api_version}" if "/" not in self.api_version else f"/apis/{self.api_version}"
        parts = [root, *(["namespaces", quote(namespace)] if namespace else []), self.plural]
        return "/".join([*parts, *(quote(part) for part in (name, subresource) if part)])


SOURCES = Resource(API_VERSION, "Source", "sources")
WEBHOOKS = Resource(API_VERSION, "Webhook", "webhooks")
SECRETS = Resource("v1", "Secret", "secrets")


class Client:
    """A connection to the API server. Every request ends within `REQUEST_SECONDS`."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64, ssl=self.login.tls),
            timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS, connect=5),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session."""
        assert self._session is not None, "the client is entered first"
        return self._session

    async def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """Return one object; None when there is none."""
        try:
            return await self.request("GET", resource.path(namespace, name))
        except GoneError:
            return None

    async def list(self, resource: Resource, namespace: str | None, selector: str = "") -> list[dict[str, Any]]:
        """Return the objects of a namespace, or of the whole cluster, in pages of 500. An item says no kind."""
        found: list[dict[str, Any]] = []
        query = {"limit": str(_PAGE)} | ({"labelSelector": selector} if selector else {})
        while True:
            page = await self.request("GET", f"{resource.path(namespace)}?{urlencode(query)}")
            found += page["items"] or ()
            if not (following := page["metadata"].get("continue")):
                return found
            query["continue"] = following

    async def delete(self, resource: Resource, namespace: str, name: str, *, dry_run: bool = False) -> None:
        """Delete an object and what belongs to it; nothing happens when there is none."""
        path = resource.path(namespace, name) + ("?dryRun=All" if dry_run else "")
        with contextlib.suppress(GoneError):
            await self.request("DELETE", path, {"propagationPolicy": "Background"})

    async def request(
        self, method: str, path: str, body: Any = None, media_type: str = "application/json", accept: str = ""
    ) -> dict[str, Any]:
        """Return the answer.

        Raises:
            GoneError: the object, its namespace or its kind is not there.
            RefusedError: the server does not take it.
            UnavailableError: the server does not answer, or asks to come again later.
        """
        headers = {"Content-Type": media_type, "Accept": accept or "application/json"}
        try:
            async with self.session.request(
                method,
                self.login.server + path,
                data=None if body is None else json.dumps(body),
                headers=self.login.headers() | headers,
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnavailableError(
                f"The Kubernetes API does not answer: {str(error) or type(error).__name__}"
            ) from error
        if response.status >= 400:  # noqa: PLR2004
            raise error_of(response.status, content, path)
        return dict(json.loads(content))


def error_of(status: int, content: bytes, path: str) -> TrackerError:
    """Return what an answer of 400 and more means."""
    try:
        message = str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        message = f"HTTP {status}"
    text = f"{path.partition('?')[0]}: {message[:_MAX_TOLD]}"
    if status in {404, 410}:
        return GoneError(status, text)
    if status in {408, 429} or status >= 500:  # noqa: PLR2004
        return UnavailableError(text)
    return RefusedError(status, text)
