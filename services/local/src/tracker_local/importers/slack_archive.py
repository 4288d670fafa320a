"""Opens a Slack export safely: a zip is foreign input that can be torn, lie about itself or unpack to petabytes.

Entries are streamed out of the zip; no name in it ever becomes a path on this machine.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
from tracker_core.errors import InvalidInputError, MalformedError

from tracker_local.importers.json_stream import JsonReader, OversizeError, parse

MAX_ENTRY: Final = 2 * 1024**3
"""Bytes of one unpacked file; a day of the busiest channel is a hundredth of it."""
_MAX_RATIO: Final = 200
"""Unpacked to packed bytes of the whole zip; JSON of chats reaches 30, a zip bomb 1,000."""
_SMALL: Final = 64 * 1024**2
"""Unpacked bytes below which the ratio does not matter."""
_DAY: Final = re.compile(r"(?P<folder>[^/]+)/\d{4}-\d{2}-\d{2}\.json")
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
"""What zipfile raises for an entry that is damaged, encrypted or packed in a way it does not know."""


def opened(path: Path) -> zipfile.ZipFile:
    """Open an export for reading in place.

    Raises:
        InvalidInputError: not a zip, a torn one, a bomb, or not of Slack.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise InvalidInputError(
            f"{path}: the zip is torn or not a zip ({error})",
            cure="Download the export from Slack again and compare its size with what the browser says",
        ) from error
    unpacked = sum(info.file_size for info in archive.infolist())
    packed = path.stat().st_size
    problem = ""
    if unpacked > _SMALL and unpacked > packed * _MAX_RATIO:
        problem = f"unpacks to {unpacked} bytes, more than {_MAX_RATIO} times its size: that is no Slack export"
    elif not any(True for _ in days(archive)):
        problem = "holds no <channel>/<date>.json: that is no Slack export"
    if problem:
        archive.close()
        raise InvalidInputError(f"{path}: {problem}", cure="Give the zip as Slack made it")
    return archive


def root_folder(archive: zipfile.ZipFile) -> str:
    """Folder in the zip that holds the lists: none as Slack makes it, one when somebody packed it again."""
    lists = [name for name in archive.namelist() if name.rpartition("/")[2] in {"channels.json", "users.json"}]
    folder, slash, _ = min(lists, key=len, default="").rpartition("/")
    return folder + slash


def days(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """Yield the files with messages and the folder (conversation) of each; days in order."""
    root = root_folder(archive)
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        day = _DAY.fullmatch(info.filename.removeprefix(root))
        if day:
            yield info, day["folder"]


def entry(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    """Open one entry as a stream of bounded memory.

    Raises:
        KeyError: there is no such entry.
        zipfile.BadZipFile: it is damaged or packed in a way that Slack does not use.
    """
    info = archive.getinfo(name)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:  # zipfile unpacks the others unbounded
        raise zipfile.BadZipFile(f"packed with method {info.compress_type}, which Slack does not use")
    return cast("BinaryIO", archive.open(info))


def listed[T](archive: zipfile.ZipFile, name: str, kind: type[T]) -> Iterator[T]:
    """Yield the readable entries of one list; without it the messages show ids in place of names."""
    try:
        with entry(archive, name) as file:
            reader = JsonReader(file)
            for _ in reader.elements():
                try:
                    yield msgspec.convert(parse(reader.value()), kind)
                except (msgspec.ValidationError, OversizeError):
                    continue
    except (KeyError, MalformedError, *DAMAGED):
        return
