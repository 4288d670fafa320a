"""Scores the shipped duplicate model on the messages that are kept apart; prints figures only.

    python -m services.worker.training.duplicates.evaluate [--teams]

With `--teams` on the teams that nothing was learnt from, where a third of the messages were written to be mistaken.
Categories and languages are what the program makes of the messages, and the candidates are all earlier messages of the
file, as in `tasktracker eval`.
"""

import argparse

import numpy as np
from numpy.typing import NDArray
from tracker_worker.models.duplicates import DuplicateModel, NeutralSpace, Said
from tracker_worker.models.embedded import EmbeddedModel

from services.worker.training.duplicates.dataset import Line, held_out, teams
from services.worker.training.duplicates.measure import Figures, figures
from services.worker.training.duplicates.pairing import Pairs

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


def shipped(found: list[Line]) -> tuple[Pairs, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return all pairs of messages of one file, with the model's score, the raw and the neutral cosine of each."""
    space, model = NeutralSpace.load(), DuplicateModel.load()
    read = EmbeddedModel.load().predict([line.text for line in found])
    empty = np.zeros(384, dtype=np.float32)
    raw = np.stack([empty if one.vector is None else one.vector for one in read])
    said = [
        Said(line.text, space.vector(vector, one.language), one.language, str(one.category), line.sent_at, line.author)
        for line, vector, one in zip(found, raw, read, strict=True)
    ]
    compared = [model.compared(one) for one in said]
    rows: list[tuple[bool, int, int]] = []
    scores: list[float] = []
    for new, line in enumerate(found):
        earlier = [at for at in range(new) if found[at].file == line.file and line.category != "noise"]
        if not earlier:
            continue
        scored = model.probabilities(compared[new], [compared[at] for at in earlier])
        for at, score in zip(earlier, scored.tolist(), strict=True):
            noise = "noise" in (said[new].category, said[at].category)
            rows.append((found[at].group == line.group, new, at))
            scores.append(0.0 if noise else score)
    same, news, others = (np.array(column) for column in zip(*rows, strict=True))
    known = Pairs(np.zeros((len(rows), 0), dtype=np.float32), same, news, others)
    vectors = np.stack([one.vector for one in said])
    near = np.einsum("ij,ij->i", vectors[news], vectors[others]).astype(np.float64)
    cosines = np.einsum("ij,ij->i", raw[news], raw[others]).astype(np.float64)
    return known, np.array(scores), cosines, near


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", action="store_true", help="judge the teams, not the held-out files")
    found = teams() if parser.parse_args().teams else held_out()
    known, scores, raw, near = shipped(found)
    threshold = DuplicateModel.load().threshold
    for file in sorted({line.file for line in found}):
        mine = np.array([found[place].file == file for place in known.new])
        print(f"{file}: {_at(found, known.of(mine), scores[mine], threshold)}")
    print(f"together: {_at(found, known, scores, threshold)}")
    for other in THRESHOLDS:
        print(f"  {_at(found, known, scores, other)}")
    for name, cosines in (("embeddings", raw), ("neutral vectors", near)):
        judged = [_at(found, known, cosines, float(cut)) for cut in np.quantile(cosines, 1 - np.geomspace(1e-5, 1, 60))]
        precise = [figure for figure in judged if figure.precision >= 0.7]  # noqa: PLR2004
        best = max(precise, key=lambda figure: figure.recall, default=judged[-1])
        print(f"{name} alone, at the best threshold that is precise to 0.7 (or none): {best}")


def _at(found: list[Line], known: Pairs, scores: NDArray[np.float64], threshold: float) -> Figures:
    return figures(found, known, scores, threshold)


if __name__ == "__main__":
    main()
