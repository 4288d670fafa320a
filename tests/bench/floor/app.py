"""The floor, HTTP side: FastAPI and pydantic in, one JetStream ack, 202; NATS core out, to every WebSocket.

What anybody would write on an afternoon with the same parts: no signature, no trace, no ledger, no recovery. What it
does, we do too, and so its figures are what our own cannot beat by much.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from nats.aio.msg import Msg
from pydantic import BaseModel

from tests.bench.floor.subjects import EVENTS, INBOUND, add_stream


class Sender(BaseModel):
    name: str
    email: str


class Message(BaseModel):
    id: str
    text: str
    sender: Sender


class Accepted(BaseModel):
    id: str


sockets: set[WebSocket] = set()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    nc = await nats.connect(os.environ["FLOOR_NATS_URL"])
    app.state.js = nc.jetstream()
    await add_stream(app.state.js)

    async def fan_out(event: Msg) -> None:
        text = event.data.decode()
        for socket in list(sockets):
            await socket.send_text(text)

    await nc.subscribe(EVENTS, cb=fan_out)
    yield
    await nc.close()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def ready() -> Accepted:
    return Accepted(id="floor")


@app.post("/messages", status_code=202)
async def accept(message: Message) -> Accepted:
    await app.state.js.publish(INBOUND, message.model_dump_json().encode())
    return Accepted(id=message.id)


@app.websocket("/ws")
async def watch(socket: WebSocket) -> None:
    await socket.accept()
    sockets.add(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        sockets.discard(socket)
