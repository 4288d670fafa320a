"""Extraction as the worker calls it."""

from datetime import UTC, date, datetime, timedelta, timezone

from tracker_worker.models.extract import Extraction, extract


def test_one_message_gives_all_facts():
    sent_at = datetime(2026, 10, 5, 18, 40, tzinfo=timezone(timedelta(hours=3)))
    facts = extract("Лена, закажи плиз картриджи до четверга, вот https://shop.example/c1.", "", sent_at)
    assert facts == Extraction(
        title="Лена, закажи плиз картриджи до четверга, вот https://shop.example/c1",
        description="Лена, закажи плиз картриджи до четверга, вот https://shop.example/c1.",
        assignee="Лена",
        due_on=date(2026, 10, 8),
        labels=["order", "office", "printer"],
        links=["https://shop.example/c1"],
    )


def test_relative_dates_count_from_the_senders_day():
    late = datetime(2026, 10, 5, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert extract("please send it tomorrow", "", late).due_on == date(2026, 10, 6)


def test_brackets_of_the_sentence_do_not_belong_to_a_link():
    facts = extract("(see https://a.example/x_(y)) and https://a.example/z, thanks", "", datetime.now(UTC))
    assert facts.links == ["https://a.example/x_(y)", "https://a.example/z"]


def test_labels_speak_english_whatever_the_message_speaks():
    now = datetime.now(UTC)
    assert extract("не могу войти в систему", "", now).labels == ["login"]
    assert extract("Die Rechnung ist falsch", "", now).labels == ["invoice"]


def test_nothing_in_it_crashes_nothing():
    now = datetime.now(UTC)
    for text in ("", "🎉🎉", "\x00", "a" * 100_000, "@" * 500, "(" * 5000, "1.1.1.1." * 2000):
        assert extract(text, "", now).title
