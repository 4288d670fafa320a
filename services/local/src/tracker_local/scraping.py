"""Where a Prometheus on this machine finds the figures of each process.

    scrape_configs:
      - job_name: task-tracker
        file_sd_configs:
          - files: [.tasktracker/prometheus.json]

https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config
"""

import json
from collections.abc import Mapping

from tracker_local.home import Home
from tracker_local.ports import LOOPBACK


def exposed(port: int) -> dict[str, str]:
    """Return the environment of a process that serves its figures on a loopback port."""
    return {"TRACKER_METRICS__HOST": LOOPBACK, "TRACKER_METRICS__PORT": str(port)}


def write_targets(home: Home, ports: Mapping[str, int]) -> None:
    """Write the file, whole or not at all; Prometheus reads it again by itself.

    Args:
        home: Where.
        ports: By name of the process.
    """
    targets = [{"targets": [f"{LOOPBACK}:{port}"], "labels": {"process": name}} for name, port in sorted(ports.items())]
    temporary = home.targets_file.with_suffix(".new")
    temporary.write_text(json.dumps(targets, indent=2), encoding="utf-8")
    temporary.replace(home.targets_file)
