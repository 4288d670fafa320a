"""The CRDs of others whose kinds the chart writes: the real ones, out of the Go modules that publish them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from tests.cluster import binaries

PINNED = {
    "ScaledObject": ("github.com/kedacore/keda/v2@v2.21.0", "config/crd/bases/keda.sh_scaledobjects.yaml"),
    # The last that Go 1.26 takes.
    "HTTPRoute": (
        "sigs.k8s.io/gateway-api@v1.6.3",
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    ),
    "PodMonitor": (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
    ),
    "PrometheusRule": (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ),
    "Certificate": ("github.com/cert-manager/cert-manager@v1.21.2", "deploy/crds/cert-manager.io_certificates.yaml"),
}
"""Of each kind, its module and the file in it."""
DOWNLOAD_SECONDS = 60
"""For all of them, the first time: some 15 MB. Go keeps them in its module cache."""


def definitions() -> tuple[dict[str, Path], dict[str, str]]:
    """Return the files with the CRDs by kind, and why there is none of the other kinds."""
    had = _download(sorted({module for module, _ in PINNED.values()}))
    found, missing = {}, {}
    for kind, (module, name) in PINNED.items():
        match had.get(module, "Go says nothing of it"):
            case Path() as folder:
                found[kind] = folder / name
            case reason:
                missing[kind] = reason
    return found, missing


def _download(modules: list[str]) -> dict[str, Path | str]:
    """Return the folder of each module, or what was wrong with it."""
    go = shutil.which("go")
    if go is None:
        return dict.fromkeys(modules, "there is no Go toolchain")
    # Not beside our go.mod: its go.sum has nothing to do with these.
    binaries.cache().mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [go, "mod", "download", "-json", *modules],
            cwd=binaries.cache(),
            env=binaries.environment(),
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(modules, f"it was not downloaded within {DOWNLOAD_SECONDS} s")
    # One JSON object after the other; of an old Go none, but a word on stderr.
    answers = json.loads("[" + re.sub(r"}\s*{", "},{", done.stdout) + "]")
    if not answers:
        return dict.fromkeys(modules, done.stderr.strip())
    return {
        f"{one['Path']}@{one['Version']}": Path(one["Dir"]) if "Dir" in one else str(one.get("Error"))
        for one in answers
    }
