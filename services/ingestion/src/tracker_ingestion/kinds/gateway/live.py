"""What runs beside the requests: the connection to the bus, the look at the folders, and the reports."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from nats.errors import Error as NatsError
from starlette.applications import Starlette
from tracker_core.bus import Bus, connect, ensure_bus
from tracker_core.channels.publishing import Publisher
from tracker_core.errors import UnavailableError
from tracker_core.health import INTERVAL, Memory

from tracker_ingestion.kinds.gateway.accept import Acceptor
from tracker_ingestion.kinds.gateway.app import Gateway
from tracker_ingestion.kinds.gateway.body import Budget
from tracker_ingestion.kinds.gateway.config import Loader
from tracker_ingestion.kinds.gateway.reporting import report
from tracker_ingestion.kinds.gateway.settings import Settings

log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0


class Live:
    """The parts of a running gateway."""

    def __init__(self, settings: Settings) -> None:
        gateway = settings.gateway
        self._settings = settings
        self._loader = Loader(gateway.manifests_dir, gateway.secrets_dir)
        self._loading = asyncio.Lock()
        """The loader remembers what it has read: a second look while the first is under way would find nothing new."""
        self._changed = asyncio.Event()
        self._bus: Bus | None = None
        self.publisher = Publisher(ack_timeout=gateway.ack_timeout.total_seconds(), max_in_flight=gateway.max_in_flight)
        acceptor = Acceptor(
            publisher=self.publisher,
            budget=Budget(gateway.max_buffered_bytes),
            trusted_proxies=gateway.trusted_proxies,
            body_timeout=gateway.body_timeout.total_seconds(),
        )
        self.app = Gateway(acceptor, self._lifespan)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.reload()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._watch()), tasks.create_task(self._stay_connected())]
            try:
                yield
            finally:
                for task in running:
                    task.cancel()
        if self._bus is not None:
            await self._bus.close()

    async def reload(self) -> None:
        """Read the folders again when something in them changed."""
        async with self._loading:
            configuration = await asyncio.to_thread(self._loader.load)
            if configuration is None:
                return
            known = self.app.configuration.problems if self.app.configuration else ()
            self.app.configuration = configuration
        log.info("Serving %d Webhooks of %d Sources", len(configuration.endpoints), len(configuration.sources))
        for item in configuration.problems:
            if item not in known:
                log.error("%s", item)
        self._changed.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._settings.gateway.reload_interval.total_seconds())
            try:
                await self.reload()
            except Exception:
                # Whatever is wrong with the folders, what was read last stays on the air.
                log.exception("The manifests cannot be read")

    async def _stay_connected(self) -> None:
        bus, memory = await self._connect(), Memory()
        while True:
            self._changed.clear()
            if self.app.configuration is not None:
                try:
                    await report(bus.js, self._settings.instance, self.app.trouble, self.app.configuration, memory)
                except (NatsError, TimeoutError, OSError) as error:
                    log.warning("Health is not reported: %s", str(error) or type(error).__name__)
                except Exception:
                    log.exception("Health is not reported")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), INTERVAL)

    async def _connect(self) -> Bus:
        """Return when the bus is there and has its streams; until then requests are answered 503."""
        while True:
            try:
                if self._bus is None:
                    self._bus = await connect(self._settings.nats, name=f"gateway.{self._settings.instance}")
                await ensure_bus(self._bus.js)
            except (UnavailableError, NatsError, TimeoutError, OSError) as error:
                log.warning("Waiting for the message bus: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self.publisher.attach(self._bus)
                return self._bus
