"""Measures what lessons do to verdicts; the figures of docs/learning.md.

    python -m services.worker.training.adaptation [--cache FILE] [--choose]

Eight kinds of message that a team might see in another way than the model does are taught with one to ten corrections
(`adaptation_kinds.json`, written for this, part of no training). Asked are further messages of the kind, strangers, and
a team's daily business: training messages with their labels, judged by models that have not seen their file.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from tracker_core.repositories.lessons import NEAREST, NearLesson
from tracker_core.tables import Category, Priority
from tracker_worker.models.duplicates import NeutralSpace
from tracker_worker.models.embedded.adaptation import MANNER, Manner, adapt
from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.reading import language

from services.worker.training import train
from services.worker.training.blocks import blocks, inverse_frequencies
from services.worker.training.dataset import training

KINDS = Path(__file__).parent / "adaptation_kinds.json"
CORRECTIONS = (1, 2, 3, 10)
DRAWS = 5
"""Choices of so many corrections of a kind."""
STRANGER = 0.3
"""Similarity below which a message is a stranger to all lessons."""
BUSINESS = (30, 200, 1000)
CHOICES = (
    Manner(blind=0.15),
    Manner(blind=0.2),
    MANNER,
    Manner(blind=0.3),
    Manner(sharpness=1.0),
    Manner(sharpness=2.0),
    Manner(prior=0.2),
    Manner(prior=0.02),
    Manner(unmoved=0.0),
)
_NOBODY = UUID(int=0)

type Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Messages with what the model says of them by itself, and what they are."""

    vectors: Numbers
    categories: Numbers
    priorities: Numbers
    truth: Sequence[tuple[str, str]]

    def lessons(self, rows: Sequence[int], vector: Numbers) -> list[NearLesson]:
        """Return what a team has said about some of them, nearest to the vector first."""
        similarities = self.vectors[rows] @ vector
        order = np.argsort(-similarities)[:NEAREST]
        return [self._lesson(rows[place], float(similarities[place])) for place in order]

    def _lesson(self, row: int, similarity: float) -> NearLesson:
        said, soon = self.truth[row]
        categories = dict(zip(Category, self.categories[row].tolist(), strict=True))
        priorities = dict(zip(Priority, self.priorities[row].tolist(), strict=True))
        judged = max(categories, key=categories.__getitem__)
        prediction = {"categories": categories, "priorities": priorities}
        return NearLesson(
            _NOBODY, _NOBODY, similarity, said, soon, judged, Priority.LOW, categories[judged], prediction, ""
        )

    def adapted(self, row: int, near: Sequence[NearLesson], manner: Manner) -> tuple[Numbers, Numbers]:
        """Return categories and priorities of one of them after lessons."""
        found = adapt(
            dict(zip(Category, self.categories[row].tolist(), strict=True)),
            dict(zip(Priority, self.priorities[row].tolist(), strict=True)),
            near,
            manner,
        )
        if found is None:
            return self.categories[row], self.priorities[row]
        return np.array(list(found.categories.values())), np.array(list(found.priorities.values()))


def daily_business(cache: Path | None) -> Judged:
    """Return the training messages, each judged by a model that has not seen its file."""
    messages = training()
    texts = [message.text for message in messages]
    part = blocks(texts, inverse_frequencies(texts), cache)
    truth = train.targets(messages)
    scores = train.by_head(train.unseen_scores(part, train.indicators(truth), [message.file for message in messages]))
    held = {name: train.CALIBRATE[name](scores[name], truth[name])(scores[name]) for name in scores}
    order = {
        name: [train.LABELS[name].index(label) for label in kinds]
        for name, kinds in (("category", Category), ("priority", Priority))
    }
    space = NeutralSpace.load()
    vectors = [space.vector(layers[-1], language.detect(text)) for layers, text in zip(part.layers, texts, strict=True)]
    return Judged(
        np.array(vectors, dtype=np.float64),
        held["category"][:, order["category"]],
        held["priority"][:, order["priority"]],
        [(message.category, message.priority) for message in messages],
    )


def kinds() -> Iterator[tuple[str, int, Judged]]:
    """Yield each kind: its name, how many of its messages are lessons, and all of them."""
    provider = EmbeddedProvider.load()
    for kind in json.loads(KINDS.read_text(encoding="utf-8")):
        read = [provider.read(text) for text in kind["lessons"] + kind["then"]]
        yield (
            kind["kind"],
            len(kind["lessons"]),
            Judged(
                np.array([vector for _, vector in read]),
                np.array([[prediction.categories[label] for label in Category] for prediction, _ in read]),
                np.array([[prediction.priorities[label] for label in Priority] for prediction, _ in read]),
                [(kind["category"], kind["priority"])] * len(read),
            ),
        )


