"""Vectors in Postgres: pgvector's `halfvec` as a column type.

The pgvector package would bring numpy into every process that reads a table; on the wire a vector is text anyway.
Source: https://github.com/pgvector/pgvector#halfvec-type
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

VECTOR_SIZE = 128
"""Dimensions of a neutral vector: an embedding with the language taken out (`tracker_worker.models.duplicates`)."""


def literal(vector: Iterable[float]) -> str:
    """Return the vector as Postgres reads it; half precision keeps three digits."""
    return "[" + ",".join(f"{value:.4g}" for value in vector) + "]"


def parse(stored: str) -> tuple[float, ...]:
    """Return the vector that Postgres wrote."""
    return tuple(map(float, stored[1:-1].split(",")))


class HalfVector(UserDefinedType[tuple[float, ...]]):
    """A column of half-precision vectors, shape (size,)."""

    cache_ok = True

    def __init__(self, size: int = VECTOR_SIZE) -> None:
        self.size = size

    def get_col_spec(self, **_: Any) -> str:
        """Return the type as DDL names it."""
        return f"halfvec({self.size})"

    def bind_processor(self, _: Any) -> Callable[[Iterable[float] | None], str | None]:
        """Write it as text."""
        return lambda vector: None if vector is None else literal(vector)

    def result_processor(self, *_: Any) -> Callable[[str | None], tuple[float, ...] | None]:
        """Read it from text."""
        return lambda stored: None if stored is None else parse(stored)


# So that a comparison of the schema with the tables knows the type; pgvector's package does the same.
ischema_names["halfvec"] = HalfVector
