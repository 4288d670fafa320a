"""Due dates: what the text asks for by a day, and nothing else that has a date in it."""

from datetime import date
from time import perf_counter

import pytest
from tracker_core.tables import Category
from tracker_worker.models.extract.due import find_due

MONDAY = date(2026, 10, 5)

DUE = [
    ("please send the report by Friday", date(2026, 10, 9)),
    ("can you renew it before thursday?", date(2026, 10, 8)),
    ("the auditor needs the logs until tomorrow noon", date(2026, 10, 6)),
    ("please finish this by EOD", date(2026, 10, 5)),
    ("need the numbers by end of day", date(2026, 10, 5)),
    ("kindly reply by the end of the week", date(2026, 10, 9)),
    ("invoice must be paid by end of month", date(2026, 10, 31)),
    ("could you do it today?", date(2026, 10, 5)),
    ("please call her back in 3 days", date(2026, 10, 8)),
    ("sign it within two weeks please", date(2026, 10, 19)),
    ("please confirm by 15 October", date(2026, 10, 15)),
    ("please confirm by Oct 15th", date(2026, 10, 15)),
    ("deadline: 2026-10-20, submit the tax form", date(2026, 10, 20)),
    ("we need it by the 12th", date(2026, 10, 12)),
    ("please have it ready by next Friday", date(2026, 10, 16)),
    ("reply to the journalist before noon please", date(2026, 10, 5)),
    ("take the van to inspection before 3 January", date(2027, 1, 3)),
    ("Лена, закажи картриджи до четверга", date(2026, 10, 8)),
    ("нужно сделать завтра", date(2026, 10, 6)),
    ("отправьте отчёт до конца недели", date(2026, 10, 9)),
    ("надо сдать к пятнице", date(2026, 10, 9)),
    ("оплатите счёт до 15 октября", date(2026, 10, 15)),
    ("прошу прислать до 12.10", date(2026, 10, 12)),
    ("сделай пожалуйста через 3 дня", date(2026, 10, 8)),
    ("подготовьте до конца месяца", date(2026, 10, 31)),
    ("перезвоните послезавтра", date(2026, 10, 7)),
    ("надішліть акт до п'ятниці", date(2026, 10, 9)),
    ("треба зробити сьогодні", date(2026, 10, 5)),
    ("підготуйте звіт до кінця тижня", date(2026, 10, 9)),
    ("сплатіть рахунок до 20 жовтня", date(2026, 10, 20)),
    ("Domain muss bis Freitag verlängert werden", date(2026, 10, 9)),
    ("bitte bis morgen freigeben", date(2026, 10, 6)),
    ("Bitte bis zum 15. Oktober zurücksenden", date(2026, 10, 15)),
    ("bitte bis 14.10. bestätigen", date(2026, 10, 14)),
    ("kannst du das bis Ende der Woche machen?", date(2026, 10, 9)),
    ("Unterlagen spätestens am Mittwoch schicken", date(2026, 10, 7)),
    ("bitte bis Monatsende bezahlen", date(2026, 10, 31)),
    ("hay que renovarlo antes del viernes", date(2026, 10, 9)),
    ("por favor envíalo mañana", date(2026, 10, 6)),
    ("necesito el informe para el jueves", date(2026, 10, 8)),
    ("confirmen antes del 15 de octubre", date(2026, 10, 15)),
    ("hay que pagarlo antes del 12", date(2026, 10, 12)),
    ("necesito las claves hoy", date(2026, 10, 5)),
    ("надішліть договір до пʼятниці", date(2026, 10, 9)),
    ("надо продлить сертификат завтра до обеда", date(2026, 10, 6)),
    ("bitte bis morgen 12 Uhr einreichen", date(2026, 10, 6)),
    ("сдайте меню сегодня до закрытия", date(2026, 10, 5)),
    ("поміняй ремінь до кінця зміни", date(2026, 10, 5)),
    ("please clear ramp 2 until noon", date(2026, 10, 5)),
    ("haz el parche antes del mediodía", date(2026, 10, 5)),
    ("würden Sie mir innerhalb der nächsten drei Tage antworten?", date(2026, 10, 8)),
    ("entregue el informe en el plazo de una semana", date(2026, 10, 12)),
    ("die Überweisung MUSS in der nächsten Stunde raus", date(2026, 10, 5)),
    ("devochki do pyatnicy skinte razmery", date(2026, 10, 9)),
    ("do kintsya tyzhnya skynte foto", date(2026, 10, 9)),
    ("tráete la masa pal viernes", date(2026, 10, 9)),
    ("favor de entregarlo el 20 de octubre a más tardar", date(2026, 10, 20)),
    ("the domain expires on 2 November, renew it", date(2026, 11, 2)),
    ("grease the bearings b4 thursday", date(2026, 10, 8)),
    ("avant vendredi s'il vous plaît", date(2026, 10, 9)),
]

