"""Assignees: the one person who is asked, in base form, and nobody else who is named."""

import pytest
from tracker_core.tables import Category
from tracker_worker.models.extract.assignee import find_assignee

ASKED = [
    ("@anna please renew the domain", "@anna"),
    ("can you look at this @tom.k?", "@tom.k"),
    ("Anna, please call Mr Keller back", "Anna"),
    ("Hi Marcus, could you send the contract?", "Marcus"),
    ("can Marcus review the PR today?", "Marcus"),
    ("Sam should order the toner", "Sam"),
    ("ask Julia to book the room", "Julia"),
    ("could you print the list, Priya?", "Priya"),
    ("Лена, закажи плиз картриджи", "Лена"),
    ("Саш, посмотри отчёт", "Саша"),
    ("попросите Марину перезвонить", "Марина"),
    ("пусть Олег проверит насос", "Олег"),
    ("Оксано, замов рукавички", "Оксана"),
    ("Тарасе, підміни мене завтра", "Тарас"),
    ("нехай Ірина передзвонить", "Ірина"),
    ("Katrin, kannst du meine Schicht übernehmen?", "Katrin"),
    ("kann Jonas die Reifen wechseln?", "Jonas"),
    ("Uwe soll den Drucker holen", "Uwe"),
    ("Carmen, ¿puedes preparar el informe?", "Carmen"),
    ("¿puede Pablo revisar la factura?", "Pablo"),
    ("Kannst du, Jonas, morgen früh aufschließen?", "Jonas"),
    ("que Lucía revise el contrato", "Lucía"),
    ("Frau Weber möge bitte den Vertrag unterschreiben", "Weber"),
    ("Леночка, распечатай пожалуйста отчёт", "Лена"),
    ("Алия Маратовна, сдайте меню", "Алия Маратовна"),
    ("Пане Андрію, надішліть, будь ласка, договір", "Андрій"),
    ("Марату скажите пусть сдаст отчёт", "Марат"),
]

ASKED_IN_TASKS = [
    ("Sehr geehrte Frau Sommer,\nwürden Sie mir bitte die Urkunde senden?", "Sommer"),
    ("Estimado Sr. Robles:\nLe ruego que envíe el informe, por favor.", "Robles"),
    ("Серёга, завези ключи на объект", "Сергей"),
    ("Jed that fence by the chapel needs doing", "Jed"),
    ("Conchi encarga la tarta", "Conchi"),
    ("Глеб откатывай 7.1", "Глеб"),
    ("doreen holst du heute noch die infusionen", "Doreen"),
    ("Yrsel, bitte den Plan ausdrucken", "Yrsel"),
    ("lena love can you swap the towels in 4", "Lena"),
    ("priya send the deck to the board", "Priya"),
    ("marcus will you lock up tonight", "Marcus"),
    ("Marcus. The toner on the second floor is empty again.", "Marcus"),
    ("Sargento Ruiz: revise el candado del almacén", "Ruiz"),
    ("message for Priya the plumber needs the gate code", "Priya"),
    ("Олеже, треба повірити манометри", "Олег"),
    ("Harriet - the cut-off is 14:00, please send it", "Harriet"),
    ("Маріє, замовте квитки", "Марія"),
    ("@anna did you send the contract to Holt?", "@anna"),
    ("@ben was ist mit dem Angebot?", "@ben"),
    ("PROJ-7 was assigned by @cron to @mia", "@mia"),
    ("Зорянко, збери аптечки в один ящик", "Зоряна"),
]

NOBODY_IN_TASKS = [
    "Dear Accounts,\nplease send me the invoice again",
    "Liebe Buchhaltung,\nbitte schickt mir die Rechnung",
    "ребят, скиньте фото",
    "Please send the papers to my new address, thank you\nAnna\n+49 30 1234",
    "Please confirm the booking,\nMarcus",
]

NOBODY = [
    "Anna's invoice is wrong",
    "thanks @anna, works now",
    "@channel lunch is here, please come",
    "@anna @tom please fill in the board",
    "Anna and Tom, please fill in the board",
    "Tom said the printer is broken",
    "please call Mr Keller back",
    "send Mrs Abbott a replacement card",
    "I talked to Marcus yesterday, all good",
    "Please, order gloves",
    "Hello, can you help?",
    "с днём рождения, Олю!!",
    "Марина вчера уволилась, доступ ещё открыт",
    "Guten Morgen, bitte Toner bestellen",
    "Just to let you know that the parcel arrived. Best wishes, Ingrid",
    "write to anna@example.com please",
    "Sehr geehrte Frau Schubert, der Wandertag war sehr schön.",
    "",
]


@pytest.mark.parametrize(("text", "name"), ASKED)
def test_the_person_who_is_asked_is_found(text, name):
    assert find_assignee(text) == name


@pytest.mark.parametrize(("text", "name"), ASKED_IN_TASKS)
def test_in_a_task_a_name_at_the_beginning_is_called(text, name):
    assert find_assignee(text, Category.TASK) == name


@pytest.mark.parametrize(
    "text",
    [
        "Marta called, she wants the file sent again",
        "Таня из бухгалтерии просит переслать счёт",
        "Jonas hat angerufen, die Tür klemmt, bitte prüfen",
        "Tomorrow, please water the plants",
        "Colleagues, please fill in the form",
    ],
)
def test_who_is_talked_about_in_a_task_is_not_the_assignee(text):
    assert find_assignee(text, Category.TASK) is None


@pytest.mark.parametrize("text", NOBODY)
def test_who_is_only_named_is_not_the_assignee(text):
    assert find_assignee(text) is None


@pytest.mark.parametrize("text", NOBODY_IN_TASKS)
def test_neither_a_signature_nor_a_department_is_asked(text):
    assert find_assignee(text, Category.TASK) is None
