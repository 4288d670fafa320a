"""Describes the processes of the floor, with the same launchers and the same Postgres and NATS settings as ours."""

import sys
from pathlib import Path

from tracker_local.ports import free_port
from tracker_local.process import Process
from tracker_local.ready import connected, http_ready

from tests.bench.load.job import Target, Watch
from tests.bench.side import Side, server, with_path
from tests.bench.stores import Stores


def describe_floor(stores: Stores, folder: Path) -> Side:
    port = free_port()
    app = Process(
        name="app",
        command=(
            sys.executable, "-m", "uvicorn", "tests.bench.floor.app:app", "--port", str(port), "--loop", "uvloop",
            "--http", "httptools", "--ws", "websockets-sansio", "--no-access-log", "--log-level", "warning",
        ),
        environment=with_path({"FLOOR_NATS_URL": stores.nats.url}),
        ready=http_ready(f"http://127.0.0.1:{port}/readyz"),
    )  # fmt: skip
    worker = Process(
        name="worker",
        command=(sys.executable, "-m", "tests.bench.floor.worker"),
        environment=with_path({"FLOOR_NATS_URL": stores.nats.url, "FLOOR_DATABASE_URL": stores.postgres.url}),
        ready=connected(stores.nats_port),
    )
    return Side(
        name="floor",
        target=Target(port=port, path="/messages"),
        watch=Watch(url=f"ws://127.0.0.1:{port}/ws"),
        database_url=stores.postgres.url,
        count_rows="select count(*) from floor_message",
        stores=stores.servers,
        accepting=[server(app, folder)],
        recording=[server(worker, folder)],
    )
