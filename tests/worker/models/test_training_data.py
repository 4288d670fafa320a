"""The labelled messages: well formed, many, in many languages, and nothing of the held-out file in them."""

import json
from importlib.resources import files

import pytest

from services.worker.training.dataset import (
    CATEGORIES,
    DataError,
    Message,
    check,
    fingerprint,
    held_out,
    load,
    training,
    twins,
)
from services.worker.training.noise import rough_copies


def test_nothing_is_wrong_with_the_files():
    assert check() == []


def test_the_shipped_weights_were_trained_on_these_files():
    about = json.loads((files("tracker_worker.models.embedded") / "metadata.json").read_text(encoding="utf-8"))
    assert about["data"] == fingerprint(training()), "run `python -m services.worker.training.train`"


def test_there_are_enough_and_enough_are_not_english():
    train, apart = training(), held_out()
    assert len(train) >= 2500
    assert len(apart) >= 350
    for messages in (train, apart):
        assert sum(m.lang != "en" for m in messages) >= 0.4 * len(messages)
        assert {m.category for m in messages} == set(CATEGORIES)


def test_a_reworded_message_is_a_twin():
    def message(number: str, text: str) -> Message:
        return Message(**{**training()[0].__dict__, "id": number, "text": text})

    known = [message("a", "The printer on the second floor prints all twice")]
    asked = [
        message("b", "the printer on second floor prints all twice!"),
        message("c", "Where is the printer?"),
    ]
    assert [(a, b) for a, b, _ in twins(asked, known)] == [("b", "a")]


def test_a_bad_line_is_named(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({"id": "x"}) + "\n")
    with pytest.raises(DataError, match=r"bad.jsonl line 1: fields"):
        load(path)


def test_noise_is_the_same_every_time_and_no_copy_is_a_message_again():
    messages = training()[:400]
    copies = rough_copies(messages)
    assert copies == rough_copies(messages)
    assert 0.15 * len(messages) < len(copies) < 0.35 * len(messages)
    originals = {m.id: m for m in messages}
    for copy in copies:
        original = originals[copy.id]
        assert (copy.file, copy.category, copy.priority) == (original.file, original.category, original.priority)
        assert copy.text
    assert sum(copy.text != originals[copy.id].text for copy in copies) > 0.7 * len(copies)
