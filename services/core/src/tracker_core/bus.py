"""The one place that knows the streams and buckets of NATS JetStream, creates them and migrates them.

Streams drift silently when each process creates what it needs: a changed limit is ignored, a missing durable name makes
an orphan. So every process calls `ensure_bus` at its start, which brings the server to what stands here.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, replace

import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    KeyValueConfig,
    ObjectStoreConfig,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import BadRequestError, NotFoundError

from tracker_core.errors import UnavailableError
from tracker_core.jobs import Queue
from tracker_core.settings import NatsSettings

log = logging.getLogger(__name__)

INBOUND = "INBOUND"
"""Messages that were accepted and are not recorded yet: `inbound.<namespace>.<source>`."""
JOBS = "JOBS"
"""TaskIQ wake-ups: `jobs.<queue>`. The truth of a job is its row; this carries only the wake-up."""
AGENTS = "AGENTS"
"""Wake-ups of the agents, which may be away for days: apart, so that they cannot fill JOBS, and forgotten in time."""
EVENTS = "EVENTS"
"""What changed, one message per transaction: `events.<workspace id>`. For the live feed; the table is the history."""
OUTBOUND = "OUTBOUND"
"""On their way to a channel, answers as `outbound.<namespace>.<source>` and notifications to members as
`notice.<namespace>.<source>`. The truth of each is its row."""
DELIVERIES = "DELIVERIES"
"""What became of them: `delivery.<namespace>.<source>`."""
HANDED = "HANDED"
"""Requests that the gateway took for a Source with a process of its own: `handed.<namespace>.<source>`."""
HEALTH_BUCKET = "health"
"""Heartbeats: `<component>.<instance>`."""
SOURCES_BUCKET = "sources"
"""Spec of each Source that some process serves now: `<namespace>.<name>`."""

CURSORS_BUCKET = "cursors"
"""How far each pull Source has read at its provider: `<namespace>.<name>`."""
SENT_BUCKET = "sent"
"""Answers that a channel has taken, by the id of the reply: a redelivery does not send them again."""
FILES_STORE = "files"
"""Attachments, by their digest."""

RECORDER = "recorder"
"""Durable consumer of INBOUND."""
DELIVERY_RECORDER = "delivery-recorder"
"""Durable consumer of DELIVERIES."""

FIRST_CONNECT = 5.0
"""Seconds to reach a server for the first time."""
JOB_ACK_WAIT = 30.0
"""Seconds after which the job of a crashed worker is delivered again."""

_MINUTE, _HOUR, _GIB = 60, 3600, 1 << 30

STREAMS = (
    # DiscardNew: a full bus refuses, the gateway answers 503, the sender keeps the message. It never drops.
    # 10 minutes of duplicates: Slack's last retry comes 5 minutes after the first. The durable guard is in Postgres.
    StreamConfig(
        name=INBOUND,
        subjects=["inbound.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_bytes=2 * _GIB,
        duplicate_window=10 * _MINUTE,
    ),
    StreamConfig(
        name=JOBS,
        subjects=["jobs.triage"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_bytes=_GIB // 4,
        duplicate_window=_MINUTE,
    ),
    # A wake-up older than the longest deadline wakes nobody: its message was settled without the agents.
    StreamConfig(
        name=AGENTS,
        subjects=["jobs.agents"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_bytes=_GIB // 16,
        max_age=10 * _MINUTE,
        duplicate_window=_MINUTE,
    ),
    StreamConfig(
        name=OUTBOUND,
        subjects=["outbound.>", "notice.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_bytes=_GIB // 8,
        duplicate_window=2 * _MINUTE,
    ),
    StreamConfig(
        name=DELIVERIES,
        subjects=["delivery.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_bytes=_GIB // 8,
        duplicate_window=2 * _MINUTE,
    ),
    # The duplicate window is INBOUND's, for the same senders.
    StreamConfig(
        name=HANDED,
        subjects=["handed.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_bytes=_GIB // 2,
        duplicate_window=10 * _MINUTE,
    ),
    # DiscardOld, here too: it loses nothing that the event table does not hold, and refusing new events
    # would stop the feed. A client whose cursor is too old is told to fetch afresh.
    StreamConfig(
        name=EVENTS,
        subjects=["events.*"],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_bytes=_GIB // 2,
        max_age=24 * _HOUR,
        duplicate_window=2 * _MINUTE,
    ),
)


def job_stream(queue: Queue) -> str:
    """Return the stream that carries the wake-ups of a queue."""
    return AGENTS if queue is Queue.AGENTS else JOBS


def job_consumer(queue: Queue) -> ConsumerConfig:
    """Return the consumer that the workers of a queue share."""
    return ConsumerConfig(
        durable_name=queue,
        filter_subject=jobs_subject(queue),
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=JOB_ACK_WAIT,
        max_deliver=-1,
    )


def jobs_subject(queue: str) -> str:
    """Return the subject of a job queue."""
    return f"jobs.{queue}"


CONSUMERS = (
    # max_deliver -1: a spent max_deliver would leave the message stored and invisible. The recorder itself sends poison
    # to the dead letters.
    (
        INBOUND,
        ConsumerConfig(
            durable_name=RECORDER,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=30,
            max_deliver=-1,
            max_ack_pending=4096,
        ),
    ),
    (
        DELIVERIES,
        ConsumerConfig(durable_name=DELIVERY_RECORDER, ack_policy=AckPolicy.EXPLICIT, ack_wait=30, max_deliver=-1),
    ),
    # Made before there is a worker: its lag says whether one is needed.
    *((job_stream(queue), job_consumer(queue)) for queue in Queue),
)

BUCKETS = (
    KeyValueConfig(bucket=HEALTH_BUCKET, history=1, ttl=30, storage=StorageType.MEMORY, max_bytes=16 << 20),
    KeyValueConfig(bucket=SOURCES_BUCKET, history=1, storage=StorageType.FILE, max_bytes=64 << 20),
    KeyValueConfig(bucket=CURSORS_BUCKET, history=1, storage=StorageType.FILE, max_bytes=64 << 20),
    KeyValueConfig(bucket=SENT_BUCKET, history=1, ttl=7 * 24 * _HOUR, storage=StorageType.FILE, max_bytes=64 << 20),
)


FILES = ObjectStoreConfig(bucket=FILES_STORE, storage=StorageType.FILE, max_bytes=8 * _GIB)


@dataclass(frozen=True)
class Bus:
    """An open connection."""

    nc: Client
    js: JetStreamContext

    async def close(self) -> None:
        """Send what is buffered and close."""
        if not self.nc.is_closed:
            # nats-py raises TypeError when it is closed between two tries to reconnect; it is closed then all the same.
            with contextlib.suppress(nats.errors.Error, OSError, TypeError):
                await self.nc.close()


def inbound_subject(source: str) -> str:
    """Return the subject of messages from the Source `namespace/name`; dots inside a name become underscores."""
    namespace, _, name = source.partition("/")
    return f"inbound.{namespace.replace('.', '_')}.{name.replace('.', '_')}"


def outbound_subject(source: str) -> str:
    """Return the subject of answers into the channel of the Source `namespace/name`."""
    return inbound_subject(source).replace("inbound.", "outbound.", 1)


def notice_subject(source: str) -> str:
    """Return the subject of notifications to members in the channel of the Source `namespace/name`."""
    return inbound_subject(source).replace("inbound.", "notice.", 1)


def delivery_subject(source: str) -> str:
    """Return the subject of what became of them."""
    return inbound_subject(source).replace("inbound.", "delivery.", 1)


def handed_subject(source: str) -> str:
    """Return the subject of requests that the gateway took for the process of the Source `namespace/name`."""
    return inbound_subject(source).replace("inbound.", "handed.", 1)


def source_consumer(source: str) -> str:
    """Return the durable consumer of the process of the Source `namespace/name`, on OUTBOUND and on HANDED."""
    return f"source-{consumer_name(source)}"


def consumer_name(source: str) -> str:
    """Return the part of a durable name that is of no other Source: `team/a-b` and `team-a/b` are two."""
    return source.replace("/", "__").replace(".", "_")


def events_subject(workspace_id: object) -> str:
    """Return the subject of a workspace's events."""
    return f"events.{workspace_id}"


