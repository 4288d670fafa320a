"""`python -m tests.bench.load`: one job as JSON on stdin, its outcome as JSON on stdout."""

import gc
import sys

import msgspec
import uvloop

from tests.bench.load.job import Job
from tests.bench.load.run import Run


async def _run(job: Job) -> None:
    outcome = await Run(job).run()
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


gc.disable()  # the process is short, and a collection would look like latency
uvloop.run(_run(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)))
