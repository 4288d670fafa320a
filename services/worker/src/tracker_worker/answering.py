"""Answers the API's questions about the models: which there are, and whether one works. One is tried at a time."""

import logging

import msgspec
from nats.errors import Error as NatsError
from tracker_core.bus import Bus
from tracker_core.modelling import QUEUE, SUBJECT, Model, Models, ModelTrial, decode_question, encode

from tracker_worker.check import Checked, check_embedded, check_language_model
from tracker_worker.models.llm_settings import EMBEDDED
from tracker_worker.settings import TriageSettings

log = logging.getLogger(__name__)

_WAITING = 16
"""Questions that may wait; who asks too many is told by the timeout."""


async def answer_about_models(bus: Bus, settings: TriageSettings, embedded_version: str) -> None:
    """Answer until cancelled. The subscription survives an outage of NATS by itself."""
    subscription = await bus.nc.subscribe(SUBJECT, queue=QUEUE, pending_msgs_limit=_WAITING)
    async for message in subscription.messages:
        try:
            tried = decode_question(message.data).tried
            await message.respond(encode(await _answer(settings, embedded_version, tried)))
        except (NatsError, msgspec.MsgspecError) as error:
            log.info("A question about the models was not answered: %s", type(error).__name__)


async def _answer(settings: TriageSettings, embedded_version: str, tried: str) -> Models:
    checked = await _check(settings, tried) if tried else None
    return Models(
        [
            Model(EMBEDDED, embedded_version),
            *(Model(given.name, given.model, given.is_remote, given.threshold) for given in settings.providers),
        ],
        settings.daily_token_budget or None,
        ModelTrial(checked.ok, checked.detail, checked.cure, checked.latency_ms) if checked else None,
    )


async def _check(settings: TriageSettings, name: str) -> Checked | None:
    if name == EMBEDDED:
        return await check_embedded()
    for given in settings.providers:
        if given.name == name:
            return await check_language_model(given)
    return None
