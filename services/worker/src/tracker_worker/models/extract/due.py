"""The day by which something has to be done, as the text says it, in English, German, Spanish, Russian and Ukrainian.

A date is due only where the text asks for something by it. "Out of office until 2 September", "down since Monday" and
"is Thursday a holiday?" have dates and no deadline, so a date needs a word that makes it a deadline, or a request
around it. General date parsers find every date and cannot tell these apart; hence own rules.
"""

import re
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
    r"|entro|até)"
    r"[\s:]*(?:the |el |la |los |das |den |dem |end of |this |next |coming |nächste[nr]? |kommende[nr]? "
    r"|diese[nrm]? |этой |эту |цієї |цю |este |próximo "
    r"|следующ\w+ |наступн\w+ |early |вечера |утра |ранку |вечора )*)$"
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
    r"|appointment|party|concert|trip|exam|holiday|closed|open|opens|opening|starts?|begins?"
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
_FOR = re.compile(r"\b(?:for|on|к|на|в|во|у|für|am|para|el)(?: (?:the|this|el|den|coming|эту|этот|цю|цей))? $")
_HAPPENED = re.compile(
    r"\b(?:nothing|nobody|no one|didn't|hasn't|came|arrived|went|deleted|lost|was|were|не привез\w+|не приш\w+|не было"
    r"|пришл\w+|приехал\w+"
    r"|не привезли|не було|прийш\w+|приїхал\w+|kam|kamen|gelöscht|borré|удалил\w*|видалил\w*|war|waren|wurde"
    r"|konnte|no ha|no vino|vino|llegó|estuvo)\b"
)
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
    line = " ".join(text.lower().replace("’", "'").split())
    found = sorted(find_dates(line, sent_on), key=lambda f: f.start)
    if not found or category is Category.NOISE:
        return None
    said = {cue.concept for cue in cues.find(tokenize(text))}
    if said & _CHAT and not said & _ASKING and category is not Category.TASK:
        return None
    asks = category is Category.TASK or bool(said & _REQUESTS)
    possible = [f for f in found if f.day >= sent_on and not _is_past_or_span(line, f)]
    strong = [f for f in possible if f.kind is DateKind.DEADLINE or _DEADLINE.search(line[: f.start])]
    loose = [f for f in possible if asks and _is_asked_for(line, f, category)]
    return next((f.day for f in [*strong, *loose]), None)


def _is_past_or_span(line: str, found: FoundDate) -> bool:
    """Say whether it is when something began, or one end of a span: "since Monday", "from Monday to Wednesday"."""
    return bool(_NOT_DUE.search(line[: found.start]) or _SPAN.search(line[: found.start]))


def _is_asked_for(line: str, found: FoundDate, category: Category | None) -> bool:
    """Say whether a date without a preposition is the day that is asked for."""
    before, after = line[: found.start], line[found.start :]
    clause = re.split(r"[.!?,;]\s", before)[-1] + re.split(r"[.!?,;](?:\s|$)", after)[0]
    if _EVENT.search(clause):
        return False
    if found.kind is DateKind.NEAR:
        return not _HAPPENED.search(clause)
    return found.kind is DateKind.WEEKDAY and category in {None, Category.TASK} and bool(_FOR.search(before))
