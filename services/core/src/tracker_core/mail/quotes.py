"""Separates what somebody wrote from what their mail program added: the mail that is answered, and the signature.

A mail program marks a quotation in one of four ways, and only the first has a standard: lines that begin with ">", a
line of dashes with words in it, a block of From/Sent/To/Subject, and a line like "On Monday Dana wrote:". What cannot
be told for sure stays with the text: words of a customer that are shown twice cost less than words that are gone.
"""

import re
from typing import Final, NamedTuple

_MAX_LINES: Final = 20_000
_MAX_SIGNATURE: Final = 20
"""Lines; what is longer under "-- " is more than a signature."""
_MAX_ATTRIBUTION: Final = 3
"""Lines that "On Monday Dana <dana@example.com> wrote:" is wrapped into."""
_MAX_LINE: Final = 400
"""Characters of a line that are matched."""

_ANSWER: Final = re.compile(
    r"\s*(?:re|aw|sv|vs|ref|rif|odp|antw|ynt|res|отв|ha|回复|答复)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_FORWARD: Final = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|pd|doorst|vb|vl|ilt|пересл|перенаправ|转发)\s*[:：]", re.IGNORECASE
)
_DIVIDER: Final = re.compile(r"\s*(?:-{3,} ?\S[^-]{2,60}\S ?-{3,}|_{20,})\s*")
_LABEL: Final = re.compile(r"\s*\*?([^\W\d_][\w .-]{0,24}?)\s?\*?\s?[:：]\*?\s?\S")
_FROM: Final = {
    *("from", "von", "de", "da", "van", "från", "fra", "od", "lähettäjä", "kimden", "feladó"),
    *("от", "від", "发件人", "寄件者", "差出人", "보낸 사람", "מאת"),
}
_MIN_LABELS: Final = 3
_WROTE: Final = re.compile(
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|napisała?|pisze|skrev|kirjoitti|написала?|пишет"
    r"|пише|написав(?:ла)?|yazdı)\b|写道|[\w.]@[\w.-]+>",
    re.IGNORECASE,
)
"""Near the end of the line; some programs only name the sender there."""
_MOMENT: Final = re.compile(r"\d{1,2}[:.h]\d{2}|\b20\d\d\b")
_NEAR_END: Final = 80
_SENT_FROM: Final = re.compile(
    r"(?:sent from (?:my|mail|outlook|yahoo|proton)|get outlook for|von meinem .{1,30} gesendet|gesendet (?:von|mit)"
    r"|enviado desde|envoyé (?:de|depuis)|inviato da|verzonden (?:met|vanaf)|wysłane z|enviado do|skickat från"
    r"|отправлено (?:с|из)|надіслано з|відправлено з)\b.{0,80}",
    re.IGNORECASE,
)


class Separated(NamedTuple):
    """The three parts of a text."""

    own: str
    quoted: str
    signature: str


def separate(text: str, *, subject: str, answers: bool) -> Separated:
    """Split a text.

    Args:
        text: Of the mail.
        subject: A forwarded mail is kept whole: its quotation is what it is about.
        answers: Whether the headers say that it answers another mail.
    """
    lines = text.split("\n")
    quoted: list[str] = []
    is_answer = (answers or _ANSWER.match(subject) is not None) and _FORWARD.match(subject) is None
    if is_answer and len(lines) <= _MAX_LINES:
        lines, quoted = _without_quotation(lines)
    lines, signature = _without_signature(lines)
    own = "\n".join(lines).strip()
    if not own:
        return Separated(text.strip(), "", "")
    return Separated(own, "\n".join(quoted).strip(), "\n".join(signature).strip())


def _without_quotation(lines: list[str]) -> tuple[list[str], list[str]]:
    cut = min(_marked(lines), _trailing(lines))
    own, quoted = lines[:cut], lines[cut:]
    if _blank(own):
        return _below(lines)
    if quoted or not any(map(_is_quoted, own)):
        return own, quoted
    return _below(own)


