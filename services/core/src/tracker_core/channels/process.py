"""The frame around one pull Source: read the manifest, connect, announce, beat, answer, stop.

async with serving(settings, SourceKind.EMAIL) as served:
    await served.run(fetch(served))     # until a signal; `send=` for channels that answer, `tell=` that notify
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker_core.bus import Bus, connect, ensure_bus
from tracker_core.channels.answering import Send, Tell, answer, notify
from tracker_core.channels.condition import Condition, Reason
from tracker_core.channels.cursors import Cursor
from tracker_core.channels.files import Files
from tracker_core.channels.intake import Intake
from tracker_core.channels.secret_files import read_secret
from tracker_core.channels.settings import SourceFiles, SourceSettings
from tracker_core.errors import ConfigurationError
from tracker_core.health import ServedSource, announce, beating
from tracker_core.manifests import SecretKeyRef, Source, Webhook, read_documents
from tracker_core.manifests.source import SourceKind


@dataclass(frozen=True)
class Served:
    """One Source that this process serves."""

    source: Source
    webhooks: tuple[Webhook, ...]
    """Those that are bound to it."""
    bus: Bus
    condition: Condition
    intake: Intake
    cursor: Cursor
    files: Files
    secrets_dir: Path

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return self.source.key

    def secret(self, ref: SecretKeyRef) -> str:
        """Read a secret as it is now, and keep it out of what is told from now on.

        Raises:
            UnavailableError: there is none, or it is empty; the text names Secret and key.
        """
        value = read_secret(self.secrets_dir, self.source.metadata.namespace, ref).decode(errors="replace")
        self.condition.hide(value)
        return value

    async def run(self, *loops: Coroutine[Any, Any, None], send: Send | None = None, tell: Tell | None = None) -> None:
        """Run the loops until SIGTERM or SIGINT; one that ends or fails ends the process, which is started again."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if self.source.spec.suspend:
            self.condition.trouble(Reason.SUSPENDED, "Suspended by its manifest (spec.suspend)")
            for loop in loops:
                loop.close()
            await stop.wait()
            return
        if send is not None and self.source.spec.reply is not None and self.source.spec.reply.enabled:
            loops = (*loops, answer(self.bus, self.key, send))
        if tell is not None:
            loops = (*loops, notify(self.bus, self.key, tell))
        tasks = [asyncio.create_task(loop) for loop in loops]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            ended = [task for task in tasks if task.done()]
        finally:
            for task in [*tasks, stopping]:
                task.cancel()
            await asyncio.gather(*tasks, stopping, return_exceptions=True)
        for task in ended:
            task.result()


def load_source(files: SourceFiles, kind: SourceKind) -> tuple[Source, tuple[Webhook, ...]]:
    """Read the manifest file.

    Raises:
        ConfigurationError: it holds no Source of that kind, or several.
        InvalidManifestError: a manifest breaks its schema.
    """
    try:
        documents = read_documents(files.manifest.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{files.manifest} cannot be read: {error.strerror}", cure="Set TRACKER_SOURCE__MANIFEST to the manifest"
        ) from error
    sources = [item for item in documents if isinstance(item, Source)]
    if len(sources) != 1 or sources[0].spec.type is not kind:
        raise ConfigurationError(f"{files.manifest}: there must be exactly one Source of type {kind} in it")
    (source,) = sources
    bound = tuple(item for item in documents if isinstance(item, Webhook))
    return source, bound


@asynccontextmanager
async def serving(settings: SourceSettings, kind: SourceKind) -> AsyncIterator[Served]:
    """Hold everything that the process of a Source needs, and say that it lives.

    Raises:
        ConfigurationError: the manifest cannot be used.
        UnavailableError: the bus does not answer.
    """
    source, webhooks = load_source(settings.source, kind)
    meta = source.metadata
    bus = await connect(settings.nats, name=f"source {source.key}")
    condition = Condition()
    try:
        await ensure_bus(bus.js)
        spec = source.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        await announce(bus.js, ServedSource(meta.namespace, meta.name, kind, spec))
        async with beating(bus.js, f"source.{meta.namespace}.{meta.name}", condition.report):
            yield Served(
                source=source,
                webhooks=webhooks,
                bus=bus,
                condition=condition,
                intake=Intake(bus, condition, source.spec.ingest.rate_limit),
                cursor=Cursor(bus.js, source.key),
                files=Files(bus.js, settings.s3),
                secrets_dir=settings.source.secrets_dir,
            )
    finally:
        await bus.close()
