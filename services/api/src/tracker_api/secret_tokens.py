"""Secrets that are given away once and kept as hashes. Apart from the web parts: the bootstrap needs only this."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.repositories import credentials

LOGIN_LINK_TTL = timedelta(minutes=15)
"""How long a login link works, once."""


def new_secret() -> str:
    """Return 256 random bits to give away."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return what is stored instead of a secret; it is random, so a fast hash is safe."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


async def issue_login_link(connection: AsyncConnection, workspace_id: UUID, member_id: UUID) -> str:
    """Store a new login link; return its token."""
    token = new_secret()
    await credentials.insert_login_link(connection, workspace_id, member_id, hash_secret(token), LOGIN_LINK_TTL)
    return token
