"""What a task needs besides its verdict, read from the message by rules that can be checked one by one."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker_core.tables import Category

from tracker_worker.models.extract.assignee import find_assignee
from tracker_worker.models.extract.due import find_due
from tracker_worker.models.extract.labels import find_labels
from tracker_worker.models.extract.links import find_links
from tracker_worker.models.extract.title import make_title
from tracker_worker.models.reading.cleaning import own_words

MAX_READ = 8000
"""Characters that are searched for names, dates and labels."""


@dataclass(frozen=True)
class Extraction:
    """The facts of one message."""

    title: str
    """At most 90 characters."""
    description: str
    """What the sender wrote, without quoted replies and signature."""
    assignee: str | None
    """Base form of the name of the one person who should act."""
    due_on: date | None
    labels: list[str]
    links: list[str]


def extract(text: str, subject: str, sent_at: datetime, category: Category | None = None) -> Extraction:
    """Read a message.

    Args:
        text: Its text.
        subject: Its subject, empty where the channel has none.
        sent_at: When it was sent, with the sender's offset: relative dates count from that local date.
        category: What the message is, where a model has said so; it decides between a deadline and a date.
    """
    words = own_words(text)
    said = f"{subject}\n{words}".strip()[:MAX_READ]
    return Extraction(
        title=make_title(words, subject),
        description=words,
        assignee=None if category is Category.NOISE else find_assignee(said, category),
        due_on=find_due(said, sent_at.date(), category),
        labels=find_labels(said),
        links=find_links(f"{subject}\n{text}"),
    )
