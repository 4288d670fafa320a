"""Messages with what they are duplicates of: the labelled messages, and groups written for this purpose.

`groups/*.txt` hold one report per block: each line is `language category text`, and all lines of a block report the
same thing. A line that begins with `!` speaks of the same subject and reports something else; one that begins with
`+` was written within half an hour of the line above it. Each file stands for the messages of one team. In the field
duplicates are rare, so each file is filled up with messages of others; and they come soon after one another, so the
times are drawn as they are in the labelled messages.

`teams/*.txt` are written alike, of other worlds, and nothing has been learnt from them: several of them in one pool say
what the model is worth to strangers.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from services.worker.training.dataset import DATA, HELD_OUT

GROUPS = Path(__file__).parent / "groups"
TEAMS = Path(__file__).parent / "teams"
POOLS = 3
"""Pools of teams, so that most of a message's neighbours are strangers to it."""
_SHORT = {"b": "bug", "i": "incident", "f": "feature", "q": "question", "t": "task", "n": "noise"}


STRANGERS = 150
"""Messages of others that a file of groups is filled up with."""
SPAN = 30.0
"""Days over which the messages of a file are spread."""
AT_ONCE = (0.0005, 0.02)
"""Days until somebody adds to what was just said."""
GAPS = (0.08, 0.2, 0.34, 0.6, 1.1, 3.0, 8.0, 20.0)
"""Days between two reports of one thing: quantiles of the labelled messages."""
MIXED_UP = {"eastmix", "eastmix2", "eastmix3"}
"""Files that label some of their duplicates only."""


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
    stranger: bool = False
    """Whether it was added from elsewhere: what two strangers have in common is not known."""


def lines() -> list[Line]:
    """Return all messages to learn from, those of a file together and in the order of time.

    A file that labels no duplicate may have some all the same: its messages are strangers to others, no more.
    """
    files = [_labelled(path) for path in sorted(DATA.glob("*.jsonl")) if not path.match(HELD_OUT)]
    told = [file for file in files if _labels(file) and file[0].file not in MIXED_UP]
    others = [line for file in files if file not in told for line in file]
    groups = [_from_groups(path, others) for path in sorted(GROUPS.glob("*.txt"))]
    return [line for file in [*told, *groups] for line in file]


def corpus() -> list[Line]:
    """Return every message once, whether its duplicates are labelled or not."""
    files = [_labelled(path) for path in sorted(DATA.glob("*.jsonl")) if not path.match(HELD_OUT)]
    files += [_from_groups(path, []) for path in sorted(GROUPS.glob("*.txt"))]
    return [line for file in files for line in file]


def teams() -> list[Line]:
    """Return the messages of the teams that nothing was learnt from, each pool a file of its own."""
    paths = sorted(TEAMS.glob("*.txt"))
    found = [
        replace(line, file=f"teams-{start}")
        for start in range(POOLS)
        for path in paths[start::POOLS]
        for line in _from_groups(path, [])
    ]
    return sorted(found, key=lambda line: (line.file, line.sent_at))


def held_out() -> list[Line]:
    """Return the messages that are kept apart, each file a file of its own."""
    return [line for path in sorted(DATA.glob(HELD_OUT)) for line in _labelled(path)]


def _labels(file: list[Line]) -> bool:
    return len({line.group for line in file}) < len(file)


def _labelled(path: Path) -> list[Line]:
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


def _from_groups(path: Path, others: list[Line]) -> list[Line]:
    """Read a file of groups, add strangers, draw times with a generator that has a seed."""
    chance = Random(path.stem)
    start = datetime(2026, 9, 1, 7, tzinfo=UTC)
    found = []
    for block, written in enumerate(path.read_text(encoding="utf-8").split("\n\n")):
        day = chance.uniform(0, SPAN)
        for place, line in enumerate(row for row in written.splitlines() if row):
            language, category, text = line.lstrip("!+ ").split(" ", 2)
            alone = line.startswith("!")
            if line.startswith("+"):
                day += chance.uniform(*AT_ONCE)
            elif place:
                soon = not alone or chance.random() < 0.5  # noqa: PLR2004 -- other trouble with a thing may come soon too
                day = day + chance.choice(GAPS) * chance.uniform(0.5, 1.5) if soon else chance.uniform(0, SPAN)
            found.append(
                Line(
                    file=f"groups-{path.stem}",
                    id=f"{path.stem}-{block}-{place}",
                    language=language,
                    category=_SHORT[category],
                    sent_at=start + timedelta(days=day),
                    author=f"author {chance.randrange(60)}",
                    text=text.replace("\\n", "\n"),
                    group=f"{path.stem}/{block}" + (f"/{place}" if alone else ""),
                )
            )
    for other in chance.sample(others, min(STRANGERS, len(others))):
        at = start + timedelta(days=chance.uniform(0, SPAN))
        found.append(replace(other, file=f"groups-{path.stem}", sent_at=at, stranger=True))
    return sorted(found, key=lambda line: line.sent_at)
