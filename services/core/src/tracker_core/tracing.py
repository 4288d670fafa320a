"""Exports spans by OTLP over HTTP, where the environment of OpenTelemetry names a receiver.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/: OTEL_EXPORTER_OTLP_ENDPOINT turns it
on; OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, OTEL_BSP_* and the others hold as they stand there. A receiver that
is away costs nothing but the spans: they wait in a bounded queue and are dropped then.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tracker_core import telemetry
from tracker_core.settings import ProcessSettings
from tracker_core.telemetry import TRACEPARENT, Attributes, Kind

_SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def configure_tracing(settings: ProcessSettings, component: str) -> None:
    """Export the spans of this process from now on, when the environment says where to; they end with the process."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or not any(map(os.environ.get, _SWITCHES)):
        return
    # Loaded where it is used: it costs each process memory and a start that is seen.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.trace import SpanKind, StatusCode, get_current_span  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    resource = {
        "service.namespace": "task-tracker",
        "service.name": component,
        "service.instance.id": settings.instance,
    }
    provider = TracerProvider(resource=Resource.create(resource))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("tracker")
    propagator = TraceContextTextMapPropagator()

    @contextmanager
    def exported(name: str, kind: Kind, parent: str, since: int | None, attributes: Attributes) -> Iterator[str]:
        context = propagator.extract({TRACEPARENT: parent} if parent else {})
        # The text of an exception may hold the message; its class is enough, and the log has the rest.
        with tracer.start_as_current_span(
            name,
            context,
            SpanKind[kind.upper()],
            attributes,
            start_time=since,
            record_exception=False,
            set_status_on_exception=False,
        ):
            carrier: dict[str, str] = {}
            propagator.inject(carrier)
            try:
                yield carrier[TRACEPARENT]
            except Exception as error:
                get_current_span().set_attribute("error.type", type(error).__name__)
                get_current_span().set_status(StatusCode.ERROR)
                raise

    telemetry.export_spans(exported)
