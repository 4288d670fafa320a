"""Sources as the recorder knows them: a row for each, kept like the manifest by what the serving processes announce."""

import asyncio
import logging
from dataclasses import dataclass
from uuid import UUID

import msgspec
from nats.errors import Error as NatsError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.bus import SOURCES_BUCKET, Bus
from tracker_core.health import ServedSource
from tracker_core.manifests import Autonomy
from tracker_core.repositories import sources as repository

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KnownSource:
    """What recording needs of a Source."""

    id: UUID
    triaged: bool
    """Whether its messages wait for triage."""


class Sources:
    """A cache over the source rows; `follow` keeps rows and cache like the announcements."""

    def __init__(self, bus: Bus, engine: AsyncEngine, workspace_id: UUID) -> None:
        self._bus = bus
        self._engine = engine
        self._workspace_id = workspace_id
        self._known: dict[str, KnownSource] = {}

    async def resolve(self, keys: set[str]) -> dict[str, KnownSource]:
        """Return each Source by `namespace/name`. One that nobody announced gets a bare row: its messages are kept.

        The rows are committed here and not with the caller's batch: what is remembered must not be rolled back.
        """
        unknown = sorted(keys - self._known.keys())
        if unknown:
            async with self._engine.begin() as connection:
                for key in unknown:
                    namespace, _, name = key.partition("/")
                    row = await repository.find_or_create(connection, self._workspace_id, namespace, name)
                    self._known[key] = KnownSource(row.id, _is_triaged(row.spec))
        return {key: self._known[key] for key in keys}

    def forget(self) -> None:
        """Ask the database again from now on."""
        self._known.clear()

    async def follow(self) -> None:
        """Project announcements into rows until cancelled."""
        while True:
            try:
                bucket = await self._bus.js.key_value(SOURCES_BUCKET)
                watcher = await bucket.watchall()
                async for entry in watcher:
                    if entry is not None and entry.value:
                        await self._project(entry.key, entry.value)
            except (NatsError, SQLAlchemyError, TimeoutError, OSError) as error:
                log.warning("Announced Sources not followed: %s", str(error) or type(error).__name__)
            await asyncio.sleep(2)

    async def _project(self, key: str, value: bytes) -> None:
        try:
            served = msgspec.json.decode(value, type=ServedSource)
        except msgspec.MsgspecError as error:
            log.warning("Announcement %s is not readable: %s", key, error)
            return
        async with self._engine.begin() as connection:
            source_id = await repository.project(connection, self._workspace_id, served)
        self._known[f"{served.namespace}/{served.name}"] = KnownSource(source_id, _is_triaged(served.spec))


def _is_triaged(spec: dict[str, object]) -> bool:
    triage = spec.get("triage")
    return not isinstance(triage, dict) or triage.get("autonomy") != Autonomy.DISABLED
