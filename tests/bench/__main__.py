"""`python -m tests.bench [--quick]`: measure us beside the bare components; docs/performance.md explains it.

Exit code 1 when messages were lost or a part of us did not run, and 0 also when a goal was missed: this machine may be
busy, and the table says it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import measures
from tests.bench.figures import Row, alone, at_least, at_most, compare
from tests.bench.floor.start import describe_floor
from tests.bench.installation import measure_installation
from tests.bench.measures import Bench, LostError
from tests.bench.plot import draw
from tests.bench.product import describe_product
from tests.bench.publish import publish
from tests.bench.report import Report
from tests.bench.scale import FULL, QUICK
from tests.bench.side import REPOSITORY
from tests.bench.stores import running_stores
from tests.bench.triage import NotMeasuredError, triage

RESULTS = REPOSITORY / ".bench"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less than a minute, less certain")
    parser.add_argument("--publish", action="store_true", help="also write the result into docs/performance.md")
    arguments = parser.parse_args()
    # The settings of an installation that this shell works with are not those of the benchmark.
    for name in [name for name in os.environ if name.startswith("TRACKER_") and name != "TRACKER_POSTGRES_BIN"]:
        del os.environ[name]
    report = Report(quick=arguments.quick)
    failed = _measure(report)
    if not failed and not arguments.quick:
        _measure_installation(report)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(report.document(), indent=2) + "\n", encoding="utf-8")
    print(report.table())
    if report.parts:
        (RESULTS / "latest.svg").write_text(draw(report.parts), encoding="utf-8")
    if arguments.publish and not failed:
        publish(report)
    return int(failed)


def _measure(report: Report) -> bool:
    """Fill the report; return whether a part that must work did not."""
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as name,
        running_stores(Path(name, "floor")) as floor_stores,
        running_stores(Path(name, "us")) as our_stores,
    ):
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as somebody else when this is root
        floor, us = describe_floor(floor_stores, folder), describe_product(our_stores, folder / "home")
        bench = Bench(floor, us, QUICK if report.quick else FULL)
        try:
            return _all_sections(bench, report)
        finally:
            us.stop()
            floor.stop()


def _measure_installation(report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        installed = measure_installation(Path(name))
    report.rows += [
        alone("startup.seconds_warm", "started again, all ready", "s", installed.startup_seconds, goal=at_most(6)),
        alone("memory.total_mb", "memory of everything, idle", "MB", installed.memory_mb, goal=at_most(700)),
    ]


def _all_sections(bench: Bench, report: Report) -> bool:
    for side in (bench.floor, bench.us):
        side.start(side.accepting)

    def cpu() -> list[Row]:
        rows, report.parts = measures.cpu(bench)
        return rows

    sections: dict[str, Callable[[], list[Row]]] = {
        "accept": lambda: measures.accept(bench),
        "record": lambda: measures.record(bench),
        "latency": lambda: measures.latency(bench),
        "cpu": cpu,
        "rate": lambda: measures.rate(bench),
        "ledger": lambda: measures.ledger(bench),
    }
    for name, section in sections.items():
        started = time.perf_counter()
        try:
            report.rows += section()
        except (AssertionError, LostError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            # What comes after stands on this one.
            report.skipped[name] = _shortened(error)
            return True
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    _triage(bench, report)
    return False


def _triage(bench: Bench, report: Report) -> None:
    try:
        rate = triage(bench)
    except (NotMeasuredError, LostError, RuntimeError, subprocess.SubprocessError) as error:
        report.skipped["triage"] = _shortened(error)
        return
    report.rows.append(alone("triage.per_second", "decided by the embedded model", "/s", rate.per_second))
    model, ours = [rate.model_per_second], [rate.per_second]
    report.rows.append(
        compare("triage.ratio_model", "decided, beside the model alone", "/s", model, ours, goal=at_least(0.7))
    )


def _shortened(error: Exception) -> str:
    """Return the first and the last line: what failed, and why; between them stands a process's log."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0] if len(lines) == 1 else f"{lines[0]} {lines[-1]}"


if __name__ == "__main__":
    sys.exit(main())
