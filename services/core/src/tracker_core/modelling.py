"""Questions of the API to the triage workers: which models judge messages, and does this one answer?

Request and reply over NATS, `models.ask`; the workers share a queue group. Only they know how a model is reached: keys
of providers stay with them, and what they say here names none.
"""

import msgspec
from nats.errors import Error as NatsError

from tracker_core.bus import Bus
from tracker_core.errors import UnavailableError

SUBJECT = "models.ask"
QUEUE = "models"
"""Each question is answered by one process of this group."""
SECONDS = 13.0
"""How long an answer may take: a model has ten for its own."""


class AskModels(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which models are there?"""

    tried: str = ""
    """This one is asked a tiny question first."""


class ModelTrial(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of the tiny question."""

    ok: bool
    detail: str
    cure: str = ""
    latency_ms: float = 0.0


class Model(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model as it is configured."""

    provider: str
    model: str
    remote: bool = False
    """Messages leave your machines; personal data is masked."""
    threshold: float | None = None
    """It is asked where the embedded model is less sure; None for that one itself."""


class Models(msgspec.Struct, frozen=True, omit_defaults=True):
    """The models in the order in which they are asked."""

    models: list[Model] = []
    daily_token_budget: int | None = None
    """Of the whole workspace and UTC day; None for no limit."""
    trial: ModelTrial | None = None
    """None when nothing was tried, or there is no such model."""


encode = msgspec.json.Encoder().encode
"""A question or an answer to the body of a message."""
decode_question = msgspec.json.Decoder(AskModels).decode
_decode_answer = msgspec.json.Decoder(Models).decode


async def ask_models(bus: Bus, question: AskModels) -> Models:
    """Ask one of the triage workers.

    Raises:
        UnavailableError: none answers in time.
    """
    gone = UnavailableError("No triage worker answers", cure="Look at the system health, and start one")
    if not bus.nc.is_connected:
        raise gone
    try:
        reply = await bus.nc.request(SUBJECT, encode(question), timeout=SECONDS)
        return _decode_answer(reply.data)
    except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
        raise gone from error
