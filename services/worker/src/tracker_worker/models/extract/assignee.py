"""The one person whom a text asks to act.

A name in a text is mostly a topic ("Anna's invoice"), so a name counts only in the places where people address
somebody: a mention, "Lena, order …", "can Marcus …", "ask Jonas to …". Two people who are asked are nobody.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

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
    r"^[\s,:]*(?:said|says|told|did|fixed|already|is (?:out|on|away|off)|was|has|had|will be (?:out|away)|wrote"
    r"|reported|asked|left|broke|joined|сказал\w*|уже|сделал\w*"
    r"|починил\w*|написал\w*|в отпуске|вже|зробив|зробила|сказав|сказала|написав|написала|hat|ist|war|sagt\w*"
    r"|schon|ha|dijo|ya|está|fue)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:please|pls|plz|can|could|would|will|should|must|need|needs|can't|don't forget|have a look|look|check"
    r"|review|fix|send|order|call|book|update|take|prepare|ask|tell|write"
    r"|renew|cancel|print|finish|handle|merge|arrange|bring|buy|make|sign|approve|remind|you|your"
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
_NAME = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w'’-]+"
_WORD = r"[^\W\d_][\w'’-]+"
_VOCATIVE = re.compile(
    r"(?:^|[.!?\n]\s*|\b(?:hi|hey|hello|hallo|moin|hola|привет|привіт|добрый день|доброго дня|dear|liebe[r]?"
    r"|спасибо|ok|ок|so|und|and|а|and then)[,!]?\s+)"
    rf"(?P<name>{_WORD})(?:\s*[,:!—–-]|\s+(?=(?:can|could|will|would|please|pls|kannst|könntest|schaust|puedes"
    r"|podrías|сможешь|можешь|зможеш)\b))",
    re.IGNORECASE,
)
_LAST = re.compile(rf",\s*(?P<name>{_NAME})\s*[?!.]*\s*$")
_THIRD = re.compile(
    r"\b(?:can|could|would|will|let|have|get|ask|tell|remind|assign(?:ed)? (?:this |it )?to|for|kann|könnte"
    r"|soll|sollte|muss|möge|puede|podría|que|debe|dile a|pídele a|pide a"
    r"|пусть|попросите?|напомните?|скажите?|передайте?|назначьте?|поручите?|нехай|хай|попросіть|попроси"
    r"|нагадайте?|доручіть|сможет ли|сможет|може|зможе|bitte)\s+"
    rf"(?P<name>{_NAME})\b(?P<rest>[^.!?\n]*)"
)
_SHOULD = re.compile(
    rf"(?:^|[.!?,\n]\s*)(?P<name>{_NAME})(?: [A-ZÀ-Þ][\w'’-]+)? (?:should|must|needs? to|has to|please|can you"
    r"|will have to|to (?=\w+ (?:the|a|our|it|this))|должен|должна|нужно|пусть"
    rf"|має|повинен|повинна|soll|sollte|muss|bitte|tiene que|debe|debería)\b"
)
_MENTION = re.compile(r"(?<![\w@/.])@(?P<name>[^\W\d]\w*(?:\.\w+)*)")


_NOD = 2
"""Words up to which a message that begins with a mention is a nod, not a request."""


def find_assignee(text: str) -> str | None:
    """Return the base form of the name, a mention without its `@`, or None."""
    mentioned = _mentioned(text)
    if mentioned:
        return mentioned.pop() if len(mentioned) == 1 else None
    named = _addressed(text) or _third_person(text)
    return named.pop() if len(named) == 1 else None


def _mentioned(text: str) -> set[str]:
    found = set()
    for match in _MENTION.finditer(text):
        name = match.group("name")
        after = text[match.end() :]
        if name.lower() in _HERE or _NOT_ASKED.search(text[: match.start()]) or _DID.search(after):
            continue
        found.add(name)
    first = text.lstrip().startswith("@") and len(text.split()) > _NOD
    return found if first or _ASKS.search(text) else set()


def _addressed(text: str) -> set[str]:
    found = set()
    for match in [*_VOCATIVE.finditer(text), *_LAST.finditer(text)]:
        base = base_form(match.group("name"))
        rest = text[match.end() :] if match.re is _VOCATIVE else text[: match.start()]
        if base and _ASKS.search(rest) and not _DID.search(rest) and not _NOT_ASKED.search(text[: match.start("name")]):
            found.add(base)
    both = re.search(rf"\b({_NAME}) (?:and|und|y|и|та|і|&) ({_NAME})\b", text)
    if both and any(base_form(name) in found for name in both.groups()):
        return set()
    return found


def _third_person(text: str) -> set[str]:
    found = set()
    for pattern in (_THIRD, _SHOULD):
        for match in pattern.finditer(text):
            lead = text[match.start() : match.start("name")].strip().lower()
            base = base_form(match.group("name"))
            if base and lead not in {"for", "que", "bitte"}:
                found.add(base)
    return found


def base_form(name: str) -> str | None:
    """Return the name as it stands in a list of people, or None when it is no first name that is known."""
    low = name.lower().replace("’", "'")
    if low in _latin():
        return name[:1].upper() + name[1:]
    return _forms().get(low)


@cache
def _names() -> dict[str, list[str]]:
    lists = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))
    return {script: names.split() for script, names in lists.items()}


@cache
def _latin() -> frozenset[str]:
    return frozenset(_names()["latin"])


@cache
def _forms() -> dict[str, str]:
    """Return the inflected forms of the Cyrillic names: nominative, then vocative, dative, accusative, instrumental."""
    forms: dict[str, str] = {}
    for base in _names()["cyrillic"]:
        for form in [base, *_inflected(base)]:
            forms.setdefault(form.lower(), base)
    for base in _names()["cyrillic"]:
        forms[base.lower()] = base
    return forms


_ENDINGS = {
    "а": "е у ой ы о і ою",
    "я": "е ю ей и і ею ь",
    "й": "ю я ем єм єві",
    "ь": "ю я ем еві и",
    "о": "у а ом ові",
}
"""Endings that stand for the last letter of a name; a name in -а is also called by its bare stem."""


def _inflected(base: str) -> list[str]:
    stem, end = base[:-1], base[-1].lower()
    if base.lower().endswith("ия"):
        return [stem + e for e in ("и", "ю", "ей")]
    if base.lower().endswith("ія"):
        return [stem + e for e in ("ї", "ю", "є", "єю")]
    if end in _ENDINGS:
        return [stem + ending for ending in _ENDINGS[end].split()] + ([stem] if end == "а" else [])
    return [base + ending for ending in ("у", "а", "ом", "е", "ові", "ю")]
