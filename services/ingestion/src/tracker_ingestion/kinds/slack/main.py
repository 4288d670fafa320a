"""`python -m tracker_ingestion slack`: wires the parts of one slack Source, and holds no logic."""

import asyncio
from collections.abc import Callable

import aiohttp
from tracker_core.channels.process import Served, serving
from tracker_core.manifests import SecretKeyRef, parse_duration
from tracker_core.manifests.source import SourceKind
from tracker_core.observing import observe

from tracker_ingestion.kinds.slack.answers import Answers
from tracker_ingestion.kinds.slack.attachments import Attachments
from tracker_ingestion.kinds.slack.events_api import EventsApi
from tracker_ingestion.kinds.slack.history import History
from tracker_ingestion.kinds.slack.login import Login
from tracker_ingestion.kinds.slack.names import Names
from tracker_ingestion.kinds.slack.settings import SlackOwnSettings, SlackSettings
from tracker_ingestion.kinds.slack.socket_mode import SocketMode
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.taking import Taking
from tracker_ingestion.kinds.slack.telling import Telling
from tracker_ingestion.kinds.slack.web import Web

CONNECT_SECONDS = 10.0


def run() -> None:
    """Serve until a signal comes."""
    settings = SlackSettings.read()
    observe(settings, "slack")
    asyncio.run(_serve(settings))


async def _serve(settings: SlackSettings) -> None:
    async with serving(settings, SourceKind.SLACK) as served, connections() as session:
        await serve(served, session, settings.slack)


def connections() -> aiohttp.ClientSession:
    """Return what holds the connections to Slack; each call sets its own deadline."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS), trust_env=True
    )


async def serve(served: Served, session: aiohttp.ClientSession, settings: SlackOwnSettings) -> None:
    """Serve one Source until a signal comes."""
    spec = served.source.spec
    assert spec.slack is not None, "serving() gives a Source of type slack"
    standing = Standing(served.key, served.condition)
    web = Web(session, settings.api_url)
    every = settings.check_interval.total_seconds()
    login = Login(web, standing, _reader(served, spec.slack.bot_token_secret_ref), spec, every=every)
    names = Names(web, standing)
    taking = Taking(
        served.key,
        spec.slack.channels,
        intake=served.intake,
        login=login,
        names=names,
        attachments=Attachments(web, session, served.files, spec.ingest.attachments, standing),
        telling=Telling(web, session),
        standing=standing,
    )
    history = History(
        web,
        served.cursor,
        login=login,
        names=names,
        taking=taking,
        standing=standing,
        backfill=parse_duration(spec.ingest.backfill),
        every=settings.catch_up_interval,
    )
    receiving: SocketMode | EventsApi
    if spec.slack.mode == "socket":
        assert spec.slack.app_token_secret_ref is not None, "the manifest's schema asks for it"
        receiving = SocketMode(
            session,
            web,
            _reader(served, spec.slack.app_token_secret_ref),
            login=login,
            taking=taking,
            standing=standing,
            condition=served.condition,
        )
    else:
        receiving = EventsApi(
            served.bus, served.key, login=login, taking=taking, standing=standing, condition=served.condition
        )
    await served.run(login.run(), receiving.run(), history.run(), send=Answers(web, login).send)


def _reader(served: Served, ref: SecretKeyRef) -> Callable[[], str]:
    return lambda: served.secret(ref)
