"""`backup.json`: what a backup holds, written last and read first."""

from datetime import datetime
from typing import Any

import msgspec

NAME = "backup.json"
FORMAT = 1


class Part(msgspec.Struct, frozen=True):
    """One file in the archive."""

    name: str
    bytes: int
    sha256: str


class Stream(msgspec.Struct, frozen=True):
    """What was on a stream of the bus."""

    messages: int
    epoch: int
    """Creation of the stream in Unix seconds: with the sequence it is a message's place, which its row keeps."""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The whole."""

    format: int = FORMAT
    version: str
    """Of the program that made it."""
    revision: str
    """Of the database's schema."""
    postgres: int
    """Major version of the `pg_dump` that wrote the database: an older `pg_restore` cannot read it."""
    started_at: datetime
    rows: dict[str, int]
    """Of each table, in the snapshot."""
    ledger: list[dict[str, Any]]
    """Messages of each Source by what became of them then; empty where the schema was older than the program."""
    streams: dict[str, Stream]
    attachments: dict[str, int]
    """How many files by the begin of their references; where the same file lay in two stores it is there once."""
    manifests: str
    """Where they came from: `folder`, `kubernetes`, or empty when there were none to take."""
    secrets: bool
    """Whether the files that manifests refer to are in it."""
    parts: tuple[Part, ...]
