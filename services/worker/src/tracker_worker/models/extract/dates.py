"""Dates in a text: relative and absolute, in English, German, Spanish, Russian and Ukrainian.

Only what the words say; whether a date is a deadline is decided in `due.py`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources import files

_FRIDAY = 4
_MIDDLE = 15
"""The day that the middle of a month is."""
_ALONE = r"(?=\s*(?:[,.!?;:)/–-]|$|morning|afternoon|evening|night|at\b|pls|please|\d))"
_CALENDAR = tomllib.loads((files(__package__) / "calendar.toml").read_text(encoding="utf-8"))
_DAYS, _MONTHS = (
    [("|".join(forms)).replace("{alone}", _ALONE) for forms in _CALENDAR[kind].values()]
    for kind in ("weekdays", "months")
)
_MONTH = "|".join(f"(?P<m{n}>{names})" for n, names in enumerate(_MONTHS, 1))
WEEKDAYS = "|".join(_DAYS)
"""Names of the weekdays, as one alternative of a pattern."""
_DAY = "|".join(f"(?P<d{n}>{names})" for n, names in enumerate(_DAYS))
_NUMBERS = {word: int(number) for number, words in _CALENDAR["numbers"].items() for word in words}
_NUMBER = r"(?P<n>\d{1,2}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"


class DateKind(StrEnum):
    """How a date is written, which says how readily it is a deadline."""

    DEADLINE = "deadline"
    """Its own words make it one: "by the end of the week"."""
    NEAR = "near"
    """Today, tomorrow, in three days, by noon."""
    TIME = "time"
    """An hour; of today unless a day stands beside it."""
    WEEK = "week"
    """Some day of this week."""
    WEEKDAY = "weekday"
    ABSOLUTE = "absolute"
    """A day of a month, its name written out."""
    NUMERIC = "numeric"
    """A day of a month in figures, which may be a room or a version as well."""
    HOUR = "hour"
    """When something takes place today: "at 4"."""


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


def _end_of_month(match: re.Match[str], today: date) -> date | None:
    month = next(n for n in range(1, 13) if match.group(f"m{n}"))
    first = date(today.year + (month < today.month), month, 1)
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _mid_month(match: re.Match[str], today: date) -> date | None:
    month = next((n for n in range(1, 13) if match.group(f"m{n}")), today.month)
    return _nearest(month, _MIDDLE, None, today)


def _months_later(_match: re.Match[str], today: date) -> date:
    following = today.replace(day=1) + timedelta(days=32)
    last = (following.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return last.replace(day=min(today.day, last.day))


def _of_next_week(match: re.Match[str], today: date) -> date:
    wanted = next(n for n in range(7) if match.group(f"d{n}"))
    return today + timedelta(days=wanted - today.weekday() + 7)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = next(n for n in range(7) if match.group(f"d{n}"))
    ahead = (wanted - today.weekday() - 1) % 7 + 1
    # "Next Friday" is the one of the next calendar week where people say "this Friday" or "Friday" for the coming one.
    if match.group("next") and today.weekday() + ahead < 7:  # noqa: PLR2004 -- days of a week
        ahead += 7
    return today + timedelta(days=ahead)


def _brief(match: re.Match[str], today: date) -> date:
    wanted = next(n for n in range(7) if match.group(f"d{n}"))
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _later(unit: int) -> _Reader:
    def read(match: re.Match[str], today: date) -> date:
        number = match.group("n") or "1"
        return today + timedelta(days=unit * (int(number) if number.isdigit() else _NUMBERS[number]))

    return read


def _iso(match: re.Match[str], _today: date) -> date | None:
    return _valid(int(match.group("y")), int(match.group("mo")), int(match.group("day")))


def _numeric(match: re.Match[str], today: date) -> date | None:
    return _nearest(int(match.group("mo")), int(match.group("day")), match.groupdict().get("y"), today)


def _named(match: re.Match[str], today: date) -> date | None:
    month = next(n for n in range(1, 13) if match.group(f"m{n}"))
    groups = match.groupdict()
    return _nearest(month, int(groups.get("day") or 1), groups.get("y"), today)


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


_AFTER = (
    r"(?:in(?: the next)?|через|за|dentro de|en|in den nächsten|in|dans|fra|tra|dentro de|za|cherez|aquí a|here in)"
)
_WITHIN = (
    r"(?:within(?: the next)?|в течение|протягом|впродовж|innerhalb(?: von| der nächsten)?|binnen(?: der nächsten)?"
    r"|en el plazo de|en un plazo de|de aquí a|antes de que pasen|entro|срок\s?[—:–-]?|термін\s?[—:–-]?"
    r"|(?:not|no) later than in)"
)
_WORKING = r"(?: ?(?:working|business|calendar|рабоч\w+|робоч\w+|календарн\w+|werktag\w*|hábiles))?"
_DAYS_LONG = r"(?:days?|tage[ns]?|werktage[n]?|дн\w+|день|días?|jours?|giorni|dias?|dni)"
_WEEKS_LONG = r"(?:weeks?|недел\w+|тиж\w+|wochen?|semanas?|semaines?|settiman\w+)"
_HOURS_LONG = r"(?:hours?|hrs?|h|minutes?|mins?|час\w*|минут\w*|годин\w*|хвилин\w*|stunden?|minuten|horas?|minutos)"
_HOUR_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|двух|тр[её]х|четыр[её]х|пяти|шести|семи|восьми|девяти|десяти|двенадцати|двум|тр[её]м"
    r"|першої|другої|третьої|четвертої|п'ятої|шостої|сьомої|восьмої|дев'ятої|десятої|дванадцятої"
    r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
)
_CLAUSE_ENDS = (
    r"(?=\s*(?:[,.!?;:)—–]|$|або\b|или\b|бо\b|because\b|please\b|pls\b|вечора|вечера|утра|ранку|дня\b|pm|am))"
)
_TIME = (
    r"(?:[01]?\d|2[0-3])(?:[:.][0-5]\d)? ?(?:am|pm|uhr|hs?|ч|час\w*|год\w*|o'?clock)\b|(?:[01]?\d|2[0-3]):[0-5]\d"
    rf"|[012]\d[0-5]0\b|(?:1?\d|2[0-4]){_CLAUSE_ENDS}|(?:{_HOUR_WORDS}){_CLAUSE_ENDS}"
)
_NEXT_WEEK = (
    r"(?:(?:the )?next week|(?:на )?следующей недел[еи]|наступного тижня|на наступному тижні"
    r"|(?:in )?(?:der )?(?:nächste[rn]?|kommende[rn]?) woche|(?:de )?la (?:próxima semana|semana que viene))"
)
_OF_NEXT_WEEK = (
    r"(?:(?:of )?next week|следующей недели|наступного тижня|(?:der )?(?:nächsten?r?|kommender?) woche"
    r"|de la (?:próxima semana|semana que viene))"
)
_PART = r"noon|midday|midnight|lunch(?:time)?|tonight|this evening|(?:we )?clos(?:e|ing)(?: time)?"
_RULES = (
    _rule(
        r"\b(?:eod|cob|(?:end of|close of) (?:the |this )?(?:day|business|play)|end of today"
        r"|in the course of today|im laufe des (?:heutigen )?tages|en el transcurso del día"
        r"|(?:the )?end of (?:the )?shift"
        r"|(?:до конца|к концу) (?:сегодняшнего |рабочего )?дня|до (?:закрытия|вечера|ночи|полуночи)"
        r"|(?:до конца|к концу) смены"
        r"|к вечеру|до кінця (?:сьогоднішнього |робочого )?дня|до кінця зміни|до (?:закриття|вечора|ночі|опівночі)"
        r"|feierabend heute|(?:bis|vor) (?:heute )?(?:feierabend|ladenschluss|mitternacht|schichtende)"
        r"|bis (?:zum )?ende des tages|bis (?:heute|zum) abend|do kontsa dnya|do kintsya dnya|do vechera"
        r"|antes de (?:que termine|acabar) el día|antes del? cierre|antes de (?:que )?cerr\w+|(?:al? )?final del día"
        r"|antes de medianoche|antes de que baje el sol)\b(?! (?:tomorrow|mañana|морген))",
        _in_days(0),
        DateKind.TIME,
    ),
    _rule(
        r"\b(?:(?:by|before) (?:[\w']+ ){0,4}the weekend|eow|(?:by )?(?:the )?end of (?:the |this )?week"
        r"|(?:до конца|к концу|на конец) (?:этой )?недели|до выходных|(?:до кінця|на кінець) (?:цього )?тижня"
        r"|до вихідних|bis (?:zum )?ende (?:der|dieser|diese) woche|(?:bis|vor)(?: dem| zum)? wochenende"
        r"|do kontsa nedeli|do kintsya tyzhnya|antes de que (?:acabe|termine) (?:la|esta) semana"
        r"|antes del? (?:fin|finde)(?: de)? ?(?:semana)?|(?:para|antes de|a)(?: el)? final(?:es)? de (?:la "
        r"|esta )?semana"
        r"|antes de fin de semana|esta semana sin falta|avant la fin de (?:la|cette) semaine|entro fine settimana)\b"
        r"(?! que viene| próxima| entrante)",
        _friday,
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:(?:by |at )?(?:the )?end|close|(?:(?:bis )?(?:zum )?|am )ende|(?:до конца|к концу|в конце)"
        r"|(?:до|на|під) кін(?:ця|ець)"
        rf"|наприкінці|(?:para|a|antes de)(?: el)? final(?:es)?) {_OF_NEXT_WEEK})\b",
        lambda _match, today: today + timedelta(days=_FRIDAY - today.weekday() + 7),
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:noch diese woche|diese woche noch|(?:later |some time )?this week|на этой неделе|цього тижня"
        r"|на цьому тижні|esta (?:misma )?semana|diese woche)\b",
        _friday,
        DateKind.WEEK,
    ),
    _rule(
        rf"\b(?:(?:by|before|until) (?:the )?end|до конца|к концу|до кінця|(?:bis|zum)(?: zum)? ende"
        rf"|(?:antes de|para)(?: el)? fin(?:al(?:es)?)?)(?: of| de| des)?(?: el| the)? (?:{_MONTH})\b",
        _end_of_month,
        DateKind.DEADLINE,
    ),
    _rule(
        rf"\b(?:(?:by|before|until) mid[- ]|(?:bis|vor) mitte |(?:до|к) середин[ыеи] |до середини |(?:para"
        rf"|antes de) mediados de )"
        rf"(?:{_MONTH}|month|месяца|місяця|des monats|mes)\b",
        _mid_month,
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:by |before |at )?(?:the )?end of (?P<next>next) month|(?:до конца|к концу) следующего месяца"
        r"|до кінця наступного місяця|(?:bis )?ende (?:des )?nächsten monats"
        r"|(?:a|para|antes de)(?: el)? fin(?:al(?:es)?)? del (?:mes que viene|próximo mes))\b",
        _month_end,
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:by|before|at) (?:the )?end of (?:the |this )?month|(?:by|before) (?:the )?month[- ]end|eom"
        r"|zum monatsende"
        r"|(?:до конца|к концу) (?:этого )?месяца|до кінця (?:цього )?місяця"
        r"|bis (?:zum )?monatsende|bis ende des monats|bis ende (?:dieses )?monats?|antes de (?:que acabe"
        r"|fin de) (?:el )?mes|(?:a|para) (?:fin|finales) de(?:l| este)? ?mes|antes de finales? de mes)\b"
        r"(?! que viene| próximo| entrante)",
        _month_end,
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:(?:the )?day after tomorrow|послезавтра|післязавтра|übermorgen|uebermorgen|übermorn"
        r"|pasado mañana|après-demain"
        r"|dopodomani|pojutrze|poslezavtra|pislyazavtra)\b",
        _in_days(2),
        DateKind.NEAR,
    ),
    _rule(
        r"(?<!pasado )(?<!guten )(?<!\besta )(?<!\bla )(?<!day after )(?<!de la )(?<!\bне )(?<!\bnot )(?<!nicht )"
        r"(?<!сегодня-)(?<!сьогодні-)\b(?:tom+or+ow|tomorow|tmrw|tmr|2moro|2morrow|завтра|завтрашн\w+|к завтрему"
        r"|moagn|morng|morn|morgen(?: früh| mittag| abend| vormittag| nachmittag)?|mañana|demain|domani|amanhã"
        r"|jutra|jutro|yarın"
        r"|zavtra)\b(?! ist noch)(?<!завтрашний)(?<!завтрашній)",
        _in_days(1),
        DateKind.NEAR,
    ),
    _rule(
        r"\b(?:today|tonight|2nite|на вечер|на вечір|this (?:morning|afternoon|evening)|сегодня|сёдня|седня"
        r"|сьогодні|нині|heute?|hüt|heit|hoy|esta (?:tarde"
        r"|noche|mañana)|aujourd'hui|oggi|hoje|bugün|segodn(?:y|i)a|s'?o?hodni)\b",
        _in_days(0),
        DateKind.NEAR,
    ),
    _rule(
        rf"\b(?:{_WITHIN}|in(?: the next| der nächsten)?|через|за|dentro de|en(?: la próxima)?|dans)"
        rf"(?: {_NUMBER})? ?{_HOURS_LONG}\b|\bwithin the hour\b",
        _in_days(0),
        DateKind.NEAR,
    ),
    _rule(rf"\b{_WITHIN} {_NUMBER}{_WORKING} {_DAYS_LONG}\b", _later(1), DateKind.DEADLINE),
    _rule(rf"\b{_WITHIN}(?: {_NUMBER})? {_WEEKS_LONG}\b(?! of)", _later(7), DateKind.DEADLINE),
    _rule(rf"\b{_AFTER} {_NUMBER}{_WORKING} {_DAYS_LONG}\b", _later(1), DateKind.NEAR),
    _rule(rf"\b{_AFTER}(?: {_NUMBER})? {_WEEKS_LONG}\b(?! of)", _later(7), DateKind.NEAR),
    _rule(
        r"\ba week (?:from (?:today|now)|today)\b|\b(?:heute|morgen) in einer woche\b|\bde hoy en ocho\b",
        _in_days(7),
        DateKind.NEAR,
    ),
    _rule(
        r"\b(?:(?:in |within )a fortnight|a fortnight (?:from )?(?:today|now)|two weeks from (?:today|now)"
        r"|in 14 tagen"
        r"|(?:en|dentro de) una quincena)\b",
        _in_days(14),
        DateKind.NEAR,
    ),
    _rule(
        r"\b(?:in (?:a|one) month|через місяць|через месяц|in einem monat|(?:en|dentro de) un mes)\b",
        _months_later,
        DateKind.NEAR,
    ),
    _rule(
        r"\b(?:до утра|до ранку|by (?:the )?(?:next )?morning|before (?:the )?morning|antes de que amanezca)\b",
        _in_days(1),
        DateKind.DEADLINE,
    ),
    _rule(
        r"\b(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo),? (?P<day>[0-3]?\d)\b"
        r"(?=\s*(?:[,.;!?)]|$|(?:y|a|por|para|hay|viene|es|tiene|en|antes|necesit\w+)\b))",
        _day_of_month,
        DateKind.WEEKDAY,
    ),
    _rule(
        rf"\b(?:{_DAY}) week\b",
        lambda match, today: _brief(match, today) + timedelta(days=7),
        DateKind.WEEKDAY,
    ),
    _rule(rf"\b(?:{_DAY}),? {_NEXT_WEEK}\b", _of_next_week, DateKind.WEEKDAY),
    _rule(
        rf"\b(?:(?P<next>next|следующ\w+|наступн\w+) )?(?:{_DAY})\b(?! (?:letzter"
        rf"|pasado))",
        _weekday,
        DateKind.WEEKDAY,
    ),
    _rule(
        r"(?<=bis )(?:(?P<d0>mo)|(?P<d1>di)|(?P<d2>mi)|(?P<d3>do)|(?P<d4>fr)|(?P<d5>sa)"
        r"|(?P<d6>so))\b(?! )",
        _brief,
    ),
    _rule(r"\b(?P<y>20\d\d)-(?P<mo>\d\d)-(?P<day>\d\d)\b", _iso),
    _rule(
        r"(?<![\d.:])(?P<day>[0-3]?\d)\.(?P<mo>[01]?\d)\.?(?P<y>(?:20)?\d\d)?(?![\d%:]|\.\d|\s?(?:uhr|ч|kg|mb"
        r"|gb|€|%))",
        _numeric,
        DateKind.NUMERIC,
    ),
    _rule(r"(?<![\d/])(?P<day>[0-3]?\d)/(?P<mo>[01]?\d)(?:/(?P<y>(?:20)?\d\d))?(?![\d/])", _numeric, DateKind.NUMERIC),
    _rule(r"(?<![\d/])(?P<mo>[01]?\d)/(?P<day>1[3-9]|2\d|3[01])(?![\d/])", _numeric, DateKind.NUMERIC),
    _rule(
        rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.|-?го|-?е)?(?: of"
        rf"| de)? (?:{_MONTH})\b\.?(?:,? (?:de )?(?P<y>20\d\d))?",
        _named,
    ),
    _rule(rf"\b(?:{_MONTH}) (?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y>20\d\d))?", _named),
    _rule(rf"\b(?P<first>first|1st|першого|первого|ersten|primero)(?: of| de)? (?:{_MONTH})\b", _named),
    _rule(
        r"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|-?го|-?е)\b(?: числа)?(?! (?:floor|period|grade|class|time|party"
        r"|page|row|attempt|этаж|поверх))",
        _day_of_month,
        DateKind.NUMERIC,
    ),
    _rule(r"\b(?P<day>[0-3]?\d) числа\b", _day_of_month, DateKind.NUMERIC),
    _rule(
        r"(?:(?<=bis zum )|(?<=spätestens zum )|(?<=\bam )|(?<=bis einschließlich ))(?P<day>[0-3]?\d)\.(?!\d)",
        _day_of_month,
        DateKind.NUMERIC,
    ),
    _rule(
        r"(?:(?<=antes del )|(?<=para el )|(?<=hasta el )|(?<=día ))(?P<day>[0-3]?\d)\b(?! de|[/.:]\d)",
        _day_of_month,
        DateKind.NUMERIC,
    ),
    _rule(
        rf"(?:(?<=by )|(?<=before )|(?<=before the )|(?<=before my )|(?<=before our )|(?<=until )|(?<=till )"
        rf"|(?<=no later than ))(?:{_PART}|{_TIME})"
        rf"|(?<=до )(?:обеда|обіду|полудня|{_TIME})|(?<=к )(?:обеду|{_TIME})|(?<=do )(?:obeda|obidu)"
        rf"|(?:(?<=bis )|(?<=bis um )|(?<=bis spätestens ))(?:mittag|{_TIME})|(?<=vor )(?:mittag|{_TIME})"
        rf"|(?:(?<=antes de )|(?<=antes del ))(?:mediodía|comer|(?:las? )(?:[01]?\d|2[0-3]|{_HOUR_WORDS})\w?\b)"
        r"|(?<=antes de la )una\b",
        _in_days(0),
        DateKind.TIME,
    ),
    _rule(
        r"(?:(?<=by the )|(?<=before the )|(?<=no later than the )|(?<=bis zum )|(?<=vor dem )|(?<=до )|(?<=к )"
        r"|(?<=antes del )|(?<=para el ))"
        r"(?P<day>first|1st|ersten|первого|першого|primero|uno)(?: числа)?(?=\s*(?:[,.!?;:)]|$|and\b|please\b"
        r"|pls\b|bitte\b))",
        lambda _match, today: (today.replace(day=1) + timedelta(days=32)).replace(day=1),
        DateKind.NUMERIC,
    ),
    _rule(
        rf"\b(?:cut-?off|deadline|last (?:pick-?up|post|collection|call)|\w+schluss|hora límite)(?: time)?"
        rf"(?: is| at| ist| um| es| a las|:)* (?:{_TIME})\b",
        _in_days(0),
        DateKind.TIME,
    ),
    _rule(
        rf"(?:(?<=\bat )|(?<=\bum )|(?<=\ba las )|(?<=\bв )|(?<=\bо ))(?:{_TIME}"
        r"|midnight|noon|mitternacht|medianoche|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|dos|tres"
        r"|четыре|пять|шесть|семь|восемь|девять|десять"
        r"|четвертій|п'ятій|шостій|сьомій|восьмій|дев'ятій|десятій)\b",
        _in_days(0),
        DateKind.HOUR,
    ),
)
