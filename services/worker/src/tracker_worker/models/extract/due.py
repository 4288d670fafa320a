"""The day by which something has to be done, as the text says it, in English, German, Spanish, Russian and Ukrainian.

A date is due only where the text asks for something by it. "Out of office until 2 September", "down since Monday" and
"is Thursday a holiday?" have dates and no deadline, so a date needs a word that makes it a deadline, or a request
around it. General date parsers find every date and cannot tell these apart; hence own rules.
"""

import re
from datetime import date

from tracker_worker.models.extract.dates import find_dates
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
    r"\b(?:meeting|standup|appointment|party|concert|trip|exam|holiday|closed|open|opens|opening|starts?|begins?"
    r"|arriv\w+|moves? to|moved to"
    r"|встреч\w+|совещан\w+|планёрк\w+|праздник\w*|открыт\w*|закрыт\w*|начина\w+|выходит|приезжа\w+|нарад\w+"
    r"|зустріч\w*|відкрит\w*|зачинен\w*"
    r"|почина\w+|виходить|приїд\w+|besprechung\w*|termin|geöffnet|geschlossen|öffnet|beginnt|fängt|reunión|cita"
    r"|abiert\w+|cerrad\w+"
    r"|empieza|llega)\b"
)
_REQUESTS = {"request", "please", "chore", "run_out"}
_CHAT = {"away", "for_information", "settled", "spam", "cheer", "laugh", "back_to_normal", "command_to_model"}


def find_due(text: str, sent_on: date) -> date | None:
    """Return the day something is due, or None.

    Args:
        text: What the sender wrote.
        sent_on: The sender's local date when it was sent.
    """
    line = " ".join(text.lower().replace("’", "'").split())
    found = sorted(find_dates(line, sent_on), key=lambda f: f.start)
    if not found:
        return None
    said = {cue.concept for cue in cues.find(tokenize(text))}
    asks = bool(said & _REQUESTS)
    chats = bool(said & _CHAT) and not said & {"request", "please"}
    for date_found in found:
        before = line[: date_found.start]
        if _NOT_DUE.search(before) or date_found.day < sent_on:
            continue
        strong = date_found.is_deadline or bool(_DEADLINE.search(before))
        if strong and not chats:
            return date_found.day
    for date_found in found:
        before = line[: date_found.start]
        sentence = re.split(r"[.!?]\s", before)[-1] + re.split(r"[.!?](?:\s|$)", line[date_found.start :])[0]
        if date_found.is_loose and asks and not chats and not _NOT_DUE.search(before) and not _EVENT.search(sentence):
            return date_found.day
    return None
