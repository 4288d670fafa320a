"""The result: a table for people, `.bench/latest.json` for programs.

Each goal stands at the top of the file by its name (`"e2e.p50_ratio_floor": 1.8`), and again in its section beside what
it was made of (`"e2e": {"p50_ratio_floor": 1.8, "p50": {"floor": …, "us": …, "ratio": …}}`).
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
    extra: dict[str, float] = field(default_factory=dict)
    """Figures without a floor, by their key."""
    quick: bool = False

    @property
    def missed(self) -> list[str]:
        """Goals that were not met."""
        return [row.key for row in self.rows if row.goal and not row.goal.met(row.ratio.middle)]

    def document(self) -> dict[str, Any]:
        """Return the content of `.bench/latest.json`."""
        flat = {row.key: round(row.ratio.middle, 3) for row in self.rows} | self.extra
        sections: dict[str, dict[str, Any]] = {}
        for key, value in flat.items():
            section, _, name = key.partition(".")
            sections.setdefault(section, {})[name] = value
        for row in self.rows:
            section, _, name = row.key.partition(".")
            detail = {"unit": row.unit, "floor": _rounded(row.floor), "us": _rounded(row.us)}
            sections[section][name.replace("_ratio_floor", "").replace("ratio_", "rate_")] = detail | {
                "ratio": _rounded(row.ratio),
                "goal": str(row.goal) if row.goal else None,
            }
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
        lines = [("measured", "the floor", "us", "ratio", "goal", "met")]
        for row in self.rows:
            met = row.goal.met(row.ratio.middle) if row.goal else None
            lines.append(
                (
                    f"{row.what}, {row.unit}",
                    _shown(row.floor),
                    _shown(row.us),
                    _shown(row.ratio),
                    str(row.goal or ""),
                    _MARK[met],
                )
            )
        tables = [_aligned(lines)]
        if self.parts:
            tables.append(_aligned(_part_lines(self.parts)))
        tables += [f"{key}: {value:g}" for key, value in self.extra.items()]
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
