"""Long answers as several messages, cut where a reader would cut them; pure."""

MAX_UNITS = 4096
"""UTF-16 code units of one message (https://core.telegram.org/bots/api#sendmessage)."""
_BREAKS = ("\n\n", "\n", ". ", " ")


def split(text: str, limit: int = MAX_UNITS) -> list[str]:
    """Return the text in pieces of at most `limit` UTF-16 code units, none of them blank."""
    pieces = []
    rest = text.strip()
    while rest:
        piece = _fitting(rest, limit)
        if len(piece) < len(rest):
            piece = _at_break(piece)
        pieces.append(piece.rstrip())
        rest = rest[len(piece) :].lstrip()
    return pieces


def _fitting(text: str, limit: int) -> str:
    """Return the longest beginning within the limit, whole characters only."""
    encoded = text[:limit].encode("utf-16-le", "replace")
    return encoded[: limit * 2].decode("utf-16-le", "ignore")


def _at_break(piece: str) -> str:
    for mark in _BREAKS:
        # Not too early: a piece of a few words reads worse than a cut sentence.
        if (at := piece.rfind(mark, len(piece) // 2)) > 0:
            return piece[: at + len(mark)]
    return piece
