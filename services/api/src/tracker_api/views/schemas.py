"""Saved views as the API takes and shows them."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from tracker_core.repositories.views import ViewRow
from tracker_core.tables import ViewLayout

from tracker_api.inputs import Input, Line
from tracker_api.references import MemberRef

_MOST_OPTIONS = 10_000


def _bounded(options: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(options)) > _MOST_OPTIONS:
        raise ValueError(f"are longer than {_MOST_OPTIONS} characters")
    return options


Name = Annotated[Line, Field(max_length=80)]
FilterText = Annotated[str, Field(max_length=2000)]
"""As `GET /api/tasks?filter=` takes it."""
SortText = Annotated[str, Field(max_length=50)]
Options = Annotated[dict[str, Any], AfterValidator(_bounded)]
"""Columns, lanes and whatever else a screen remembers; the API only keeps it."""


class ViewDraft(Input):
    """A view to save."""

    name: Name
    shared: bool = False
    layout: ViewLayout = ViewLayout.TABLE
    filter: FilterText = ""
    sort: SortText = "-created_at"
    options: Options = {}


class ViewPatch(Input):
    """What is to change; what is left out stays."""

    name: Name = ""
    shared: bool = False
    layout: ViewLayout = ViewLayout.TABLE
    filter: FilterText = ""
    sort: SortText = "-created_at"
    options: Options = {}


class View(BaseModel):
    """A list of tasks that somebody comes back to."""

    id: UUID
    name: str
    owner: MemberRef
    shared: bool
    """Everybody sees it; only its owner and admins change it."""
    layout: ViewLayout
    filter: str
    sort: str
    options: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int
    """Send it back as `If-Match` to change the view."""

    @classmethod
    def of(cls, row: ViewRow) -> "View":
        """Return the view for the wire."""
        return cls(
            id=row.id,
            name=row.name,
            owner=MemberRef(id=row.owner_id, name=row.owner_name),
            shared=row.shared,
            layout=ViewLayout(row.layout),
            filter=row.filter,
            sort=row.sort,
            options=row.options,
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
