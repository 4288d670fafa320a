"""`python -m tracker_worker eval FILE.jsonl`: prints the figures of a chain of providers as JSON.

`tasktracker eval` runs it as a process of its own and draws tables of it. Exit code 2: the file, a name or a setting is
wrong, and stderr says which.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop
from tracker_core.errors import ConfigurationError

from tracker_worker.evaluation.labelled import Labelled, LabelledError, read_file
from tracker_worker.models.llm_settings import EMBEDDED, LlmSettings
from tracker_worker.settings import TriageSettings

WRONG, INTERRUPTED = 2, 130


def evaluate(arguments: Sequence[str], settings: TriageSettings) -> int:
    """Score the chain that the arguments name, and return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        chosen = choose(given.providers.split(","), settings.providers)
        messages = read_file(given.file)
    except (LabelledError, ConfigurationError) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG
    try:
        return uvloop.run(_evaluate(messages, settings.model_copy(update={"providers": chosen})))
    except KeyboardInterrupt:
        return INTERRUPTED


def choose(names: Sequence[str], known: Sequence[LlmSettings]) -> tuple[LlmSettings, ...]:
    """Return the language models of these names, in this order.

    Without `embedded` among the names they are asked about every message, not only where it is unsure.

    Raises:
        ConfigurationError: A name is not configured.
    """
    providers = {provider.name: provider for provider in known}
    wanted = dict.fromkeys(name.strip() for name in names)
    for name in wanted:
        if name != EMBEDDED and name not in providers:
            raise ConfigurationError(
                f"No provider {name!r} is configured",
                cure=f"Choose from {', '.join([EMBEDDED, *providers])}, or add it to TRACKER_TRIAGE__PROVIDERS",
            )
    chosen = [providers[name] for name in wanted if name != EMBEDDED]
    if EMBEDDED not in wanted:
        chosen = [provider.model_copy(update={"threshold": 1.0}) for provider in chosen]
    return tuple(chosen)


async def _evaluate(messages: Sequence[Labelled], settings: TriageSettings) -> int:
    from tracker_worker.evaluation.figures import report, with_paths  # noqa: PLC0415 -- what is wrong is said before models are loaded
    from tracker_worker.evaluation.progress import progress  # noqa: PLC0415
    from tracker_worker.evaluation.scoring import score  # noqa: PLC0415
    from tracker_worker.models.consultant import Workspace  # noqa: PLC0415
    from tracker_worker.models.duplicates import DuplicateModel  # noqa: PLC0415
    from tracker_worker.models.embedded_provider import EmbeddedProvider  # noqa: PLC0415
    from tracker_worker.models.llm import chain, connect_all  # noqa: PLC0415
    from tracker_worker.models.provider import Judgement, Question  # noqa: PLC0415

    async def no_workspace(_: Question, __: Judgement) -> Workspace:
        return Workspace()

    async with chain(EmbeddedProvider.load(), connect_all(settings.providers), settings, no_workspace) as provider:
        scored = await score(messages, provider, DuplicateModel.load(), progress(len(messages)))
    for why, count in scored.fallbacks.most_common():
        sys.stderr.write(f"{count} of {len(messages)} messages by the embedded model alone: {why}\n")
    figures = report(scored.cases)
    sys.stdout.write(json.dumps(with_paths(figures), ensure_ascii=False, indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tracker_worker eval", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled messages, one JSON object per line")
    parser.add_argument("--providers", default=EMBEDDED, help="names, separated by commas (default: %(default)s)")
    return parser
