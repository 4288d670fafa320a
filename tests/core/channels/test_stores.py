"""Both stores of files hold to one contract; S3 is a real server that checks signatures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from tracker_core.bus import FILES_STORE, Bus
from tracker_core.channels.files import Files, is_kept
from tracker_core.channels.stores import FilesFullError, FilesUnavailableError
from tracker_core.channels.stores_s3 import PART_BYTES
from tracker_core.errors import ConfigurationError, NotFoundError

from tests.core.channels.test_serving import bus  # noqa: F401 -- a fixture
from tests.support.s3_server import S3, start_s3

type Make = Callable[[], Files]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with start_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["jetstream", "s3"])
def files(request: pytest.FixtureRequest, bus: Bus, s3: S3, tmp_path: Path) -> Files:  # noqa: F811
    return Files(bus.js, s3.settings(tmp_path, prefix=f"{tmp_path.name}/") if request.param == "s3" else None)


async def test_file_is_kept_under_its_digest_and_once(files: Files) -> None:
    first = await files.store("a.png", "image/png", b"png")
    with TemporaryFile() as file:
        file.write(b"png")
        again = await files.store("b.png", "image/png", file)
    assert (first.name, first.media_type, first.size) == ("a.png", "image/png", 3)
    assert first.ref == again.ref
    assert is_kept(first.ref)
    assert await files.load(first.ref) == b"png"


async def test_large_file_goes_through_in_parts_from_file_to_file(files: Files) -> None:
    content = bytes(range(256)) * (PART_BYTES // 256) + b"end"
    with TemporaryFile() as source, TemporaryFile() as target:
        source.write(content)
        stored = await files.store("video.mp4", "video/mp4", source)
        await files.load_into(stored.ref, target)
        assert (stored.size, target.tell()) == (len(content), len(content))
        target.seek(0)
        assert target.read() == content


async def test_empty_file_is_a_file(files: Files) -> None:
    assert await files.load((await files.store("empty", "text/plain", b"")).ref) == b""


async def test_what_is_not_here_is_said_so(files: Files) -> None:
    stored = await files.store("a", "text/plain", b"x")
    for ref in (stored.ref[:-1] + ("0" if stored.ref[-1] != "0" else "1"), "https://files.slack.example/1", "tg:AwAC"):
        with pytest.raises(NotFoundError):
            await files.load(ref)


async def test_objects_of_s3_are_where_the_settings_say(bus: Bus, s3: S3, tmp_path: Path) -> None:  # noqa: F811
    stored = await Files(bus.js, s3.settings(tmp_path, prefix="tracker/")).store("a", "text/plain", b"hello")
    assert stored.ref.startswith("s3://tracker-files/tracker/")
    assert s3.objects[stored.ref.removeprefix("s3://tracker-files/")] == 5


async def test_files_from_before_s3_stay_readable_and_those_of_s3_name_their_bucket(
    bus: Bus,  # noqa: F811
    s3: S3,
    tmp_path: Path,
) -> None:
    before, after = Files(bus.js), Files(bus.js, s3.settings(tmp_path))
    old, new = await before.store("a", "text/plain", b"old"), await after.store("a", "text/plain", b"new")
    assert [await after.load(ref) for ref in (old.ref, new.ref)] == [b"old", b"new"]
    with pytest.raises(NotFoundError, match="s3://tracker-files, which is not configured here"):
        await before.load(new.ref)


async def test_wrong_key_is_named_and_a_replaced_one_is_used_at_once(bus: Bus, s3: S3, tmp_path: Path) -> None:  # noqa: F811
    files = Files(bus.js, s3.settings(tmp_path, secret="wrong"))
    with pytest.raises(FilesUnavailableError, match=r"refuses the access key \(403") as refused:
        await files.store("a", "text/plain", b"wrong key")
    assert "wrong" not in str(refused.value).replace("wrong key", "")
    s3.settings(tmp_path)
    assert await files.load((await files.store("a", "text/plain", b"wrong key")).ref) == b"wrong key"


async def test_missing_bucket_is_named(bus: Bus, s3: S3, tmp_path: Path) -> None:  # noqa: F811
    files = Files(bus.js, s3.settings(tmp_path, bucket="no-such-bucket"))
    with pytest.raises(FilesUnavailableError, match="'no-such-bucket'"):
        await files.store("a", "text/plain", b"x")


async def test_server_that_is_away_is_named_and_taken_up_again(bus: Bus, tmp_path: Path) -> None:  # noqa: F811
    with start_s3(tmp_path) as own:
        files = Files(bus.js, own.settings(tmp_path))
        stored = await files.store("a", "text/plain", b"x")
        own.server.kill()
        with pytest.raises(FilesUnavailableError, match="no connection, or no answer"):
            await files.store("b", "text/plain", b"y")
        with pytest.raises(FilesUnavailableError):
            await files.load(stored.ref)
        own.server.start()
        assert await files.load(stored.ref) == b"x"


async def test_full_store_of_the_bus_is_another_error_than_one_that_is_away(bus: Bus) -> None:  # noqa: F811
    stream = f"OBJ_{FILES_STORE}"
    config = (await bus.js.stream_info(stream)).config
    await bus.js.update_stream(replace(config, max_bytes=1000))
    with pytest.raises(FilesFullError, match="full"):
        await Files(bus.js).store("a", "text/plain", bytes(5000))


def test_missing_key_file_ends_the_start_with_its_name(bus: Bus, s3: S3, tmp_path: Path) -> None:  # noqa: F811
    settings = s3.settings(tmp_path)
    settings.secret_key_file.unlink()
    with pytest.raises(ConfigurationError, match="secret-key cannot be read"):
        Files(bus.js, settings)


async def test_files_are_not_read_into_memory(files: Files) -> None:
    class Once(BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.largest = max(self.largest, len(data))
            return data

    file = Once(bytes(3 * PART_BYTES))
    await files.store("a", "text/plain", file)
    assert file.largest <= PART_BYTES
