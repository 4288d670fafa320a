"""How many messages a second the embedded model decides, from the webhook to the task, beside the bare model."""

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass

import msgspec

from tests.bench.measures import Bench
from tests.bench.side import REPOSITORY, with_path

_SECONDS = 60.0
_FIRST_SECONDS = 30.0
_MESSAGES = 2000
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_DECIDED = "select count(*) from message where state <> 'waiting'"


class NotMeasuredError(Exception):
    """This part could not be measured; the message says why."""


@dataclass(frozen=True)
class TriageRate:
    per_second: float
    model_per_second: float
    """Of the model alone, in a process of its own with one thread."""

    @property
    def ratio_model(self) -> float:
        return self.per_second / self.model_per_second


def triage(bench: Bench) -> TriageRate:
    """Start the triage process, send messages to a Source that is triaged, and count the decisions.

    Raises:
        NotMeasuredError: there is no model, or it decides nothing.
    """
    model = _model_alone()
    try:
        bench.us.start(bench.us.thinking)
    except AssertionError as error:
        raise NotMeasuredError(str(error)) from error
    return TriageRate(asyncio.run(_through(bench)), model)


async def _through(bench: Bench) -> float:
    """Send more than can be decided meanwhile, and count what is decided from the first on."""
    async with bench.us.database() as connection:
        before = await connection.fetchval(_DECIDED)
        await asyncio.to_thread(
            bench.runner.run, bench.us, 10, watched=False, limit=_MESSAGES, target=bench.us.thinking_target
        )
        deadline = time.perf_counter() + _FIRST_SECONDS
        while (first := await connection.fetchval(_DECIDED)) == before:
            if time.perf_counter() > deadline:
                raise NotMeasuredError(f"no message was decided within {_FIRST_SECONDS:.0f} s")
            await asyncio.sleep(0.02)
        start = time.perf_counter()
        await asyncio.sleep(bench.scale.triage_seconds)
        decided: int = await connection.fetchval(_DECIDED) - first
        return decided / (time.perf_counter() - start)


def _model_alone() -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.model"],
        capture_output=True,
        check=False,
        cwd=REPOSITORY,
        env=with_path(_ONE_THREAD),
        timeout=_SECONDS,
    )
    if done.returncode:
        raise NotMeasuredError(f"the embedded model does not run:\n{done.stderr.decode()}")
    return msgspec.json.decode(done.stdout, type=float)