def _marked(lines: list[str]) -> int:
    """First line of a quotation that goes to the end: a divider, a block of headers, "… wrote:"."""
    for number, line in enumerate(lines):
        if not line.strip() or _is_quoted(line):
            continue
        if _is_header_block(lines, number):
            return number
        if _DIVIDER.fullmatch(line[:_MAX_LINE]) and (
            "_" not in line or _is_header_block(lines, _next_filled(lines, number + 1))
        ):
            return number
        if (end := _attribution(lines, number)) and not _is_quoted_at(lines, _next_filled(lines, end)):
            return number
    return len(lines)


def _is_header_block(lines: list[str], start: int) -> bool:
    if start >= len(lines):
        return False
    first = _LABEL.match(lines[start][:_MAX_LINE])
    if not first or first[1].strip().lower() not in _FROM:
        return False
    labels = 0
    for line in lines[start : start + 6]:
        labels += _LABEL.match(line[:_MAX_LINE]) is not None
    return labels >= _MIN_LABELS


def _attribution(lines: list[str], start: int) -> int:
    """Return the line after "On … wrote:" when it begins here, else 0."""
    joined = ""
    for number in range(start, min(start + _MAX_ATTRIBUTION, len(lines))):
        if not lines[number].strip():
            return 0
        joined = f"{joined} {lines[number].strip()}"[: _MAX_LINE * 2]
        if _introduces(joined):
            # Of "Thanks!\nOn … wrote:" the first line is not part of it.
            return number + 1 if number == start or not _introduces(lines[number][:_MAX_LINE]) else 0
    return 0


def _introduces(line: str) -> bool:
    return (
        line.rstrip().endswith((":", "："))
        and _MOMENT.search(line) is not None
        and _WROTE.search(line[-_NEAR_END:]) is not None
    )


def _trailing(lines: list[str]) -> int:
    """First line of the ">" lines that the text ends with, and of what introduces them."""
    start = len(lines)
    while start and (not lines[start - 1].strip() or _is_quoted(lines[start - 1])):
        start -= 1
    if not any(map(_is_quoted, lines[start:])):
        return len(lines)
    return start - _introduction(lines[:start])


def _introduction(lines: list[str]) -> int:
    """How many lines at the end introduce a quotation: they end with a colon, in whatever language."""
    if not lines or not lines[-1].rstrip().endswith((":", "：")):
        return 0
    for length in range(1, min(_MAX_ATTRIBUTION, len(lines)) + 1):
        if len(lines) > length and lines[-length - 1].strip() and length < _MAX_ATTRIBUTION:
            continue
        joined = " ".join(lines[-length:])
        if re.search(r"\d|@", joined[: _MAX_LINE * 2]):
            return length
    return 0


def _below(lines: list[str]) -> tuple[list[str], list[str]]:
    """An answer under one quotation: "… wrote:", ">" lines, and then all that is new."""
    start = _next_filled(lines, 0)
    quote = start
    while quote < min(start + _MAX_ATTRIBUTION + 1, len(lines)) and not _is_quoted(lines[quote]):
        quote += 1
    introduced = quote == start or (
        _is_quoted_at(lines, quote) and _introduction([x for x in lines[start:quote] if x.strip()]) > 0
    )
    end = quote
    while end < len(lines) and (_is_quoted(lines[end]) or not lines[end].strip()):
        end += 1
    if not introduced or end == quote or any(map(_is_quoted, lines[end:])) or _blank(lines[end:]):
        return lines, []  # answered between the lines of the quotation: it is needed to understand the answers
    return lines[end:], lines[:end]


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    for number in range(max(0, len(lines) - _MAX_SIGNATURE - 1), len(lines)):
        if lines[number].rstrip() == "--":
            return lines[:number], lines[number + 1 :]
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    if last and _SENT_FROM.fullmatch(lines[last - 1].strip()[:_MAX_LINE]):
        return lines[: last - 1], lines[last - 1 :]
    return lines, []


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _is_quoted_at(lines: list[str], number: int) -> bool:
    return number < len(lines) and _is_quoted(lines[number])


def _next_filled(lines: list[str], start: int) -> int:
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start


def _blank(lines: list[str]) -> bool:
    return not any(line.strip() for line in lines)
