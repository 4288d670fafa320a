"""The manifests of this folder, and whether each secret that they name is there."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import Manifest, SecretKeyRef, Source, Webhook, read_documents

from tracker_local.cli.checks.finding import Finding, fail, ok, warn
from tracker_local.home import Home


def manifests(home: Home) -> Iterator[Finding]:
    """Can each be read, does each Webhook have its Source, and each reference its secret?"""
    found: list[Manifest] = []
    for file in sorted(home.manifests.rglob("*.yaml")):
        try:
            found += read_documents(file.read_text(encoding="utf-8"))
        except (InvalidManifestError, UnicodeDecodeError) as error:
            reason = error.detail if isinstance(error, InvalidManifestError) else "not UTF-8"
            yield fail("manifests", f"{file}: {reason}", "Correct the file, or apply it again")
    sources = {item.key for item in found if isinstance(item, Source)}
    hooks = [item for item in found if isinstance(item, Webhook)]
    for hook in hooks:
        if hook.source_key not in sources:
            yield fail(
                "manifests", f"Webhook '{hook.key}': Source '{hook.source_key}' does not exist", "Apply the Source"
            )
    yield from _secrets(home, found)
    if found:
        yield ok("manifests", f"{len(sources)} Sources, {len(hooks)} Webhooks")
    elif home.root.exists():
        yield warn("manifests", "No Source is configured, so nothing can come in", "tasktracker apply -f source.yaml")


def _secrets(home: Home, found: list[Manifest]) -> Iterator[Finding]:
    count = missing = 0
    for item in found:
        if not isinstance(item, Source | Webhook):
            continue
        for ref in references(item.spec):
            count += 1
            if not _is_filled(home.secrets / item.metadata.namespace / ref.name / ref.key):
                missing += 1
                yield fail(
                    "secrets",
                    f"{item.kind} '{item.key}': Secret '{ref.name}' has no key '{ref.key}'",
                    "Apply a v1 Secret with that key",
                )
    if count and not missing:
        yield ok("secrets", f"{count} referred to, all there")


def references(model: BaseModel) -> Iterator[SecretKeyRef]:
    """Yield every secret reference inside a manifest, wherever a kind keeps its own."""
    for _, value in model:
        if isinstance(value, SecretKeyRef):
            yield value
        elif isinstance(value, BaseModel):
            yield from references(value)


def _is_filled(file: Path) -> bool:
    try:
        return bool(file.read_bytes().strip())
    except OSError:
        return False
