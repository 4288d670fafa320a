"""The figures by which duplicate proposals are judged."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.worker.training.duplicates.dataset import Line
from services.worker.training.duplicates.pairing import Pairs

PROPOSED = 3


@dataclass(frozen=True)
class Figures:
    """Of one score on some files."""

    threshold: float
    duplicates: int
    recall: float
    """Share of the duplicates of which an earlier twin is among the first three proposals."""
    recall_foreign: float
    """The same, of those whose earlier twins are all in another language."""
    recall_own: float
    precision: float
    """Share of the messages with a proposal whose first one is right."""
    precision_pairs: float
    """Share of all proposals that are right."""
    recall_unlimited: float
    """Recall of the best three without a threshold."""

    def __str__(self) -> str:
        return (
            f"threshold {self.threshold:.3f}: {self.duplicates} duplicates, recall@3 {self.recall:.3f} "
            f"(same language {self.recall_own:.3f}, across {self.recall_foreign:.3f}; "
            f"without threshold {self.recall_unlimited:.3f}), precision of the first {self.precision:.3f}, "
            f"of all {self.precision_pairs:.3f}"
        )


def figures(found: Sequence[Line], compared: Pairs, scores: NDArray[np.float64], threshold: float) -> Figures:
    """Judge the scores of all pairs."""
    by_new: defaultdict[int, list[int]] = defaultdict(list)
    for row, new in enumerate(compared.new.tolist()):
        by_new[new].append(row)
    hits: dict[bool, list[bool]] = {True: [], False: []}
    free, first, every = [], [], []
    for new, rows in by_new.items():
        best = sorted(rows, key=lambda row: -scores[row])[:PROPOSED]
        proposed = [row for row in best if scores[row] >= threshold]
        twins = [row for row in rows if compared.same[row]]
        if twins:
            foreign = all(found[compared.other[row]].language != found[new].language for row in twins)
            hits[foreign].append(any(compared.same[row] for row in proposed))
            free.append(any(compared.same[row] for row in best))
        if proposed:
            first.append(bool(compared.same[proposed[0]]))
            every += [bool(compared.same[row]) for row in proposed]
    return Figures(
        threshold=threshold,
        duplicates=len(free),
        recall=_share(hits[True] + hits[False]),
        recall_foreign=_share(hits[True]),
        recall_own=_share(hits[False]),
        precision=_share(first),
        precision_pairs=_share(every),
        recall_unlimited=_share(free),
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else float("nan")