DUE_IN_TASKS = [
    ("the choir needs two readers for Sunday 25 October, please find them by then", date(2026, 10, 25)),
    ("the inspector comes on Friday, clear the desks by then", date(2026, 10, 9)),
    ("Neue Kollegin fängt Montag an, braucht Ausweis und Laptop", date(2026, 10, 12)),
    ("water my beans on saturday", date(2026, 10, 10)),
]

NOT_DUE = [
    "login has been broken since Monday",
    "is Thursday a half day?",
    "I'm out of the office until 2 September",
    "the sunset today is amazing",
    "deploy finished, version 4.2.1",
    "see you on Monday",
    "are you open on the 24th?",
    "my order from 3 October never arrived",
    "the sale ended yesterday",
    "после обновления с понедельника не работает",
    "погода сегодня огонь",
    "у нас 31-е рабочий?",
    "погода сьогодні чудова",
    "із вчора не працює пошук",
    "seit Freitag fehlt die Spalte",
    "ist am 24. geöffnet?",
    "Ich bin bis 2. September nicht im Büro.",
    "desde el lunes no funciona",
    "hoy trabajo desde casa",
    "Estoy fuera de la oficina hasta el 2 de septiembre.",
    "ich bräuchte eine Krankmeldung von Montag bis Mittwoch",
    "necesito la baja de lunes a miércoles",
    "hire two pickers for black friday week",
    "the sun hat is in the blue room, could you put it in her bag",
    "the ratio is 1/2 and the price 3.50",
    "",
]


@pytest.mark.parametrize(("text", "day"), DUE)
def test_deadline_is_found(text, day):
    assert find_due(text, MONDAY) == day


@pytest.mark.parametrize(("text", "day"), DUE_IN_TASKS)
def test_in_a_task_the_day_it_is_for_is_its_deadline(text, day):
    assert find_due(text, MONDAY, Category.TASK) == day


@pytest.mark.parametrize("text", NOT_DUE)
def test_a_date_that_is_no_deadline_is_left_alone(text):
    assert find_due(text, MONDAY) is None


def test_a_weekday_is_the_coming_one_even_on_that_day():
    assert find_due("please send it by Friday", date(2026, 10, 9)) == date(2026, 10, 16)


def test_end_of_week_after_friday_is_the_next_friday():
    assert find_due("please finish by the end of the week", date(2026, 10, 10)) == date(2026, 10, 16)


def test_an_impossible_date_is_no_date():
    assert find_due("please pay by 31.02.", MONDAY) is None


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (Category.QUESTION, 'does "end of week" mean Friday or Sunday?'),
        (Category.BUG, "I set due Friday, the card says Thursday"),
        (Category.FEATURE, "lunch orders until 10 instead of until 8 would help"),
        (Category.NOISE, "done by Friday, promised!"),
        (Category.TASK, "print Tuesday's minutes and file them"),
        (Category.TASK, "call me back, I'm in the office until 5 pm"),
        (Category.TASK, "got the parcel today, somebody has to put it into the store room"),
    ],
)
def test_a_day_in_what_is_no_request_is_no_deadline(category, text):
    assert find_due(text, MONDAY, category) is None


def test_many_dates_do_not_take_long():
    started = perf_counter()
    find_due("tomorrow by 5, " * 500, MONDAY, Category.TASK)
    assert perf_counter() - started < 1
