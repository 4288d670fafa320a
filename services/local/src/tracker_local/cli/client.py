"""The API as the commands use it: JSON in, JSON out, and every failure a TrackerError that names the cure."""

import time
from collections.abc import Mapping
from typing import Any, Self
from uuid import uuid4

import httpx
from tracker_core.errors import TrackerError, UnauthenticatedError

from tracker_local.cli.refusal import PATIENCE_SECONDS, Refusal, refused, unreached
from tracker_local.cli.server import Server, find_server

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_PAGE = 200
"""Items that the API gives at once."""

type Params = Mapping[str, str | int | None]


class Api:
    """An open client. Use it as a context manager."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._http = httpx.Client(base_url=server.url, timeout=_TIMEOUT)
        self.token = server.token
        """The one in use: not the stored one, once that was renewed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, params: Params | None = None) -> Any:
        """Return the JSON of a GET."""
        return _json(self._request("GET", path, params=params))

    def text(self, path: str) -> str:
        """Return the body of a GET as text."""
        return self._request("GET", path).text

    def items(self, path: str, limit: int, params: Params | None = None) -> list[Any]:
        """Return the first `limit` items of a list, page by page."""
        found: list[Any] = []
        cursor = None
        while len(found) < limit:
            size = min(limit - len(found), _PAGE)
            page = self.get(path, {**(params or {}), "limit": size, "cursor": cursor})
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                break
        return found

    def post(self, path: str, body: Any) -> Any:
        """Return the JSON of a POST that has its effect once, however often it arrives."""
        return _json(self._request("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())}))

    def put_text(self, path: str, body: str, media_type: str) -> Any:
        """Return the JSON of a PUT of text."""
        return _json(self._request("PUT", path, content=body.encode(), headers={"Content-Type": media_type}))

    def delete(self, path: str) -> None:
        """Delete what is at the path."""
        self._request("DELETE", path)

    def _request(self, method: str, path: str, *, params: Params | None = None, **options: Any) -> httpx.Response:
        given = {name: value for name, value in (params or {}).items() if value is not None}
        until = time.monotonic() + PATIENCE_SECONDS
        renewed = False
        while True:
            answer = self._attempt(method, path, params=given, **options)
            if isinstance(answer, httpx.Response):
                return answer
            if isinstance(answer.error, UnauthenticatedError) and self.server.renew is not None and not renewed:
                # The database was reset, or somebody revoked the token that this folder keeps.
                self.token, renewed = self.server.renew(), True
                continue
            if answer.wait is None or time.monotonic() + answer.wait > until:
                raise answer.error
            time.sleep(answer.wait)

    def _attempt(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response | Refusal:
        sent = {**(headers or {}), "Authorization": f"Bearer {self.token}"}
        try:
            response = self._http.request(method, path, headers=sent, **options)
        except httpx.TransportError as error:
            return unreached(self.server.url, error, local=self.server.local, safe=method != "POST")
        return response if response.is_success else refused(response)


def open_api(server: str | None, token: str | None) -> Api:
    """Open the API that the options name."""
    return Api(find_server(server, token))


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise TrackerError(
            f"What {response.url} answered is not what Task Tracker answers", cure="Check the address of the server"
        ) from None
