"""`python -m tracker_ingestion email`: wires settings, log, mailbox and answers, and holds no logic."""

import asyncio

from tracker_core.channels.process import Served, serving
from tracker_core.manifests.source import EmailSpec, SourceKind
from tracker_core.observing import observe

from tracker_ingestion.kinds.email.credentials import Credentials
from tracker_ingestion.kinds.email.fetching import Fetching
from tracker_ingestion.kinds.email.sending import Outgoing
from tracker_ingestion.kinds.email.settings import Settings


def run() -> None:
    """Serve until a signal comes."""
    settings = Settings.read()
    observe(settings, "email")
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with serving(settings, SourceKind.EMAIL) as served:
        spec = served.source.spec.email
        assert spec is not None, "serving() returns Sources of this kind only"
        credentials = Credentials(spec.auth, served.secret)
        fetching = Fetching(served, spec, credentials, settings.email)
        outgoing = _outgoing(served, spec, credentials)
        await served.run(fetching.run(), send=outgoing.send if outgoing else None)


def _outgoing(served: Served, spec: EmailSpec, credentials: Credentials) -> Outgoing | None:
    if spec.smtp is None:
        return None
    own = Credentials(spec.smtp.auth, served.secret) if spec.smtp.auth else credentials
    return Outgoing(spec, spec.smtp, own)
