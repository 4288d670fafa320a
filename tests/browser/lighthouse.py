"""`make lighthouse`: Lighthouse from npm on a running installation, logged in, as a phone and as a desk.

Prints the scores of each page for accessibility and best practices, and what cost points; fails below 95.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from tracker_local.ports import free_port

from tests.browser.conftest import FLAGS, ROOT, post_message, tasktracker
from tests.support.installation import installed

VERSION = "12.8.2"
"""The newest for Node.js 20; 13 wants 22."""
FOLDER = ROOT / ".tools/lighthouse"
CATEGORIES = ("accessibility", "best-practices")
ENOUGH = 0.95
PAGES = (
    "/inbox",
    "/board",
    "/tasks",
    "/calendar",
    "/messages",
    "/sources",
    "/statistics",
    "/ledger",
    "/health",
    "/start",
)
SIZES = {"phone": (), "desk": ("--preset=desktop",)}
PAGE_SECONDS = 180


def main() -> int:
    """Judge every page at both sizes."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    npm = shutil.which("npm")
    if chromium is None or npm is None:
        sys.stderr.write("Needs npm, and Debian's package `chromium`, on PATH\n")
        return 1
    command = [npm, "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run([*command, f"lighthouse@{VERSION}"], check=True, capture_output=True, timeout=600)
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder, "home")) as installation:
        installation.wait_ready()
        post_message(installation, {"id": "1", "subject": "Printer jams", "text": "it is broken since noon"})
        port = free_port()
        with sync_playwright() as playwright:
            # Lighthouse opens its pages in this browser, which is logged in.
            browser = playwright.chromium.launch_persistent_context(
                Path(folder, "profile"),
                executable_path=chromium,
                args=[*FLAGS, f"--remote-debugging-port={port}"],
            )
            page = browser.new_page()
            page.goto(tasktracker(installation, "login")["url"])
            page.get_by_role("main").wait_for()
            judged = [_judge(installation.runtime.dashboard + path, port, size) for path, size in product(PAGES, SIZES)]
            browser.close()
    return 0 if all(judged) else 1


def _judge(url: str, port: int, size: str) -> bool:
    cli = FOLDER / "node_modules/lighthouse/cli/index.js"
    only = f"--only-categories={','.join(CATEGORIES)}"
    command = ["node", str(cli), url, f"--port={port}", "--disable-storage-reset", only, "--output=json", "--quiet"]
    done = subprocess.run([*command, *SIZES[size]], capture_output=True, text=True, timeout=PAGE_SECONDS, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    scores: dict[str, float] = {name: report["categories"][name]["score"] for name in CATEGORIES}
    shown = "  ".join(f"{name} {score * 100:.0f}" for name, score in scores.items())
    sys.stdout.write(f"{size:6} {shown}  {report['finalDisplayedUrl'].split('/', 3)[3]}\n")
    for name in CATEGORIES:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                sys.stdout.write(f"         {audit['id']}: {audit['title']}\n")
    sys.stdout.flush()
    return min(scores.values()) >= ENOUGH


if __name__ == "__main__":
    sys.exit(main())
