from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker_worker.models.masking import Mask

PRIVATE = [
    "anna.maier+work@clinic.example.org",
    "олена@пошта.укр",
    "+49 170 1234567",
    "+1 (415) 555-2671",
    "8 (916) 123-45-67",
    "0041 44 668 18 00",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "https://app.example.com/reset?token=9f8a7b",
    "https://user:secret@intranet.example.com/x",
    "https://docs.example.com/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQr/edit",
]
PLAIN = [
    "2026-10-05 09:12",
    "05.10.2026",
    "192.168.10.20",
    "v3.11.4",
    "1 250 000 rows",
    "order 4711 in 2026-2027",
    "4111 1111 1111 1112 5",
    "https://example.com/help/exports?page=2",
    "HTTP 500 after 30 s",
    "@anna please look",
]


@pytest.mark.parametrize("value", PRIVATE)
def test_private_values_are_hidden_and_come_back(value: str) -> None:
    said = f"Please call {value}, or write."
    mask = Mask(said)
    hidden = mask.hide(said)
    assert value not in hidden
    assert hidden.startswith("Please call [")
    assert mask.reveal(hidden) == said


@pytest.mark.parametrize("text", PLAIN)
def test_dates_versions_and_addresses_of_machines_stay(text: str) -> None:
    assert Mask(text).hide(text) == text


def test_same_value_has_the_same_placeholder_in_every_text() -> None:
    texts = ("from a@b.de", "a@b.de and c@d.de")
    mask = Mask(*texts)
    assert [mask.hide(text) for text in texts] == ["from [EMAIL_1]", "[EMAIL_1] and [EMAIL_2]"]
    assert mask.reveal("Ask [EMAIL_2], not [EMAIL_9]") == "Ask c@d.de, not [EMAIL_9]"


def test_a_text_that_holds_a_placeholder_already_gets_another_one() -> None:
    said = "[EMAIL_1] is not a@b.de"
    mask = Mask(said)
    assert mask.hide(said) == "[EMAIL_1] is not [EMAIL_2]"
    assert mask.reveal(mask.hide(said)) == said


def test_a_capital_word_behind_an_account_number_stays() -> None:
    said = "IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF"
    mask = Mask(said)
    assert mask.hide(said) == "IBAN [IBAN_1] BIC COBADEFF"


_PIECES = st.one_of(
    st.sampled_from([*PRIVATE, *PLAIN, "[EMAIL_1]", "[PHONE_2]", "[LINK_1", "_3]"]),
    st.text(max_size=30),
    st.from_regex(r"[\d +()./-]{1,30}", fullmatch=True),
)


@given(st.lists(st.lists(_PIECES, max_size=8).map(" ".join), min_size=1, max_size=3))
def test_revealing_what_was_hidden_gives_the_texts_back(texts: list[str]) -> None:
    mask = Mask(*texts)
    assert [mask.reveal(mask.hide(text)) for text in texts] == texts


@given(
    st.sampled_from(PRIVATE),
    st.sampled_from(["", "Call ", "см. ", "(", "\n"]),
    st.sampled_from(["", ", bitte", ")", "\n"]),
)
def test_no_surrounding_lets_a_private_value_through(value: str, before: str, after: str) -> None:
    text = before + value + after
    assert value not in Mask(text).hide(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://" + "a" * 50_000,
        "x." * 25_000 + "@",
        "a.b@" + "c-." * 15_000,
        "0" * 50_000,
        "https://e.x/?" + "token" * 9000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    started = perf_counter()
    Mask(text).hide(text)
    assert perf_counter() - started < 2
