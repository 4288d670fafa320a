"""Dates in a text: relative and absolute, in English, German, Spanish, Russian and Ukrainian.

Only what the words say; whether a date is a deadline is decided in `due.py`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_FRIDAY = 4
_DAYS = (
    r"mon(?:day)?s?|понедельник\w*|пн|понеділ\w+|montags?|lunes",
    r"tue(?:s(?:day)?)?s?|вторник\w*|вт|вівтор\w+|dienstags?|martes",
    r"wed(?:nesday)?s?|сред[аеуы]|ср|серед[аиу]|mittwochs?|mi[eé]rcoles",
    r"thu(?:r(?:s(?:day)?)?)?s?|четверг\w*|чт|четвер\w*|donnerstags?|jueves",
    r"fri(?:day)?s?|пятниц\w+|пт|п[\W]?ятниц\w+|freitags?|viernes",
    r"sat(?:urday)?s?|суббот\w+|сб|субот\w+|samstags?|sonnabends?|s[aá]bado",
    r"sun(?:day)?s?|воскресень\w+|вс|неділ[яіюею]+|sonntags?|domingo",
)
_MONTHS = (
    r"jan(?:uary|uar)?|январ\w+|січн\w+|enero|jänner",
    r"feb(?:ruary|ruar)?|феврал\w+|лют\w+|febrero",
    r"mar(?:ch)?|märz|март[ае]?|берез\w+|marzo",
    r"apr(?:il)?|апрел\w+|квіт\w+|abril",
    r"may|mai|ма[яе]|трав\w+|mayo",
    r"june?|juni|июн\w+|черв\w+|junio",
    r"july?|juli|июл\w+|лип\w+|julio",
    r"aug(?:ust)?|август\w*|серп\w+|agosto",
    r"sept?(?:ember)?|сентябр\w+|верес\w+|sep?tiembre",
    r"oct(?:ober)?|okt(?:ober)?|октябр\w+|жовт\w+|octubre",
    r"nov(?:ember)?|ноябр\w+|листопад\w*|noviembre",
    r"dec(?:ember)?|dez(?:ember)?|декабр\w+|груд\w+|diciembre",
)
_MONTH = "|".join(f"(?P<m{n}>{names})" for n, names in enumerate(_MONTHS, 1))
WEEKDAYS = "|".join(_DAYS)
"""Names of the weekdays, as one alternative of a pattern."""
_DAY = "|".join(f"(?P<d{n}>{names})" for n, names in enumerate(_DAYS))
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "einem": 1,
    "einer": 1,
    "un": 1,
    "una": 1,
    "один": 1,
    "одну": 1,
    "two": 2,
    "couple": 2,
    "zwei": 2,
    "dos": 2,
    "два": 2,
    "две": 2,
    "дві": 2,
    "пару": 2,
    "three": 3,
    "drei": 3,
    "tres": 3,
    "три": 3,
    "four": 4,
    "vier": 4,
    "cuatro": 4,
    "четыре": 4,
    "чотири": 4,
    "five": 5,
    "fünf": 5,
    "cinco": 5,
    "пять": 5,
    "п'ять": 5,
    "ten": 10,
    "zehn": 10,
    "diez": 10,
    "десять": 10,
}
_NUMBER = r"(?P<n>\d{1,2}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"


class DateKind(StrEnum):
    """How a date is written, which says how readily it is a deadline."""

    DEADLINE = "deadline"
    """Its own words make it one: "by the end of the week"."""
    NEAR = "near"
    """Today, tomorrow, in three days, by noon."""
    WEEKDAY = "weekday"
    ABSOLUTE = "absolute"
    """A day of a month."""


@dataclass(frozen=True)
class FoundDate:
    """A date and its place in the text."""

    start: int
    day: date
    kind: DateKind


def find_dates(line: str, today: date) -> Iterator[FoundDate]:
    """Yield the dates in a lower-case line; `today` is the sender's."""
    for kind, pattern, read in _RULES:
        for match in pattern.finditer(line):
            day = read(match, today)
            if day is not None:
                yield FoundDate(match.start(), day, kind)


type _Reader = Callable[[re.Match[str], date], date | None]


def _in_days(days: int) -> _Reader:
    return lambda _match, today: today + timedelta(days=days)


