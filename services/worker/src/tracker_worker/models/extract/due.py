"""The day by which something has to be done, as the text says it, in English, German, Spanish, Russian and Ukrainian.

A date is due only where the text asks for something by it. "Out of office until 2 September", "down since Monday" and
"is Thursday a holiday?" have dates and no deadline, so a date needs a word that makes it a deadline, or a request
around it. General date parsers find every date and cannot tell these apart; hence own rules.
"""

import re
from collections.abc import Sequence
from datetime import date

from tracker_core.tables import Category

from tracker_worker.models.extract.dates import WEEKDAYS, DateKind, FoundDate, find_dates
from tracker_worker.models.reading import cues
from tracker_worker.models.reading.tokens import tokenize

_DEADLINE = re.compile(
    r"(?:\b(?:by|until|till|til|before|due(?: on| by| date)?|deadline(?: is)?|no later than|not later than"
    r"|latest|at the latest|ready for|needed for"
    r"|до|к|ко|не позднее|не позже|крайний срок|срок|дедлайн|сдать|готово к|не пізніше|термін|крайній термін"
    r"|bis(?: zum| spätestens(?: zum)?)?|spätestens(?: am| zum| bis)?|vor(?: dem)?|frist|fällig(?: am)?"
    r"|antes de(?:l)?|hasta(?: el)?|para(?: el)?|a más tardar(?: el)?|como muy tarde(?: el)?|fecha límite|avant"
    r"|entro|até|pa(?:'?l| el)?|p/|до дня|k|do|voor|tot|kadar|b4|jusqu'au|(?:expires?|runs? out|closes?"
    r"|ends?|caduca|vence|läuft ab|endet|истекает|заканчивается|закінчується|спливає)(?: on| am| el)?)"
    r"[\s:]*(?:the |il |le |el |la |los |das |den |dem |end of |this |next |coming |nächste[nr]? |kommende[nr]? "
    r"|diese[nrm]? |этой |эту |цієї |цю |este |próximo |einschließlich |inklusive |inkl\.? |and including "
    r"|включительно "
    r"|следующ\w+ |наступн\w+ |early |вечера |утра |ранку |вечора |noon |close |mittag |обеда |обіду |o'clock "
    r"|\d\d?(?::\d\d)? ?(?:uhr|am|pm)? ?(?:on |am )?)*"
    r"|(?:\w*frist|\w+schluss|stichtag|abgabe(?:termin)?|deadline|due date|cut-?off|plazo|fecha límite|срок\w*"
    r"|дедлайн\w*"
    r"|термін\w*)"
    r"(?: (?!for us\b)[\w-]+){0,4}?[\s:—–-]+(?:is|ist|endet|läuft|es|termina|vence|acaba|—|–|до|the|on|am|der"
    r"|den|el|zum"
    r"|\s)*"
    r"|(?:->|=>|→)\s*)$"
)
_NOT_DUE = re.compile(
    r"\b(?:since|from|after|last|every|each|on and off|until last|as of|starting|не раньше|с|со|от|после"
    r"|прошл\w+|каждый|каждую|каждое|по|з|від|після"
    r"|минул\w+|кожн\w+|щопонеділка|seit|ab|nach|letzte[nrms]?|vom|von|(?<!end )(?<!close )of|dated|jede[nrm]?|desde"
    r"|pasado|cada|todos los"
    r"|todas las|después del?|(?<!antes )del|de este|los|a partir del?)"
    r"(?: (?:the|el|dem|den|das|zum))?[\s(]*$"
)
_EVENT = re.compile(
    r"\b(?:meeting|won't be able|can't make|не смогу|не зможу|kann ich(?: leider)? nicht|no podré|standup"
    r"|appointment|party|concert|trip|exam|holiday|closed|opens|opening|starts?|begins?"
    r"|arriv\w+|moves? to|moved to"
    r"|встреч\w+|совещан\w+|планёрк\w+|праздник\w*|открыт\w*|закрыт\w*|начина\w+|выходит|приезжа\w+|нарад\w+"
    r"|зустріч\w*|відкрит\w*|зачинен\w*"
    r"|почина\w+|виходить|приїд\w+|besprechung\w*|termin|geöffnet|geschlossen|öffnet|beginnt|fängt|reunión|cita"
    r"|abiert\w+|cerrad\w+"
    r"|takes? place|состо\w+тся|пройд[её]т"
    r"|відбу\w+|findet|statt|tendrá lugar|se celebra|empieza|llega"
    r"|reschedule|cancel|schedule|slot|workshop|duty|appointment"
    r"|отмен\w+|скасу\w+|absagen|verschieb\w+|anul\w+"
    r"|cancel\w+)\b"
)
_BOOKED = re.compile(r"\b(?:book|rebook|reserve|flights?|ferry|запиш\w+|заброн\w+|buchen|reservieren|reserv\w+)\b")
"""What is booked is wanted for its day only where it says so: "a taxi for Thursday"."""
_ARRIVES = re.compile(
    r"\b(?:arriv\w+|comes?|coming|visits?|visiting|leaves?|departs?|pick(?:s|ed)? up|приезжа\w+|приед\w+"
    r"|приход\w+|прид[её]т"
    r"|приїд\w+|приїжджа\w+|прийд\w+|kommt|kommen|llegan?|vienen?|audit|inspection|prüfung|kontrolle|prüfer\w*"
    r"|auditoría|inspección|inspector\w*|комисси\w+|комісі\w+|проверк\w+"
    r"|перевірк\w+|courier|курьер\w*|кур'єр\w*|kurier|mensajero)\b"
)
"""Somebody is there on a day, and what is asked for has to be done by then."""
_SPAN = re.compile(
    rf"\b(?:(?:from|с|со|з|від|von|vom|de|del|desde) (?:{WEEKDAYS}) (?:to|till|until|through|по|до|bis|a|al"
    rf"|hasta) (?:el )?|(?:{WEEKDAYS}) ?(?:[-–]|to|through|по|bis|a) ?)$"
)
_RECURS = re.compile(
    rf"\b(?:every|each|jede[nrsm]?|immer|кажд\w+|кожн\w+|що|cada|todos los|todas las|los)"
    rf"(?: (?:{WEEKDAYS}),?(?: (?:and|und|y|и|та|і|or|oder))?)+ $"
)
"""One of several days of every week: "every Monday and Thursday"."""
_HOURS = re.compile(
    rf"(?:{WEEKDAYS})\W{{0,2}} ?(?:von |from |de |с |з |bis |до |hasta |till |until )?(?:[01]?\d"
    rf"|2[0-3])(?:[:.]\d\d)? ?(?:am|pm|uhr)?"
    r" ?(?:[-–]|to|bis|a|до|по) ?\d"
)
_OPENING = re.compile(
    r"\b(?:opening hours|office hours|business hours|öffnungszeit\w*|sprechzeit\w*|часы работы|график работы"
    r"|режим работы"
    r"|графік роботи|години роботи|horario)\b"
)
_FROM_HOUR = re.compile(
    r"\b(?:from|с|со|з|від|von|de|desde) (?:las? )?\d{1,2}(?:[:.]\d\d)? ?(?:uhr|am|pm|h)? ?"
    r"(?:to|till|until|до|bis|a|hasta) (?:las? )?$"
)
"""The end of a span of hours stands behind this."""
_SPAN_BEGINS = re.compile(rf"(?:{WEEKDAYS}) ?(?:to|till|through|по|до|bis|a|al|hasta|[-–]) ?(?:el )?(?:{WEEKDAYS})\b")
_FOR = re.compile(r"\b(?:for|on|к|на|в|во|у|für|am|para|el)(?: (?:the|this|el|den|coming|эту|этот|цю|цей))? $")
_BOOKED_FOR = re.compile(r"\b(?:for|на|für|para)(?: (?:the|this|next|el|den|coming|эту|этот|цю|цей))? $")
_FOR_DAY = re.compile(r"\b(?:for|для|für|para)(?: (?:the|this|el|den|coming))? $")
_POSSESSIVE = re.compile(r"\w+'s ")
_ATTRIBUTE = re.compile(r"(?<!\bby )(?<!\bbefore )\bthe (?:mon|tues|wednes|thurs|fri|satur|sun)day $")
"""A weekday that says which one is meant: "the Tuesday list"."""
_HAPPENED = re.compile(
    r"\b(?:asked|wrote|left|rang|phoned|complained|reported|dropped|forgot|звонил\w*|писал\w*|просил\w*|спрашивал\w*"
    r"|оставил\w*|дзвони(?:в|ла|ли)|писа(?:в|ла|ли)|просив|просила|залиши\w+|preguntó|escribió|dejó|dejaron"
    r"|pidió|pidieron"
    r"|(?:hat|haben|habe)\b[^.!?;]{0,60}\b\w*ge\w+(?:t|en)|got|received|called|said|told|found|broke|bekommen"
    r"|erhalten|gekommen|получил\w*|сломал\w*|позвонил\w*"
    r"|отримал\w*|зламал\w*|подзвонил\w*|recib\w+|llegaron|llamó|llamaron|me dijo|nothing|nobody|no one"
    r"|didn't|hasn't|came|arrived|went|deleted|lost|was|were|не привез\w+|не приш\w+|не было"
    r"|пришл\w+|приехал\w+"
    r"|не привезли|не було|прийш\w+|приїхал\w+|kam|kamen|gelöscht|borré|удалил\w*|видалил\w*|war|waren|wurde"
    r"|konnte|no ha|no vino|vino|llegó|estuvo)\b"
)
_MUST = re.compile(
    r"\b(?:must|ha(?:ve|s) to(?: be)?|needs? to be|muss|müssen|tengo que|hay que|tiene que|надо|нужно"
    r"|должн\w+|треба|мушу)\b"
    r"[^.!?;,]{0,40}$"
)
_CLOSES = re.compile(
    r"\b(?:(?:sale|window|offer|auction|registration|application|deadline|enrolment|voting|campaign|aktion"
    r"|frist|angebot|anmeldung"
    r"|oferta|plazo|promoción|inscripción|акци\w+|при[её]м|прийом|регистраци\w+|реєстраці\w+"
    r"|знижк\w+)\b(?! ended| was| closed| had)[^.!?;,]{0,24}"
    r"|closes (?:at )?)$"
)
"""A bug that stands in the way of what ends soon."""
_IS_CLOSING = re.compile(r"\w+ (?:закрыва\w+|заканчива\w+|закрива\w+|закінчу\w+|endet|läuft ab|vence|cierra|acaba)\b")
_OUTSIDE_QUESTION = re.compile(r"[^.!?]*(?:[.!](?:\s|$)|$)")
_FOR_EVENT = re.compile(
    r"\b(?:para|for|für|на|для|zum|zur) (?:(?:la|el|the|our|das|den|die|der|unser\w*"
    r"|наш\w*) )?[^\W\d]\w+ (?:del|am|on"
    r"|в|во|у) $"
)
"""What is needed for an event of a day: "tents for the party on Saturday"."""
_LATEST = re.compile(
    r"^[^.!?,;]{2,20}?(?:=|is|ist|es|—|–|-)\s*(?:the |der |el )?(?:last day|last chance|letzter? tag|último día"
    r"|последний день|останній день|cut-?off)\b|"
    r"^[^.!?,;]{2,30}?\b(?:a más tardar|como (?:muy )?tarde|at the latest|latest|spätestens|sin falta|sí o sí"
    r"|крайний срок|крайній термін|is the deadline|is the latest)\b"
)
_NEWCOMER = re.compile(
    r"\b(?:new|newcomer|trainee|intern|starter|hire|neue\w?|azubi|praktikant\w*|nuev[oa]|becari[oa]|нов\w+"
    r"|стаж[её]р\w*"
    r"|практикант\w*|access|account|login|acceso|cuentas?|zugang|доступ\w*|laptop|badge|portátil|ноут\w*"
    r"|пропуск\w*|перепустк\w*)\b"
)
"""Somebody begins, and needs things by then."""
_BEGINS = re.compile(
    r"\b(?:starts?|joins?|begins?|fängt|beginnt|startet|empieza|se incorpora|entra|выходит|начинает|виходить"
    r"|починає)\b"
)
_NEEDED = re.compile(
    r"\b(?:needs?|have to|has to|must|answer|reply|please|pls|asap|deadline|нужн\w+|надо|должн\w+"
    r"|требует\w*|срок|ответить|пожалуйста|прошу"
    r"|треба|потрібн\w+|мушу|чека[єю]\w*|відпові\w*|маємо|термін|прошу|brauch\w*|muss|müssen|bitte|frist|benötig\w*"
    r"|necesit\w+|tengo que|tenemos que|hay que|por favor|plazo|urge)\b"
)
"""What a bug or a question says when a day in it is a deadline."""
_THEN = re.compile(
    r"\b(?:(?:by|before|until) (?:then|that date|that day)|до этого|до того времени|до цього|bis dahin"
    r"|ese (?:mismo )?día"
    r"|antes de esa fecha|para entonces|avant cette date|that morning|by that morning)\b"
)
_MAX_DATES = 40
"""Dates of a text that are looked at."""
_AROUND = 240
"""Characters before and after a date that say what it is."""
_MORE = 12
"""Characters beside a clause from which something else is said."""
_BESIDE = 28
"""Characters between an hour and its day."""
_ONLY_NAMED = re.compile(
    r"\w+(?:'s\b(?! (?:fine|ok|okay|good|great|perfect|enough|soon enough))| (?:meetings?|shifts?|class(?:es)?"
    r"|sessions?|reports?|minutes|newsletter|market|train|slot"
    r"|group|crew"
    r"|sitzung|schicht|kurs|gruppe|совещани\w+|смен\w+|занят\w+|нарад\w+|змін\w+|clases?|turnos?|reuni[oó]n)\b)"
)
"""A weekday that says which one is meant: "Tuesday's minutes", "the Monday shift"."""
_AVAILABLE = re.compile(
    r"\b(?:open|opened|office|available|reachable|in until|home|here|geöffnet|offen|erreichbar|büro"
    r"|da bis|sprechzeit\w*|öffnungszeit\w*|opening hours|worked|gearbeitet|работал\w*|працюва\w+|trabajé|horario"
    r"|работа[еюя]\w+|открыт\w*|на месте|дома|приём\w*|прийом\w*|працю\w+|відкрит\w*|вдома|abiert\w+|estoy|estaré"
    r"|estamos|horario|atendemos)\b[^.!?;]*$"
)
"""An hour until which somebody is there."""
_WHOLE_DAYS = {DateKind.NEAR, DateKind.WEEKDAY, DateKind.ABSOLUTE, DateKind.NUMERIC}
_AHEAD = {1, 2}
"""Days from today that are named by a word of the future: tomorrow, "pasado mañana"."""
_HOURS_OF_DAY = {DateKind.TIME, DateKind.HOUR}
_SOON = {DateKind.NEAR, DateKind.TIME, DateKind.HOUR}
_TELLING = {Category.QUESTION, Category.BUG, Category.INCIDENT}
"""What names days without asking for something by them."""
_ASKING = {"request", "please"}
_REQUESTS = {"request", "please", "chore", "run_out"}
_CHAT = {"away", "for_information", "settled", "spam", "cheer", "laugh", "back_to_normal", "command_to_model"}


