"""The one person whom a text asks to act.

A name in a text is mostly a topic ("Anna's invoice"), so a name counts only in the places where people address
somebody: a mention, "Lena, order …", "Dear Ms Brandt, would you …", "can Marcus …", "ask Jonas to …". Two people who
are asked are nobody.
"""

import re
from collections.abc import Iterator
from itertools import islice
from string import ascii_lowercase

from tracker_core.tables import Category

from tracker_worker.models.extract.names import base_form, guessed_base_form, patronymic
from tracker_worker.models.reading import cues
from tracker_worker.models.reading.language import is_small_word
from tracker_worker.models.reading.tokens import tokenize

_HERE = {
    "here",
    "channel",
    "all",
    "everyone",
    "everybody",
    "team",
    "group",
    "все",
    "всем",
    "усі",
    "alle",
    "todos",
    "bot",
    "support",
}
_NOT_ASKED = re.compile(
    r"(?:\b(?:thanks?|thank you|thx|cc|via|(?:best|kind) (?:wishes|regards)|regards|wishes|cheers|best|saludos?"
    r"|gr[uü](?:ß|ss)e?|mfg|lg|с уважением|з повагою|fyi|congrats|congratulations|kudos|happy birthday|welcome"
    r"|from|by"
    r"|with|as|ask|спасибо|благодар\w+|от|копия"
    r"|дякую|від|danke|von|mit|gracias|de|con)[\s,:!]*|\()$",
    re.IGNORECASE,
)
_DID = re.compile(
    r"^[\s,:]*(?:said|says|told|did(?! you)|fixed|already|is (?:out|on|away|off)|was(?! (?:ist|macht|war|sagt"
    r"|meinst|hältst|wird)\b)|has|had|will be (?:out|away)|wrote"
    r"|reported|asked|left|broke|joined|hier|here|сказал\w*|уже|сделал\w*"
    r"|починил\w*|написал\w*|в отпуске|вже|зробив|зробила|сказав|сказала|написав|написала|hat|ist|war|sagt\w*"
    r"|schon|ha|dijo|ya|está|fue)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:please|pls|plz|can|could|would|will|should|must|need|needs|can't|don't forget|have a look|look|check"
    r"|review|fix|send|order|call|book|update|take|prepare|ask|tell|write"
    r"|assigned|assignee|zugewiesen|asignad[oa]|назначен\w*|призначен\w*|renew|cancel|print|finish|handle|merge"
    r"|arrange|bring|buy|make|sign|approve|remind|you|your"
    r"|пожалуйста|плиз|можешь|сможешь|нужно|надо|посмотри|глянь|проверь|сделай|закажи|отправь|позвони|перезвони"
    r"|подготовь|купи|забери|подмени|оплати|скинь|напиши|возьми|поставь|ты|тебе"
    r"|будь ласка|зможеш|треба|потрібно|подивись|перевір|зроби|замов|надішли|подзвони|передзвони|підготуй|купи"
    r"|забери|підміни|сплати|скинь|напиши|візьми|ти|тобі"
    r"|bitte|kannst|könntest|magst|würdest|schau|schaust|prüf|mach|machst|bestell|schick|ruf|hol|kümmer\w*"
    r"|übernimm|übernimmst|du|dir|dich"
    r"|por favor|porfa|puedes|podrías|revisa|mira|haz|pide|envía|llama|prepara|compra|recoge|manda|te encargas"
    r"|me cubres|encárgate|necesito|échale|te)\b"
    r"|\b[а-яіїє]+(?:айте|ите|йте|ь|ай|ей|уй|юй)\b|\?",
    re.IGNORECASE,
)
_NAME = r"(?-i:[A-ZÀ-ÞА-ЯЁІЇЄҐ])[\w'’ʼ-]+"
_WORD = r"[^\W\d_][\w'’ʼ-]+"
_HELLO = (
    r"(?:hi|grüß gott|grüezi|ja hallo|hey|hello|morning|good (?:morning|afternoon|evening)|dear|hallo"
    r"|moin|guten (?:morgen|tag|abend)|servus"
    r"|liebe[r]?|sehr geehrte[r]?|hola|buen[oa]s(?: d[ií]as| tardes| noches)?|estimad[oa]|querid[oa]|oye"
    r"|привет|привіт|добрый день|доброе утро|добрый вечер|здравствуйте|добрий день|доброго (?:дня|ранку)|вітаю"
    r"|уважаем(?:ый|ая)|шановн(?:ий|а)|спасибо|bonjour|salut|ciao|buongiorno|olá|ok|ок|so|und|and|а|and then)"
)
_DEAR = (
    r"(?:love|dear|darling|mate|hun|honey|buddy|pal|man|bro|my friend|schatz|cariño|guapa|guapo|tío|tía|дорогой"
    r"|дорогая"
    r"|солнышко|дружище|друже|сонечко)"
)
"""What friends put behind a name."""
_TITLE = (
    r"(?:sargento|capit[aá]n|teniente|cabo|comandante|maestr[oa]|licenciad[oa]|ingenier[oa]|compañer[oa]"
    r"|sergeant|captain"
    r"|nurse|schwester|officer|mr|mrs|ms|miss|dr|prof|herrn?|frau|señora?|sra?|don|doña|ing|arq|lic|doctora?"
    r"|profe|пан[еіу]?|пані"
    r"|господин|госпожа|monsieur|madame)\.?"
)
_ASK_WORD = (
    r"(?:can|could|will|would|please|pls|plz|kannst|könntest|schaust|magst|machst|würdest|bitte|puedes|podrías|podés"
    r"|porfa|por favor|tú|vos|te|du|сможешь|можешь|зможеш|пожалуйста|плиз|плз|будь ласка|ты|ти)\b"
)
_CALLED = re.compile(
    rf"(?:^|[.!?\n–—)]\s*)(?:(?P<hello>{_HELLO})[,!]?\s+)?(?:(?P<title>{_TITLE})\s+)*"
    rf"(?P<name>{_WORD})(?:\s+{_DEAR})?(?P<second>\s+{_NAME})?(?P<end>\s*[,:!—–]|\.(?=\s)|\s+-(?=\s)|\s*\n"
    rf"|\s+(?={_ASK_WORD})|\s+(?=\w))",
    re.IGNORECASE,
)
"""Where somebody may be called: at the beginning of a sentence, perhaps after a greeting."""
_YOU = re.compile(rf"\b(?:you|du|sie|tú|vos|usted|ти|ты|вы|ви),\s*(?P<name>{_NAME})\s*,", re.IGNORECASE)
_LAST = re.compile(rf",[^\S\n]*(?P<name>{_NAME})\s*[?!.]*\s*$")
_ACTS = re.compile(
    r"^\s*(?:is|was|has|had|says?|said|told|called|wants|asked|needs?(?! to)|wrote|reported|left|broke"
    r"|joined|and|or|will"
    r"|just|already|did|didn't|doesn't|from|at|in|on|of|for|got|gets|sent|forgot|mentioned|mentions|hier|here|aquí"
    r"|hat|ist|war|sagt\w*|meint\w*|will|braucht|fehlt|kommt|fängt|wurde|wird|und|kann|von|aus|im|an|am|hätte|geht"
    r"|está|es|ha|tiene|dice|quiere|necesita|pide|llega|viene|empieza|se|no|y|va|fue|era|llamó|ya|del?|en|por"
    r"|con|me ha"
    r"|не|на|в|во|у|из|с|со|от|и|а|по|за|для|уже|вже|із|з|зі|від|та|й|про"
    r"|\w+(?:ал|ила|ил|ал[аи]|ел[аи]?|ул[аи]?|ыл[аи]?|лся|лась|ає|ує|ють|ить|ет|ёт|ит|ут|ют|ят|ат|їть)(?:ся|сь)?)\b",
    re.IGNORECASE,
)
"""What follows a name that is the subject of a sentence."""
_SPOKEN_TO = re.compile(
    r"\b(?:bitte|du|dir|dich|ihnen|sie|please|pls|you|your|yours|tú|vos|usted|ты|тебе|ти|тобі|вас|вам|ви|вы|\w+st)\b",
    re.IGNORECASE,
)
_GERMAN = re.compile(
    r"\b(?:der|die|das|den|dem|ich|wir|und|noch|mal|nicht|ein|eine|bis|auf|mit|zum|heute)\b", re.IGNORECASE
)
_THIRD = re.compile(
    r"\b(?P<lead>(?:message|note|this is|one) for|nachricht (?:für|an)|(?:mensaje|recado) para|сообщение для"
    r"|повідомлення для|can|could|would|will|let|have|get|ask|tell|remind|assign(?:ed)? (?:this |it )?to|kann|könnte"
    r"|soll|sollte|muss|möge|puede|podría|debe|dile a|pídele a|pide a|decile a|dígale a|que"
    r"|пусть|попросите?|напомните?|скажите?|передайте?|назначьте?|поручите?|нехай|хай|най|попросіть|попроси"
    r"|нагадайте?|доручіть|сможет ли|сможет|може|зможе)\s+"
    rf"(?:(?:el|la|der|die)\s+)?(?:(?P<title>{_TITLE})\s+)?(?P<name>{_NAME})\b(?P<rest>[^.!?\n]*)",
    re.IGNORECASE,
)
_SUBJUNCTIVE = re.compile(r"^\s+(?:\w+ )?\w+[ae]\b")
"""After "que Lucía": what she is to do."""
_SHOULD = re.compile(
    rf"(?:^|[.!?,\n]\s*)(?:(?:el|la|der"
    rf"|die)\s+)?(?:(?P<title>{_TITLE})\s+)?(?P<name>{_NAME})(?: [A-ZÀ-Þ][\w'’-]+)? (?:should|must"
    rf"|needs? to|has to"
    r"|please|can you|will have to|to (?=\w+ (?:the|a|our|it|this))|должен|должна|нужно|пусть|скажите?|передайте?"
    r"|має|повинен|повинна|нехай|хай|най|скажіть|передайте|soll|sollte|muss|müsste|möge|mag bitte|möchte bitte"
    r"|wird gebeten|bitte|tiene que|debe|debería)\b",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w@/.])@(?P<name>[^\W\d]\w*(?:[.-]\w+)*)")
