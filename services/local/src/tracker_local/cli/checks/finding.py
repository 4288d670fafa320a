"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """It works, and will not for ever."""
    FAIL = "fail"
    """It does not work."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's."""

    part: str
    level: Level
    detail: str
    cure: str = ""

    def document(self) -> dict[str, str]:
        """Return it for programs."""
        return {"part": self.part, "level": str(self.level), "detail": self.detail, "cure": self.cure}


def ok(part: str, detail: str) -> Finding:
    """Return that a part works."""
    return Finding(part, Level.OK, detail)


def warn(part: str, detail: str, cure: str) -> Finding:
    """Return that a part works badly or will stop to."""
    return Finding(part, Level.WARN, detail, cure)


def fail(part: str, detail: str, cure: str) -> Finding:
    """Return that a part does not work."""
    return Finding(part, Level.FAIL, detail, cure)
