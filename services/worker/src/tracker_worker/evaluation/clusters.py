"""Which messages of a file report the same thing: a duplicate of a duplicate is one of the original too."""

from collections.abc import Sequence

from tracker_worker.evaluation.labelled import Labelled


def earlier_reports(messages: Sequence[Labelled]) -> list[frozenset[int]]:
    """Return, for each message, the places of those before it that report the same."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while (up := parent.setdefault(key, key)) != key:
            parent[key] = key = parent[up]
        return key

    # A message without an id reports alone; an original that is not in the file still holds its duplicates together.
    keys = [f"id {message.id}" if message.id else f"place {place}" for place, message in enumerate(messages)]
    for key, message in zip(keys, messages, strict=True):
        if message.duplicate_of:
            parent[root(key)] = root(f"id {message.duplicate_of}")
    places: dict[str, list[int]] = {}
    earlier = []
    for place, key in enumerate(keys):
        before = places.setdefault(root(key), [])
        earlier.append(frozenset(before))
        before.append(place)
    return earlier
