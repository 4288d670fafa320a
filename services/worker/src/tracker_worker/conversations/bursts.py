"""A burst: one thought in several messages. "hi" - "the export is broken" - "yesterday's numbers again".

They are read together and make one task. Nothing is held back until a burst may be over: its first message is judged
at once, and each further one lets the whole be judged again.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from tracker_core.repositories.conversations import Context, Said

from tracker_worker.conversations.phrases import Phrase, says

GAP = timedelta(minutes=2)
"""Longest pause within a burst."""
LENGTH = timedelta(minutes=10)
"""A burst does not go on for ever."""
MAX_MESSAGES = 10
LONG = 400
"""Characters from which a message is a whole by itself: it neither begins nor continues a burst."""
ALIKE = 0.5
"""Share of common character 4-grams from which two messages are of one template: a machine's, not one thought."""
_CLOSED = {"done", "declined", "duplicate"}


def burst(context: Context) -> Sequence[Said]:
    """Return the messages before this one that it continues, oldest first; none when it stands for itself."""
    message = context.message
    if not _may_continue(context):
        return ()
    found: list[Said] = []
    following = message
    for said in reversed(context.earlier):
        if said.sender != message.sender:
            continue
        pause, whole = following.sent_at - said.sent_at, message.sent_at - said.sent_at
        if not timedelta(0) <= pause <= GAP or whole > LENGTH or len(said.text) > LONG:
            break
        if said.task is not None and said.task.status in _CLOSED:
            break
        if alike(said.text, following.text) >= ALIKE:
            break
        found.append(said)
        if says(Phrase.ANOTHER_MATTER, said.text):
            # It begins what it says; what came before was another matter.
            break
        following = said
        if len(found) == MAX_MESSAGES - 1:
            break
    return tuple(reversed(found))


def _may_continue(context: Context) -> bool:
    message = context.message
    # A mail is a whole by itself; and who answers somebody else has begun something new.
    if context.kind == "email" or not message.sender or len(message.text) > LONG:
        return False
    if context.answered is not None and context.answered.sender != message.sender:
        return False
    return not says(Phrase.ANOTHER_MATTER, message.text)


def together(said: Sequence[Said], text: str) -> str:
    """Return the texts as one."""
    return "\n".join([*(part.text.strip() for part in said), text.strip()])


def alike(one: str, other: str) -> float:
    """Return the share of character 4-grams that two texts have in common (Jaccard)."""
    first, second = _grams(one), _grams(other)
    return len(first & second) / len(first | second)


def _grams(text: str) -> set[str]:
    flat = f" {' '.join(re.findall(r'\w+', text.casefold()))} "
    return {flat[place : place + 4] for place in range(max(1, len(flat) - 3))}
