"""Writes the last result into docs/performance.md, between its two marks."""

from datetime import UTC, datetime

from tests.bench.plot import draw
from tests.bench.report import Report
from tests.bench.side import REPOSITORY

_DOCUMENT = REPOSITORY / "docs" / "performance.md"
_PLOT = REPOSITORY / "docs" / "performance.svg"
_BEGIN, _END = "<!-- bench: begin -->\n", "<!-- bench: end -->\n"


def publish(report: Report) -> None:
    text = _DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    machine = report.document()["machine"]
    heading = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with {machine['cores']} shared cores and Python"
        f" {machine['python']}; median [lowest-highest] of the rounds.\n\n"
    )
    plot = "\n\n![CPU time per message by process](performance.svg)\n"
    _DOCUMENT.write_text(before + _BEGIN + heading + report.table() + plot + _END + after, encoding="utf-8")
    _PLOT.write_text(draw(report.parts), encoding="utf-8")
