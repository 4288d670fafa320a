"""A worker shows that its loop turns, and the probe of the chart sees when it does not."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from tracker_worker import parts

from tests.install.test_chart import pods


def probe(file: Path) -> int:
    """Run what Kubernetes would, with another file."""
    template = dict(pods("trial"))["recorder"]
    python, flag, script = template["spec"]["containers"][0]["livenessProbe"]["exec"]["command"]
    assert (python, flag) == ("python", "-c")
    assert {"name": "TRACKER_ALIVE_FILE", "value": "/tmp/alive"} in template["spec"]["containers"][0]["env"]
    script = script.replace("/tmp/alive", str(file))
    return subprocess.run([sys.executable, flag, script], timeout=30, check=False, stderr=subprocess.DEVNULL).returncode


async def test_the_probe_sees_a_loop_that_turns_and_one_that_hangs(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    assert probe(file) != 0, "nothing has started yet"
    async with parts.showing_life(file):
        await asyncio.sleep(0)
        assert probe(file) == 0
        old = time.time() - 120
        os.utime(file, (old, old))
        assert probe(file) != 0
        await asyncio.sleep(1.5)
        assert probe(file) == 0, "the loop has touched it again"
