"""Mail: a real IMAP server, where a tenth of the mails are delivered twice, as by a mail server that was not sure."""

import asyncio
from contextlib import asynccontextmanager

from tests.chaos.channel import RECORD_ONLY, SHARE_REPEATED, Channel, Opened, Stage
from tests.ingestion.email.conftest import a_mail, make_desk
from tests.support.certificates import Authority, make_authority
from tests.support.imap_servers import ImapServer, start_dovecot, start_pymap


class Email(Channel):
    def __init__(self, stage: Stage, imap: ImapServer, mailbox: str) -> None:
        super().__init__()
        self.stage = stage
        self.imap = imap
        self.mailbox = mailbox
        self.delivered = 0

    async def say(self, count: int) -> None:
        first = len(self.said)
        mails = [a_mail(number) for number in range(first, first + count)]
        mails += mails[::SHARE_REPEATED]
        self.said += [f"{number}@clinic.example" for number in range(first, first + count)]
        await asyncio.to_thread(self.imap.deliver, mails, self.mailbox)
        self.delivered += len(mails)

    async def taken(self) -> int:
        # A mailbox does not say what was read: it is taken when it is a row.
        return await self.stage.rows()

    async def settled(self) -> bool:
        flags = await asyncio.to_thread(self.imap.flags, self.mailbox)
        return len(flags) == self.delivered and all("Seen" in flag for flag in flags.values())


@asynccontextmanager
async def pymap(stage: Stage) -> Opened:
    """A server in Python, which is always there."""
    authority = make_authority(stage.folder)
    with start_pymap(stage.folder, authority) as imap:
        yield _email(stage, imap, authority)


@asynccontextmanager
async def dovecot(stage: Stage) -> Opened:
    """Debian's Dovecot."""
    authority = make_authority(stage.folder)
    with start_dovecot(authority) as imap:
        yield _email(stage, imap, authority)


def _email(stage: Stage, imap: ImapServer, authority: Authority) -> Email:
    desk = make_desk(stage.folder, stage.nats.url, imap)
    desk.spec["triage"] = RECORD_ONLY
    desk.write()
    channel = Email(stage, imap, desk.mailbox)
    channel.processes = (
        stage.process(
            "tracker_ingestion",
            "email",
            TRACKER_SOURCE__MANIFEST=str(desk.folder / "source.yaml"),
            TRACKER_SOURCE__SECRETS_DIR=str(desk.folder / "secrets"),
            SSL_CERT_FILE=str(authority.ca),
        ),
    )
    return channel
