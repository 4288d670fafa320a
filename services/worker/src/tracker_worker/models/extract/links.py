"""Links in a message."""

import re

_LINK = re.compile(r"https?://[^\s<>\"'|\\^`{}]+", re.IGNORECASE)
MAX_LINKS = 20


def find_links(text: str) -> list[str]:
    """Return the http(s) links, each once, in order; punctuation of the sentence around them is not theirs."""
    links = (_trimmed(match.group()) for match in _LINK.finditer(text))
    return list(dict.fromkeys(link for link in links if len(link) > len("https://")))[:MAX_LINKS]


def _trimmed(link: str) -> str:
    link = link.rstrip(".,;:!?*_»”“")
    while link and link[-1] in ")]" and link.count(link[-1]) > link.count({")": "(", "]": "["}[link[-1]]):
        link = link[:-1].rstrip(".,;:!?")
    return link
