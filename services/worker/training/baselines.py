"""What a model has to beat: always the most frequent answer, and honest keywords in five languages."""

import re
from collections import Counter
from collections.abc import Sequence

from services.worker.training.dataset import Message
from services.worker.training.metrics import Guess

_KEYWORDS = {
    "incident": (
        "down, outage, urgent, emergency, hacked, leak, fire, critical, firing, срочно, авария, лежит, взлом, пожар,"
        "терміново, аварія, лежить, пожежа, зламали, ausfall, ausgefallen, dringend, gehackt, brand, caída, urgente"
    ),
    "bug": (
        "error, bug, broken, crash, wrong, fails, doesn't, not working, не работает, ошибка, баг, сломал, не працює,"
        "помилка, зламав, fehler, kaputt, funktioniert, falsch, geht nicht, no funciona, fallo, roto"
    ),
    "feature": (
        "feature, would be, wish, add, support, idea, could we have, suggestion, было бы, хотелось, добавьте, идея,"
        "було б, хотілося, додайте, ідея, wäre schön, wunsch, vorschlag, estaría bien, me gustaría, añadir, propongo"
    ),
    "question": (
        "?, how, where, when, what, who, which, как, где, когда, сколько, кто, як, де, коли, скільки, хто, wie, wo,"
        "wann, wer, cómo, dónde, cuándo, quién"
    ),
    "task": (
        "please, need, can you, could you, order, send, пожалуйста, нужно, надо, закажи, отправьте, будь ласка, треба,"
        "потрібно, замов, надішліть, bitte, kannst, brauche, por favor, necesito, hay que"
    ),
}
_URGENT = ("urgent", "asap", "emergency", "critical", "срочно", "терміново", "dringend", "urgente", "!!")
_HIGH = ("today", "tomorrow", "сегодня", "завтра", "сьогодні", "heute", "morgen", "hoy", "mañana")


def majority(train: Sequence[Message], asked: Sequence[Message]) -> list[Guess]:
    """Answer with the most frequent category and priority of the training messages."""
    category, count = Counter(m.category for m in train).most_common(1)[0]
    priority = Counter(m.priority for m in train).most_common(1)[0][0]
    return [Guess(category, priority, count / len(train)) for _ in asked]


def keywords(train: Sequence[Message], asked: Sequence[Message]) -> list[Guess]:
    """Answer with the category of most keywords; its confidence is its accuracy in training."""
    right = sum(_category(m.text) == m.category for m in train) / len(train)
    return [Guess(_category(m.text), _priority(m.text), right) for m in asked]


def _category(text: str) -> str:
    said = " ".join(re.findall(r"[\w']+|\?", text.casefold()))
    hits = {
        name: sum(f" {term.strip()} " in f" {said} " for term in terms.split(",")) for name, terms in _KEYWORDS.items()
    }
    best = max(hits, key=hits.__getitem__)
    return best if hits[best] else "noise"


def _priority(text: str) -> str:
    low = text.casefold()
    if any(word in low for word in _URGENT):
        return "urgent"
    if any(word in low for word in _HIGH):
        return "high"
    return "low" if _category(text) in {"noise", "question", "feature"} else "medium"
