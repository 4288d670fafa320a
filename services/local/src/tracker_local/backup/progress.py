"""What long work tells while it goes on."""

from typing import Protocol


class Progress(Protocol):
    """Draw it; do not raise."""

    def begin(self, what: str, total: int | None = None) -> None:
        """A step begins; without a total nobody knows how long it will be."""

    def advance(self, amount: int) -> None:
        """So much of it is done: bytes, or messages."""