def taught(found: Sequence[tuple[str, int, Judged]], manner: Manner) -> list[tuple[float, float]]:
    """Return, for each number of corrections, the mean probability of what was said and how often it is the verdict."""
    chance = np.random.default_rng(1)
    results = []
    for count in CORRECTIONS:
        held, right = [], []
        for _, lessons, judged in found:
            place = list(Category).index(Category(judged.truth[0][0]))
            for _ in range(1 if count == lessons else DRAWS):
                rows = chance.permutation(lessons)[:count].tolist()
                for row in range(lessons, len(judged.truth)):
                    after, _ = judged.adapted(row, judged.lessons(rows, judged.vectors[row]), manner)
                    held.append(after[place])
                    right.append(after.argmax() == place)
        results.append((float(np.mean(held)), float(np.mean(right))))
    return results


def strangers(found: Sequence[tuple[str, int, Judged]], others: Judged, manner: Manner) -> tuple[float, float, float]:
    """Return the share of strangers that ten corrections move, the largest move, and the share of verdicts changed."""
    moves, changed = [], []
    for _, lessons, judged in found:
        nearest = (others.vectors @ judged.vectors[:lessons].T).max(axis=1)
        for row in np.flatnonzero(nearest < STRANGER).tolist():
            after, _ = others.adapted(row, judged.lessons(range(lessons), others.vectors[row]), manner)
            moves.append(float(np.abs(after - others.categories[row]).max()))
            changed.append(after.argmax() != others.categories[row].argmax())
    return float(np.mean(np.array(moves) >= 0.005)), max(moves), float(np.mean(changed))  # noqa: PLR2004 -- as promised


def at_work(others: Judged, count: int, manner: Manner) -> str:
    """Return accuracy and calibration error before and after so many lessons of daily business."""
    rows = np.random.default_rng(count).permutation(len(others.truth)).tolist()
    lessons, asked = rows[:count], rows[count : count + 1500]
    after = [others.adapted(row, others.lessons(lessons, others.vectors[row]), manner) for row in asked]
    is_category = np.array([list(Category).index(Category(others.truth[row][0])) for row in asked])
    is_priority = np.array([list(Priority).index(Priority(others.truth[row][1])) for row in asked])
    parts = (
        ("category", others.categories[asked], np.array([categories for categories, _ in after]), is_category),
        ("priority", others.priorities[asked], np.array([priorities for _, priorities in after]), is_priority),
    )
    told = []
    for name, held, adapted, truth in parts:
        (before, error), (right, error_after) = _figures(held, truth), _figures(adapted, truth)
        told.append(f"{name} {before:.3f} -> {right:.3f}, ECE {error:.3f} -> {error_after:.3f}")
    return "; ".join(told)


def _figures(held: Numbers, truth: NDArray[np.int64]) -> tuple[float, float]:
    right, confidence = held.argmax(axis=1) == truth, held.max(axis=1)
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs((confidence[bins == b] - right[bins == b]).sum()) for b in range(10)]
    return float(right.mean()), sum(gaps) / len(truth)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    parser.add_argument("--choose", action="store_true", help="compare other ways to weigh lessons")
    arguments = parser.parse_args()
    found, others = list(kinds()), daily_business(arguments.cache)
    raw = [
        judged.categories[lessons:, list(Category).index(Category(judged.truth[0][0]))] for _, lessons, judged in found
    ]
    print(f"before: {np.mean(raw):.2f}")
    print(f"| way | {' | '.join(f'after {count}' for count in CORRECTIONS)} | strangers moved, largest, changed |")
    for manner in CHOICES if arguments.choose else (MANNER,):
        effects = " | ".join(f"{held:.2f}, {right:.0%}" for held, right in taught(found, manner))
        moved, largest, changed = strangers(found, others, manner)
        print(f"| {manner} | {effects} | {moved:.2%}, {largest:.3f}, {changed:.2%} |", flush=True)
        for count in BUSINESS:
            print(f"  {count} lessons: {at_work(others, count, manner)}", flush=True)


if __name__ == "__main__":
    main()
