"""Titles read like a line in a list: the first thing said, without greeting, small talk, quotes and signature."""

import pytest
from tracker_worker.models.extract.title import MAX_TITLE, make_title
from tracker_worker.models.reading.cleaning import own_words


@pytest.mark.parametrize(
    ("text", "subject", "title"),
    [
        ("morning! the export gives me yesterdays numbers", "", "The export gives me yesterdays numbers"),
        ("Hello,\n\nnobody can log in since 6:40.\n\nPriya", "", "Nobody can log in since 6:40"),
        ("Guten Tag,\nseit dem Update fehlt eine Spalte.\nGruß\nKern", "", "Seit dem Update fehlt eine Spalte"),
        ("Добрый день! Деньги списались дважды, заказ 4471.", "", "Деньги списались дважды, заказ 4471"),
        ("Thanks for the quick help! The summary counts February twice.", "", "The summary counts February twice"),
        ("please order gloves", "", "Order gloves"),
        ("where is the form?", "", "Where is the form?"),
        ("see below", "Re: AW: Invoice 4711 is wrong", "Invoice 4711 is wrong"),
        ("The tap drips again in the kitchen.", "question", "The tap drips again in the kitchen"),
        ("thanks", "", "Thanks"),
        ("", "", "Message without text"),
        ("🎉", "", "🎉"),
    ],
)
def test_title_says_what_it_is_about(text, subject, title):
    assert make_title(text, subject) == title


def test_long_sentence_is_cut_between_words():
    title = make_title("word " * 200)
    assert len(title) <= MAX_TITLE
    assert title.endswith("word…")


def test_quoted_reply_and_signature_are_not_the_senders_words():
    mail = "It fails again.\n\nRegards,\nKim\n\nOn Mon, 5 Oct 2026 at 09:00, Lee <lee@x.example> wrote:\n> did it work?"
    assert own_words(mail) == "It fails again."


def test_a_message_that_is_only_a_quote_is_kept():
    assert own_words("> did it work?") == "> did it work?"
