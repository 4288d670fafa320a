"""Messages with what they are duplicates of: the labelled messages, and groups written for this purpose.

`groups/*.txt` hold one report per block: each line is `language category text`, and all lines of a block report the same
thing. A line that begins with `!` speaks of the same subject and reports something else. Each file stands for the
messages of one team, so all other messages of the file are what a duplicate has to be told from.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from services.worker.training.dataset import DATA, HELD_OUT

GROUPS = Path(__file__).parent / "groups"
_SHORT = {"b": "bug", "i": "incident", "f": "feature", "q": "question", "t": "task", "n": "noise"}


@dataclass(frozen=True)
class Line:
    """One message."""

    file: str
    id: str
    language: str
    category: str
    sent_at: datetime
    author: str
    text: str
    group: str
    """Messages of one group report the same thing; a message without duplicates is a group of its own."""


def lines(*, held_out: bool = False) -> list[Line]:
    """Return all messages, those of a file together and in the order of time."""
    paths = sorted(DATA.glob("*.jsonl"))
    chosen = [path for path in paths if path.match(HELD_OUT) == held_out]
    found = [line for path in chosen for line in from_labelled(path)]
    if not held_out:
        found += [line for path in sorted(GROUPS.glob("*.txt")) for line in _from_groups(path)]
    return found


def from_labelled(path: Path) -> list[Line]:
    """Read a file of labelled messages."""
    messages = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    roots: dict[str, str] = {}
    for message in messages:
        roots[message["id"]] = roots.get(message["duplicate_of"] or "", message["duplicate_of"] or message["id"])
    return [
        Line(
            file=path.stem,
            id=message["id"],
            language=message["lang"],
            category=message["category"],
            sent_at=datetime.fromisoformat(message["sent_at"]),
            author=message["author"],
            text=message["text"],
            group=f"{path.stem}/{roots[message['id']]}",
        )
        for message in messages
    ]


def _from_groups(path: Path) -> list[Line]:
    """Read a file of groups; the messages are given times and an order by a generator with a seed."""
    found = list(_written(path))
    chance = Random(path.stem)
    chance.shuffle(found)
    start = datetime(2026, 9, 1, 7, tzinfo=UTC)
    return [
        Line(
            file=f"groups-{path.stem}",
            id=f"{path.stem}-{place}",
            language=language,
            category=category,
            sent_at=start + timedelta(minutes=47 * place),
            author=f"author {chance.randrange(60)}",
            text=text,
            group=group,
        )
        for place, (language, category, text, group) in enumerate(found)
    ]


def _written(path: Path) -> Iterator[tuple[str, str, str, str]]:
    for block, written in enumerate(path.read_text(encoding="utf-8").split("\n\n")):
        for place, line in enumerate(row for row in written.splitlines() if row and not row.startswith("#")):
            language, category, text = line.lstrip("! ").split(" ", 2)
            alone = f"/{place}" if line.startswith("!") else ""
            yield language, _SHORT[category], text.replace("\\n", "\n"), f"{path.stem}/{block}{alone}"
