"""Serves the built dashboard: files as they are, and its page for every address that only the browser knows."""

from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope
from tracker_core.errors import NotFoundError

from tracker_api.problems import problem_response

_PAGE = "index.html"
_HASHED = "assets/"
"""Files below have a hash of their content in their name."""
_FOREVER = "public, max-age=31536000, immutable"


class _Dashboard(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        path = path.replace("\\", "/")
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != NotFoundError.status or not _is_page(path, scope):
                raise
            path, response = _PAGE, await super().get_response(_PAGE, scope)
        hashed = path.startswith(_HASHED) and response.status_code in {200, 304}
        response.headers["cache-control"] = _FOREVER if hashed else "no-cache"
        return response


def dashboard_app(folder: Path | None) -> ASGIApp | None:
    """Return what serves the dashboard; None when there is none to serve."""
    if folder is None:
        return None
    if not (folder / _PAGE).is_file():
        missing = NotFoundError("The dashboard is not built", cure="Run `make dashboard`; the API works without it")
        return problem_response(missing)
    return GZipMiddleware(_Dashboard(directory=folder, html=True), minimum_size=1000)


def _is_page(path: str, scope: Scope) -> bool:
    """Say whether a browser asks for a page; a missing script or an unknown API path is a 404."""
    wants_html = "text/html" in Headers(scope=scope).get("accept", "") or "*/*" in Headers(scope=scope).get(
        "accept", ""
    )
    outside = path.startswith(("api/", "assets/", "webhook/")) or path in {"api", "ws"}
    return not outside and wants_html and "." not in path.rpartition("/")[2]
