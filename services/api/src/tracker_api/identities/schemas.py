"""Identities and link codes as the API takes and shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from tracker_core.repositories.identities import IdentityRow
from tracker_core.tables import IdentityKind

from tracker_api.inputs import Input


class Identity(BaseModel):
    """Who the member is in a channel."""

    id: UUID
    kind: IdentityKind
    external_id: str
    """The channel's own id of the person."""
    name: str
    """As the channel showed it when it was linked."""
    created_at: datetime

    @classmethod
    def of(cls, row: IdentityRow) -> "Identity":
        """Return the identity for the wire."""
        return cls(
            id=row.id,
            kind=IdentityKind(row.kind),
            external_id=row.external_id,
            name=row.name,
            created_at=row.created_at,
        )


class LinkCodeDraft(Input):
    """The channel to link."""

    kind: Literal[IdentityKind.TELEGRAM]


class LinkCode(BaseModel):
    """A one-time code, shown once: whoever sends it to the bot is this member from then on."""

    code: str
    url: str | None
    """Opens the bot with the code; null while no bot is signed in. Then send it `/start <code>`."""
    expires_at: datetime
