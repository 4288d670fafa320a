from tracker_worker.conversations.bursts import burst, together

from tests.worker.conversations.speech import chat, say, task_of


def _texts(said: object) -> list[str]:
    return [part.text for part in said]  # type: ignore[attr-defined]


def test_one_thought_in_three_messages_is_a_burst() -> None:
    context = chat(
        say("ann", "hi", at=0),
        say("ann", "the export button is dead", at=20),
        say("ann", "since this morning", at=45),
    )
    assert _texts(burst(context)) == ["hi", "the export button is dead"]
    assert together(burst(context), context.message.text) == "hi\nthe export button is dead\nsince this morning"


def test_somebody_else_in_between_does_not_end_it() -> None:
    context = chat(say("ann", "the export is dead", at=0), say("bob", "lunch?", at=30), say("ann", "again", at=60))
    assert _texts(burst(context)) == ["the export is dead"]


def test_a_long_pause_ends_it() -> None:
    context = chat(say("ann", "hi", at=0), say("ann", "the export button is dead", at=121))
    assert burst(context) == ()


def test_it_does_not_go_on_for_ever() -> None:
    said = [
        say("ann", word, at=100 * place)
        for place, word in enumerate(["uno", "dos", "tres", "quatro", "five", "sechs", "sedm", "osm"])
    ]
    found = burst(chat(*said))
    assert len(found) == 6


def test_alerts_of_one_template_are_no_burst() -> None:
    context = chat(
        say("bot", "[FIRING] DiskFull on host db-1 (severity critical)", at=0),
        say("bot", "[FIRING] DiskFull on host db-7 (severity critical)", at=3),
    )
    assert burst(context) == ()


def test_mails_and_long_messages_stand_for_themselves() -> None:
    two = [say("ann", "The printer is dead.", at=0), say("ann", "And please order toner.", at=60)]
    assert burst(chat(*two, kind="email")) == ()
    assert burst(chat(say("ann", "word " * 100, at=0), say("ann", "and this", at=9))) == ()


def test_who_answers_somebody_else_begins_something_new() -> None:
    asked = say("bob", "who took the keys?", at=10)
    context = chat(say("ann", "hi", at=0), asked, say("ann", "me", at=20), answered=asked)
    assert burst(context) == ()


def test_unknown_senders_are_nobody_in_particular() -> None:
    assert burst(chat(say("", "hi", at=0), say("", "the export is dead", at=5))) == ()


def test_a_closed_task_takes_no_more() -> None:
    done = say("ann", "the export button is dead", at=0, task=task_of("bug", status="done"))
    assert burst(chat(done, say("ann", "and now it is slow", at=30))) == ()


def test_by_the_way_begins_another_matter() -> None:
    said = [say("ann", "the export is dead", at=0), say("ann", "by the way, the lift is stuck", at=20)]
    assert burst(chat(*said)) == ()
    assert _texts(burst(chat(*said, say("ann", "since monday", at=40)))) == ["by the way, the lift is stuck"]