def find_due(text: str, sent_on: date, category: Category | None = None) -> date | None:
    """Return the day something is due, or None.

    Args:
        text: What the sender wrote.
        sent_on: The sender's local date when it was sent.
        category: What the message is, where that is known: noise has no deadline, and in a task a day that is named
            without a preposition is one.
    """
    line = re.sub("[’ʼ`]", "'", " ".join(text.lower().split()))
    found = _without_doubles(line, sorted(find_dates(line, sent_on), key=lambda f: f.start)[:_MAX_DATES])
    if not found or category is Category.NOISE:
        return None
    said = {cue.concept for cue in cues.find(tokenize(text))}
    if said & _CHAT and not said & _ASKING and category not in {Category.TASK, Category.BUG}:
        return None
    asks = category is Category.TASK or (category is None and bool(said & _REQUESTS))
    possible = [_on_its_day(line, f, found) for f in found if f.day >= sent_on and not _is_past_or_span(line, f)]
    strong = [f for f in possible if _is_deadline(line, f, category)]
    loose = [f for f in possible if asks and _is_asked_for(line, f, category, sent_on)]
    return next((f.day for f in [*strong, *loose]), None)


def _without_doubles(line: str, found: list[FoundDate]) -> list[FoundDate]:
    """Return the dates; a weekday and the day of a month that it stands before are one: "Sunday 29 November"."""
    kept: list[FoundDate] = []
    for date_ in found:
        last = kept[-1] if kept else None
        accompanied = last and last.kind is DateKind.WEEKDAY and date_.kind in {DateKind.ABSOLUTE, DateKind.NUMERIC}
        if last and accompanied and re.fullmatch(r"\w+\.?,? (?:the |den |dem |el )?", line[last.start : date_.start]):
            kept[-1] = FoundDate(last.start, date_.day, date_.kind)
        else:
            kept.append(date_)
    return kept


