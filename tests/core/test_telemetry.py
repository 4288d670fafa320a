import json
import logging

from tracker_core.settings import LogSettings
from tracker_core.telemetry import configure_logging, current_traceparent, new_trace, trace_id_of

INCOMING = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_trace_goes_on_from_the_one_that_came_in() -> None:
    entered = new_trace(INCOMING)
    assert trace_id_of(entered) == trace_id_of(INCOMING) == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert entered != INCOMING
    assert current_traceparent() == entered


def test_broken_traceparent_starts_a_new_trace() -> None:
    for broken in (None, "", "00-zz", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", INCOMING + "\n"):
        assert len(trace_id_of(new_trace(broken))) == 32


def test_log_line_is_json_with_trace_and_extra() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logging(LogSettings(), "gateway")
        (handler,) = root.handlers
        entered = new_trace()
        record = logging.getLogger("x").makeRecord("x", 20, "f", 1, "%d taken", (3,), None, extra={"source": "a/b"})
        line = json.loads(handler.format(record))
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
    assert line["message"] == "3 taken"
    assert (line["component"], line["level"], line["source"]) == ("gateway", "INFO", "a/b")
    assert line["trace_id"] == trace_id_of(entered)
