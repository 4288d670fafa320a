"""Reads labelled messages, one JSON object per line.

`text`, `sent_at`, `category` and `priority` must be there; what else is missing counts as not said. Fields that are not
known are left alone.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from tracker_core.tables import Category, Priority


class LabelledError(Exception):
    """A file cannot be read; the text names the file, the line and what is wrong with it."""


def _with_offset(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Labelled(BaseModel):
    """A message, and what a person holds to be right about it."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: str = ""
    lang: str = "und"
    """ISO 639-1."""
    sent_at: Annotated[datetime, AfterValidator(_with_offset)]
    """Without an offset it is UTC."""
    author: str = ""
    subject: str = ""
    text: str
    category: Category
    priority: Priority
    actionable: bool
    """Missing: everything is but noise."""
    assignee: str | None = None
    due: date | None = None
    duplicate_of: str | None = None
    """Id of an earlier message that reports the same."""
    hard: bool = False
    """Whether a careful person could hesitate."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise ValueError("is no JSON object")  # noqa: TRY004 -- pydantic wants a ValueError
        said = {name: value for name, value in given.items() if value is not None}
        return {"actionable": said.get("category") != Category.NOISE} | said


def read_file(path: Path) -> list[Labelled]:
    """Read a file.

    Raises:
        LabelledError: It cannot be opened, one of its lines is wrong, or it holds no message.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            return read_lines(file, str(path))
    except OSError as error:
        raise LabelledError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise LabelledError(f"{path}: is not UTF-8 ({error.reason})") from None


def read_lines(lines: Iterable[str], name: str) -> list[Labelled]:
    """Read lines; empty ones are skipped.

    Raises:
        LabelledError: A line is wrong, an id is there twice, or there is no message.
    """
    messages: list[Labelled] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        message = _read(line, f"{name} line {number}")
        if message.id and (before := seen.setdefault(message.id, number)) != number:
            raise LabelledError(f"{name} line {number}: id {message.id!r} stands in line {before} already")
        messages.append(message)
    if not messages:
        raise LabelledError(f"{name}: holds no message")
    return messages


def _read(line: str, where: str) -> Labelled:
    try:
        return Labelled.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise LabelledError(f"{where}: is not JSON ({error.msg} at column {error.colno})") from None
    except RecursionError:
        raise LabelledError(f"{where}: is nested too deeply") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        said = "; ".join(_problem(problem["loc"], problem["msg"]) for problem in problems)
        raise LabelledError(f"{where}: {said}") from None


def _problem(place: Iterable[int | str], message: str) -> str:
    field = ".".join(map(str, place))
    return f"{field}: {message}" if field else message.removeprefix("Value error, ")
