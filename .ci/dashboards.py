#!/usr/bin/env python3
"""Writes Grafana's dashboards into the chart: `make dashboards`. A panel is a line here; a test holds both equal.

Grafana's model: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "charts/task-tracker/files/dashboards"
WINDOW = "$__rate_interval"
_WIDTH, _HEIGHT = 8, 8
"""Of a panel, in the 24 columns of Grafana's grid: three in a row."""


@dataclass(frozen=True)
class Panel:
    """One picture: a title that says what is seen, and what is asked of Prometheus."""

    title: str
    expression: str
    unit: str = "short"
    legend: str = ""
    """Labels of a series, in Grafana's form: `{{source}}`."""
    kind: str = "timeseries"


def stat(title: str, expression: str, unit: str = "short") -> Panel:
    """Return a panel of one number."""
    return Panel(title, expression, unit, kind="stat")


def quantile(metric: str, share: float, *by: str) -> str:
    """Return the share-quantile of a histogram."""
    labels = ", ".join(("le", *by))
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket[{WINDOW}])))"


def rate(metric: str, *by: str) -> str:
    """Return the rate of a counter per second."""
    return f"sum by ({', '.join(by)}) (rate({metric}[{WINDOW}]))" if by else f"sum(rate({metric}[{WINDOW}]))"


