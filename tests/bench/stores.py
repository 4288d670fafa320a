"""A Postgres and a NATS for each side, with the settings of the product: every commit is flushed to the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.servers import Server, start_nats, start_postgres


@dataclass(frozen=True)
class Stores:
    postgres: Server
    nats: Server

    @property
    def nats_port(self) -> int:
        port = urlsplit(self.nats.url).port
        assert port is not None
        return port

    @property
    def servers(self) -> tuple[Server, Server]:
        return self.postgres, self.nats


@contextmanager
def running_stores(folder: Path) -> Iterator[Stores]:
    folder.mkdir(mode=0o700, exist_ok=True)
    with start_postgres(folder, settings={}) as postgres, start_nats(folder) as nats:
        yield Stores(postgres, nats)
