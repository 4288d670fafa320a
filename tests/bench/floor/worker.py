"""The floor, worker side: whatever is waiting becomes one insert with unnest, then one event each on NATS core."""

import asyncio
import json
import os

import asyncpg
import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

from tests.bench.floor.subjects import EVENTS, INBOUND, TABLE, add_stream

BATCH = 500

INSERT = """
insert into floor_message (id, text, sender) select * from unnest($1::text[], $2::text[], $3::text[])
on conflict do nothing returning id
"""


async def run() -> None:
    connection = await asyncpg.connect(os.environ["FLOOR_DATABASE_URL"])
    await connection.execute(TABLE)
    nc = await nats.connect(os.environ["FLOOR_NATS_URL"])
    js = nc.jetstream()
    await add_stream(js)
    waiting: asyncio.Queue[Msg] = asyncio.Queue()
    await js.subscribe(
        INBOUND, durable="worker", cb=waiting.put, manual_ack=True, config=ConsumerConfig(max_ack_pending=4096)
    )
    while True:
        batch = [await waiting.get()]
        while not waiting.empty() and len(batch) < BATCH:
            batch.append(waiting.get_nowait())
        messages = {message["id"]: message for message in (json.loads(raw.data) for raw in batch)}
        rows = await connection.fetch(
            INSERT,
            list(messages),
            [message["text"] for message in messages.values()],
            [message["sender"]["name"] for message in messages.values()],
        )
        for raw in batch:
            await raw.ack()
        for row in rows:
            event = {"type": "recorded", "id": row["id"], "preview": messages[row["id"]]["text"][:140]}
            await nc.publish(EVENTS, json.dumps(event).encode())


if __name__ == "__main__":
    uvloop.run(run())
