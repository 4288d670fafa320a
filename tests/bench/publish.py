"""Writes results into docs/performance.md, between their marks."""

from datetime import UTC, datetime

from tests.bench.plot import draw
from tests.bench.report import Report
from tests.bench.side import REPOSITORY

_DOCUMENT = REPOSITORY / "docs" / "performance.md"
_PLOT = REPOSITORY / "docs" / "performance.svg"


def publish(report: Report) -> None:
    machine = report.document()["machine"]
    heading = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with {machine['cores']} shared cores and Python"
        f" {machine['python']}; median [lowest-highest] of the rounds.\n\n"
    )
    plot = "\n\n![CPU time per message by process](performance.svg)\n"
    put_between("bench", heading + report.table() + plot)
    _PLOT.write_text(draw(report.parts), encoding="utf-8")


def put_between(name: str, figures: str) -> None:
    """Write figures between the two marks of that name."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    before, _, rest = _DOCUMENT.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    _DOCUMENT.write_text(before + begin + figures + end + after, encoding="utf-8")
