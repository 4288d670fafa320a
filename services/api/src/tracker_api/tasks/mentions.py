"""Whom a comment mentions: @ and the name of a member, as it is written in the workspace; pure."""

import re
from collections.abc import Iterable
from uuid import UUID

from tracker_core.repositories.accounts import MemberRow


def mentioned(body: str, members: Iterable[MemberRow]) -> list[UUID]:
    """Return the members whose whole name, or e-mail address, stands behind an @ in the text.

    A first name alone is nobody: in a team of any size it is two people some day.
    """
    return [member.id for member in members if any(_stands(name, body) for name in (member.name, member.email))]


def _stands(name: str | None, body: str) -> bool:
    return bool(name) and re.search(rf"(?<![\w@])@{re.escape(str(name))}(?!\w)", body, re.IGNORECASE) is not None
