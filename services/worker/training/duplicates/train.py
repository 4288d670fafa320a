"""Trains the duplicate model that ships with the program.

    python -m services.worker.training.duplicates.train [--space] [--cache FILE]

With `--space` the neutral space is learnt too: it gets a new version, and vectors that are stored have to be computed
anew. Without, only the weights of the pair score change. The same data give the same weights.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold
from tracker_worker.models import duplicates
from tracker_worker.models.duplicates import NeutralSpace
from tracker_worker.models.duplicates.features import NAMES
from tracker_worker.models.duplicates.pairs import TREE_ARRAYS
from tracker_worker.models.duplicates.traits import COLUMNS, Reader, column, terms
from tracker_worker.models.reading.language import detect

from services.worker.training.duplicates import space
from services.worker.training.duplicates.dataset import Line, corpus, lines
from services.worker.training.duplicates.measure import figures
from services.worker.training.duplicates.model import fit
from services.worker.training.duplicates.pairing import Pairs, compare, concept_fields, pairs, with_fields
from services.worker.training.duplicates.vectors import embed

SPACE = "2026.11.2"
PAIRS = "2026.11.3"
FOLDS = 5
PRECISION = 0.72
"""Of the first proposal in the files of groups, from which the threshold is chosen. A third of their messages were
written to be mistaken for another: everyday messages are less alike, so precision there is higher."""
BANK = 512
"""Messages of the bank of strangers."""
THRESHOLDS = np.linspace(0.02, 0.8, 79)
_SHIPPED = Path(duplicates.__file__).parent


def rarity(found: Sequence[Line]) -> NDArray[np.float32]:
    """Return the inverse document frequency of each term."""
    reader = Reader(np.ones(COLUMNS, dtype=np.float32))
    counts = np.zeros(COLUMNS)
    for line in found:
        for term in terms(reader.read(line.text, detect(line.text))):
            counts[column(term)] += 1
    return np.asarray(np.log((1 + len(found)) / (1 + counts)), dtype=np.float16).astype(np.float32)


def unseen_scores(found: Sequence[Line], known: Pairs) -> NDArray[np.float64]:
    """Return the score of each pair by a model that has seen no pair of its file."""
    scores = np.zeros(len(known.same))
    files = np.array([found[place].file for place in known.new])
    for learn, ask in GroupKFold(FOLDS, shuffle=True, random_state=7).split(known.rows, known.same, files):
        scores[ask] = fit(known.rows[learn], known.same[learn]).probabilities(known.rows[ask])
    return scores


def choose_threshold(found: Sequence[Line], known: Pairs, scores: NDArray[np.float64]) -> float:
    """Return the lowest threshold that is precise enough; print what it gives, and what others would."""
    grouped = np.array([found[place].file.startswith("groups-") for place in known.new])
    judged = [figures(found, known.of(grouped), scores[grouped], float(threshold)) for threshold in THRESHOLDS]
    chosen = next((figure for figure in judged if figure.precision >= PRECISION), judged[-1])
    for name, part in (("files of groups", grouped), ("labelled files", ~grouped)):
        for threshold in (chosen.threshold, 0.05, 0.1, 0.2, 0.4):
            print(f"{name}: {figures(found, known.of(part), scores[part], threshold)}")
    return chosen.threshold


def main() -> None:
    """Train, choose the threshold, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--space", action="store_true", help="learn the neutral space too")
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    arguments = parser.parse_args()
    everything, found = corpus(), lines()
    every_raw = embed([line.text for line in everything], arguments.cache)
    if arguments.space:
        _write_space(space.fit(every_raw, [detect(line.text) for line in everything], SPACE))
        NeutralSpace.load.cache_clear()
    neutral, table = NeutralSpace.load(), rarity(everything)
    reader = Reader(table)
    known_messages = compare(everything, every_raw, neutral, reader)
    fields = concept_fields(known_messages)
    bank = _bank([message.vector for message in known_messages if message.category != "noise"])
    raw = embed([line.text for line in found], arguments.cache)
    compared = with_fields(compare(found, raw, neutral, reader), fields)
    known = pairs(found, compared, bank)
    scores = unseen_scores(found, known)
    threshold = choose_threshold(found, known, scores)
    model = fit(known.rows, known.same)
    about = {
        "version": PAIRS,
        "threshold": round(threshold, 3),
        "bias": model.bias,
        "base": model.trees.base,
        "depth": model.trees.depth,
        "concepts": list(fields),
        "columns": NAMES,
        "pairs": len(known.same),
        "duplicates": int(known.same.sum()),
    }
    np.savez_compressed(
        _SHIPPED / "pairs.npz",
        allow_pickle=False,
        about=np.array(json.dumps(about, sort_keys=True)),
        rarity=table.astype(np.float16),
        bank=bank.astype(np.float16),
        fields=np.stack(list(fields.values())).astype(np.float16),
        weights=model.weights,
        **{f"trees.{part}": getattr(model.trees, part) for part in TREE_ARRAYS},
    )


def _bank(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    chosen = np.random.default_rng(5).permutation(len(vectors))[:BANK]
    return np.stack([vectors[place] for place in chosen]).astype(np.float16).astype(np.float32)


def _write_space(learnt: NeutralSpace) -> None:
    np.savez_compressed(
        _SHIPPED / "neutral.npz",
        allow_pickle=False,
        version=np.array(learnt.version),
        languages=np.array(list(learnt.means)),
        means=np.stack(list(learnt.means.values())).astype(np.float16),
        mean=learnt.mean.astype(np.float16),
        projection=learnt.projection.astype(np.float16),
    )


if __name__ == "__main__":
    main()
