"""HTML to readable text: what a mail says whose writer sent nothing plainer."""

import html
import re
from collections.abc import Iterator
from typing import Final

_MAX_HTML: Final = 1_000_000
"""Characters of HTML that are turned into text."""
_MAX_QUOTES: Final = 3
"""Levels of quotation that are shown."""
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*|[!?])")
_HREF: Final = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_BLOCK: Final = re.compile(
    "br|address|article|aside|blockquote|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|main|nav|ol|p|pre"
    "|section|table|tr|ul"
)
_HIDDEN: Final = {"script", "style", "template", "title"}
_OPEN_QUOTE, _CLOSE_QUOTE = "\x02", "\x03"
"""Stand for the two ends of a blockquote until the lines are known."""


def text_of_html(page: str) -> str:
    """Turn HTML into readable text: blocks become lines, list items get a dash, links keep their address, quotes get >.

    A scanner of our own, in linear time: the stdlib's `html.parser` takes minutes for a few hundred kilobytes of `<!--`
    (CVE-2025-6069; not fixed in the Pythons that people have), and a mail may hold just that.
    """
    page = page[:_MAX_HTML]
    lowered = page.lower() if page.isascii() else re.sub("[A-Z]+", lambda m: m[0].lower(), page)  # keeps the length
    out: list[str] = []
    link: tuple[str, int] | None = None
    at, verbatim = 0, False
    while at < len(page):
        opening = page.find("<", at)
        out.append(_shown(page[at : opening if opening >= 0 else len(page)], verbatim=verbatim))
        if opening < 0:
            break
        comment = page.startswith("<!--", opening)
        tag = None if comment else _TAG.match(lowered, opening)
        if not comment and not tag:
            out.append("<")
            at = opening + 1
            continue
        name = tag[2] if tag else ""
        hidden = tag is not None and not tag[1] and name in _HIDDEN
        closing = page.find("-->", opening + 4) if comment else page.find(">", opening)
        if hidden:
            closing = page.find(">", max(0, lowered.find(f"</{name}", opening)) or len(page))
        if closing < 0:
            break  # what is never closed is never shown
        at = closing + (3 if comment else 1)
        if name == "a":
            if link:
                out.append(_address_of_link(link[0], "".join(out[link[1] :])))
            link = (_href(page[opening:closing]), len(out)) if tag and not tag[1] else None
        else:
            out.append(_break(name, opens=bool(tag and not tag[1])))
            verbatim = bool(tag and not tag[1]) if name == "pre" else verbatim
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_quoted_lines("".join(out)))).strip()


def _quoted_lines(text: str) -> Iterator[str]:
    depth = 0
    for line in text.split("\n"):
        depth = max(0, depth + line.count(_OPEN_QUOTE) - line.count(_CLOSE_QUOTE))
        shown = " ".join(line.replace(_OPEN_QUOTE, "").replace(_CLOSE_QUOTE, "").split())
        yield "> " * min(depth, _MAX_QUOTES) + shown if depth and shown else shown


def _shown(text: str, *, verbatim: bool) -> str:
    text = text if verbatim else re.sub(r"\s+", " ", text)
    try:
        return html.unescape(text)
    except ValueError:  # a character reference of thousands of digits
        return text


def _break(tag: str, *, opens: bool) -> str:
    if tag == "li":
        return "\n- " if opens else ""
    if tag in {"td", "th"}:
        return " "
    if tag == "blockquote":
        return "\n" + (_OPEN_QUOTE if opens else _CLOSE_QUOTE)
    return "\n\n" if tag == "p" else "\n" if _BLOCK.fullmatch(tag) else ""


def _href(tag: str) -> str:
    found = _HREF.search(tag)
    return _shown(found[1] or found[2] or found[3] or "", verbatim=True) if found else ""


def _address_of_link(address: str, shown: str) -> str:
    shown = " ".join(shown.split()).rstrip("/")
    return f" ({address})" if shown and shown not in address and address.startswith(("http://", "https://")) else ""
