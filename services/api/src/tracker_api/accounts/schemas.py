"""Members and tokens as the API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StringConstraints
from tracker_core.errors import InvalidInputError
from tracker_core.repositories.accounts import MemberRow
from tracker_core.repositories.credentials import TokenRow
from tracker_core.tables import Role

from tracker_api.inputs import Input, Line
from tracker_api.references import MemberRef

Name = Annotated[Line, Field(max_length=100)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]


class LoginRequest(Input):
    """A one-time token."""

    token: Annotated[SecretStr, Field(max_length=200)]


class TelegramLogin(Input):
    """What Telegram gave to the page that a bot's button has opened."""

    source: Annotated[str, Field(max_length=500)]
    """`namespace/name` of the bot's Source; the button's address has it."""
    init_data: Annotated[SecretStr, Field(max_length=8192)]
    """`tgWebAppData` of the address, decoded once: `query_id=…&user=…&auth_date=…&hash=…`."""
    zone: Annotated[str, Field(max_length=100)] | None = None
    """Time zone of the device, for who has set none yet."""


class Member(BaseModel):
    """A person in the workspace."""

    id: UUID
    name: str
    role: Role
    email: str | None

    @classmethod
    def of(cls, row: MemberRow) -> "Member":
        """Return the member for the wire."""
        return cls(id=row.id, name=row.name, role=Role(row.role), email=row.email)


class MemberDraft(Input):
    """A member to add."""

    name: Name
    email: Email | None = None
    role: Role = Role.MEMBER


class MemberPatch(Input):
    """What changes; what is left out stays."""

    name: Name | None = None
    email: Email | None = None
    """Null takes it away."""
    role: Role | None = None

    def checked(self) -> "MemberPatch":
        """Return itself.

        Raises:
            InvalidInputError: a member would be without a name or a role.
        """
        for field in ("name", "role"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise InvalidInputError(f"body.{field} is null", cure="Send a value, or leave it out")
        return self


class Workspace(BaseModel):
    """A team."""

    id: UUID
    name: str


class Me(BaseModel):
    """Who is asking."""

    member: Member
    """With the role that counts here: the token's, where that is lower."""
    workspace: Workspace


class LoginLink(BaseModel):
    """A one-time way in, shown once."""

    token: str
    url: str
    expires_at: datetime


class TokenDraft(Input):
    """An API token to make."""

    name: Name
    role: Role = Role.MEMBER


class Token(BaseModel):
    """An API token, without its secret."""

    id: UUID
    name: str
    role: Role
    member: MemberRef
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: TokenRow) -> "Token":
        """Return the token for the wire."""
        return cls(
            id=row.id,
            name=row.name,
            role=Role(row.role),
            member=MemberRef(id=row.member_id, name=row.member_name),
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )


class NewToken(BaseModel):
    """A new API token; its secret is shown only now."""

    id: UUID
    name: str
    role: Role
    token: str