def _friday(match: re.Match[str], today: date) -> date:
    weeks = 1 if match.groupdict().get("next") else 0
    ahead = _FRIDAY - today.weekday()
    return today + timedelta(days=(ahead if ahead >= 0 else ahead + 7) + 7 * weeks)


def _month_end(match: re.Match[str], today: date) -> date:
    first = today.replace(day=1)
    for _ in range(2 if match.groupdict().get("next") else 1):
        first = (first + timedelta(days=32)).replace(day=1)
    return first - timedelta(days=1)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = next(n for n in range(7) if match.group(f"d{n}"))
    ahead = (wanted - today.weekday() - 1) % 7 + 1
    # "Next Friday" is the one of the next calendar week where people say "this Friday" or "Friday" for the coming one.
    if match.group("next") and today.weekday() + ahead < 7:  # noqa: PLR2004 -- days of a week
        ahead += 7
    return today + timedelta(days=ahead)


def _later(unit: int) -> _Reader:
    def read(match: re.Match[str], today: date) -> date:
        number = match.group("n") or "1"
        return today + timedelta(days=unit * (int(number) if number.isdigit() else _NUMBERS[number]))

    return read


def _iso(match: re.Match[str], _today: date) -> date | None:
    return _valid(int(match.group("y")), int(match.group("mo")), int(match.group("day")))


def _numeric(match: re.Match[str], today: date) -> date | None:
    return _nearest(int(match.group("mo")), int(match.group("day")), match.group("y"), today)


def _named(match: re.Match[str], today: date) -> date | None:
    month = next(n for n in range(1, 13) if match.group(f"m{n}"))
    return _nearest(month, int(match.group("day")), match.group("y"), today)


def _day_of_month(match: re.Match[str], today: date) -> date | None:
    day = int(match.group("day"))
    this_month = _valid(today.year, today.month, day)
    if this_month and this_month >= today:
        return this_month
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _valid(following.year, following.month, day)


def _nearest(month: int, day: int, year: str | None, today: date) -> date | None:
    if year:
        number = int(year)
        return _valid(number if number > 99 else 2000 + number, month, day)  # noqa: PLR2004 -- years of two digits
    this_year = _valid(today.year, month, day)
    if this_year and this_year < today - timedelta(days=60):
        return _valid(today.year + 1, month, day)
    return this_year


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _rule(pattern: str, read: _Reader, kind: DateKind = DateKind.ABSOLUTE) -> tuple[DateKind, re.Pattern[str], _Reader]:
    return kind, re.compile(pattern), read


