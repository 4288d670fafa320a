"""Sends what an importer reads to the API, through every restart that the API may go through meanwhile.

One batch is under way at a time, so messages arrive in the order of the file; the next batch is read and encoded while
the API works on this one. A batch that was answered with silence is sent again: the API counts what it already has as
duplicates, so nothing is doubled, and the numbers always add up.
"""

import asyncio
import email.utils
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

import httpx
import msgspec
from tracker_core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TrackerError,
    UnauthenticatedError,
    UnavailableError,
)
from tracker_core.inbound import encode

from tracker_local.importers.items import Item, Reject

BATCH: Final = 200
"""Messages in one request."""
BATCH_BYTES: Final = 1_000_000
"""JSON in one request; only a single message that is longer goes over it."""
PATIENCE: Final = 120.0
"""Seconds that one batch is tried again."""
_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0  # seconds
_RETRIED: Final = {429, 500, 502, 503, 504}
_ERRORS: Final[dict[int, type[TrackerError]]] = {401: UnauthenticatedError, 403: ForbiddenError, 404: NotFoundError}


class ImportResult(msgspec.Struct, frozen=True):
    """Counts of an import: `read == accepted + duplicates + sum(rejected.values())` at every moment."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    """Already there. After a lost answer the messages of that batch count here, though this import brought them."""
    rejected: dict[str, int] = {}


class _Answer(msgspec.Struct):
    accepted: int
    duplicates: int
    rejected: dict[str, int] = {}


class _Problem(msgspec.Struct):
    """RFC 9457, as far as it is shown."""

    title: str = ""
    detail: str = ""
    cure: str | None = None


class _Batch(msgspec.Struct):
    messages: list[bytes]
    """Each as JSON."""
    rejected: Counter[str]
    """What the importer rejected between these messages."""

    def halves(self) -> "tuple[_Batch, _Batch]":
        middle = len(self.messages) // 2
        return _Batch(self.messages[:middle], Counter()), _Batch(self.messages[middle:], Counter())


async def upload(
    client: httpx.AsyncClient,
    source: str,
    items: Iterable[Item],
    on_progress: Callable[[ImportResult], None],
    *,
    patience: float = PATIENCE,
) -> ImportResult:
    """Send all messages and count what became of them.

    Args:
        client: With base address and credentials of the API.
        source: `namespace/name`.
        items: From an importer; read in another thread, one batch ahead.
        on_progress: Called after each batch with the counts so far.
        patience: Seconds that one batch is tried again before giving up.

    Raises:
        UnavailableError: the API did not take a batch in time; the same import can be run again.
        TrackerError: the API refuses (no access, no such Source, invalid), with its own explanation.
    """
    path = f"/api/imports/{source}"
    batches = _batches(items)
    result = ImportResult()
    ahead = asyncio.create_task(asyncio.to_thread(next, batches, None))
    try:
        while batch := await ahead:
            ahead = asyncio.create_task(asyncio.to_thread(next, batches, None))
            answer = await _send(client, path, batch, patience) if batch.messages else _Answer(0, 0)
            rejected = Counter(result.rejected) + batch.rejected + Counter(answer.rejected)
            result = ImportResult(
                read=result.read + len(batch.messages) + batch.rejected.total(),
                accepted=result.accepted + answer.accepted,
                duplicates=result.duplicates + answer.duplicates,
                rejected=dict(rejected),
            )
            on_progress(result)
    finally:
        await asyncio.gather(ahead, return_exceptions=True)  # a generator cannot be left while a thread is in it
    return result


def _batches(items: Iterable[Item]) -> Iterator[_Batch]:
    batch, size = _Batch([], Counter()), 0
    for item in items:
        if isinstance(item, Reject):
            batch.rejected[item.reason] += 1
            if batch.rejected.total() >= BATCH and not batch.messages:  # progress is shown through long stretches
                yield batch
                batch, size = _Batch([], Counter()), 0
            continue
        message = encode(item)
        if batch.messages and (len(batch.messages) >= BATCH or size + len(message) > BATCH_BYTES):
            yield batch
            batch, size = _Batch([], Counter()), 0
        batch.messages.append(message)
        size += len(message)
    if batch.messages or batch.rejected:
        yield batch


async def _send(client: httpx.AsyncClient, path: str, batch: _Batch, patience: float) -> _Answer:
    """Send one batch until it is answered; what is too large for the API is sent in halves, down to one message."""
    body = b'{"messages":[' + b",".join(batch.messages) + b"]}"
    response = await _post(client, path, body, patience)
    if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        if len(batch.messages) == 1:
            return _Answer(0, 0, {"too_large": 1})
        first, second = [await _send(client, path, half, patience) for half in batch.halves()]
        rejected = Counter(first.rejected) + Counter(second.rejected)
        return _Answer(first.accepted + second.accepted, first.duplicates + second.duplicates, dict(rejected))
    if not response.is_success:
        raise _refusal(response)
    try:
        answer = msgspec.json.decode(response.content, type=_Answer)
    except msgspec.DecodeError as error:
        raise _strange(response, str(error)) from error
    counted = answer.accepted + answer.duplicates + sum(answer.rejected.values())
    if counted != len(batch.messages):
        raise _strange(response, f"it counts {counted} of {len(batch.messages)} messages")
    return answer


async def _post(client: httpx.AsyncClient, path: str, body: bytes, patience: float) -> httpx.Response:
    """Post until there is an answer that another attempt would not change."""
    loop = asyncio.get_running_loop()
    until, wait = loop.time() + patience, _FIRST_WAIT
    while True:
        asked = 0.0
        try:
            response = await client.post(
                path, content=body, headers={"Content-Type": "application/json"}, timeout=_TIMEOUT
            )
        except httpx.TransportError as error:
            failure = f"{type(error).__name__}: {error}".rstrip(": ")
        else:
            if response.status_code not in _RETRIED:
                return response
            failure = f"status {response.status_code}: {_problem(response).detail}".rstrip(": ")
            asked = _retry_after(response)
        pause = max(asked, wait * random.uniform(0.8, 1.2))  # noqa: S311 spreads attempts, guards nothing
        if loop.time() + pause > until:
            raise UnavailableError(
                f"The API at {client.base_url} did not take a batch within {patience:.0f} s ({failure})",
                cure="See `tasktracker status`, then run the same import again: nothing is added twice",
            )
        await asyncio.sleep(pause)
        wait = min(wait * 2, _LONGEST_WAIT)


def _retry_after(response: httpx.Response) -> float:
    """Seconds that the API asks to wait (RFC 9110 §10.2.3: a number or a date); 0 when it does not say."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _problem(response: httpx.Response) -> _Problem:
    try:
        return msgspec.json.decode(response.content, type=_Problem)
    except msgspec.DecodeError:
        return _Problem(detail=response.text[:200])


def _refusal(response: httpx.Response) -> TrackerError:
    problem = _problem(response)
    kind = _ERRORS.get(response.status_code, InvalidInputError)
    detail = problem.detail or problem.title or response.reason_phrase
    return kind(f"The API refuses the import ({response.status_code}): {detail}", cure=problem.cure)


def _strange(response: httpx.Response, what: str) -> TrackerError:
    return TrackerError(
        f"{response.url} answers what no API of Task Tracker answers: {what}",
        cure="Check with `tasktracker doctor` that the address and the versions are right",
    )
