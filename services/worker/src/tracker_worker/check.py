"""`python -m tracker_worker check`: load the embedded model and ask each language model one tiny question.

`tasktracker doctor` runs it as a process of its own, so that the command line stays free of models. The dashboard asks
a triage worker for the same (`answering`).
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from time import perf_counter

from tracker_core.errors import ConfigurationError

from tracker_worker.models.consultant import ConsultError
from tracker_worker.models.llm_settings import LlmSettings
from tracker_worker.settings import CheckSettings

TIMEOUT = 10.0
"""Seconds that a provider has for its answer."""


@dataclass(frozen=True)
class Checked:
    """One line."""

    provider: str
    model: str
    ok: bool
    detail: str
    cure: str
    latency_ms: float


async def check_models(settings: CheckSettings, *, as_json: bool) -> int:
    """Check each provider, print a line for each, and return the exit code: 1 when one does not work."""
    checked = await asyncio.gather(
        check_embedded(), *(check_language_model(given) for given in settings.triage.providers)
    )
    if as_json:
        sys.stdout.write(json.dumps([asdict(line) for line in checked], ensure_ascii=False, indent=2) + "\n")
    else:
        for line in checked:
            sys.stdout.write(_line(line) + "\n")
    return 0 if all(line.ok for line in checked) else 1


async def check_embedded() -> Checked:
    """Load the embedded model."""
    from tracker_worker.models.embedded_provider import NAME, EmbeddedProvider  # noqa: PLC0415 -- loading is the check

    started = perf_counter()
    try:
        model = await asyncio.to_thread(EmbeddedProvider.load)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        return Checked(NAME, "", ok=False, detail=str(error), cure="Install the worker again", latency_ms=0.0)
    return Checked(NAME, model.version, ok=True, detail="loaded", cure="", latency_ms=_since(started))


async def check_language_model(given: LlmSettings) -> Checked:
    """Ask a language model one tiny question."""
    from tracker_worker.models.llm import connect  # noqa: PLC0415 -- costs seconds where a provider is configured

    started = perf_counter()
    try:
        model = await asyncio.to_thread(connect, given)
        started = perf_counter()
        async with asyncio.timeout(TIMEOUT), model:
            await model.ping()
    except ConfigurationError as error:
        return Checked(given.name, given.model, ok=False, detail=error.detail, cure=error.cure or "", latency_ms=0.0)
    except ConsultError as error:
        return Checked(
            given.name, given.model, ok=False, detail=error.detail, cure=error.cure, latency_ms=_since(started)
        )
    except TimeoutError:
        return Checked(
            given.name,
            given.model,
            ok=False,
            detail=f"{given.name} did not answer a tiny question within {TIMEOUT:g} s",
            cure="Load the model first, or take a smaller one",
            latency_ms=_since(started),
        )
    detail = "answers; personal data is masked" if given.is_remote else "answers; counts as local, nothing is masked"
    return Checked(given.name, given.model, ok=True, detail=detail, cure="", latency_ms=_since(started))


def _since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)


def _line(line: Checked) -> str:
    word = "ok" if line.ok else "fail"
    said = f"{line.detail}. {line.cure}" if line.cure else line.detail
    return f"{word:<5} {line.provider:<16} {line.model:<28} {line.latency_ms:>8.0f} ms  {said}"
