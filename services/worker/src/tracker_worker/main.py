"""Starts the worker's roles: `record` takes messages from the bus into Postgres, `triage` judges them, `agents` ask.

They are processes of their own, so that a slow model delays neither the intake nor what the embedded model is sure of,
and each is as many as it needs to be: of the agents none at all where no language model is configured.
"""

import logging
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import uvloop
from tracker_core.errors import ConfigurationError, TrackerError
from tracker_core.observing import observe
from tracker_core.settings import ProcessSettings

from tracker_worker.settings import CheckSettings, WorkerSettings

log = logging.getLogger(__name__)

_USAGE = "usage: python -m tracker_worker record|triage|agents|check [-o json]|eval FILE.jsonl\n"


def _settings[S: ProcessSettings](kind: type[S]) -> S | None:
    """Read the settings; what is wrong with them is said on stderr."""
    try:
        return kind.read()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return None


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments name and return the exit code; a role's is 0 after a signal."""
    match arguments:
        case [("record" | "triage" | "agents") as role]:
            return _run(role)
        case ["check"] | ["check", "-o", "table" | "json"]:
            from tracker_worker.check import check_models  # noqa: PLC0415 -- the roles do not need it

            settings = _settings(CheckSettings)
            return 2 if settings is None else uvloop.run(check_models(settings, as_json="json" in arguments))
        case ["eval", *rest]:
            from tracker_worker.evaluation.command import evaluate  # noqa: PLC0415 -- as above

            settings = _settings(CheckSettings)
            return 2 if settings is None else evaluate(rest, settings.triage)
        case _:
            sys.stderr.write(_USAGE)
            return 2


def _wired(role: str) -> Callable[[WorkerSettings], Coroutine[Any, Any, None]]:
    """Return the role; none loads what only another one needs."""
    if role == "record":
        from tracker_worker.recording import record  # noqa: PLC0415

        return record
    from tracker_worker.judging import agents, triage  # noqa: PLC0415

    return triage if role == "triage" else agents


def _run(role: str) -> int:
    settings = _settings(WorkerSettings)
    if settings is None:
        return 2
    try:
        observe(settings, role)
        uvloop.run(_wired(role)(settings))
    except TrackerError as error:
        log.error("%s", error)  # noqa: TRY400 -- it names object and cure; a traceback would bury them
        return 1
    return 0