_AFTER = r"(?:within(?: the next)?|in(?: the next)?|через|за|протягом|в течение|dentro de|en|innerhalb von)"
_TIME = r"(?:[01]?\d|2[0-3])(?:[:.][0-5]\d)? ?(?:am|pm|uhr|h|ч|год|o'?clock)|(?:[01]?\d|2[0-3]):[0-5]\d"
_RULES = (
    _rule(
        r"\b(?:eod|cob|(?:end of|close of) (?:the |this )?(?:day|business|play)|end of today"
        r"|до конца (?:сегодняшнего |рабочего )?дня"
        r"|к концу дня|до кінця (?:сьогоднішнього |робочого )?дня|feierabend heute|bis (?:heute )?feierabend"
        r"|bis (?:zum )?ende des tages"
        r"|antes de (?:que termine|acabar) el día|(?:al )?final del día)\b(?! (?:tomorrow|mañana|морген))",
        _in_days(0),
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:by|before) the weekend|eow|(?:by )?(?:the )?end of (?:the |this )?week"
        r"|до конца (?:этой )?недели|к концу недели|до выходных|до кінця (?:цього )?тижня"
        r"|до вихідних|bis (?:zum )?ende (?:der|dieser) woche|bis (?:zum )?wochenende|bis ende der woche|bis wochenende"
        r"|antes del fin de semana|(?:para|antes de|a) (?:el )?final(?:es)? de (?:la |esta )?semana"
        r"|esta semana sin falta)\b",
        _friday,
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:by )?(?:the )?end of (?P<next>next) week|до конца (?:следующей) недели"
        r"|до кінця (?:наступного) тижня|bis ende (?:nächster|kommender) woche"
        r"|para finales de la semana que viene)\b",
        lambda _match, today: today + timedelta(days=_FRIDAY - today.weekday() + 7),
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:by (?:the )?end of (?:the |this )?month|before (?:the )?month end|eom|до конца (?:этого )?месяца"
        r"|к концу месяца|до кінця (?:цього )?місяця"
        r"|bis (?:zum )?monatsende|bis ende des monats|bis ende (?:dieses )?monats?|antes de (?:que acabe"
        r"|fin de) (?:el )?mes|a fin de mes|antes de final de mes)\b",
        _month_end,
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:the )?day after tomorrow|послезавтра|післязавтра|übermorgen|pasado mañana|après-demain|dopodomani)\b",
        _in_days(2),
        DateKind.NEAR,
    ),
    _rule(
        r"(?<!pasado )(?<!guten )(?<!esta )(?<!la )(?<!day after )\b(?:tomorrow|tmrw|tmr|2moro|завтра"
        r"|завтрашн\w+|morgen(?: früh| mittag| abend| vormittag| nachmittag)?|mañana|demain|domani|amanhã|jutra"
        r"|zavtra)\b(?! ist noch)",
        _in_days(1),
        DateKind.NEAR,
    ),
    _rule(
        r"\b(?:today|tonight|this (?:morning|afternoon|evening)|сегодня|сьогодні|heute|hoy|esta (?:tarde|noche"
        r"|mañana)|aujourd'hui|oggi|hoje|segodnya|sohodni)\b",
        _in_days(0),
        DateKind.NEAR,
    ),
    _rule(rf"\b{_AFTER} {_NUMBER} (?:days?|tagen?|дн\w+|день|días?)\b", _later(1), DateKind.NEAR),
    _rule(rf"\b{_AFTER}(?: {_NUMBER})? (?:weeks?|недел\w+|тиж\w+|wochen?|semanas?)\b(?! of)", _later(7), DateKind.NEAR),
    _rule(
        rf"\b(?:(?P<next>next|следующ\w+|наступн\w+) )?(?:{_DAY})\b(?! (?:letzter|pasado))", _weekday, DateKind.WEEKDAY
    ),
    _rule(r"\b(?P<y>20\d\d)-(?P<mo>\d\d)-(?P<day>\d\d)\b", _iso),
    _rule(
        r"(?<![\d.:])(?P<day>[0-3]?\d)\.(?P<mo>[01]?\d)\.?(?P<y>(?:20)?\d\d)?(?![\d.%:]|\s?(?:uhr|ч|kg|mb|gb|€|%))",
        _numeric,
    ),
    _rule(r"(?<![\d/])(?P<day>[0-3]?\d)/(?P<mo>[01]?\d)(?:/(?P<y>(?:20)?\d\d))?(?![\d/])", _numeric),
    _rule(
        rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.|-?го|-?е)?(?: of| de)? (?:{_MONTH})\b\.?(?:,? (?:de )?(?P<y>20\d\d))?",
        _named,
    ),
    _rule(rf"\b(?:{_MONTH}) (?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y>20\d\d))?", _named),
    _rule(r"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|-?го|-?е)\b(?: числа)?(?! (?:floor|этаж))", _day_of_month),
    _rule(r"\b(?P<day>[0-3]?\d) числа\b", _day_of_month),
    _rule(r"(?<=bis zum )(?P<day>[0-3]?\d)\.(?!\d)", _day_of_month),
    _rule(
        r"(?:(?<=antes del )|(?<=para el )|(?<=hasta el )|(?<=día ))(?P<day>[0-3]?\d)\b(?! de|[/.:]\d)", _day_of_month
    ),
    _rule(
        rf"(?<=by )(?:noon|lunch(?:time)?|{_TIME})|(?<=before )(?:noon|lunch(?:time)?|{_TIME})|(?<=до )(?:обеда"
        rf"|обіду|{_TIME})|(?<=к )(?:обеду|{_TIME})"
        rf"|(?<=bis )(?:mittag|{_TIME})|(?<=vor )(?:mittag|{_TIME})|(?<=antes de )(?:mediodía"
        r"|(?:las )?(?:[01]?\d|2[0-3])\b)",
        _in_days(0),
        DateKind.NEAR,
    ),
)