def _on_its_day(line: str, found: FoundDate, others: Sequence[FoundDate]) -> FoundDate:
    """Return the day beside an hour: "tomorrow by noon", "bis 12 Uhr am Freitag"."""
    if found.kind not in _HOURS_OF_DAY:
        return found
    for other in others:
        between = line[min(found.start, other.start) : max(found.start, other.start)]
        near = len(between) <= _BESIDE and not re.search(r"[.!?;]\s", between)
        if near and other.kind in _WHOLE_DAYS and other.day >= found.day:
            return FoundDate(found.start, other.day, found.kind)
    return found


def _is_deadline(line: str, found: FoundDate, category: Category | None) -> bool:
    """Say whether the words around a date make it a deadline, whatever is asked."""
    before, after = _around(line, found)
    if category in _TELLING and _is_in_the_way_of(found, category, before, after):
        return True
    if category in _TELLING and not _NEEDED.search(before + after):
        return False
    if found.kind is DateKind.TIME:
        return category in {None, Category.TASK, Category.QUESTION} and not _AVAILABLE.search(before)
    if found.kind in {DateKind.DEADLINE, DateKind.HOUR}:
        return found.kind is DateKind.DEADLINE
    then = category is Category.TASK and _THEN.search(after)
    return bool(then or _DEADLINE.search(before) or _LATEST.search(after))


