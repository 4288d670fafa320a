"""Brings the rows of Sources to what the objects of the cluster say, also when kubectl wrote them.

The process of a Source announces itself. One whose Secret is missing has no process, and just that one has to be seen.
"""

import asyncio
import logging
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from tracker_core.database import reading
from tracker_core.errors import TrackerError
from tracker_core.events import SYSTEM, Change, Entity, Verb
from tracker_core.manifests import Source, SourceSpec, Webhook
from tracker_core.repositories import accounts, sources
from tracker_core.repositories.sources import SourceState

from tracker_api.context import Context
from tracker_api.manifests.service import project

log = logging.getLogger(__name__)

INTERVAL = 5.0
"""Seconds between two looks."""


async def follow(context: Context) -> None:
    """Keep the rows up to date until cancelled."""
    told = ""
    while True:
        try:
            async with context.engine.begin() as connection:
                workspace_id = await accounts.ensure_default_workspace(connection)
            await bring_up_to_date(context, workspace_id)
            told = ""
        except (TrackerError, SQLAlchemyError, OSError, TimeoutError) as error:
            trouble = str(error) or type(error).__name__
            if trouble != told:
                log.warning("The Sources of the cluster are not followed: %s", trouble)
            told = trouble
        await asyncio.sleep(INTERVAL)


async def bring_up_to_date(context: Context, workspace_id: UUID) -> None:
    """Write the rows that say something else than their manifests, with an event for each."""
    known = await context.manifests.read()
    async with reading(context.engine) as connection:
        rows = {row.key: row for row in await sources.list_sources(connection, workspace_id)}
    paths = {item.source_key: item.path for item in known if isinstance(item, Webhook)}
    changed = [
        item
        for item in known
        if isinstance(item, Source) and not _says_the_same(rows.get(item.key), item, paths.get(item.key, ""))
    ]
    if not changed:
        return
    async with context.transactions.begin(workspace_id, SYSTEM) as tx:
        for key, row in (await project(tx, changed, known)).items():
            namespace, _, name = (key or "").partition("/")
            data = {"kind": "Source", "namespace": namespace, "name": name}
            data["result"] = "configured" if key in rows else "created"
            tx.record(Change(verb=Verb.SOURCE_CONFIGURED, entity=Entity("source", row), data=data))


def _says_the_same(row: SourceState | None, source: Source, path: str) -> bool:
    if row is None or (row.kind, row.webhook_path) != (source.spec.type, path):
        return False
    try:
        return SourceSpec.model_validate(row.spec) == source.spec
    except ValidationError:
        return False
