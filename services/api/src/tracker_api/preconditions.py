"""If-Match: an edit says which version it was made from, so that two people never overwrite each other."""

import re
from typing import Annotated

from fastapi import Depends, Header
from tracker_core.errors import PreconditionRequiredError, StaleVersionError

_TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


async def _expected_version(
    if_match: Annotated[str | None, Header(description='`"<version>"` of what was read')] = None,
) -> int:
    if not if_match:
        raise PreconditionRequiredError(
            "The edit does not say which version it was made from", cure='Send If-Match: "<version>"'
        )
    match = _TAG.fullmatch(if_match.strip())
    if match is None:
        raise StaleVersionError(f"If-Match {if_match[:50]!r} is no version", cure='Send If-Match: "<version>"')
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_expected_version)]
"""The version that the edit was made from."""
