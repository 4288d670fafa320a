"""What the sender wrote: without quoted replies, forwarded headers, signature and greeting."""

import re

_QUOTE_BEGINS = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|исходное сообщение|пересылаемое"
    r"|mensaje original|переслане).*|_{10,}"
    r"|(?:on|am|el|le|il)\s.{5,80}\s(?:wrote|schrieb|escribió|a écrit|ha scritto).{0,40}:"
    r"|.{5,60}\s(?:пишет|написал[аи]?|пише|написала?в?)(?:\s.{0,40})?:)\s*$",
    re.IGNORECASE,
)
_SIGNATURE_BEGINS = re.compile(
    r"^\s*(?:--|(?:sent|gesendet|enviado|отправлено|надіслано) (?:from|von|desde|с|з)\b.*"
    r"|(?:(?:with )?(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|sincerely|yours (?:faithfully"
    r"|sincerely|truly)|cheers|best"
    r"|many thanks|thanks(?: (?:so much|a lot|in advance))?|thank you(?: in advance)?|thx"
    r"|с уважением|с благодарностью|спасибо(?: заранее)?|заранее спасибо|з повагою|дякую|наперед дякую"
    r"|(?:mit )?(?:freundlichen|besten|vielen|liebe[nr]?|viele|schöne) grü(?:ß|ss)en?|gru(?:ß|ss)|mfg|lg|vg"
    r"|vielen dank|danke(?: im voraus)?"
    r"|(?:un )?(?:cordial )?saludos?|atentamente|muchas gracias|gracias(?: de antemano)?|un abrazo|cordialement"
    r"|cordiali saluti"
    r"|atenciosamente|pozdrawiam)[\s,.!–—-]*)$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon|evening|привет\w*"
    r"|здравствуй(?:те)?"
    r"|доброе утро|добр(?:ый|ого) (?:день|дня|вечер|вечера)|добрий день|доброго (?:дня|ранку|вечора)|привіт\w*"
    r"|вітаю|шановн\w+|уважаем\w+"
    r"|hallo|guten (?:tag|morgen|abend)|moin(?: moin)?|servus|sehr geehrte[rs]?|liebe[rs]?|hola"
    r"|buen[oa]s(?: (?:días|tardes|noches))?"
    r"|estimad[oa]s?|bonjour|salut|ciao|buongiorno|olá|bom dia|cześć|dzień dobry|merhaba)\b"
    r"(?:[ \t]+(?:all|team|everyone|everybody|folks|guys|there|both|together|zusammen|allerseits|leute"
    r"|ihr lieben|a todos|equipo|chicos"
    r"|всем|коллеги|ребята|команда|усім|всім|колеги|sir or madam|sir|madam|damen und herren"
    r"|(?:mr|mrs|ms|dr|herr|frau|señora?|sr|sra|пан|пані)\.? ?\w+"
    r"|[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w'’-]+)){0,3}[ \t]*(?:[,!.:–—-]+|\n|$)"
    r"|(?:[☀️👋🙂😊🌞\s]+))+",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 6
"""Lines from the end in which a closing phrase begins a signature."""


def own_words(text: str) -> str:
    """Return the text without quoted replies and signature; the text itself when nothing else is in it."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept = []
    for line in lines:
        if _QUOTE_BEGINS.match(line):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    for place in range(max(1, len(kept) - _SIGNATURE_LINES), len(kept)):
        if _SIGNATURE_BEGINS.match(kept[place]):
            kept = kept[:place]
            break
    return "\n".join(kept).strip() or text.strip()


def without_greeting(text: str) -> str:
    """Return the text without the greeting it begins with."""
    rest = _GREETING.sub("", text, count=1).lstrip()
    return rest if any(c.isalnum() for c in rest) else text.strip()
