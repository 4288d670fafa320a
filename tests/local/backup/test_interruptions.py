"""kill -9 in the middle: no file that looks whole, and a restore that is simply repeated."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from tracker_core.bus import INBOUND, Bus, ensure_bus
from tracker_core.database import check, make_engine
from tracker_core.errors import ConflictError, UnavailableError
from tracker_core.migrations.running import migrate
from tracker_core.settings import DatabaseSettings

from tests.bench.filling import fill
from tests.local.backup.conftest import Place, accept, opened, subjects_and_bytes

pytestmark = pytest.mark.slow

MESSAGES = 3000


async def test_backup_that_was_interrupted_leaves_nothing_that_looks_whole(
    old: Place, bus: Bus, tmp_path: Path
) -> None:
    await accept(bus, *map(str, range(MESSAGES)))
    folder = tmp_path / "backups"

    async def begun() -> bool:
        return any(folder.glob(".*.part"))

    await old.killed(begun, "backup", str(folder))
    [left] = folder.iterdir()
    assert left.name.endswith(".part")
    made = await old.run("backup", str(folder))
    assert list(folder.iterdir()) == [Path(made["backup"])], "what was left is removed by the next one"
    await old.run("restore", made["backup"], "--check")


async def table_is_there(place: Place, table: str) -> bool:
    return bool(await place.execute("select to_regclass($1) is not null", f"public.{table}"))


def emptied(new: Place) -> Callable[[], Awaitable[bool]]:
    """The database was emptied."""
    return lambda: table_is_there(new, "restore_unfinished")


def filled(new: Place) -> Callable[[], Awaitable[bool]]:
    """The rows are there, and the messages on their way."""
    return lambda: table_is_there(new, "message")


def publishing(new: Place) -> Callable[[], Awaitable[bool]]:
    """Some messages are on the bus."""

    async def begun() -> bool:
        if not await table_is_there(new, "restore_unfinished") or not await table_is_there(new, "message"):
            return False
        bus = await opened(new)
        try:
            return 0 < (await bus.js.stream_info(INBOUND)).state.messages < MESSAGES
        except NotFoundError:
            return False
        finally:
            await bus.close()

    return begun


@pytest.mark.parametrize("moment", [emptied, filled, publishing])
async def test_restore_that_was_interrupted_is_repeated(
    old: Place,
    new: Place,
    bus: Bus,
    tmp_path: Path,
    moment: Callable[[Place], Callable[[], Awaitable[bool]]],
) -> None:
    await fill(old.database_url, tasks=500, messages=500, stream_epoch=1)
    await accept(bus, *map(str, range(MESSAGES)))
    before = await old.rows()
    made = await old.run("backup", str(tmp_path / "backups"))
    survived = await opened(new)  # NATS of an installation whose Postgres is lost
    await ensure_bus(survived.js)
    await accept(survived, "0", "waits here")
    await new.killed(moment(new), "restore", made["backup"])

    engine = make_engine(DatabaseSettings(url=SecretStr(new.database_url)))
    with pytest.raises(UnavailableError, match="is at revision None"):
        await check(engine)
    with pytest.raises(ConflictError, match="was not finished"):
        await migrate(engine)
    await engine.dispose()
    assert "holds no installation" in await new.refused("backup", str(tmp_path / "no"))

    told = await new.run("restore", made["backup"])
    assert told["republished"] == MESSAGES + 2
    assert await new.rows() == before
    *backed_up, last = await subjects_and_bytes(survived, INBOUND)
    assert backed_up == await subjects_and_bytes(bus, INBOUND)
    assert last[2]["Nats-Msg-Id"] == "default/inbox:waits here"
    await survived.close()
