"""The title of a task: the first sentence that says something."""

import re

from tracker_worker.models.reading.cleaning import own_words, without_greeting

MAX_TITLE = 90
"""Characters."""
_MEANING = 3
"""Words from which a sentence says something."""
_FORWARD = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|antw|rv|tr|ответ|пересл|відп)\s*(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"\(?(?:no subject|без темы|без теми|kein betreff|sin asunto|hi|hello|hallo|hola|question|frage|вопрос|питання"
    r"|pregunta|urgent|help|problem|important|request|anfrage)\)?[!.? ]*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[\W\d_]*[^\W\d_])|\n+|;\s+")
_SMALL_TALK = re.compile(
    r"^(?:thank(?:s| you)\b|hope (?:you|this)|i hope|how are you|sorry (?:to|for)|quick (?:one|question)"
    r"|happy (?:monday|friday)"
    r"|спасибо\b|надеюсь|как дела|извините|сорри|дякую\b|сподіваюсь|перепрошую|вибачте|danke\b|vielen dank"
    r"|ich hoffe|entschuldig"
    r"|gracias\b|espero que|perdón?\b|disculp)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:@\w+|please|pls|plz|kindly|bitte|por favor|пожалуйста|будь ласка|ok(?:ay)?(?: so)?|so|well|um+|hm+"
    r"|ну|hey|hi|уважаемые|btw|fyi"
    r"|quick (?:one|question)|tiny thing|ок|а)\b[\s,:;.!…–—-]*)+",
    re.IGNORECASE,
)
_UNTITLED = "Message without text"


def make_title(text: str, subject: str = "") -> str:
    """Return a title of at most 90 characters.

    Args:
        text: The message.
        subject: Wins when it says something.
    """
    topic = _FORWARD.sub("", subject).strip()
    if len(topic.split()) > 1 and not _NO_SUBJECT.fullmatch(topic):
        return _tidy(topic)
    body = without_greeting(own_words(text))
    sentences = [part.strip() for part in _SENTENCE.split(body[: 20 * MAX_TITLE]) if any(c.isalnum() for c in part)]
    telling = [s for s in sentences if len(s.split()) >= _MEANING and not _SMALL_TALK.match(s)]
    chosen = next(iter(telling or sentences), body or topic)
    return _tidy(chosen) or _UNTITLED


def _tidy(sentence: str) -> str:
    flat = " ".join(sentence.split())
    bare = _LEAD.sub("", flat).lstrip("-–—•*#>:,. ")
    chosen = bare if len(bare.split()) > 1 else flat
    chosen = re.sub(r"[\s,;:.!]+$", "", chosen)
    if len(chosen) > MAX_TITLE:
        chosen = chosen[: MAX_TITLE - 1].rsplit(" ", 1)[0].rstrip(",;:.-") + "…"
    return chosen[:1].upper() + chosen[1:]
