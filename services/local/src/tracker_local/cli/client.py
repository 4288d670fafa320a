"""The API as the commands use it: JSON in, JSON out, and every failure a TrackerError that names the cure."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import uuid4

import httpx
from tracker_core import errors
from tracker_core.errors import TrackerError, UnauthenticatedError, UnavailableError

from tracker_local.cli.server import Server, find_server

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_PAGE = 200
"""Items that the API gives at once."""

_ERRORS: dict[int, type[TrackerError]] = {
    kind.status: kind
    for kind in (
        errors.MalformedError,
        errors.UnauthenticatedError,
        errors.ForbiddenError,
        errors.NotFoundError,
        errors.ConflictError,
        errors.StaleVersionError,
        errors.TooLargeError,
        errors.InvalidInputError,
        errors.PreconditionRequiredError,
        errors.RateLimitedError,
        errors.UnavailableError,
    )
}

type Params = Mapping[str, str | int | None]


class Api:
    """An open client. Use it as a context manager."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._http = httpx.Client(base_url=server.url, timeout=_TIMEOUT)
        self.token = server.token
        """The one in use: not the stored one, once that was renewed."""
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
        headers = options.pop("headers", {})
        response = self._send(method, path, params=given, headers=headers, **options)
        if response.status_code == httpx.codes.UNAUTHORIZED and self.server.renew is not None:
            # The database was reset, or somebody revoked the token that this folder keeps.
            self.token = self.server.renew()
            response = self._send(method, path, params=given, headers=headers, **options)
        if not response.is_success:
            raise problem(response)
        return response

    def _send(self, method: str, path: str, *, headers: dict[str, str], **options: Any) -> httpx.Response:
        try:
            return self._http.request(
                method, path, headers={**headers, "Authorization": f"Bearer {self.token}"}, **options
            )
        except httpx.TransportError as error:
            raise unreachable(self.server.url, local=self.server.local, error=error) from None


def open_api(server: str | None, token: str | None) -> Api:
    """Open the API that the options name."""
    return Api(find_server(server, token))


def unreachable(url: str, *, local: bool, error: httpx.TransportError) -> UnavailableError:
    """Return the error for a server that gives no answer."""
    slow = isinstance(error, httpx.TimeoutException)
    what = "does not answer in time" if slow else "refuses the connection"
    if not slow and not isinstance(error, httpx.ConnectError):
        what = f"broke off the connection ({type(error).__name__})"
    cure = "See what is wrong with `tasktracker doctor`" if local else "Check the address and that the server runs"
    return UnavailableError(f"Task Tracker at {url} {what}", cure=cure)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise TrackerError(
            f"What {response.url} answered is not what Task Tracker answers", cure="Check the address of the server"
        ) from None


def problem(response: httpx.Response) -> TrackerError:
    """Turn an answer that is not a success (RFC 9457 when it is ours) into the error that it tells of."""
    try:
        body = response.json()
    except ValueError:
        body = None
    kind = _ERRORS.get(response.status_code, TrackerError)
    if not isinstance(body, dict) or not (body.get("detail") or body.get("title")):
        return kind(
            f"{response.url} answered {response.status_code} {response.reason_phrase}",
            cure="Check that this is the address of Task Tracker",
        )
    detail = str(body.get("detail") or body["title"])
    if response.is_server_error and (trace := body.get("trace_id")):
        detail = f"{detail} (trace {trace})"
    cure = body.get("cure")
    if kind is UnauthenticatedError and not cure:
        cure = "Make a new token with `tasktracker token create NAME`"
    return kind(detail, cure=str(cure) if cure else None)