DASHBOARDS: dict[str, tuple[str, list[Panel]]] = {
    "overview": (
        "Overview",
        [
            stat("Ledger balanced", "min(tracker_ledger_balanced)", "bool_yes_no"),
            stat("Messages lost", "max(tracker_ledger_lost_messages)"),
            stat("Dead letters", "max(tracker_dead_letters)"),
            Panel("Messages recorded", rate("tracker_messages_recorded_total", "source"), "cps", "{{source}}"),
            Panel("Verdicts", rate("tracker_verdicts_total", "category"), "cps", "{{category}}"),
            Panel("Requests of the API", rate("tracker_http_requests_total", "status"), "reqps", "{{status}}"),
            Panel("Oldest message without a verdict", "max(tracker_triage_oldest_seconds)", "s"),
            Panel("Processes that are ready", "max by (component) (tracker_component_up)", "short", "{{component}}"),
            Panel(
                "Messages by what became of them",
                "max by (state) (sum by (state, instance) (tracker_ledger_messages))",
                "short",
                "{{state}}",
            ),
        ],
    ),
    "ingestion": (
        "Ingestion",
        [
            Panel(
                "Requests to webhooks",
                rate("tracker_gateway_requests_total", "webhook", "outcome"),
                "reqps",
                "{{webhook}} {{outcome}}",
            ),
            Panel(
                "Messages of Sources with a process of their own",
                rate("tracker_source_messages_total", "source", "outcome"),
                "cps",
                "{{source}} {{outcome}}",
            ),
            Panel(
                "Recorded", rate("tracker_messages_recorded_total", "source", "state"), "cps", "{{source}} {{state}}"
            ),
            Panel("From the bus to Postgres, 95 of 100", quantile("tracker_record_delay_seconds", 0.95), "s"),
            Panel("On the bus and not in Postgres", "max(tracker_ledger_in_flight_messages)"),
            Panel("Waits at the provider", "max by (source) (tracker_source_lag_messages)", "short", "{{source}}"),
            Panel("Sources that are ready", "max by (source, kind) (tracker_source_up)", "short", "{{source}}"),
            Panel(
                "Last heard",
                "time() - max by (source) (tracker_source_last_message_timestamp_seconds)",
                "s",
                "{{source}}",
            ),
            Panel("Dead letters", "max(tracker_dead_letters)"),
        ],
    ),
    "triage": (
        "Triage and cost",
        [
            Panel("Verdicts", rate("tracker_verdicts_total", "provider"), "cps", "{{provider}}"),
            Panel(
                "Reading and judging, 95 of 100",
                quantile("tracker_verdict_seconds", 0.95, "provider"),
                "s",
                "{{provider}}",
            ),
            Panel(
                "Language models, 95 of 100", quantile("tracker_model_seconds", 0.95, "provider"), "s", "{{provider}}"
            ),
            Panel(
                "Language models: outcomes",
                rate("tracker_model_seconds_count", "provider", "outcome"),
                "cps",
                "{{provider}} {{outcome}}",
            ),
            Panel(
                "The embedded model instead, and why", rate("tracker_model_fallbacks_total", "why"), "cps", "{{why}}"
            ),
            Panel(
                "Tokens",
                rate("tracker_model_tokens_total", "provider", "direction"),
                "cps",
                "{{provider}} {{direction}}",
            ),
            Panel(
                "US dollars in a day",
                "sum by (provider) (increase(tracker_model_cost_dollars_total[1d]))",
                "currencyUSD",
                "{{provider}}",
            ),
            Panel("Jobs, 95 of 100", quantile("tracker_job_seconds", 0.95, "job"), "s", "{{job}}"),
            Panel("Attempts that failed", rate("tracker_triage_failures_total", "outcome"), "cps", "{{outcome}}"),
        ],
    ),
    "api": (
        "API",
        [
            Panel("Requests", rate("tracker_http_requests_total", "method", "route"), "reqps", "{{method}} {{route}}"),
            Panel(
                "Errors of ours",
                f'sum(rate(tracker_http_requests_total{{status=~"5.."}}[{WINDOW}])) / '
                f"sum(rate(tracker_http_requests_total[{WINDOW}])) or vector(0)",
                "percentunit",
            ),
            Panel("Answers, 95 of 100", quantile("tracker_http_request_seconds", 0.95, "route"), "s", "{{route}}"),
            Panel("Sockets", "sum(tracker_websocket_clients)"),
            Panel("From a commit to the sockets, 95 of 100", quantile("tracker_live_delay_seconds", 0.95), "s"),
            Panel("Sockets that were too slow", rate("tracker_websocket_overruns_total"), "cps"),
            Panel("Memory of each process", "max by (process) (process_resident_memory_bytes)", "bytes", "{{process}}"),
            Panel(
                "Processor of each process", rate("process_cpu_seconds_total", "process"), "percentunit", "{{process}}"
            ),
            Panel(
                "Versions", "count by (component, version) (tracker_build_info)", "short", "{{component}} {{version}}"
            ),
        ],
    ),
    "stores": (
        "NATS and Postgres",
        [
            Panel(
                "Not acknowledged",
                "max by (stream, consumer) (tracker_queue_messages)",
                "short",
                "{{stream}} {{consumer}}",
            ),
            Panel("Oldest work", "max by (stream) (tracker_queue_oldest_seconds)", "s", "{{stream}}"),
            Panel("Messages in streams", "max by (stream) (tracker_stream_messages)", "short", "{{stream}}"),
            Panel("Bytes in streams", "max by (stream) (tracker_stream_bytes)", "bytes", "{{stream}}"),
            Panel(
                "Room of a stream that is used",
                "max by (stream) (tracker_stream_bytes / tracker_stream_limit_bytes)",
                "percentunit",
                "{{stream}}",
            ),
            Panel("Size of the database", "max(tracker_database_bytes)", "bytes"),
            Panel("Connections to the database", "max by (state) (tracker_database_connections)", "short", "{{state}}"),
            stat("Age of the last backup", "time() - (max(tracker_backup_last_success_timestamp_seconds) > 0)", "s"),
            Panel("Size of the last backup", "max(tracker_backup_last_bytes) > 0", "bytes"),
            Panel("Time that the last backup took", "max(tracker_backup_last_duration_seconds) > 0", "s"),
        ],
    ),
    "operator": (
        "Operator",
        [
            Panel("Objects", "max by (kind) (tracker_operator_objects)", "short", "{{kind}}"),
            Panel(
                "Looks at objects",
                rate("tracker_operator_reconciles_total", "kind", "outcome"),
                "cps",
                "{{kind}} {{outcome}}",
            ),
            Panel("A look, 95 of 100", quantile("tracker_operator_reconcile_seconds", 0.95, "kind"), "s", "{{kind}}"),
            Panel("Objects that wait", "max(tracker_operator_queue_depth)"),
            Panel("Statuses written", rate("tracker_operator_status_writes_total", "kind"), "cps", "{{kind}}"),
        ],
    ),
}


def dashboard(name: str) -> dict[str, Any]:
    """Return a dashboard in Grafana's form."""
    title, panels = DASHBOARDS[name]
    return {
        "uid": f"task-tracker-{name}",
        "title": f"Task Tracker / {title}",
        "tags": ["task-tracker"],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
        },
        "links": [{"type": "dashboards", "tags": ["task-tracker"], "title": "Task Tracker", "asDropdown": True}],
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    target = {"refId": "A", "expr": panel.expression, "legendFormat": panel.legend or panel.title, "datasource": source}
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": number % 3 * _WIDTH, "y": number // 3 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [target],
    }


def rendered(name: str) -> str:
    """Return the file's text."""
    return json.dumps(dashboard(name), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write all files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in DASHBOARDS:
        (FOLDER / f"{name}.json").write_text(rendered(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
