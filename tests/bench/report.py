"""The result: a table for people, `.bench/latest.json` for programs.

Each figure stands at the top of the file by its name (`"e2e.p50_ratio_floor": 1.8`), and again in its section beside
what it was made of (`"e2e": {"p50_ratio_floor": 1.8, "p50_ratio_floor.detail": {"us": …, "floor": …}}`).
"""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import psutil

from tests.bench.figures import Figure, Row

_MARK = {True: "yes", False: "NO", None: ""}


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)
    parts: dict[str, dict[str, float]] = field(default_factory=dict)
    """CPU time by side and process, milliseconds per message."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Sections that were not measured, and why."""
    quick: bool = False

    @property
    def missed(self) -> list[str]:
        """Goals that were not met."""
        return [row.key for row in self.rows if row.met is False]

    def document(self) -> dict[str, Any]:
        """Return the content of `.bench/latest.json`."""
        flat = {row.key: round(row.value, 3) for row in self.rows}
        sections: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            section, _, name = row.key.partition(".")
            parts = {"us": row.us, "floor": row.floor, "ratio": row.ratio}
            made_of = {part: _rounded(figure) for part, figure in parts.items() if figure}
            goal = {"goal": str(row.goal), "met": row.met} if row.goal else {}
            sections.setdefault(section, {})[name] = flat[row.key]
            sections[section][f"{name}.detail"] = {"what": row.what, "unit": row.unit} | made_of | goal
        return (
            flat
            | sections
            | {
                "cpu_ms_by_process": {
                    side: {name: round(value, 4) for name, value in part.items()} for side, part in self.parts.items()
                },
                "skipped": self.skipped,
                "missed": self.missed,
                "quick": self.quick,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": {
                    "cores": os.cpu_count(),
                    "memory_gb": round(psutil.virtual_memory().total / 2**30),
                    "python": platform.python_version(),
                },
            }
        )

    def table(self) -> str:
        """Return the table as Markdown, which also reads well on a screen."""
        lines: list[Sequence[str]] = [("measured", "the floor", "us", "ratio", "goal", "met")]
        for row in self.rows:
            figures = ("" if figure is None else _shown(figure) for figure in (row.floor, row.us, row.ratio))
            lines.append((f"{row.what}, {row.unit}".removesuffix(", "), *figures, str(row.goal or ""), _MARK[row.met]))
        tables = [_aligned(lines)]
        if self.parts:
            tables.append(_aligned(_part_lines(self.parts)))
        tables += [f"Not measured: {section}: {why}" for section, why in self.skipped.items()]
        return "\n\n".join(tables)


def _part_lines(parts: dict[str, dict[str, float]]) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = [("CPU, ms per message", "by process")]
    for side, part in parts.items():
        lines.append((side, ", ".join(f"{name} {value:.3f}" for name, value in part.items())))
    return lines


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    return "\n".join([shown[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *shown[1:]])


def _shown(figure: Figure) -> str:
    if figure.low == figure.high:
        return _number(figure.middle)
    return f"{_number(figure.middle)} [{_number(figure.low)}-{_number(figure.high)}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _rounded(figure: Figure) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(figure).items()}
