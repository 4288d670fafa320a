"""What the two processes of the floor agree on."""

from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig

INBOUND = "floor.inbound"
EVENTS = "floor.events"

TABLE = """
create table if not exists floor_message (
    id text primary key, text text not null, sender text not null, received_at timestamptz not null default now())
"""


async def add_stream(js: JetStreamContext) -> None:
    await js.add_stream(
        StreamConfig(name="FLOOR", subjects=[INBOUND], retention=RetentionPolicy.WORK_QUEUE, storage=StorageType.FILE)
    )
