"""How one object appears inside another."""

from uuid import UUID

from pydantic import BaseModel
from tracker_core.manifests import SourceKind
from tracker_core.tables import TaskStatus


class SourceRef(BaseModel):
    """A Source."""

    id: UUID
    namespace: str
    name: str
    kind: SourceKind


class MemberRef(BaseModel):
    """A member."""

    id: UUID
    name: str


class TaskRef(BaseModel):
    """A task."""

    id: UUID
    number: int
    title: str
    status: TaskStatus


def source_ref(source_id: UUID | None, namespace: str | None, name: str | None, kind: str | None) -> SourceRef | None:
    """Return the reference of a joined Source; None when nothing was joined."""
    if source_id is None or namespace is None or name is None or kind is None:
        return None
    return SourceRef(id=source_id, namespace=namespace, name=name, kind=SourceKind(kind))


def member_ref(member_id: UUID | None, name: str | None) -> MemberRef | None:
    """Return the reference of a joined member; None when nothing was joined."""
    return None if member_id is None or name is None else MemberRef(id=member_id, name=name)
