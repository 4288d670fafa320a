"""Logs that cannot fill the disk: each process keeps its newest file and the one before."""

import shutil
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024


def bound(log: Path, max_bytes: int = MAX_BYTES) -> None:
    """Move a log that has grown too large aside.

    It is copied and emptied, not renamed: the process has it open for appending and writes on at the new end. What it
    writes between the two steps is lost, which a log may.
    """
    if log.exists() and log.stat().st_size > max_bytes:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate(0)


def last_words(log: Path) -> str:
    """Return the line that says best why a process ended: its last error, else its last line."""
    lines = [line.strip() for line in tail(log).splitlines() if line.strip()]
    errors = [line for line in lines if '"level": "ERROR"' in line or "Error:" in line]
    return (errors or lines or [""])[-1]


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for an error message."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
