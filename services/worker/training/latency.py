"""Measures what one message costs, on one core.

    OPENBLAS_NUM_THREADS=1 python -m services.worker.training.latency

CPU time, the least of five runs, so that a busy machine says nearly the same as an idle one.
"""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np
from tracker_worker.models.embedded import EmbeddedModel
from tracker_worker.models.embedded.encoder import Encoder
from tracker_worker.models.embedded.features import embeddable, readable
from tracker_worker.models.extract import extract

from services.worker.training.dataset import training

MESSAGES = 300
RUNS = 5


def main() -> None:
    """Print milliseconds of each step and the memory."""
    messages = random.Random(3).sample(training(), MESSAGES)
    model, encoder = EmbeddedModel.load(), Encoder.load()
    model.predict(["the first call is slower"])
    took: dict[str, list[float]] = {"encoder": [], "verdict": [], "extraction": []}

    def timed[T](step: str, run: Callable[[], T]) -> T:
        spent = []
        for _ in range(RUNS):
            started = process_time()
            result = run()
            spent.append((process_time() - started) * 1000)
        took[step].append(min(spent))
        return result

    for message in messages:
        timed("encoder", partial(encoder.read, embeddable(readable(message.text))))
        (said,) = timed("verdict", partial(model.predict, [message.text]))
        timed("extraction", partial(extract, message.text, "", message.sent_at, said.category))
    took["all"] = [a + b for a, b in zip(took["verdict"], took["extraction"], strict=True)]
    for step, milliseconds in took.items():
        middle, most, nearly_all = np.percentile(milliseconds, [50, 95, 99])
        print(f"{step:12} p50 {middle:5.1f} ms   p95 {most:5.1f} ms   p99 {nearly_all:5.1f} ms")
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(f"peak memory with two encoders {int(status.partition('VmHWM:')[2].split()[0]) // 1024} MB")


if __name__ == "__main__":
    main()
