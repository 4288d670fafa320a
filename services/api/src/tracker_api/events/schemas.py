"""Events as the API shows them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from tracker_core import events
from tracker_core.events import ActorKind

from tracker_api.paging import Page


class Actor(BaseModel):
    """Who did it."""

    kind: ActorKind
    name: str


class Entity(BaseModel):
    """What it was done to."""

    type: str
    id: UUID


class Event(BaseModel):
    """One change."""

    id: int
    at: datetime
    actor: Actor
    verb: str
    entity: Entity
    data: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @classmethod
    def of(cls, event: events.Event) -> "Event":
        """Return the event for the wire."""
        return cls(
            id=event.id,
            at=event.at,
            actor=Actor(kind=ActorKind(event.actor.kind), name=event.actor.name),
            verb=event.verb,
            entity=Entity(type=event.entity.type, id=event.entity.id),
            data=event.data,
            before=event.before,
            after=event.after,
        )


class EventPage(Page[Event]):
    """Events, newest first."""
