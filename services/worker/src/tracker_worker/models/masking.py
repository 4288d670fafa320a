"""Personal data stays here: it is replaced by placeholders before a text goes to a remote provider.

The same value has the same placeholder, so that a model still sees who is who; the answer gets the values back. What is
masked by mistake does no harm for that reason, so the patterns are rather wide. Names of people are not masked.
"""

import re
from collections.abc import Callable
from functools import partial

_MIN_PHONE, _MAX_PHONE = 8, 15
"""Digits of a telephone number with its area code; 15 is the most that E.164 allows."""
_MIN_IBAN = 15
"""Characters; Norway's."""

_URL = re.compile(r"https?://[^\s<>\"'`]{1,2000}", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(
    r"[?&#;](?:[\w-]{0,32}(?:token|key|secret|password|passwd|pwd|auth|sig|signature|session|code|jwt|otp|invite|hash)[\w-]{0,32})="
    r"|://[^/\s@]{1,256}@"
    # A long word of mixed letters and digits in the path is a capability: reset links, shared documents, bot tokens.
    r"|/(?=[\w:-]{0,200}\d)(?=[\w:-]{0,200}[A-Za-z])[\w:-]{24,}",
    re.IGNORECASE,
)
# Every repetition has a bound, those of RFC 5321 §4.5.3.1 here: a pattern without would take minutes on a hostile text.
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b")
_CARD = re.compile(r"(?<![\w.,])\d(?:[ -]?\d){12,18}(?!\w)")
_PHONE = re.compile(r"(?<![\w.,:/-])(?:\+|00)?[ ]?\(?\d[\d \t()./-]{5,24}\d(?!\w)")
_NO_PHONE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?:[ T].*)?"  # 2026-10-05 09:12
    r"|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?:[ T].*)?"  # 05.10.2026
    r"|\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?"  # an IP address
    r"|\d{1,3}(?:[ .]\d{3})+"  # 1 250 000
    r"|\d{4} ?[-/] ?\d{4}"  # 2026-2027
)


class Mask:
    """The placeholders of one conversation with a model.

    Args:
        texts: All texts that will be hidden: a placeholder must not occur in any of them.
    """

    def __init__(self, *texts: str) -> None:
        self._said = "\n".join(texts)
        self._values: dict[str, str] = {}
        self._placeholders: dict[str, str] = {}
        self._count: dict[str, int] = {}

    def hide(self, text: str) -> str:
        """Replace addresses, telephone numbers, bank accounts, cards, and links that open something."""
        for name, pattern, private in _PATTERNS:
            text = pattern.sub(partial(self._replace, name, private), text)
        return text

    def reveal(self, text: str) -> str:
        """Put the values back."""
        if not self._values:
            return text
        return re.sub(r"\[[A-Z]+_\d+\]", lambda match: self._values.get(match[0], match[0]), text)

    def _replace(self, name: str, private: Callable[[str], int], match: re.Match[str]) -> str:
        length = private(match[0])
        value, rest = match[0][:length], match[0][length:]
        if not value:
            return rest
        if value not in self._placeholders:
            placeholder = self._new(name)
            self._placeholders[value] = placeholder
            self._values[placeholder] = value
        return self._placeholders[value] + rest

    def _new(self, name: str) -> str:
        while True:
            self._count[name] = self._count.get(name, 0) + 1
            placeholder = f"[{name}_{self._count[name]}]"
            if placeholder not in self._said:
                return placeholder


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if "0" <= c <= "9"]


# Each says how many characters from the start of what its pattern has found are private.


def _all(text: str) -> int:
    return len(text)


def _card(text: str) -> int:
    """ISO/IEC 7812-1, annex B: the Luhn sum."""
    odd, even = _digits(text)[::-2], _digits(text)[-2::-2]
    total = sum(odd) + sum(sum(divmod(2 * digit, 10)) for digit in even)
    return 0 if total % 10 else len(text)


def _iban(text: str) -> int:
    """ISO 13616: the number with its head moved to the end leaves 1 when divided by 97.

    A capital word behind it looks like a part of it, so that words are left off until it fits.
    """
    for end in (len(text), *(match.start() for match in reversed(list(re.finditer(r"[ -]", text))))):
        bare = re.sub(r"[ -]", "", text[:end])
        if len(bare) < _MIN_IBAN:
            return 0
        if int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1:
            return end
    return 0


def _phone(text: str) -> int:
    return len(text) if _MIN_PHONE <= len(_digits(text)) <= _MAX_PHONE and not _NO_PHONE.fullmatch(text.strip()) else 0


def _link(url: str) -> int:
    return len(url) if _SECRET_PARAMETER.search(url) else 0


# In this order: a link may hold an address, and an account number is not a telephone.
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], int]], ...] = (
    ("LINK", _URL, _link),
    ("EMAIL", _EMAIL, _all),
    ("IBAN", _IBAN, _iban),
    ("CARD", _CARD, _card),
    ("PHONE", _PHONE, _phone),
)
