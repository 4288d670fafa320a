"""The dashboard's files: pages for every address of the browser, caching, a policy for scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from tracker_api.dashboard import dashboard_app
from tracker_api.main import create_app
from tracker_api.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Task Tracker</title>" + " " * 2000)
    (root / "assets" / "index-3f2a.js").write_text("export const a = 1;" * 200)
    (root / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("hunter2")
    return root


@pytest_asyncio.fixture
async def browser(settings: Settings, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    api = settings.api.model_copy(update={"dashboard_dir": folder})
    transport = httpx.ASGITransport(create_app(settings.model_copy(update={"api": api})))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://tracker.test", headers={"accept": "text/html,*/*"}
    ) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/tasks/7", "/login?token=abc", "/index.html"])
async def test_every_address_of_the_browser_is_the_page(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 200
    assert "<title>Task Tracker</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


async def test_hashed_files_are_kept_for_ever_and_compressed(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/index-3f2a.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "javascript" in answer.headers["content-type"]


async def test_other_files_are_asked_for_again(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/icon.svg")
    again = await browser.get("/icon.svg", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/api/nothing", "/missing.png", "/../secret.txt", "/%2e%2e/secret.txt", "/webhook/a/b"]
)
async def test_what_is_no_page_is_not_found(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text


async def test_a_dashboard_that_is_not_built_names_the_cure(settings: Settings, tmp_path: Path) -> None:
    api = settings.api.model_copy(update={"dashboard_dir": tmp_path})
    transport = httpx.ASGITransport(create_app(settings.model_copy(update={"api": api})))
    async with httpx.AsyncClient(transport=transport, base_url="http://tracker.test") as client:
        answer = await client.get("/")

    assert answer.status_code == 404
    assert "make" in answer.json()["cure"]
    assert dashboard_app(None) is None
