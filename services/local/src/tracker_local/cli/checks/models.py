"""The models that judge messages: each is asked one tiny question by the worker, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import Source, read_documents

from tracker_local.cli.checks.finding import Finding, fail, ok, warn
from tracker_local.home import Home
from tracker_local.language_models import PROVIDERS, environment

_SECONDS = 25.0
_NAMED = f"Add it to {PROVIDERS}, or correct spec.triage.providers"


async def check(home: Home) -> list[Finding]:
    """Does each provider answer, and is each that a Source chooses configured?"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tracker_worker", "check", "-o", "json"),
        env=dict(environment(home)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            out, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        lines: list[dict[str, Any]] = json.loads(out)
    except ValueError:
        said = errors.decode(errors="replace").strip().rpartition("\n")[2]
        return [fail("models", said or "The check of the models ended without a word", f"Correct {PROVIDERS}")]
    return [*map(_finding, lines), *_chosen(home, {line["provider"] for line in lines})]


def _finding(line: dict[str, Any]) -> Finding:
    part = f"model {line['provider']}"
    if line["ok"]:
        return ok(part, f"{line['model']}: {line['detail']} ({line['latency_ms']:.0f} ms)")
    return fail(part, line["detail"], line["cure"])


def _chosen(home: Home, known: set[str]) -> Iterator[Finding]:
    for file in sorted(home.manifests.rglob("*.yaml")):
        try:
            documents = read_documents(file.read_text(encoding="utf-8"))
        except (InvalidManifestError, UnicodeDecodeError):
            continue  # what is wrong with it is said by `configuration`
        for source in documents:
            for name in (source.spec.triage.providers or ()) if isinstance(source, Source) else ():
                if name not in known:
                    yield warn(f"model {name}", f"Source '{source.key}' chooses it, and it is not configured", _NAMED)
