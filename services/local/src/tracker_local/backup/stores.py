"""Postgres and NATS of the installation that is meant.

They are given by their settings, or belong to what runs in this folder, or to what lies here and does not run: then
they run for as long as they are needed.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.bus import Bus, connect
from tracker_core.channels.stores import FileStore, JetStreamStore
from tracker_core.channels.stores_s3 import S3Store
from tracker_core.database import make_engine
from tracker_core.errors import ConflictError, NotFoundError, UnavailableError
from tracker_core.settings import DatabaseSettings, NatsSettings

from tracker_local import lock
from tracker_local.backup.settings import BackupSettings
from tracker_local.home import Home
from tracker_local.plan import Store, make_plan
from tracker_local.process import kill_group, spawn
from tracker_local.runtime import Runtime, end_leftovers

_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Stores:
    """Open connections."""

    database_url: str
    engine: AsyncEngine
    bus: Bus
    attachments: tuple[FileStore, ...]
    """New files go to the first."""


@asynccontextmanager
async def open_stores(settings: BackupSettings, home: Home, *, alone: bool) -> AsyncIterator[Stores]:
    """Connect to the stores.

    Args:
        settings: What the environment says.
        home: The folder of a one-machine installation.
        alone: Nothing else may run; and the folder may be a new one.

    Raises:
        ConflictError: `alone`, and Task Tracker runs in this folder.
        NotFoundError: there is no installation.
    """
    if settings.database is not None and settings.nats is not None:
        async with _connected(settings, settings.database, settings.nats) as stores:
            yield stores
        return
    if Runtime.load(home) is not None:
        if alone:
            raise ConflictError(f"Task Tracker runs in {home.root}", cure="Stop it first: `tasktracker down`")
        async with _connected(settings, *_written(home)) as stores:
            yield stores
        return
    if not alone and not home.postgres.is_dir() and not home.database_url_file.is_file():
        raise NotFoundError(
            f"There is no installation in {home.root}",
            cure="Go to its folder, or set TRACKER_DATABASE__URL and TRACKER_NATS__URL",
        )
    home.create()
    with _held(home):
        end_leftovers(home)
        plan = make_plan(home)
        async with AsyncExitStack() as stack:
            for store in plan.stores:
                stack.enter_context(_running(store, home))
            database = DatabaseSettings(url=SecretStr(plan.database.url))
            bus = NatsSettings(url=SecretStr(plan.bus.url))
            yield await stack.enter_async_context(_connected(settings, database, bus))


def _written(home: Home) -> tuple[DatabaseSettings, NatsSettings]:
    urls = (file.read_text(encoding="utf-8") for file in (home.database_url_file, home.nats_url_file))
    database, bus = map(SecretStr, urls)
    return DatabaseSettings(url=database), NatsSettings(url=bus)


@asynccontextmanager
async def _connected(settings: BackupSettings, database: DatabaseSettings, nats: NatsSettings) -> AsyncIterator[Stores]:
    engine = make_engine(database.model_copy(update={"pool_size": 2}), statement_seconds=None)
    bus = await connect(nats, name="backup")
    try:
        own = JetStreamStore(bus.js)
        attachments: tuple[FileStore, ...] = (own,) if settings.s3 is None else (S3Store(settings.s3), own)
        yield Stores(database.url.get_secret_value(), engine, bus, attachments)
    finally:
        await bus.close()
        await engine.dispose()


@contextmanager
def _held(home: Home) -> Iterator[None]:
    try:
        with lock.hold(home.lock_file):
            yield
    except BlockingIOError:
        raise ConflictError(f"Task Tracker is just starting in {home.root}", cure="Try again in a moment") from None


@contextmanager
def _running(store: Store, home: Home) -> Iterator[None]:
    """Run a server of ours; one that was given runs already."""
    if store.server is None:
        yield
        return
    store.server.prepare()
    process = store.server.process()
    log = home.log(process.name)
    child = spawn(process, log)
    try:
        deadline = monotonic() + process.ready_seconds
        while not process.ready(child.pid):
            if child.poll() is not None or monotonic() > deadline:
                raise UnavailableError(f"{process.name} does not start", cure=f"Its log says why: {log}")
            sleep(_POLL_SECONDS)
        yield
    finally:
        if child.poll() is None:
            child.send_signal(process.stop_signal)
            deadline = monotonic() + _STOP_SECONDS
            while child.poll() is None and monotonic() < deadline:
                sleep(_POLL_SECONDS)
        kill_group(child)
        child.wait()