_TITLES_THAT_GREET = re.compile(rf"{_TITLE}", re.IGNORECASE)
_NO_NAME = {
    *(
        "team",
        "all",
        "sirs",
        "director",
        "ayuntamiento",
        "propietario",
        "mandanten",
        "родители",
        "everyone",
        "folks",
        "guys",
        "people",
        "colleagues",
        "support",
        "admin",
        "sir",
        "madam",
        "there",
        *(
            "accounts",
            "accounting",
            "finance",
            "payroll",
            "reception",
            "office",
            "facilities",
            "helpdesk",
            "maintenance",
        ),
        *(
            "housekeeping",
            "buchhaltung",
            "personalabteilung",
            "haustechnik",
            "hausverwaltung",
            "verwaltung",
            "rezeption",
        ),
        *("recepción", "contabilidad", "administración", "mantenimiento", "soporte", "бухгалтерия", "бухгалтерія"),
        *("кухня", "склад", "ресепшн", "ребят", "девчат", "девчонки", "парни", "пацаны", "девушки", "коллег", "колег"),
    ),
    *("leute", "kollegen", "zusammen", "chicos", "equipo", "gente", "vecinos", "todos", "коллеги", "ребята", "друзья"),
    *("всем", "народ", "девочки", "мужики", "соседи", "дамы", "колеги", "хлопці", "дівчата", "друзі", "панове", "люди"),
}
_MOST = 60
"""Places of a text that are looked at, for each way of asking."""
_AROUND = 600
"""Characters before and after a name that say whether it is asked."""
_NOD = 2
"""Words up to which a message that begins with a mention is a nod, not a request."""


