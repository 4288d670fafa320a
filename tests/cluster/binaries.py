"""Where etcd, kube-apiserver, kube-controller-manager and kubectl come from.

1. `KUBEBUILDER_ASSETS`, the folder of the envtest convention, when it holds all of them.
2. A folder of the cache, where they were built from the modules that `go.mod` pins and `go.sum` hashes.
3. Built into it, with the Go toolchain of this machine: a quarter of an hour on two cores, once.

`python -m tests.cluster.binaries` does that ahead of the tests, and says why when it cannot.
"""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SERVERS = ("etcd", "kube-apiserver", "kube-controller-manager")
GO = (1, 26)
"""Kubernetes 1.36 is built with Go 1.26: jsonv2 of 1.27 breaks its OpenAPI."""
BUILD_SECONDS = 1800
"""A machine that needs longer goes without; what was compiled is kept, so the next time is shorter."""
_NAMES = {"server": "etcd"}
"""What Go calls a program after its module's folder, and what everybody else calls it."""


class NotAvailableError(Exception):
    """There is no control plane on this machine, and none can be built; the text says why."""


def find(*, build: bool) -> Path:
    """Return the folder that holds the servers and kubectl.

    Args:
        build: Whether they may be built now, when they are not there.

    Raises:
        NotAvailableError: they are not there and cannot be built, or may not be.
    """
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets:
        missing = [name for name in SERVERS if not Path(assets, name).is_file()]
        if missing:
            raise NotAvailableError(f"KUBEBUILDER_ASSETS is {assets}, and it has no {', '.join(missing)}")
        return Path(assets)
    folder = cache() / f"control-plane-{_digest()}"
    if not _complete(folder):
        if not build:
            raise NotAvailableError("no control plane is built yet: run `make test-cluster`, or set KUBEBUILDER_ASSETS")
        _build(folder)
    return folder


def kubectl(folder: Path) -> Path:
    """Return kubectl: the one beside the servers, else that of PATH."""
    if (folder / "kubectl").is_file():
        return folder / "kubectl"
    found = shutil.which("kubectl")
    if found is None:
        raise NotAvailableError(f"there is no kubectl, neither in {folder} nor on PATH")
    return Path(found)


def cache() -> Path:
    """Return the folder of caches of this project (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "task-tracker"


def environment() -> dict[str, str]:
    """Return Go's: the pinned modules only, with the toolchain that is here; nothing is resolved anew."""
    settings = {"GOFLAGS": "-mod=readonly -buildvcs=false", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    homeless = not os.environ.get("HOME") or not os.access(os.environ["HOME"], os.W_OK)
    if homeless:
        settings |= {"GOPATH": str(cache() / "go"), "GOCACHE": str(cache() / "go-build")}
    return dict(os.environ) | settings


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (*SERVERS, "kubectl"))


def _digest() -> str:
    content = b"".join((HERE / name).read_bytes() for name in ("go.mod", "go.sum"))
    return hashlib.sha256(content).hexdigest()[:16]


def _build(folder: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise NotAvailableError("neither KUBEBUILDER_ASSETS nor a Go toolchain is here")
    settings = environment()
    status, version = _run([go, "env", "GOVERSION"], settings, 60)
    match = re.match(r"go(\d+)\.(\d+)", version)
    if status or match is None or (int(match[1]), int(match[2])) != GO:
        raise NotAvailableError(f"Go {GO[0]}.{GO[1]} is wanted to build Kubernetes, and this is {version.strip()}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _complete(folder):
            return
        draft = folder.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        sys.stderr.write(f"Building etcd and Kubernetes into {folder}: about a quarter of an hour, once\n")
        # -p 2 and nice: it must not starve the machine of memory or of its other work.
        build = [go, "build", "-p", "2", "-trimpath", "-ldflags", "-s -w", "-o", f"{draft}/", "tool"]
        status, said = _run(["nice", "-n", "10", *build], settings, BUILD_SECONDS)
        if status:
            shutil.rmtree(draft, ignore_errors=True)
            raise NotAvailableError(f"the control plane cannot be built:\n{said[-2000:]}")
        for old, new in _NAMES.items():
            (draft / old).rename(draft / new)
        draft.rename(folder)


def _run(command: list[str], environment: dict[str, str], seconds: float) -> tuple[int, str]:
    """Return the exit status and what was printed; when the time is over, no process of it is left."""
    with subprocess.Popen(
        command,
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # the compilers and linkers are children of go
    ) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, f"{process.communicate()[0]}\nit took longer than {seconds:.0f} s"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, said


if __name__ == "__main__":
    try:
        print(find(build=True))  # noqa: T201 -- for the shell
    except (NotAvailableError, OSError) as error:
        sys.exit(f"No real control plane: {error}")
