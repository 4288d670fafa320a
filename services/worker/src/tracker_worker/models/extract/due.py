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
    r"|diese[nrm]? |этой |эту |цієї |цю |este |próximo "
    r"|следующ\w+ |наступн\w+ |early |вечера |утра |ранку |вечора |noon |close |mittag |обеда |обіду |o'clock "
    r"|\d\d?(?::\d\d)? ?(?:uhr|am|pm)? ?(?:on |am )?)*)$"
)
_NOT_DUE = re.compile(
    r"\b(?:since|from|after|last|every|each|on and off|until last|as of|starting|не раньше|с|со|от|после"
    r"|прошл\w+|каждый|каждую|каждое|по|з|від|після"
    r"|минул\w+|кожн\w+|щопонеділка|seit|ab|nach|letzte[nrms]?|vom|jede[nrm]?|desde|pasado|cada|todos los"
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
    r"|empieza|llega|book|rebook|reserve|reschedule|cancel|schedule|slot|flights?|ferry|workshop|duty|appointment"
    r"|запиш\w+|отмен\w+|заброни\w+|скасу\w+|заброн\w+|buchen|reservieren|absagen|verschieb\w+|anul\w+|reserv\w+"
    r"|cancel\w+)\b"
)
_SPAN = re.compile(
    rf"\b(?:from|с|со|з|від|von|vom|de|del|desde) (?:{WEEKDAYS}) (?:to|till|until|through|по|до|bis|a|al"
    r"|hasta) (?:el )?$"
)
_SPAN_BEGINS = re.compile(rf"(?:{WEEKDAYS}) ?(?:to|till|through|по|до|bis|a|al|hasta|[-–]) ?(?:el )?(?:{WEEKDAYS})\b")
_FOR = re.compile(r"\b(?:for|on|к|на|в|во|у|für|am|para|el)(?: (?:the|this|el|den|coming|эту|этот|цю|цей))? $")
_HAPPENED = re.compile(
    r"\b(?:got|received|called|said|told|found|broke|bekommen|erhalten|gekommen|получил\w*|сломал\w*|позвонил\w*"
    r"|отримал\w*|зламал\w*|подзвонил\w*|recib\w+|llegaron|llamó|llamaron|me dijo|nothing|nobody|no one"
    r"|didn't|hasn't|came|arrived|went|deleted|lost|was|were|не привез\w+|не приш\w+|не было"
    r"|пришл\w+|приехал\w+"
    r"|не привезли|не було|прийш\w+|приїхал\w+|kam|kamen|gelöscht|borré|удалил\w*|видалил\w*|war|waren|wurde"
    r"|konnte|no ha|no vino|vino|llegó|estuvo)\b"
)
_LATEST = re.compile(
    r"^[^.!?,;]{2,30}?\b(?:a más tardar|como (?:muy )?tarde|at the latest|latest|spätestens|sin falta|sí o sí"
    r"|крайний срок|крайній термін|is the deadline|is the latest)\b"
)
_NEWCOMER = re.compile(
    r"\b(?:new|newcomer|trainee|intern|starter|hire|neue\w?|azubi|praktikant\w*|nuev[oa]|becari[oa]|нов\w+|стаж[её]р\w*"
    r"|практикант\w*|access|account|login|acceso|cuentas?|zugang|доступ\w*|laptop|badge|portátil|ноут\w*"
    r"|пропуск\w*|перепустк\w*)\b"
)
"""Somebody begins, and needs things by then."""
_BEGINS = re.compile(
    r"\b(?:starts?|joins?|begins?|fängt|beginnt|startet|empieza|se incorpora|entra|выходит|начинает|виходить|починає)\b"
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
_BESIDE = 28
"""Characters between an hour and its day."""
_ONLY_NAMED = re.compile(
    r"\w+(?:'s\b| (?:meetings?|shifts?|class(?:es)?|sessions?|reports?|minutes|newsletter|market|train|slot|group|crew"
    r"|sitzung|schicht|kurs|gruppe|совещани\w+|смен\w+|занят\w+|нарад\w+|змін\w+|clases?|turnos?|reuni[oó]n)\b)"
)
"""A weekday that says which one is meant: "Tuesday's minutes", "the Monday shift"."""
_AVAILABLE = re.compile(
    r"\b(?:open|opened|office|available|reachable|in until|home|here|geöffnet|offen|erreichbar|büro"
    r"|da bis|sprechzeit\w*"
    r"|работа[еюя]\w+|открыт\w*|на месте|дома|приём\w*|прийом\w*|працю\w+|відкрит\w*|вдома|abiert\w+|estoy|estaré"
    r"|estamos|horario|atendemos)\b[^.!?;]*$"
)
"""An hour until which somebody is there."""
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
    if said & _CHAT and not said & _ASKING and category is not Category.TASK:
        return None
    asks = category is Category.TASK or (category is None and bool(said & _REQUESTS))
    possible = [_on_its_day(line, f, found) for f in found if f.day >= sent_on and not _is_past_or_span(line, f)]
    strong = [f for f in possible if _is_deadline(line, f, category)]
    loose = [f for f in possible if asks and _is_asked_for(line, f, category)]
    return next((f.day for f in [*strong, *loose]), None)


def _without_doubles(line: str, found: list[FoundDate]) -> list[FoundDate]:
    """Return the dates; a weekday and the day of a month that it stands before are one: "Sunday 29 November"."""
    kept: list[FoundDate] = []
    for date_ in found:
        last = kept[-1] if kept else None
        accompanied = last and (last.kind, date_.kind) == (DateKind.WEEKDAY, DateKind.ABSOLUTE)
        if last and accompanied and re.fullmatch(r"\w+\.?,? (?:the |den |dem |el )?", line[last.start : date_.start]):
            kept[-1] = FoundDate(last.start, date_.day, DateKind.ABSOLUTE)
        else:
            kept.append(date_)
    return kept


def _on_its_day(line: str, found: FoundDate, others: Sequence[FoundDate]) -> FoundDate:
    """Return the day beside an hour: "tomorrow by noon", "bis 12 Uhr am Freitag"."""
    if found.kind is not DateKind.TIME:
        return found
    for other in others:
        between = line[min(found.start, other.start) : max(found.start, other.start)]
        near = len(between) <= _BESIDE and not re.search(r"[.!?;]\s", between)
        if near and other.kind in {DateKind.NEAR, DateKind.WEEKDAY, DateKind.ABSOLUTE} and other.day >= found.day:
            return FoundDate(found.start, other.day, DateKind.TIME)
    return found


def _is_deadline(line: str, found: FoundDate, category: Category | None) -> bool:
    """Say whether the words around a date make it a deadline, whatever is asked."""
    if found.kind is DateKind.TIME and category not in {None, Category.TASK, Category.QUESTION}:
        return False
    before, after = _around(line, found)
    if category in _TELLING and not _NEEDED.search(before + after):
        return False
    if found.kind is DateKind.TIME and _AVAILABLE.search(before):
        return False
    if found.kind in {DateKind.DEADLINE, DateKind.TIME}:
        return True
    if category is Category.TASK and _THEN.search(after):
        return True
    return bool(_DEADLINE.search(before) or _LATEST.search(after))


def _around(line: str, found: FoundDate) -> tuple[str, str]:
    return line[max(0, found.start - _AROUND) : found.start], line[found.start : found.start + _AROUND]


def _is_past_or_span(line: str, found: FoundDate) -> bool:
    """Say whether it is when something began, or one end of a span: "since Monday", "from Monday to Wednesday"."""
    before, after = _around(line, found)
    if found.kind in {DateKind.DEADLINE, DateKind.TIME}:
        return False
    return bool(_NOT_DUE.search(before) or _SPAN.search(before) or _SPAN_BEGINS.match(after))


def _is_asked_for(line: str, found: FoundDate, category: Category | None) -> bool:
    """Say whether a date without a preposition is the day that is asked for."""
    before, after = _around(line, found)
    clause = re.split(r"[.!?,;]\s", before)[-1] + re.split(r"[.!?,;](?:\s|$)", after)[0]
    if category is Category.TASK and _NEWCOMER.search(before + after) and _BEGINS.search(clause):
        return True
    if _EVENT.search(clause):
        return False
    if found.kind in {DateKind.NEAR, DateKind.WEEK}:
        return not _HAPPENED.search(clause)
    named_for = bool(_FOR.search(before))
    if found.kind is DateKind.WEEKDAY and (named_for or not _ONLY_NAMED.match(after)):
        return named_for or (category is Category.TASK and not _HAPPENED.search(clause))
    return found.kind is DateKind.ABSOLUTE and category is Category.TASK and named_for
