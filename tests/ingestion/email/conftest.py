"""A mailbox on a real server, the process of its Source beside it or in it, and the bus that the messages go to."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from tracker_core.bus import INBOUND, Bus, connect, ensure_bus
from tracker_core.channels.answering import answer
from tracker_core.channels.process import Served, serving
from tracker_core.channels.settings import SourceFiles
from tracker_core.inbound import InboundMessage, decode
from tracker_core.manifests.source import SourceKind
from tracker_core.settings import NatsSettings
from tracker_ingestion.kinds.email.credentials import Credentials
from tracker_ingestion.kinds.email.fetching import Fetching
from tracker_ingestion.kinds.email.sending import Outgoing
from tracker_ingestion.kinds.email.settings import EmailSettings, Settings
from tracker_local.process import Process

from tests.support.certificates import Authority, make_authority
from tests.support.imap_front import Front, imap_front
from tests.support.imap_servers import NO_DOVECOT, PASSWORD, USER, ImapServer, start_dovecot, start_pymap
from tests.support.servers import Server
from tests.support.waiting import eventually

SOURCE = "support/mail"
IN_TESTS = EmailSettings(
    connect_timeout=timedelta(seconds=3), answer_timeout=timedelta(seconds=3), idle=timedelta(seconds=30)
)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(autouse=True)
def trust(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person does whose server has a certificate of a private CA."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))


@pytest.fixture(scope="session")
def pymap(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[ImapServer]:
    with start_pymap(tmp_path_factory.mktemp("pymap"), authority) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot(authority: Authority) -> Iterator[ImapServer]:
    if NO_DOVECOT:
        pytest.skip(NO_DOVECOT)
    with start_dovecot(authority) as server:
        yield server


@pytest.fixture(params=["pymap", "dovecot"])
def imap(request: pytest.FixtureRequest) -> ImapServer:
    """Every server that is here; each test gets a mailbox of its own on it."""
    server: ImapServer = request.getfixturevalue(request.param)
    return server


@pytest_asyncio.fixture
async def front(pymap: ImapServer) -> AsyncIterator[Front]:
    """A provider with its ways, around a real server."""
    async with imap_front(pymap) as running:
        yield running


@pytest_asyncio.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    connected = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(connected.js)
    yield connected
    await connected.close()


@dataclass
class Desk:
    """The Source's files, and what starts its process."""

    folder: Path
    nats_url: str
    mailbox: str
    spec: dict[str, Any] = field(default_factory=dict)

    def write(self) -> None:
        manifest = {
            "apiVersion": "tasktracker.dev/v1alpha1",
            "kind": "Source",
            "metadata": {"name": "mail", "namespace": "support"},
            "spec": {"type": "email"} | self.spec,
        }
        (self.folder / "source.yaml").write_text(yaml.safe_dump(manifest))

    def secret(self, key: str, value: str) -> None:
        path = self.folder / "secrets/support/mail" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value, encoding="utf-8")

    def process(self) -> Server:
        """The process as it is in production; `ready` is when it runs."""
        process = Process(
            name="email",
            command=(sys.executable, "-m", "tracker_ingestion", "email"),
            environment={
                "TRACKER_NATS__URL": self.nats_url,
                "TRACKER_SOURCE__MANIFEST": str(self.folder / "source.yaml"),
                "TRACKER_SOURCE__SECRETS_DIR": str(self.folder / "secrets"),
                "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            },
            ready=lambda _: True,
        )
        return Server("", process, self.folder / "email.log")

    def settings(self, **email: Any) -> Settings:
        return Settings(
            nats=NatsSettings(url=SecretStr(self.nats_url)),
            source=SourceFiles(manifest=self.folder / "source.yaml", secrets_dir=self.folder / "secrets"),
            email=IN_TESTS.model_copy(update=email),
        )

    def running(self, **email: Any) -> AbstractAsyncContextManager[Served]:
        """Serve in this process."""
        self.write()
        return _running(self.settings(**email))


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Served]:
    async with serving(settings, SourceKind.EMAIL) as served:
        spec = served.source.spec.email
        assert spec is not None
        credentials = Credentials(spec.auth, served.secret)
        tasks = [asyncio.create_task(Fetching(served, spec, credentials, settings.email).run())]
        if spec.smtp is not None:
            own = Credentials(spec.smtp.auth, served.secret) if spec.smtp.auth else credentials
            tasks.append(asyncio.create_task(answer(served.bus, served.key, Outgoing(spec, spec.smtp, own).send)))
        try:
            yield served
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


_numbers = iter(range(1_000_000))


def email_spec(port: int, mailbox: str, **fields: Any) -> dict[str, Any]:
    return {
        "host": "localhost",
        "port": port,
        "tls": "starttls",
        "mailbox": mailbox,
        "auth": {"username": USER, "passwordSecretRef": {"name": "mail", "key": "password"}},
    } | fields


@pytest.fixture
def desk(tmp_path: Path, nats_url: str, imap: ImapServer) -> Desk:
    """A Source of a mailbox on a real server."""
    return make_desk(tmp_path, nats_url, imap)


def make_desk(folder: Path, nats_url: str, imap: ImapServer, port: int = 0, **fields: Any) -> Desk:
    mailbox = f"Support{next(_numbers)}"
    imap.make(mailbox)
    spec = {"email": email_spec(port or imap.port, mailbox, **fields)}
    desk = Desk(folder, nats_url, mailbox, spec)
    desk.secret("password", PASSWORD)
    desk.write()
    return desk


def a_mail(number: int | str, text: str = "It does not work.", **headers: str) -> bytes:
    """A mail of a customer; `in_reply_to="<1@x>"` is a header."""
    head = {
        "From": "Priya N <priya@clinic.example>",
        "To": USER,
        "Subject": f"Mail {number}",
        "Date": "Mon, 02 Nov 2026 09:00:00 +0200",
        "Message-ID": f"<{number}@clinic.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


async def messages(bus: Bus) -> list[InboundMessage]:
    """What is on the bus."""
    info = await bus.js.stream_info(INBOUND)
    found = []
    for seq in range(max(1, info.state.first_seq), info.state.last_seq + 1):
        try:
            message = await bus.js.get_msg(INBOUND, seq)
        except NotFoundError:
            continue
        found.append(decode(message.data or b""))
    return found


async def on_bus(bus: Bus, count: int) -> list[InboundMessage]:
    """Wait for so many messages."""

    async def there() -> bool:
        return (await bus.js.stream_info(INBOUND)).state.messages >= count

    await eventually(f"{count} messages on the bus", there)
    return await messages(bus)


async def reason(served: Served, wanted: str) -> str:
    """Wait for a named state; return its sentence."""

    async def told() -> bool:
        return served.condition.reason == wanted

    await eventually(f"state '{wanted}' (it is '{served.condition.reason}')", told)
    return served.condition.report().detail
