"""Base of request bodies: closed against unknown fields, because a typo must not be a silent nothing."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from tracker_core.inbound import clean


def _without_defaults(schema: dict[str, Any]) -> None:
    # Type generators take a property with a default for one that is always there; in a request it may be left out.
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Input(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)


def _cleaned(text: str) -> str:
    # Postgres refuses NUL; it is no part of what a person means.
    return clean(text)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_cleaned)]
"""One line of text that must say something."""
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_cleaned)
]
"""A text that must say something."""
Text = Annotated[str, Field(max_length=100_000), AfterValidator(_cleaned)]
"""A text that may be empty."""
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its offset."""
