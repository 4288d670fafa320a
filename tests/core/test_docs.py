"""The pages of the docs lead to files and tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\((?P<link>[^)\s]+)\)|\b(?:src|href)=\"(?P<tag>[^\"]+)\"")
_DEFINED = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
_TEST = re.compile(r"`(test_\w+)`")
_OUTSIDE = re.compile(r"[a-z]+:|#")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = [link or tag for link, tag in _LINK.findall(page.read_text(encoding="utf-8"))]
    inside = [link for link in links if not _OUTSIDE.match(link)]
    assert [link for link in inside if not (page.parent / link.partition("#")[0]).exists()] == []


def test_tests_that_a_page_names_are_there() -> None:
    there = {name for path in (ROOT / "tests").rglob("test_*.py") for name in _DEFINED.findall(path.read_text("utf-8"))}
    named = {name for page in PAGES for name in _TEST.findall(page.read_text(encoding="utf-8"))}
    assert named, "no page names a test"
    assert named - there == set()