def _is_in_the_way_of(found: FoundDate, category: Category, before: str, after: str) -> bool:
    """Say whether a bug or a question keeps somebody from what must be done soon."""
    if category is Category.BUG:
        return found.kind in _SOON and bool(_CLOSES.search(before) or _IS_CLOSING.match(after))
    sentence = re.split(r"(?<=[.!?])\s", after)[0]
    named = category is Category.QUESTION and found.kind in {DateKind.NEAR, DateKind.WEEKDAY}
    return bool(named and _MUST.search(before) and _OUTSIDE_QUESTION.fullmatch(sentence))


def _around(line: str, found: FoundDate) -> tuple[str, str]:
    return line[max(0, found.start - _AROUND) : found.start], line[found.start : found.start + _AROUND]


def _is_past_or_span(line: str, found: FoundDate) -> bool:
    """Say whether it is when something began, or one end of a span: "since Monday", "from Monday to Wednesday"."""
    before, after = _around(line, found)
    if _FROM_HOUR.search(before) or (found.kind is not DateKind.TIME and re.search(r"\d ?[-–—] ?$", before)):
        return True
    if found.kind in {DateKind.DEADLINE, DateKind.TIME}:
        return False
    if found.kind is DateKind.WEEKDAY and (_RECURS.search(before) or _HOURS.match(after) or _OPENING.search(before)):
        return True
    if _FOR_EVENT.search(before):
        return False
    return bool(_NOT_DUE.search(before) or _SPAN.search(before) or _SPAN_BEGINS.match(after))


