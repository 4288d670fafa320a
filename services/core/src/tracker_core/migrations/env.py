"""Runs on the connection that the caller opened; migrations never open their own."""

from alembic import context
from sqlmodel import SQLModel

from tracker_core import tables  # noqa: F401 -- fills the metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
