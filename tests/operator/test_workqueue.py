import asyncio

from tracker_core.errors import UnavailableError
from tracker_operator.metrics import Metrics
from tracker_operator.workqueue import Key, WorkQueue

from tests.support.waiting import eventually

A, B = Key("Source", "default", "a"), Key("Source", "default", "b")


class Recorder:
    def __init__(self) -> None:
        self.seen: list[Key] = []
        self.failures: list[int] = []
        self.running = self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.again: float | None = 100.0

    async def work(self, key: Key) -> float | None:
        self.seen.append(key)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self.error is not None:
                raise self.error
        finally:
            self.running -= 1
        return self.again

    async def failed(self, key: Key, error: Exception, count: int) -> None:
        self.failures.append(count)


def queue_of(recorder: Recorder, workers: int = 4) -> WorkQueue:
    return WorkQueue(recorder.work, recorder.failed, Metrics(), workers)


async def test_object_stands_in_it_once_and_is_worked_on_by_one() -> None:
    recorder = Recorder()
    recorder.gate.clear()
    queue = queue_of(recorder)
    for _ in range(5):
        queue.add(A)
    running = asyncio.create_task(queue.run())
    await eventually("start", lambda: _truth(recorder.running == 1))
    queue.add(A)  # something happens meanwhile
    queue.add(A)
    queue.add(B)
    await eventually("the other", lambda: _truth(recorder.running == 2))
    assert recorder.seen == [A, B]
    recorder.gate.set()
    await eventually("one more look", lambda: _truth(recorder.seen == [A, B, A]))
    queue.stop()
    await running


async def test_failures_come_back_later_and_later_and_an_event_at_once() -> None:
    recorder = Recorder()
    recorder.error = UnavailableError("x")
    queue = queue_of(recorder)
    running = asyncio.create_task(queue.run())
    queue.add(A)
    await eventually("failure", lambda: _truth(recorder.failures == [1]))
    queue.add(A)
    await eventually("second failure", lambda: _truth(recorder.failures == [1, 2]))
    assert queue.depth == 0, "nothing loops hot"
    recorder.error = None
    await eventually("recovery by itself", lambda: _truth(len(recorder.seen) == 3))
    queue.stop()
    await running


async def test_earlier_look_wins_over_a_later_one() -> None:
    recorder = Recorder()
    queue = queue_of(recorder)
    queue.add_after(A, 3600)
    queue.add_after(A, 0.01)
    running = asyncio.create_task(queue.run())
    await eventually("look", lambda: _truth(recorder.seen == [A]))
    queue.stop()
    await running


async def test_stop_lets_what_runs_end() -> None:
    recorder = Recorder()
    recorder.gate.clear()
    queue = queue_of(recorder, workers=1)
    queue.add(A)
    queue.add(B)
    running = asyncio.create_task(queue.run())
    await eventually("start", lambda: _truth(recorder.running == 1))
    queue.stop()
    recorder.gate.set()
    await running
    assert recorder.seen == [A]


async def _truth(value: bool) -> bool:
    return value
