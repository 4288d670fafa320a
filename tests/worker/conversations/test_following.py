import pytest
from tracker_worker.conversations.following import follows

from tests.worker.conversations.speech import chat, judged, say, task_of

_BUG = task_of("bug")


@pytest.mark.parametrize(
    "text",
    [
        "same here!!",
        "+1",
        "me too, on safari",
        "у меня тоже не работает",
        "u menja tozhe, у нас то же самое",
        "і в мене так само",
        "Bei mir auch, seit heute früh",
        "a mi tambien me pasa",
    ],
)
def test_joining_in_after_a_report_is_about_it(text: str) -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    assert follows(chat(report, say("bob", text, at=200)), judged("bug")) == _BUG


def test_joining_in_is_about_the_newest_task_before_it() -> None:
    other = task_of("bug", number=2)
    context = chat(
        say("ann", "the login page is blank", at=0, task=_BUG),
        say("cid", "the export is empty", at=60, task=other),
        say("dan", "ouch", at=90),
        say("bob", "same here", at=100),
    )
    assert follows(context, judged("noise")) == other


def test_joining_in_long_afterwards_is_about_nothing_known() -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    assert follows(chat(report, say("bob", "same here", at=3600)), judged("bug")) is None


def test_a_report_of_its_own_in_a_chat_is_a_matter_of_its_own() -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    assert follows(chat(report, say("bob", "the printer on 3 eats paper", at=60)), judged("bug")) is None


def test_a_long_report_that_says_same_here_first_is_a_matter_of_its_own() -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    long = "same here and now the billing job has failed too with a timeout on all three hosts since five this morning"
    assert follows(chat(report, say("bob", long, at=60)), judged("incident")) is None


@pytest.mark.parametrize(
    ("text", "category"),
    [("it also happens in Firefox", "bug"), ("when will this be done?", "question"), ("thanks a lot", "noise")],
)
def test_answer_to_a_report_is_about_it(text: str, category: str) -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    context = chat(report, say("bob", text, at=9000), answered=report)
    assert follows(context, judged(category)) == _BUG


@pytest.mark.parametrize(
    "text",
    [
        "By the way, could you also order three chairs for the new office?",
        "кстати, закажите ещё три стула в офис",
        "Übrigens: bitte noch drei Stühle bestellen",
    ],
)
def test_another_matter_in_an_answer_is_one(text: str) -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    assert follows(chat(report, say("bob", text, at=60), answered=report), judged("task")) is None


def test_sure_request_below_a_report_is_a_matter_of_its_own() -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    request = say("bob", "please order three chairs for the new office", at=60)
    assert follows(chat(report, request, answered=report), judged("task", confidence=0.9)) is None


def test_actionable_answer_to_a_closed_task_is_a_matter_of_its_own() -> None:
    report = say("ann", "the login page is blank", at=0, task=task_of("bug", status="done"))
    assert follows(chat(report, say("bob", "it is blank again", at=60), answered=report), judged("bug")) is None


def test_mail_thread_has_one_subject() -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    assert follows(chat(report, say("bob", "any news?", at=9000), kind="email"), judged("question")) == _BUG


def test_resolved_alert_belongs_to_the_task_of_its_group() -> None:
    fired = say("alerts", "[FIRING] DiskFull", at=0, task=task_of("incident"))
    context = chat(fired, say("alerts", "[RESOLVED] DiskFull", at=600), kind="webhook", key='{}:{alertname="DiskFull"}')
    assert follows(context, judged("noise")) == fired.task


def test_chatter_in_a_chat_is_about_nothing() -> None:
    report = say("ann", "the login page is blank", at=0, task=_BUG)
    assert follows(chat(report, say("bob", "lunch?", at=60)), judged("noise")) is None
