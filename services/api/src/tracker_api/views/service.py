"""Saves views. A view is its owner's; a shared one is seen by all, and admins may change it too."""

from uuid import UUID

from tracker_core.database import reading
from tracker_core.errors import ConflictError, ForbiddenError, NotFoundError, StaleVersionError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import views
from tracker_core.tables import Role, SavedView, now
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.tasks.filter_text import read_filter
from tracker_api.tasks.service import parse_sort
from tracker_api.views.schemas import View, ViewDraft, ViewPatch

MOST_VIEWS = 200
"""Of one member."""


async def list_views(context: Context, principal: Principal) -> list[View]:
    """Return one's own views and those that are shared."""
    async with reading(context.engine) as connection:
        rows = await views.list_views(connection, principal.workspace_id, principal.member_id)
    return [View.of(row) for row in rows]


async def create_view(tx: Transaction, principal: Principal, draft: ViewDraft) -> View:
    """Save a view.

    Raises:
        ConflictError: the member has too many.
        InvalidInputError: its filter or its order cannot be understood.
    """
    connection = await tx.session.connection()
    if await views.count_views(connection, principal.member_id) >= MOST_VIEWS:
        raise ConflictError(f"You have {MOST_VIEWS} views already", cure="Delete one that you need no more")
    _check(draft.filter, draft.sort)
    view = SavedView(workspace_id=tx.workspace_id, owner_id=principal.member_id, **draft.model_dump())
    tx.session.add(view)
    await tx.session.flush()
    _record(tx, Verb.VIEW_CREATED, view)
    return await _shown(tx, principal, view.id)


async def update_view(tx: Transaction, principal: Principal, view_id: UUID, patch: ViewPatch, *, version: int) -> View:
    """Change a view that was read as `version`.

    Raises:
        StaleVersionError: somebody changed it in the meantime.
    """
    view = await _own(tx, principal, view_id)
    if view.version != version:
        raise StaleVersionError(
            f"View {view.name!r} was changed in the meantime", cure="Read it again, and send the edit with its version"
        )
    wanted = patch.model_dump(include=patch.model_fields_set)
    _check(wanted.get("filter", ""), wanted.get("sort", view.sort))
    if "shared" in wanted and view.owner_id != principal.member_id and not wanted["shared"]:
        raise ForbiddenError(f"View {view.name!r} is somebody else's", cure="Only its owner can make it private")
    for name, value in wanted.items():
        setattr(view, name, value)
    view.version += 1
    view.updated_at = now()
    await tx.session.flush()
    _record(tx, Verb.VIEW_UPDATED, view)
    return await _shown(tx, principal, view.id)


async def delete_view(tx: Transaction, principal: Principal, view_id: UUID) -> None:
    """Delete a view."""
    view = await _own(tx, principal, view_id)
    await tx.session.delete(view)
    _record(tx, Verb.VIEW_DELETED, view)


async def _own(tx: Transaction, principal: Principal, view_id: UUID) -> SavedView:
    """Return a view that may be changed, locked.

    Raises:
        NotFoundError: there is none that the member sees.
        ForbiddenError: it is somebody else's.
    """
    await _shown(tx, principal, view_id)
    view = await tx.session.get(SavedView, view_id, with_for_update=True)
    if view is None:
        raise _missing(view_id)
    if view.owner_id != principal.member_id and not principal.at_least(Role.ADMIN):
        raise ForbiddenError(f"View {view.name!r} is somebody else's", cure="Save a copy of your own")
    return view


async def _shown(tx: Transaction, principal: Principal, view_id: UUID) -> View:
    row = await views.find_view(await tx.session.connection(), tx.workspace_id, principal.member_id, view_id)
    if row is None:
        raise _missing(view_id)
    return View.of(row)


def _missing(view_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no view {view_id}", cure="`GET /api/views` lists those that you see")


def _check(text: str, sort: str) -> None:
    read_filter(text)
    parse_sort(sort)


def _record(tx: Transaction, verb: Verb, view: SavedView) -> None:
    # The feed is everybody's: a private view's name is not.
    tx.record(Change(verb=verb, entity=Entity("view", view.id), data={"name": view.name} if view.shared else {}))
