"""Reads and checks the labelled messages.

Every line must be well formed, and nothing of the held-out file may be in the training files, not even reworded: a
leak would make every figure of the model card a lie.

`python -m services.worker.training.dataset` checks the files and counts what is in them.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
HELD_OUT = "heldout*.jsonl"
"""Never trained nor tuned on."""
NEAR = 0.6
"""Jaccard similarity of the character 4-grams from which two messages say the same."""

CATEGORIES = ("bug", "feature", "question", "task", "incident", "noise")
PRIORITIES = ("low", "medium", "high", "urgent")
_FIELDS = {
    "id": str,
    "channel": str,
    "lang": str,
    "sent_at": str,
    "author": str,
    "text": str,
    "category": str,
    "priority": str,
    "actionable": bool,
    "assignee": str | None,
    "due": str | None,
    "labels_hint": list,
    "duplicate_of": str | None,
    "hard": bool,
}


class DataError(Exception):
    """A data file is wrong; the message names file, line and cure."""


@dataclass(frozen=True)
class Message:
    """One labelled message."""

    file: str
    """Name of its file without the suffix; files are voices and topics, and cross-validation keeps them together."""
    id: str
    lang: str
    sent_at: datetime
    text: str
    category: str
    priority: str
    assignee: str | None
    due: date | None
    hard: bool


def load(path: Path) -> list[Message]:
    """Read one file.

    Raises:
        DataError: A line is not as the format wants it.
    """
    messages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            messages.append(_message(path.stem, json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path.name} line {number}: {error}") from error
    return messages


def training() -> list[Message]:
    """Read all training files, in the order of their names."""
    return [m for path in sorted(DATA.glob("*.jsonl")) if not path.match(HELD_OUT) for m in load(path)]


def held_out() -> list[Message]:
    """Read the held-out files, in the order of their names."""
    return [m for path in sorted(DATA.glob(HELD_OUT)) for m in load(path)]


def fingerprint(messages: list[Message]) -> str:
    """Return a hash of what the messages teach."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(f"{message.text}\0{message.category}\0{message.priority}\n".encode())
    return digest.hexdigest()[:16]


def twins(messages: list[Message], others: list[Message], near: float = NEAR) -> list[tuple[str, str, float]]:
    """Return pairs of ids that say nearly the same, with their similarity.

    Args:
        messages: Looked up, one by one.
        others: Looked among.
        near: Similarity from which a pair counts.
    """
    holders: dict[str, list[int]] = {}
    shingles = [_shingles(other.text) for other in others]
    for place, grams in enumerate(shingles):
        for gram in grams:
            holders.setdefault(gram, []).append(place)
    found = []
    for message in messages:
        grams = _shingles(message.text)
        shared = Counter(place for gram in grams for place in holders.get(gram, ()))
        for place, count in shared.items():
            similarity = count / (len(grams) + len(shingles[place]) - count)
            if similarity >= near:
                found.append((message.id, others[place].id, similarity))
    return found


def check() -> list[str]:
    """Return what is wrong with the data as a whole."""
    train, apart = training(), held_out()
    problems = [f"id {i!r} is used twice" for i, n in Counter(m.id for m in train + apart).items() if n > 1]
    problems += [f"{t!r} is {n} training messages" for t, n in Counter(m.text for m in train).items() if n > 1]
    problems += [f"held-out {a} is near training {b} ({s:.2f})" for a, b, s in twins(apart, train)]
    return problems


def _shingles(text: str) -> set[str]:
    flat = f" {' '.join(re.findall(r'\w+', text.casefold()))} "
    return {flat[i : i + 4] for i in range(max(1, len(flat) - 3))}


def _message(file: str, line: dict[str, Any]) -> Message:
    if set(line) != set(_FIELDS):
        raise ValueError(f"fields {sorted(set(line) ^ set(_FIELDS))} are missing or unknown")
    for name, kind in _FIELDS.items():
        if not isinstance(line[name], kind):
            raise TypeError(f"{name} is {line[name]!r}")
    if line["category"] not in CATEGORIES or line["priority"] not in PRIORITIES or not line["text"].strip():
        raise ValueError("category, priority or text is none that the format knows")
    noise = line["category"] == "noise"
    if line["actionable"] == noise or (noise and line["priority"] != "low"):
        raise ValueError("noise, and only noise, is not actionable; its priority is low")
    sent_at = datetime.fromisoformat(line["sent_at"])
    if sent_at.tzinfo is None:
        raise ValueError("sent_at has no offset")
    return Message(
        file=file,
        id=line["id"],
        lang=line["lang"],
        sent_at=sent_at,
        text=line["text"],
        category=line["category"],
        priority=line["priority"],
        assignee=line["assignee"],
        due=date.fromisoformat(line["due"]) if line["due"] else None,
        hard=line["hard"],
    )


def main() -> int:
    """Check and count."""
    problems = check()
    for problem in problems:
        print(problem)
    for name, messages in (("training", training()), ("held-out", held_out())):
        print(f"{name}: {len(messages)} messages")
        print("  ", dict(Counter(m.category for m in messages).most_common()))
        print("  ", dict(Counter(m.priority for m in messages).most_common()))
        print("  ", dict(Counter(m.lang for m in messages).most_common()))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