def find_assignee(text: str, category: Category | None = None) -> str | None:
    """Return the base form of the name, a mention as it is written, or None.

    Args:
        text: What the sender wrote.
        category: What the message is, where that is known: in a task a name at the beginning is mostly called.
    """
    mentioned = _mentioned(text)
    if mentioned:
        return mentioned.pop() if len(mentioned) == 1 else None
    named = _addressed(text, is_task=category is Category.TASK) or _third_person(text)
    return named.pop() if len(named) == 1 else None


def _before(text: str, place: int) -> str:
    return text[max(0, place - _AROUND) : place]


def _mentioned(text: str) -> set[str]:
    found = set()
    for match in islice(_MENTION.finditer(text), _MOST):
        name = match.group("name")
        after = text[match.end() : match.end() + _AROUND]
        if name.lower() in _HERE or _NOT_ASKED.search(_before(text, match.start())) or _DID.search(after):
            continue
        found.add(f"@{name}")
    first = text.lstrip().startswith("@") and len(text.split()) > _NOD
    return found if first or _ASKS.search(text) else set()


def _addressed(text: str, *, is_task: bool) -> set[str]:
    found = {name for match in islice(_CALLED.finditer(text), _MOST) if (name := _called(match, text, is_task=is_task))}
    for match in [*_LAST.finditer(text), *islice(_YOU.finditer(text), _MOST)]:
        base = base_form(match.group("name"))
        before = _before(text, match.start())
        if (
            base
            and (_ASKS.search(before) or match.re is _YOU)
            and not _NOT_ASKED.search(_before(text, match.start("name")))
        ):
            found.add(base)
    both = re.search(rf"\b({_NAME}) (?:and|und|y|и|та|і|&|oder|or|или|чи|або|o) ({_NAME})\b", text)
    if both and any(base_form(name) in found for name in both.groups()):
        return set()
    return found


