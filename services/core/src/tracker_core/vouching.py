"""Questions of the API to a channel's process: is this what the provider signed, and for whom?

Request and reply over NATS, `vouch.<namespace>.<source>`. The API faces the outside and has no token of any channel;
the process of the Source has its own, and only that one (docs/adr/0006).
"""

import msgspec
from nats.errors import Error as NatsError

from tracker_core.asking import Person
from tracker_core.bus import Bus, inbound_subject
from tracker_core.errors import UnavailableError

SECONDS = 5.0
"""How long an answer may take."""


class VouchFor(msgspec.Struct, frozen=True):
    """Who is this?"""

    init_data: str
    """What Telegram gave to a Mini App, as it came."""


class Vouched(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the channel says."""

    person: Person | None = None
    """None when it vouches for nobody."""
    refusal: str = ""
    """Why not, and the cure."""


encode = msgspec.json.Encoder().encode
"""A question or an answer to the body of a message."""
decode_question = msgspec.json.Decoder(VouchFor).decode
_decode_answer = msgspec.json.Decoder(Vouched).decode


def vouch_subject(source: str) -> str:
    """Return the subject of questions to the process of the Source `namespace/name`."""
    return inbound_subject(source).replace("inbound.", "vouch.", 1)


async def ask_for(bus: Bus, source: str, question: VouchFor) -> Vouched:
    """Ask the process of a Source, and return what it says.

    Raises:
        UnavailableError: it does not answer in time.
    """
    gone = UnavailableError(f"The bot of Source '{source}' does not answer", cure="Look at its health, and try again")
    if not bus.nc.is_connected:
        raise gone
    try:
        reply = await bus.nc.request(vouch_subject(source), encode(question), timeout=SECONDS)
        return _decode_answer(reply.data)
    except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
        raise gone from error