def _is_asked_for(line: str, found: FoundDate, category: Category | None, sent_on: date) -> bool:
    """Say whether a date without a preposition is the day that is asked for."""
    before, after = _around(line, found)
    clause = re.split(r"[.!?,;:]\s", before)[-1] + re.split(r"[.!?,;:](?:\s|$)", after)[0]
    is_task = category is Category.TASK
    if is_task and _is_prepared_for(line, found, clause):
        return True
    booked = found.kind not in {DateKind.NEAR, DateKind.WEEK} and _BOOKED.search(clause)
    if (_FOR_EVENT.search(before) and not booked) or (_FOR_DAY.search(before) and _POSSESSIVE.match(after)):
        return is_task
    if found.kind in _HOURS_OF_DAY or _EVENT.search(clause) or (booked and not _BOOKED_FOR.search(before)):
        return False
    may_be_over = found.kind is not DateKind.NEAR or (found.day - sent_on).days not in _AHEAD
    happened = may_be_over and bool(_HAPPENED.search(clause))
    if found.kind in {DateKind.NEAR, DateKind.WEEK}:
        return not happened
    return _is_named_for(found, before, after, is_task=is_task, happened=happened)


def _is_named_for(found: FoundDate, before: str, after: str, *, is_task: bool, happened: bool) -> bool:
    """Say whether a day of the week or of a month is what a thing is asked for."""
    named_for = bool(_FOR.search(before))
    if found.kind is DateKind.WEEKDAY:
        attributive = _ONLY_NAMED.match(after) or _ATTRIBUTE.search(before + after.partition(" ")[0] + " ")
        return bool(_FOR_DAY.search(before)) or (not happened and (named_for or (is_task and not attributive)))
    return is_task and (named_for or (found.kind is DateKind.ABSOLUTE and not happened))


def _is_prepared_for(line: str, found: FoundDate, clause: str) -> bool:
    """Say whether somebody comes on a day, and something has to be ready for it."""
    if _NEWCOMER.search("".join(_around(line, found))) and _BEGINS.search(clause):
        return True
    says_more = len(line) - len(clause) > _MORE
    before, _ = _around(line, found)
    is_day = found.kind is not DateKind.NUMERIC or _FOR.search(before)
    return bool(is_day and says_more and _ARRIVES.search(clause) and not _HAPPENED.search(clause))