def _called(match: re.Match[str], text: str, *, is_task: bool) -> str | None:
    """Return the base form of the person who is called at the beginning of a sentence."""
    name, second = match.group("name"), (match.group("second") or "").strip()
    rest = text[match.end() : match.end() + _AROUND]
    if name.lower() in _NO_NAME or _NOT_ASKED.search(
        text[: match.start("name")].removesuffix(match.group("hello") or "")
    ):
        return None
    known = None if name.islower() and is_small_word(name) else base_form(name)
    if "\n" in match.group("end") and match.start() > 0 and not match.group("hello"):
        return None  # a signature
    separate = match.group("end").strip() != "" or "\n" in match.group("end")
    asked = bool(_ASKS.search(rest)) or is_task
    if match.group("title"):
        titled = name if name[:1].isupper() and (known is None or not second) else second or name
        polite = separate and match.start() == 0 and (is_task or known) and asked and not _DID.search(rest)
        return (known or guessed_base_form(titled)) if polite else None
    if known is None:
        return _stranger(match, rest) if is_task and separate else None
    inflected = name.lower() != known.lower() and known[:1].lower() not in ascii_lowercase
    father = patronymic(second) if second else None
    if father:
        known = f"{known} {father}"
    elif second and not separate:
        rest = f" {second}{match.group('end')}{rest}"
    if separate or re.match(_ASK_WORD, rest, re.IGNORECASE):
        return known if asked and not _DID.search(rest) else None
    opens = is_task and match.start() == 0
    return known if opens and (inflected or _is_spoken_to(rest)) else None


def _is_spoken_to(rest: str) -> bool:
    """Say whether a name before this is called rather than the subject of a sentence."""
    return not _ACTS.match(rest) and bool(_SPOKEN_TO.search(rest) or not _GERMAN.search(rest))


def _stranger(match: re.Match[str], rest: str) -> str | None:
    """Return the base form of a name that no list has: a capital at the very beginning, a comma, a request."""
    name = match.group("name")
    if match.start() > 0 or match.group("second") or not name[:1].isupper() or is_small_word(name):
        return None
    if "," not in match.group("end") or name.isupper() or not _ASKS.search(rest) or _DID.search(rest):
        return None
    if cues.find(tokenize(name)):
        return None
    return guessed_base_form(name)


def _third_person(text: str) -> set[str]:
    return set(_asked_through_others(text))


def _asked_through_others(text: str) -> Iterator[str]:
    for match in [*islice(_THIRD.finditer(text), _MOST), *islice(_SHOULD.finditer(text), _MOST)]:
        name = match.group("name")
        if not name[:1].isupper():
            continue
        base = base_form(name) or (name if match.group("title") else None)
        if base is None:
            continue
        if match.re is _THIRD and match.group("lead").lower() == "que" and not _SUBJUNCTIVE.match(match.group("rest")):
            continue
        yield base
