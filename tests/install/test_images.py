"""The images' recipe: clean by hadolint, and everything that it copies is there. No container engine is needed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "services/Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8")
TARGETS = ("api", "worker", "ingestion", "bot", "operator", "backup", "dashboard")


def stage(name: str) -> str:
    """The lines of a stage."""
    found = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"no stage {name}"
    return found[1]


def test_hadolint_has_nothing_to_say() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    ran = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    kept = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    sources = [
        source for line in re.findall(r"^COPY (?!--from)(.*)$", TEXT, re.MULTILINE) for source in line.split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert re.search(rf"^!{re.escape(source.split('/')[0])}(/|$)", kept, re.MULTILINE), f"{source} is ignored"


@pytest.mark.parametrize("target", TARGETS)
def test_every_image_says_whether_it_is_well_and_runs_as_nobody(target: str) -> None:
    text = stage(target)
    inherited = stage("run") if target != "dashboard" else "USER: of nginx-unprivileged\n"
    assert "HEALTHCHECK" in text + inherited
    assert "USER" in inherited


def test_uv_is_the_one_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wanted = re.search(r"^UV_VERSION := (\S+)$", makefile, re.MULTILINE)
    assert wanted
    assert f"uv=={wanted[1]}" in TEXT
