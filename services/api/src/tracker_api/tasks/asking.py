"""Which tasks a request asks about: the parameters that lists, counts, calendar and export share."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.errors import InvalidInputError
from tracker_core.repositories import sources
from tracker_core.repositories.tasks import TaskFilter

from tracker_api.auth import Principal, Viewer
from tracker_api.filters import Categories, Keys, Priorities, Statuses
from tracker_api.tasks.filter_meaning import understand


class Narrowing:
    """Filters of a request; all that are given have to hold."""

    def __init__(
        self,
        *,
        principal: Viewer,
        filter: Annotated[  # noqa: A002 -- the parameter's name
            str,
            Query(
                max_length=2000, description="`status:open priority:>=high label:export due:<7d words to search for`"
            ),
        ] = "",
        today: Annotated[
            date | None, Query(description="The asker's calendar day, for `due:today`; UTC's if left out")
        ] = None,
        status: Statuses = None,
        priority: Priorities = None,
        category: Categories = None,
        source: Keys = None,
        assignee: Annotated[str | None, Query(max_length=50, description="Id of a member, `me` or `none`")] = None,
        label: Annotated[str | None, Query(max_length=64)] = None,
        snoozed: Annotated[bool | None, Query(description="Only tasks that sleep now, or only others")] = None,
        q: Annotated[
            str, Query(max_length=500, description="Words, as in a web search, a part of the title, or a number")
        ] = "",
    ) -> None:
        self.principal = principal
        self.text = filter
        self.today = today
        self._source_keys = source or []
        self._wanted = TaskFilter(
            statuses=status or [],
            priorities=priority or [],
            categories=category or [],
            assignee=_assignee(assignee, principal),
            unassigned=assignee == "none",
            label=label,
            snoozed=snoozed,
            query=q.strip(),
        )

    async def resolve(self, connection: AsyncConnection) -> TaskFilter | None:
        """Return the filter with names as ids; None when nothing can fulfil it.

        Raises:
            InvalidInputError: `filter` cannot be understood.
        """
        wanted = self._wanted
        if self._source_keys:
            named = await sources.find_source_ids(connection, self.principal.workspace_id, self._source_keys)
            wanted = replace(wanted, sources=named)
        return await understand(connection, self.principal, self.text, wanted, self.today)


Asked = Annotated[Narrowing, Depends()]
"""The tasks that the request asks about."""


def _assignee(given: str | None, principal: Principal) -> UUID | None:
    if given in {None, "", "none"}:
        return None
    if given == "me":
        return principal.member_id
    try:
        return UUID(given)
    except ValueError:
        raise InvalidInputError("query.assignee is no member", cure="Send a member's id, `me` or `none`") from None
