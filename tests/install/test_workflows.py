""".github: of the published schemas; jobs are bounded, may do little and run what is there; actions are pinned."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.install.test_images import TARGETS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))
DEPENDABOT = ROOT / ".github/dependabot.yaml"
JOBS: dict[str, dict[str, Any]] = {
    f"{file.stem}.{name}": job
    for file in WORKFLOWS
    for name, job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].items()
}
STEPS = [(job, step) for job, told in JOBS.items() for step in told.get("steps", [])]
MAKE = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize(
    ("schema", "file"),
    [*(("vendor.github-workflows", file) for file in WORKFLOWS), ("vendor.dependabot", DEPENDABOT)],
    ids=lambda value: getattr(value, "name", None),
)
def test_it_is_of_the_published_schema(schema: str, file: Path) -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    ran = subprocess.run(
        [checker, "--builtin-schema", schema, file], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_do_nothing_and_does_not_run_beside_itself(file: Path) -> None:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert told["permissions"] == {}
    # A called workflow with the group of its caller would wait for it for ever.
    assert told["concurrency"]["group"].startswith(file.stem)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_ends_and_may_only_what_it_says(job: str) -> None:
    told = JOBS[job]
    assert told["permissions"]["contents"] == "read"
    assert set(told["permissions"]) <= ({"contents", "packages"} if job.startswith("release.") else {"contents"})
    if "uses" in told:
        assert (ROOT / told["uses"]).is_file()
    else:
        assert 0 < told["timeout-minutes"] <= 90


def test_actions_are_pinned_to_what_their_comment_says() -> None:
    pinned: dict[str, set[tuple[str, str]]] = {}
    for file in WORKFLOWS:
        for line in re.findall(r"uses: (?!\./)(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE):
            found = re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
            assert found, line
            pinned.setdefault(found[1], set()).add((found[2], found[3]))
    assert all(len(versions) == 1 for versions in pinned.values()), pinned


@pytest.mark.parametrize(("job", "step"), STEPS, ids=[f"{job}-{number}" for number, (job, _) in enumerate(STEPS)])
def test_a_step_runs_what_is_there(job: str, step: dict[str, Any]) -> None:
    if step.get("uses", "").startswith("actions/checkout@"):
        assert step["with"]["persist-credentials"] is False
    run = step.get("run", "")
    assert "${{" not in run, "what an event says must not become part of a script"
    assert set(re.findall(r"\bmake ([a-z-]+)", run)) <= MAKE
    for script in re.findall(r"\.ci/[\w-]+", run):
        assert (ROOT / script).stat().st_mode & 0o111, script
    for name in re.findall(r"(?:charts|services|tests)/[\w./-]+", run):
        assert (ROOT / name).exists(), name
    for names in re.findall(r"hashFiles\(([^)]+)\)", str(step.get("with", {}))):
        assert all(list(ROOT.glob(name.strip(" '"))) for name in names.split(",")), names


@pytest.mark.parametrize("job", ["ci.images", "release.images"])
def test_every_image_is_built(job: str) -> None:
    assert tuple(JOBS[job]["strategy"]["matrix"]["target"]) == TARGETS


def test_updates_are_looked_for_where_there_are_packages() -> None:
    named = {"docker": "*Dockerfile", "docker-compose": "compose.yaml", "npm": "package.json", "gomod": "go.mod"}
    for update in yaml.safe_load(DEPENDABOT.read_text(encoding="utf-8"))["updates"]:
        folder = ROOT / update["directory"].strip("/")
        assert list(folder.glob(named.get(update["package-ecosystem"], ".github"))), update
