"""The files of Grafana and Prometheus: whole, with a runbook for each alert, and alerts that fire when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.observability.panels import ROOT, dashboards

FILES = ROOT / "charts/task-tracker/files"
RULES = FILES / "rules.yaml"
NO_PROMTOOL = "" if shutil.which("promtool") else "Debian's prometheus, which brings promtool, is not installed"


def test_dashboards_are_as_their_lines_say() -> None:
    written = {path.stem: path.read_text(encoding="utf-8") for path in (FILES / "dashboards").glob("*.json")}
    assert written == {name: dashboards.rendered(name) for name in dashboards.DASHBOARDS}, "run `make dashboards`"


def test_every_alert_has_a_runbook() -> None:
    alerts = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbooks.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(rule["alert"] for rule in alerts)
    for rule in alerts:
        assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{rule['alert'].lower()}"


def test_every_alert_is_tried() -> None:
    tried = Path(__file__).with_name("rules_test.yaml").read_text(encoding="utf-8")
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            assert json.dumps(rule["alert"])[1:-1] in tried


@pytest.mark.skipif(bool(NO_PROMTOOL), reason=NO_PROMTOOL)
def test_alerts_fire_when_they_should() -> None:
    ran = subprocess.run(
        ["promtool", "test", "rules", str(Path(__file__).with_name("rules_test.yaml"))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
