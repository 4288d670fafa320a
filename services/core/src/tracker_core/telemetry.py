"""Structured logs with trace ids, and the trace context that travels with a message.

The context is W3C Trace Context (https://www.w3.org/TR/trace-context/): it comes in with a request or starts there,
rides in NATS headers and job labels, and every log line and row names its trace id. Spans are exported where
`OTEL_EXPORTER_OTLP_ENDPOINT` says (`tracing.py`); elsewhere a span costs two random numbers.
"""

import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, Literal

from tracker_core.settings import LogSettings

TRACEPARENT = "traceparent"

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")
_current: ContextVar[str] = ContextVar("traceparent", default="")

# What logging itself puts on a record; everything else came in by `extra=` and is data.
_RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


type Kind = Literal["internal", "server", "client", "producer", "consumer"]
"""https://opentelemetry.io/docs/specs/otel/trace/api/#spankind"""
type Attributes = dict[str, str | int | float | bool]
"""What a span says of itself. Never the content of a message."""
type Exported = Callable[[str, Kind, str, int | None, Attributes], AbstractContextManager[str]]

_exported: Exported | None = None


def export_spans(exported: Exported | None) -> None:
    """Let spans be made by `exported(name, kind, parent, since, attributes)`, which yields their traceparent."""
    global _exported  # noqa: PLW0603 -- one per process, as the log is
    _exported = exported


@contextmanager
def span(
    name: str, kind: Kind = "internal", *, parent: str = "", since: int | None = None, **attributes: str | float
) -> Iterator[str]:
    """Enter a span for the block.

    Args:
        name: What is done, of few values: `record`, `consult`.
        kind: Its place between processes.
        parent: Traceparent that came with a request or message; without one the current span, or a new trace.
        since: When it began (nanoseconds of the Unix epoch), for one that is entered at its end: one of a batch.
        attributes: What it says of itself; never the content of a message.

    Yields:
        The traceparent to send along; it is the current one inside the block.
    """
    before = _current.get()
    given = parent if _TRACEPARENT.fullmatch(parent) else before
    if _exported is None:
        token = _current.set(_child_of(given))
        try:
            yield _current.get()
        finally:
            _current.reset(token)
        return
    with _exported(name, kind, given, since, attributes) as value:
        token = _current.set(value)
        try:
            yield value
        finally:
            _current.reset(token)


def _child_of(traceparent: str) -> str:
    match = _TRACEPARENT.fullmatch(traceparent)
    # The flags of the one before say whether it is sampled.
    trace_id, flags = (match[1], match[2]) if match else (os.urandom(16).hex(), "01")
    return f"00-{trace_id}-{os.urandom(8).hex()}-{flags}"


def new_trace(traceparent: str | None = None) -> str:
    """Enter a trace: a new span of the given one, or a new trace when there is none or it is broken.

    Returns:
        The traceparent to send along; it is also the current one of this task from now on.
    """
    value = _child_of(traceparent or "")
    _current.set(value)
    return value


def current_traceparent() -> str:
    """Return the traceparent of this task; empty outside a trace."""
    return _current.get()


def continued(trace_id: str) -> str:
    """Return a traceparent in the trace of a row; empty for a row without one."""
    return f"00-{trace_id}-{os.urandom(8).hex()}-01" if trace_id else ""


def trace_id_of(traceparent: str) -> str:
    """Return the 32 hex digits of the trace id; empty for a broken traceparent."""
    match = _TRACEPARENT.fullmatch(traceparent)
    return match[1] if match else ""


class _JsonFormatter(logging.Formatter):
    def __init__(self, component: str) -> None:
        super().__init__()
        self._component = component

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "component": self._component,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := trace_id_of(_current.get()):
            line["trace_id"] = trace
        line |= {key: value for key, value in vars(record).items() if key not in _RECORD_FIELDS}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class _ConsoleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{k}={v}" for k, v in vars(record).items() if k not in _RECORD_FIELDS)
        line = (
            f"{self.formatTime(record, '%H:%M:%S')} {record.levelname:<7} {record.name}: {record.getMessage()} {extra}"
        )
        return line.rstrip() + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


def configure_logging(settings: LogSettings, component: str) -> None:
    """Send every log record of this process to stderr, one line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter(component) if settings.format == "json" else _ConsoleFormatter())
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    # These say at INFO what only a debugger wants to know.
    for name in ("httpx", "httpcore", "taskiq", "uvicorn.access", "alembic"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