async def connect(settings: NatsSettings, *, name: str) -> Bus:
    """Connect and keep reconnecting for as long as the process lives.

    Raises:
        UnavailableError: no server answers within `FIRST_CONNECT` seconds.
    """

    async def on_error(error: Exception) -> None:
        # Until the first connection the caller hears of it; a line per try would only be noise.
        log.log(logging.WARNING if nc.is_connected else logging.DEBUG, "NATS: %s", str(error) or type(error).__name__)

    async def on_disconnected() -> None:
        log.warning("NATS: disconnected, reconnecting")

    async def on_reconnected() -> None:
        log.info("NATS: connected again")

    servers = settings.url.get_secret_value().split(",")
    nc = Client()
    try:
        # nats-py tries for ever when it may reconnect for ever; the first connection needs an end.
        async with asyncio.timeout(FIRST_CONNECT):
            await nc.connect(
                servers,
                name=name,
                error_cb=on_error,
                disconnected_cb=on_disconnected,
                reconnected_cb=on_reconnected,
                connect_timeout=5,
                max_reconnect_attempts=-1,
                reconnect_time_wait=1,
            )
    except (OSError, nats.errors.Error, TimeoutError) as error:
        where = ", ".join(server.rpartition("@")[2].removeprefix("nats://") for server in servers)
        raise UnavailableError(
            f"NATS does not answer at {where}", cure="Start it, or set TRACKER_NATS__URL to one that runs"
        ) from error
    return Bus(nc, nc.jetstream(timeout=5))


async def ensure_bus(js: JetStreamContext) -> None:
    """Create every stream, consumer and bucket, and bring those that exist to what stands here; idempotent."""
    for stream in STREAMS:
        await _ensure_stream(js, stream)
    for stream_name, consumer in CONSUMERS:
        await js.add_consumer(stream_name, consumer)
    for bucket in BUCKETS:
        await _ensure_bucket(js, bucket)
    await _ensure_files(js)


async def _ensure_stream(js: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        await js.add_stream(wanted)
    except BadRequestError as error:
        name_in_use = 10058
        if error.err_code != name_in_use:
            raise
        # The replica count belongs to whoever runs the cluster.
        current = (await js.stream_info(str(wanted.name))).config
        await js.update_stream(replace(wanted, num_replicas=current.num_replicas))


async def _ensure_bucket(js: JetStreamContext, wanted: KeyValueConfig) -> None:
    try:
        await js.key_value(wanted.bucket)
    except NotFoundError:
        await js.create_key_value(wanted)


async def _ensure_files(js: JetStreamContext) -> None:
    try:
        await js.object_store(FILES_STORE)
    except NotFoundError:
        await js.create_object_store(FILES_STORE, config=FILES)
