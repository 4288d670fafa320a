"""Which earlier message reports the same thing: a pure model of two messages, no database, no language model."""

from tracker_worker.models.duplicates.neutral import NeutralSpace
from tracker_worker.models.duplicates.pairs import DuplicateModel, Match, Said

__all__ = ["DuplicateModel", "Match", "NeutralSpace", "Said"]
