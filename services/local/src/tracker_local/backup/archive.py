"""The one file of a backup: a ZIP64 archive, which any `unzip` reads, and where there is a key, age around it.

Nothing looks whole before it is: the file has another name until its last byte is on the disk, and the directory of
a ZIP stands at its end. age (https://age-encryption.org/v1) authenticates the order of the chunks and the end.
"""

import contextlib
import hashlib
import os
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from tracker_core.errors import ConfigurationError, MalformedError

from tracker_local.backup.index import FORMAT, NAME, Index, Part
from tracker_local.lock import hold, is_held

ENCRYPTED = ".age"
CHUNK = 1 << 20
_AGE_MAGIC = b"age-encryption.org/"
_PARTIAL = ".part"


class DamagedError(MalformedError):
    """The backup, or the part that is named, is not what was written."""

    title = "Damaged backup"


class Writer:
    """An archive that is being written; the parts come one after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.parts: list[Part] = []

    @contextmanager
    def part(self, name: str, *, compressed: bool = True) -> Iterator[Callable[[bytes], None]]:
        """Begin a part; give its bytes to what this returns."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0

        with self._archive.open(info, "w", force_zip64=True) as file:

            def write(data: bytes) -> None:
                nonlocal size
                size += len(data)
                digest.update(data)
                file.write(data)

            yield write
        self.parts.append(Part(name, size, digest.hexdigest()))

    def finish(self, index: Index) -> None:
        """Write the index, the last part."""
        self._archive.writestr(NAME, msgspec.json.format(msgspec.json.encode(index)))


@contextmanager
def create(path: Path, recipients: Sequence[str] = ()) -> Iterator[Writer]:
    """Write an archive to `path`, which is there when the block has ended without an error, and not before.

    Raises:
        ConfigurationError: a recipient is no public key of age.
    """
    keys = _recipients(recipients)
    _remove_leftovers(path.parent)
    partial = path.with_name(f".{path.name}{_PARTIAL}")
    # The kernel drops the lock with its holder: so the next backup knows what was left behind.
    with hold(partial):
        try:
            with partial.open("r+b") as file:
                with _encrypted(file, keys) as plain, zipfile.ZipFile(plain, "w") as archive:
                    yield Writer(archive)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
            _sync(path.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


class Reader:
    """An archive that is read: its index, and its parts by name."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        try:
            content = b"".join(self.read(NAME))
            self.format = msgspec.json.decode(content, type=dict[str, Any]).get("format")
            if self.format != FORMAT:
                raise ConfigurationError(
                    f"{path} is of format {self.format}, and this program reads {FORMAT}",
                    cure="Restore it with the version that made it, or a newer one",
                )
            self.index = msgspec.json.decode(content, type=Index)
        except msgspec.MsgspecError as error:
            raise DamagedError(f"{path}: {NAME} cannot be read: {error}", cure="Take another backup") from error

    def read(self, name: str) -> Iterator[bytes]:
        """Return the bytes of a part.

        Raises:
            DamagedError: it is not there, or not what was written.
        """
        try:
            with self._archive.open(name) as file:
                while data := file.read(CHUNK):
                    yield data
        except KeyError:
            raise DamagedError(f"{self._path}: part {name} is missing", cure="Take another backup") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise DamagedError(f"{self._path}: part {name} is damaged: {error}", cure="Take another backup") from error

    def verify(self, advance: Callable[[int], None]) -> None:
        """Read everything and compare it with the index.

        Raises:
            DamagedError: names the part.
        """
        for part in self.index.parts:
            digest, size = hashlib.sha256(), 0
            for data in self.read(part.name):
                digest.update(data)
                size += len(data)
                advance(len(data))
            if (size, digest.hexdigest()) != (part.bytes, part.sha256):
                raise DamagedError(
                    f"{self._path}: part {part.name} is damaged: its checksum is another", cure="Take another backup"
                )


@contextmanager
def open_archive(path: Path, identity: Path | None = None) -> Iterator[Reader]:
    """Open an archive, decrypted where it must be; the plain bytes lie in a file without a name until the end.

    Raises:
        ConfigurationError: it is encrypted and there is no key, or the key is another.
        DamagedError: it is no backup, or not whole.
    """
    with contextlib.ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        if file.read(len(_AGE_MAGIC)) == _AGE_MAGIC:
            file.seek(0)
            plain = stack.enter_context(tempfile.TemporaryFile())
            _decrypt(path, file, plain, identity)
            file = plain
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
        except zipfile.BadZipFile:
            raise DamagedError(f"{path} is no backup, or not whole", cure="Take another backup") from None
        yield Reader(archive, path)


def new_key() -> tuple[str, str]:
    """Make a key pair of age: what decrypts, and what only encrypts."""
    from pyrage import x25519  # noqa: PLC0415

    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def _recipients(texts: Sequence[str]) -> list[Any]:
    if not texts:
        return []
    import pyrage  # noqa: PLC0415 -- only who encrypts loads it

    try:
        return [pyrage.x25519.Recipient.from_str(text.strip()) for text in texts]
    except pyrage.RecipientError:
        raise ConfigurationError(
            "A key to encrypt for is no public key of age",
            cure="Give the line that begins with age1; `tasktracker backup --new-key FILE` makes one",
        ) from None


@contextmanager
def _encrypted(file: IO[bytes], keys: list[Any]) -> Iterator[IO[bytes]]:
    """Return what takes the plain bytes: the library asks for them, so they go through a pipe and a thread."""
    if not keys:
        yield file
        return
    import pyrage  # noqa: PLC0415

    reading, writing = (os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    failed: list[BaseException] = []

    def encrypt() -> None:
        try:
            with reading:  # closed at the first error, so that the writer does not wait for ever
                pyrage.encrypt_io(reading, file, keys)
        except BaseException as error:  # noqa: BLE001 -- raised again by who waits
            failed.append(error)

    thread = threading.Thread(target=encrypt, name="encrypt")
    thread.start()
    try:
        with writing:
            yield writing
    except BrokenPipeError:
        if not failed:
            raise
    finally:
        thread.join()
    if failed:
        raise failed[0]


def _decrypt(path: Path, file: IO[bytes], plain: IO[bytes], identity: Path | None) -> None:
    import pyrage  # noqa: PLC0415

    if identity is None:
        raise ConfigurationError(f"{path} is encrypted", cure="Give its key: --identity FILE")
    try:
        lines = [line.strip() for line in identity.read_text(encoding="utf-8").splitlines()]
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        keys = []
    if not keys:
        raise ConfigurationError(
            f"{identity} holds no key of age", cure="Give the file with the line that begins with AGE-SECRET-KEY-1"
        )
    try:
        pyrage.decrypt_io(file, plain, keys)
    except pyrage.DecryptError as error:
        if "matching keys" in str(error).lower():
            raise ConfigurationError(
                f"The key in {identity} does not open {path}", cure="Give the one that it was encrypted for"
            ) from None
        raise DamagedError(f"{path} is damaged, or not whole: {error}", cure="Take another backup") from error
    except OSError as error:
        raise DamagedError(f"{path} is damaged, or not whole: {error}", cure="Take another backup") from error
    plain.seek(0)


def _remove_leftovers(folder: Path) -> None:
    for partial in folder.glob(f".tasktracker-*{_PARTIAL}"):
        if not is_held(partial):
            partial.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
