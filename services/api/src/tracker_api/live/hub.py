"""The meeting point of the feed and the sockets: rings of recent frames, and who listens.

A frame is encoded once and the same text goes to every socket. No method here waits, so a socket that joins sees the
ring and the frames that follow without a gap and without a repetition.
"""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter

RING_FRAMES = 5000
"""Frames kept per workspace."""
RING_BYTES = 16 << 20
"""Characters of frames kept per workspace; a frame of a bulk import holds 200 events."""
QUEUE_FRAMES = 512
"""Frames that may wait for one socket; then it is too slow, is closed and resumes."""

_OVERRUN = Counter("tracker_websocket_overruns", "Sockets that were closed because they were too slow")

PING = '{"type":"ping"}'


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """The events of one transaction as the sockets send them."""

    seq: int
    """Sequence in the EVENTS stream: the cursor."""
    text: str


def events_frame(seq: int, events: bytes) -> LiveFrame:
    """Return the frame of one bus message; its body is a JSON list of events already."""
    return LiveFrame(seq, f'{{"type":"events","seq":{seq},"events":{events.decode()}}}')


def hello_frame(seq: int) -> str:
    """Return the first frame of a connection: where the feed is now."""
    return f'{{"type":"hello","seq":{seq}}}'


def reset_frame(seq: int) -> str:
    """Return the frame that says: what you missed is gone, fetch afresh and go on from `seq`."""
    return f'{{"type":"reset","seq":{seq}}}'


def health_frame(key: str) -> str:
    """Return the frame that says: how `<component>.<instance>` is has changed; ask again."""
    return f'{{"type":"health","key":{json.dumps(key)}}}'


class Ring:
    """The newest frames of one workspace."""

    def __init__(self, floor: int) -> None:
        self.floor = floor
        """Every frame above this sequence is here."""
        self._frames: deque[LiveFrame] = deque()
        self._size = 0

    def append(self, frame: LiveFrame) -> None:
        """Add the newest frame; the oldest ones make room."""
        self._frames.append(frame)
        self._size += len(frame.text)
        while len(self._frames) > RING_FRAMES or (self._size > RING_BYTES and len(self._frames) > 1):
            oldest = self._frames.popleft()
            self._size -= len(oldest.text)
            self.floor = oldest.seq

    def after(self, seq: int) -> list[LiveFrame]:
        """Return the frames above `seq`, oldest first."""
        found: list[LiveFrame] = []
        for frame in reversed(self._frames):
            if frame.seq <= seq:
                break
            found.append(frame)
        found.reverse()
        return found


class Listener:
    """One socket's queue, bounded."""

    def __init__(self) -> None:
        self._pending: deque[str] = deque()
        self._wake = asyncio.Event()
        self.overrun = asyncio.Event()
        """Set when the socket was too slow; it gets nothing more."""

    def put(self, text: str) -> None:
        """Queue a frame, or give the socket up."""
        if len(self._pending) >= QUEUE_FRAMES:
            if not self.overrun.is_set():
                _OVERRUN.inc()
            self.overrun.set()
        elif not self.overrun.is_set():
            self._pending.append(text)
            self._wake.set()

    async def next(self) -> str:
        """Wait for the next frame."""
        while not self._pending:
            self._wake.clear()
            await self._wake.wait()
        return self._pending.popleft()


@dataclass(frozen=True)
class Joined:
    """What a socket finds when it joins."""

    seq: int
    """Newest sequence of the feed."""
    floor: int
    """Everything of this workspace above it is in `recent` or comes."""
    recent: list[LiveFrame]
    """What it has missed, as far as the ring goes back; oldest first."""


class Hub:
    """Gives every frame to the listeners of its workspace, and to no other."""

    def __init__(self) -> None:
        self.seq = 0
        """Newest sequence seen, of any workspace."""
        self._start = 0
        self._rings: dict[UUID, Ring] = {}
        self._listeners: dict[UUID, set[Listener]] = {}

    @property
    def sockets(self) -> int:
        """How many listen."""
        return sum(len(listeners) for listeners in self._listeners.values())

    def restart(self, seq: int) -> None:
        """Begin a new count: what was before is not comparable, so every client has to fetch afresh."""
        self.seq = self._start = seq
        self._rings.clear()
        self._send_to_all(reset_frame(seq))

    def publish(self, workspace_id: UUID, frame: LiveFrame) -> None:
        """Keep and send the next frame of the feed; one that was seen is dropped."""
        if frame.seq <= self.seq:
            return
        self.seq = frame.seq
        self._ring(workspace_id).append(frame)
        for listener in self._listeners.get(workspace_id, ()):
            listener.put(frame.text)

    def ping(self) -> None:
        """Let every client know that the connection lives."""
        self._send_to_all(PING)

    def tell(self, frame: str) -> None:
        """Send a frame without a place in the feed to everybody; who is away misses nothing that lasts."""
        self._send_to_all(frame)

    def join(self, workspace_id: UUID, listener: Listener, *, since: int | None) -> Joined:
        """Send the workspace's frames to the listener from now on; those after `since` are returned."""
        self._listeners.setdefault(workspace_id, set()).add(listener)
        ring = self._ring(workspace_id)
        return Joined(self.seq, ring.floor, [] if since is None else ring.after(since))

    def leave(self, workspace_id: UUID, listener: Listener) -> None:
        """Send nothing more to the listener."""
        listeners = self._listeners.get(workspace_id, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(workspace_id, None)

    def _ring(self, workspace_id: UUID) -> Ring:
        ring = self._rings.get(workspace_id)
        if ring is None:
            ring = self._rings[workspace_id] = Ring(self._start)
        return ring

    def _send_to_all(self, text: str) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.put(text)
