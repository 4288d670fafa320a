"""Questions of a channel's process to the API: it has the bus and no database, so what people command is asked for.

Request and reply over NATS, `ask.<namespace>.<source>`; the API processes share a queue group. The channel vouches for
who the person is, as its provider says; what that person may do is decided where it is answered. Nothing is kept on
the bus: a person who waits is told at once when nobody answers, and may send it again.
"""

from typing import Literal

import msgspec
from nats.errors import Error as NatsError

from tracker_core.bus import Bus, inbound_subject
from tracker_core.errors import UnavailableError

SUBJECTS = "ask.*.*"
"""All questions."""
QUEUE = "api"
"""Each question is answered by one process of this group."""
SECONDS = 5.0
"""How long an answer may take."""


class Person(msgspec.Struct, frozen=True):
    """Who asks, as the provider of the channel says."""

    id: str
    """The provider's own id, as `Sender.id` of that person's messages."""
    name: str


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask"):
    """What all questions have."""

    id: str
    """The provider's id of the command or the press: asked again, it changes nothing again."""
    source: str
    """`namespace/name`."""
    person: Person


class Link(Asked, frozen=True, kw_only=True, tag="link"):
    """Make this person the member who got the code."""

    code: str


class GetStatus(Asked, frozen=True, kw_only=True, tag="status"):
    """How are the Sources, and where are the messages?"""


class ListTasks(Asked, frozen=True, kw_only=True, tag="tasks"):
    """Which tasks are open? The newest ones."""

    mine: bool
    """Only those of the person who asks."""


class ShowTask(Asked, frozen=True, kw_only=True, tag="show"):
    """How is this task now?"""

    number: int
    members: bool = False
    """And whom can it be assigned to?"""


class MakeTask(Asked, frozen=True, kw_only=True, tag="make"):
    """Make a task by hand."""

    text: str
    """The first line is its title."""


type Wish = Literal["accept", "decline", "done", "take", "assign", "category", "priority"]
"""What a press does. `accept` opens a closed task again, `take` assigns it to the one who presses."""

NOBODY = "nobody"
"""Whom a task is assigned to that is nobody's."""


class ChangeTask(Asked, frozen=True, kw_only=True, tag="change"):
    """Change a task that was read as `version`."""

    number: int
    wish: Wish
    value: str = ""
    """The category, the priority, or the id of the member to assign it to, without dashes; or `NOBODY`."""
    version: int | None = None
    """None: as it is now; a person names the number of what is meant, whatever it looks like."""


class ShowSettings(Asked, frozen=True, kw_only=True, tag="settings"):
    """What am I told?"""


class ChangeSettings(Asked, frozen=True, kw_only=True, tag="set"):
    """Change one thing of that."""

    name: str
    """`assigned`, `due`, `mentioned`, `approval` or `paused`, each `on` or `off`; `quiet`; `zone`."""
    value: str
    """As a person writes it: `on`, `21:00-8:00`, `Europe/Berlin`."""


type Question = Link | GetStatus | ListTasks | ShowTask | MakeTask | ChangeTask | ShowSettings | ChangeSettings

type Outcome = Literal["done", "unlinked", "conflict", "refused", "failed"]
"""`unlinked`: the person is no member; `conflict`: somebody was faster, and the answer has the task as it is now;
`refused`: the text names the cure; `failed`: not answered, or by an error."""


class TaskCard(msgspec.Struct, frozen=True, kw_only=True):
    """A task as a chat shows it."""

    number: int
    title: str
    description: str
    """Its beginning."""
    status: str
    category: str
    priority: str
    assignee: str
    """Name; empty when nobody does it."""
    mine: bool
    """The one who asks does it."""
    due_on: str
    """ISO date, or empty."""
    reason: str
    """Why triage proposed it."""
    version: int


class MemberLine(msgspec.Struct, frozen=True):
    """Somebody whom a task can be assigned to."""

    id: str
    """Without dashes: the data of a button is short."""
    name: str


class SettingsCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a member is told, as a chat shows it."""

    assigned: bool
    due: bool
    mentioned: bool
    approval: bool
    quiet: str
    """`21:00–08:00`, or empty."""
    zone: str
    zone_is_set: bool
    paused: str
    """Why nothing is told at all; empty when it is."""


class SourceLine(msgspec.Struct, frozen=True):
    """How one Source is."""

    source: str
    state: str
    message: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger and the Sources."""

    received: int
    tasks: int
    ignored: int
    waiting: int
    dead: int
    balanced: bool
    sources: list[SourceLine]


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a question."""

    outcome: Outcome
    text: str = ""
    """For the person, when it was not done: what is wrong and the cure."""
    member: str = ""
    """Name of the member that the person is."""
    report: Report | None = None
    tasks: list[TaskCard] = []
    more: bool = False
    """There are tasks beyond these."""
    members: list[MemberLine] = []
    """By name; the one who asks comes first."""
    settings: SettingsCard | None = None


encode = msgspec.json.Encoder().encode
"""A question or an answer to the body of a message."""
decode_question = msgspec.json.Decoder(Question).decode
decode_answer = msgspec.json.Decoder(Answer).decode


def ask_subject(source: str) -> str:
    """Return the subject of questions from the process of the Source `namespace/name`."""
    return inbound_subject(source).replace("inbound.", "ask.", 1)


async def ask(bus: Bus, question: Question) -> Answer:
    """Ask, and return the answer.

    Raises:
        UnavailableError: nobody answers in time; whether it was done is not known.
    """
    try:
        if not bus.nc.is_connected:
            # What is published now would be sent once the connection is back, when nobody waits for it any more.
            raise UnavailableError("The server does not answer", cure="Try again in a minute")
        reply = await bus.nc.request(ask_subject(question.source), encode(question), timeout=SECONDS)
        return decode_answer(reply.data)
    except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
        raise UnavailableError("The server does not answer", cure="Try again in a minute") from error
