"""The one renderer of errors of this edge: RFC 9457 problem details that name the object and the cure.

Nothing of an unforeseen error is told but its trace id, and no input is repeated: it may hold a secret.
"""

import logging
import math
from collections.abc import Mapping
from typing import Any, cast

import msgspec
import nats.errors
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from nats.js.errors import APIError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from tracker_core import telemetry
from tracker_core.errors import (
    InvalidInputError,
    InvalidManifestError,
    MalformedError,
    NotFoundError,
    RateLimitedError,
    TrackerError,
    UnauthenticatedError,
    UnavailableError,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemField(BaseModel):
    """What is wrong with one field."""

    loc: str = Field(description="Where: `body.title`, `query.limit`, `0.spec.email.host`")
    message: str = Field(description="What was expected")


class Problem(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str = Field(description="The kind of problem; the same for every occurrence")
    status: int
    detail: str = Field(description="What is wrong, naming the object")
    cure: str | None = Field(default=None, description="What to do about it")
    errors: list[ProblemField] | None = Field(default=None, description="Field by field, for invalid input")
    trace_id: str | None = Field(default=None, description="Names this request in the logs")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""What every route may answer, for its documentation."""


class MethodNotAllowedError(InvalidInputError):
    """The path exists, for other methods."""

    status = 405
    title = "Method not allowed"


class InvalidFieldsError(InvalidInputError):
    """Fields of the request break its schema."""

    def __init__(self, fields: list[ProblemField]) -> None:
        super().__init__("; ".join(f"{field.loc}: {field.message}" for field in fields[:3]), cure="Correct the request")
        self.fields = fields


def problem_response(error: TrackerError, headers: Mapping[str, str] | None = None) -> Response:
    """Render an error."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if error.cure:
        body["cure"] = error.cure
    if isinstance(error, InvalidFieldsError):
        body["errors"] = [field.model_dump() for field in error.fields]
    elif isinstance(error, InvalidManifestError) and error.fields:
        body["errors"] = [{"loc": where, "message": what} for where, what in error.fields]
    if trace_id := telemetry.trace_id_of(telemetry.current_traceparent()):
        body["trace_id"] = trace_id
    sent = dict(headers or {})
    if isinstance(error, RateLimitedError | UnavailableError):
        sent["retry-after"] = str(max(1, math.ceil(error.retry_after)))
    elif isinstance(error, UnauthenticatedError):
        sent["www-authenticate"] = 'Bearer realm="task-tracker"'
    return Response(msgspec.json.encode(body), error.status, sent, MEDIA_TYPE)


def unforeseen_problem() -> Response:
    """Render an error that nobody foresaw; the log has it under the trace id."""
    return problem_response(TrackerError("The API failed on this request", cure="Send it again; the log has the trace"))


def translate(error: Exception) -> TrackerError | None:
    """Return the error of our tree that a foreign one means; None when it means nothing known."""
    if isinstance(error, TrackerError):
        return error
    if isinstance(error, PoolTimeoutError):
        return UnavailableError("All database connections are in use", cure="Send it again in a moment")
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error.orig, OSError | TimeoutError):
            return UnavailableError("Postgres does not answer", cure="Send it again in a moment")
        return _refused_value(error)
    if isinstance(error, nats.errors.Error | APIError | OSError | TimeoutError):
        what = "A part that is needed" if isinstance(error, OSError | TimeoutError) else "NATS"
        return UnavailableError(f"{what} does not answer", cure="Send it again in a moment")
    return None


def _refused_value(error: DBAPIError) -> TrackerError | None:
    # SQLSTATE class 22 is "data exception": https://www.postgresql.org/docs/current/errcodes-appendix.html
    if str(getattr(error.orig, "sqlstate", None) or "").startswith("22"):
        return InvalidInputError("A value of the request is none that Postgres can take", cure="Correct the request")
    return None


def install(app: FastAPI) -> None:
    """Render the errors of every route by this module."""
    app.add_exception_handler(TrackerError, _tracker_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _tracker_error(_: Request, error: Exception) -> Response:
    return problem_response(cast(TrackerError, error))


async def _validation_error(_: Request, error: Exception) -> Response:
    items = cast(RequestValidationError, error).errors()
    if any(item["type"] == "json_invalid" for item in items):
        return problem_response(MalformedError("The body is not JSON", cure="Send a JSON object"))
    fields = [
        ProblemField(
            loc=".".join(str(part) for part in item["loc"]), message=str(item["msg"]).removeprefix("Value error, ")
        )
        for item in items
    ]
    return problem_response(InvalidFieldsError(fields))


async def _http_error(request: Request, error: Exception) -> Response:
    known = cast(HTTPException, error)
    path = request.url.path[:200]
    mine: TrackerError
    if known.status_code == NotFoundError.status:
        mine = NotFoundError(f"There is nothing at {path}", cure="The paths are in /api/openapi.json")
    elif known.status_code == MethodNotAllowedError.status:
        mine = MethodNotAllowedError(f"{path} does not take {request.method}", cure="The Allow header names the others")
    else:
        mine = MalformedError(str(known.detail))
    return problem_response(mine, known.headers)
