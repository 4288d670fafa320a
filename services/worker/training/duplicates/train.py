"""Trains the duplicate model that ships with the program.

    python -m services.worker.training.duplicates.train [--space] [--cache FILE]

With `--space` the neutral space is learnt too: it gets a new version, and vectors that are stored have to be computed
anew. Without, only the weights of the pair score change. The same data give the same weights.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from tracker_worker.models import duplicates
from tracker_worker.models.duplicates import NeutralSpace
from tracker_worker.models.duplicates.features import NAMES
from tracker_worker.models.duplicates.traits import COLUMNS, Reader, column, terms
from tracker_worker.models.reading.language import detect

from services.worker.training.duplicates import space
from services.worker.training.duplicates.dataset import Line, lines
from services.worker.training.duplicates.measure import figures
from services.worker.training.duplicates.pairing import compare, pairs
from services.worker.training.duplicates.vectors import embed

SPACE = "2026.11.1"
PAIRS = "2026.11.1"
PENALTY = 1.0
FOLDS = 5
PRECISION = 0.8
"""Of the first proposal, from which the threshold is chosen."""
BANK = 512
"""Messages of the bank of strangers."""
THRESHOLDS = np.linspace(0.02, 0.9, 89)
_SHIPPED = Path(duplicates.__file__).parent


def rarity(found: list[Line]) -> NDArray[np.float32]:
    """Return the inverse document frequency of each term."""
    reader = Reader(np.ones(COLUMNS, dtype=np.float32))
    counts = np.zeros(COLUMNS)
    for line in found:
        for term in terms(reader.read(line.text, detect(line.text))):
            counts[column(term)] += 1
    return np.asarray(np.log((1 + len(found)) / (1 + counts)), dtype=np.float16).astype(np.float32)


def main() -> None:
    """Train, choose the threshold, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--space", action="store_true", help="learn the neutral space too")
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    arguments = parser.parse_args()
    found = lines()
    raw = embed([line.text for line in found], arguments.cache)
    if arguments.space:
        _write_space(space.fit(raw, [detect(line.text) for line in found], [line.group for line in found], SPACE))
    neutral = NeutralSpace.load()
    table = rarity(found)
    compared = compare(found, raw, neutral, Reader(table))
    strangers = np.random.default_rng(5).permutation([i for i, line in enumerate(found) if line.category != "noise"])
    bank = np.stack([compared[place].vector for place in strangers[:BANK]]).astype(np.float16).astype(np.float32)
    known = pairs(found, compared, bank)
    scores = np.zeros(len(known.same))
    files = np.array([found[place].file for place in known.new])
    for learn, ask in GroupKFold(FOLDS, shuffle=True, random_state=7).split(known.rows, known.same, files):
        model = LogisticRegression(C=PENALTY, max_iter=3000).fit(known.rows[learn], known.same[learn])
        scores[ask] = model.predict_proba(known.rows[ask])[:, 1]
    judged = [figures(found, known, scores, float(threshold)) for threshold in THRESHOLDS]
    for figure in judged[::6]:
        print(figure)
    chosen = next((figure for figure in judged if figure.precision >= PRECISION), judged[12])
    model = LogisticRegression(C=PENALTY, max_iter=3000).fit(known.rows, known.same)
    for name, own, foreign in zip(NAMES, model.coef_[0], model.coef_[0][len(NAMES) :], strict=False):
        print(f"{name:20} {own:7.2f} {foreign:7.2f}")
    about = {"version": PAIRS, "threshold": round(chosen.threshold, 3), "bias": float(model.intercept_[0])}
    np.savez_compressed(
        _SHIPPED / "pairs.npz",
        allow_pickle=False,
        about=np.array(json.dumps(about, sort_keys=True)),
        rarity=table.astype(np.float16),
        bank=bank.astype(np.float16),
        weights=model.coef_[0].astype(np.float32),
    )


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
