#!/usr/bin/env python3
"""Does requirements.lock hold what the pyproject files ask for: all of it, and nothing else?

It needs no network and no uv.lock (which is not in the repository, because it names hosts): it walks from the
workspace members and the dependency groups through the metadata of what is installed, which `uv pip sync
--require-hashes` has made equal to the lock.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")


def main() -> int:
    """Print each difference; the exit code is 0 when there is none."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(_pins(lock))
    members, wanted = _workspace()
    reached, problems = _walk(wanted, members, pins)
    problems += [f"{name} is in the lock, and nothing needs it" for name in sorted(pins.keys() - reached)]
    problems += [f"the lock may not name a host: {line}" for line in lock.splitlines() if "://" in line]
    for problem in problems:
        sys.stderr.write(f"requirements.lock: {problem}\n")
    if problems:
        sys.stderr.write("Run `make lock`.\n")
    return 1 if problems else 0


def _pins(lock: str) -> Iterator[tuple[str, Version]]:
    """Yield what is pinned for this platform."""
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            marker = pin["marker"]
            if marker is None or _applies(Requirement(f"x; {marker}"), frozenset()):
                yield canonicalize_name(pin["name"]), Version(pin["version"])


def _workspace() -> tuple[set[str], list[Requirement]]:
    """Return the members' names and all that they and the groups ask for."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = [text for group in root["dependency-groups"].values() for text in group]
    members: set[str] = set()
    for folder in root["tool"]["uv"]["workspace"]["members"]:
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        members.add(canonicalize_name(project["name"]))
        texts += project["dependencies"]
        texts += [text for extra in project.get("optional-dependencies", {}).values() for text in extra]
    return members, [Requirement(text) for text in texts]


def _walk(wanted: Iterable[Requirement], members: set[str], pins: dict[str, Version]) -> tuple[set[str], list[str]]:
    """Follow the requirements; return the names that were reached and what is wrong on the way."""
    problems: list[str] = []
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = [(requirement, frozenset[str]()) for requirement in wanted]
    while queue:
        requirement, of_extras = queue.pop()
        name = canonicalize_name(requirement.name)
        if name in members or not _applies(requirement, of_extras):
            continue
        if name not in pins:
            problems.append(f"{requirement} is missing")
        elif not requirement.specifier.contains(pins[name], prereleases=True):
            problems.append(f"{name} is {pins[name]}, and {requirement} is asked for")
        extras = frozenset(requirement.extras)
        if name in pins and (name, extras) not in seen:
            seen.add((name, extras))
            try:
                needs = distribution(name).requires or []
            except PackageNotFoundError:
                problems.append(f"{name} is not installed: run `make setup`")
                continue
            queue += [(Requirement(text), extras) for text in needs]
    return {name for name, _ in seen}, problems


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    """Whether the marker holds here; `extras` are those that its package was asked for with."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


if __name__ == "__main__":
    sys.exit(main())
