"""TaskIQ on JetStream: how a job's wake-up travels, made safe.

Three things differ from the stock pull broker. The streams are made by `tracker_core.bus` alone. A running job tells
JetStream so, and `ack_wait` bounds a crash instead of the job. A fetch always has a finite timeout, or a worker would
be alive and deaf after a restart of NATS.

There is no Nats-Msg-Id on a wake-up: a second one for the same row is harmless, because the row is claimed, while a
dropped one would have to wait for the scheduler.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable
from time import monotonic
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from prometheus_client import Counter, Histogram
from taskiq import AckableMessage, AsyncBroker, BrokerMessage, TaskiqMessage, TaskiqMiddleware, TaskiqResult
from taskiq.kicker import AsyncKicker
from taskiq_nats import PullBasedJetStreamBroker

from tracker_core import telemetry
from tracker_core.bus import JOB_ACK_WAIT, ensure_bus, job_consumer, job_stream, jobs_subject
from tracker_core.jobs import Job, Queue
from tracker_core.metrics import SECONDS
from tracker_core.settings import NatsSettings

log = logging.getLogger(__name__)

MAX_RUN = 300.0
"""Seconds that a job may call itself in progress; its own deadline must be shorter."""
FETCH_TIMEOUT = 5.0
"""Seconds; see the module's docstring."""
_QUEUE = "queue"
"""Label of a wake-up."""

_JOBS = Counter("tracker_jobs", "Jobs that were run", ["job", "outcome"])
_JOB_SECONDS = Histogram("tracker_job_seconds", "How long a job ran", ["job"], buckets=SECONDS)


class JobBroker(PullBasedJetStreamBroker):
    """Sends wake-ups to every queue, and receives those of one."""

    def __init__(self, settings: NatsSettings, queue: Queue, *, name: str) -> None:
        super().__init__(
            servers=settings.url.get_secret_value().split(","),
            subject=jobs_subject(queue),
            stream_name=job_stream(queue),
            durable=queue,
            pull_consume_batch=1,
            pull_consume_timeout=FETCH_TIMEOUT,
            consumer_config=job_consumer(queue),
            name=name,
            error_cb=_log_error,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=5,
        )
        self.add_middlewares(_Observed())
        self.running: dict[str, tuple[Msg, float]] = {}
        """Jobs that run now by their ack subject, with their start (monotonic clock)."""
        self.last_fetch = monotonic()
        """When the queue last answered (monotonic clock): the liveness of the loop."""

    async def _add_or_reuse_stream(self) -> None:
        """The bus owns the streams."""

    async def _startup_consumer(self) -> None:
        if self.is_worker_process:
            await super()._startup_consumer()

    async def kick(self, message: BrokerMessage) -> None:
        """Publish the wake-up and wait for JetStream's ack."""
        headers = {telemetry.TRACEPARENT: message.labels[telemetry.TRACEPARENT]}
        await self.js.publish(jobs_subject(message.labels[_QUEUE]), message.message, timeout=5, headers=headers)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield wake-ups for as long as the process lives."""
        progress = asyncio.create_task(self._report_progress(), name="jobs in progress")
        try:
            while True:
                try:
                    fetched = await self.consumer.fetch(batch=1, timeout=FETCH_TIMEOUT)
                except NatsTimeoutError:
                    fetched = []
                except NatsError as error:
                    log.warning("Job queue: %s", str(error) or type(error).__name__)
                    await self._mend()
                    continue
                self.last_fetch = monotonic()
                for message in fetched:
                    self.running[message.reply] = (message, monotonic())
                    yield AckableMessage(data=message.data, ack=self._acknowledge(message))
        finally:
            progress.cancel()

    async def _mend(self) -> None:
        # The consumer, or all that NATS stored, may have been deleted; what is there stays as it is.
        await asyncio.sleep(1)
        try:
            await ensure_bus(self.js)
        except (NatsError, TimeoutError) as error:
            log.warning("Job queue: not made again: %s", str(error) or type(error).__name__)

    def _acknowledge(self, message: Msg):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- taskiq's own callable type
        async def acknowledge() -> None:
            self.running.pop(message.reply, None)
            # Not acknowledged is delivered again, and the claimed row makes that harmless.
            with contextlib.suppress(NatsError):
                await message.ack()

        return acknowledge

    async def _report_progress(self) -> None:
        while True:
            await asyncio.sleep(JOB_ACK_WAIT / 3)
            for message, since in list(self.running.values()):
                if monotonic() - since > MAX_RUN:
                    self.running.pop(message.reply, None)
                    continue
                with contextlib.suppress(NatsError):
                    await message.in_progress()


class _Observed(TaskiqMiddleware):
    """Counts jobs, and lets each go on with the trace of its wake-up."""

    def __init__(self) -> None:
        super().__init__()
        self._running: dict[str, tuple[contextlib.ExitStack, float]] = {}

    def pre_execute(self, message: TaskiqMessage) -> TaskiqMessage:
        entered = contextlib.ExitStack()
        parent = message.labels.get(telemetry.TRACEPARENT, "")
        entered.enter_context(telemetry.span(message.task_name, "consumer", parent=parent))
        self._running[message.task_id] = entered, monotonic()
        return message

    def post_execute(self, message: TaskiqMessage, result: TaskiqResult[Any]) -> None:
        entered, started = self._running.pop(message.task_id)
        entered.close()
        _JOBS.labels(message.task_name, "error" if result.is_err else "ok").inc()
        _JOB_SECONDS.labels(message.task_name).observe(monotonic() - started)


async def send(broker: AsyncBroker, jobs: Iterable[Job]) -> None:
    """Send wake-ups; one that cannot be sent is left to the scheduler, because its row waits."""
    results = await asyncio.gather(*(_send(broker, job) for job in jobs), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    if failed:
        log.warning("%d of %d wake-ups not sent, the scheduler will: %r", len(failed), len(results), failed[0])


async def _send(broker: AsyncBroker, job: Job) -> None:
    labels = {_QUEUE: job.queue, telemetry.TRACEPARENT: job.traceparent or telemetry.current_traceparent()}
    kicker: AsyncKicker[..., None] = AsyncKicker(task_name=job.name, broker=broker, labels=labels)
    await kicker.kiq(str(job.key))


async def _log_error(error: Exception) -> None:
    log.warning("Job queue: %s", str(error) or type(error).__name__)
