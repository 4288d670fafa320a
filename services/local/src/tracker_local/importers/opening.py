"""Opens any file that can be imported, whatever tool wrote it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tracker_core.errors import InvalidInputError

from tracker_local.importers import json_lines, mails, slack, telegram
from tracker_local.importers.detect import KNOWN, Kind, detect
from tracker_local.importers.items import Item, Run


@dataclass(frozen=True)
class _Format:
    read: Callable[[Path, Run], Iterator[Item]]
    size: Callable[[Path], int]


def _file_size(path: Path) -> int:
    return path.stat().st_size


_FORMATS: Final[dict[Kind, _Format]] = {
    "telegram": _Format(telegram.read, _file_size),
    "slack": _Format(slack.read, slack.size),
    "mbox": _Format(mails.read_mbox, _file_size),
    "eml": _Format(mails.read_eml, mails.eml_size),
    "jsonl": _Format(json_lines.read, _file_size),
}


class Import:
    """A file that is understood and waits to be read."""

    def __init__(self, path: Path, kind: Kind, source: str) -> None:
        self.path = path
        self.kind = kind
        self.source = source
        self.total_bytes = _FORMATS[kind].size(path)
        self._run = Run(source=source, received_at=datetime.now(UTC))

    @property
    def position(self) -> int:
        """Bytes done, of `total_bytes`."""
        return min(self._run.position, self.total_bytes)

    @property
    def notes(self) -> Counter[str]:
        """Repairs by name: how many kept messages had to be given a date or an id."""
        return self._run.notes

    def messages(self) -> Iterator[Item]:
        """Read from the beginning; memory is bounded by the largest message, and no bad entry stops it."""
        self._run = Run(source=self.source, received_at=datetime.now(UTC))
        yield from _FORMATS[self.kind].read(self.path, self._run)


def open_import(path: Path, source: str = "default/inbox", kind: str | None = None) -> Import:
    """Find out what a file is.

    Args:
        path: A file, or a folder of `.eml` files, or the folder of a Telegram export.
        source: `namespace/name` of the Source that the messages are booked to.
        kind: `telegram`, `slack`, `mbox`, `eml` or `jsonl`, when the content is not to decide.

    Raises:
        NotFoundError: there is nothing at that path.
        InvalidInputError: the file or the kind is not known, or the zip is torn.
    """
    path = Path(path)
    if kind is not None and kind not in _FORMATS:
        raise InvalidInputError(f"There is no kind {kind!r} of import", cure=KNOWN)
    if kind is None or not path.is_file():
        path, found = detect(path)
        if kind not in {None, found}:
            raise InvalidInputError(f"{path} is of kind {found}, not {kind}", cure="Leave the kind out")
        return Import(path, found, source)
    return Import(path, kind, source)
