"""What an invitation says, in words: the first event of an iCalendar file (RFC 5545), as the headers of a mail."""

import re
from typing import Final

_MAX: Final = 200_000
"""Characters that are read."""
_METHODS: Final = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Another time is proposed",
}
_FIELDS: Final = {"SUMMARY": "", "DTSTART": "When", "LOCATION": "Where", "ORGANIZER": "Organizer"}
_TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?")


def invitation(calendar: str) -> str:
    """Return what the event is, when and where; empty when there is no event that can be read."""
    lines = re.sub(r"\r?\n[ \t]", "", calendar[:_MAX]).splitlines()
    method, found, depth = "", dict[str, str](), list[str]()
    for line in lines:
        label, _, value = line.partition(":")
        name, _, parameters = label.partition(";")
        match name.strip().upper():
            case "BEGIN":
                depth.append(value.strip().upper())
            case "END" if depth:
                depth.pop()
            case "METHOD" if depth == ["VCALENDAR"]:
                method = value.strip().upper()
            case field if field in _FIELDS and depth[-1:] == ["VEVENT"]:
                found.setdefault(field, _shown(field, parameters, line[len(label) + 1 :]))
    if not found.get("SUMMARY") and not found.get("DTSTART"):
        return ""
    title = f"{_METHODS.get(method, 'Event')}: {found.get('SUMMARY') or '(no title)'}"
    return "\n".join([title, *(f"{_FIELDS[f]}: {found[f]}" for f in _FIELDS if _FIELDS[f] and found.get(f))])


def _shown(field: str, parameters: str, value: str) -> str:
    if field == "DTSTART":
        return _time(parameters, value)
    if field == "ORGANIZER":
        return re.sub(r"(?i)^.*mailto:", "", value).strip()
    return re.sub(r"\\([nN,;\\])", lambda m: " " if m[1] in "nN" else m[1], value).strip()


def _time(parameters: str, value: str) -> str:
    """`DTSTART;TZID=Europe/Kyiv:20261124T100000` to `2026-11-24 10:00 (Europe/Kyiv)`: the sender's own words for it."""
    found = _TIME.fullmatch(value.strip())
    if not found:
        return value.strip()
    year, month, day, hour, minute, _, utc = found.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    zone = re.search(r'(?i)TZID="?([^";:]+)', parameters)
    return f"{year}-{month}-{day} {hour}:{minute}" + (" UTC" if utc else f" ({zone[1]})" if zone else "")
