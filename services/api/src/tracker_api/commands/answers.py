"""What is answered: the person becomes the principal whom a request would have, and the services do the rest."""

from tracker_core.asking import (
    Answer,
    ChangeSettings,
    ChangeTask,
    GetStatus,
    Link,
    ListTasks,
    MakeTask,
    Question,
    Report,
    ShowSettings,
    ShowTask,
    SourceLine,
)
from tracker_core.database import reading
from tracker_core.errors import NotFoundError
from tracker_core.events import Actor, ActorKind
from tracker_core.repositories import identities
from tracker_core.repositories import sources as source_rows
from tracker_core.repositories.sources import Served
from tracker_core.tables import Role

from tracker_api.auth import Principal
from tracker_api.commands import settings, tasks
from tracker_api.context import Context
from tracker_api.identities.service import link
from tracker_api.ledger.service import get_ledger
from tracker_api.sources.service import list_sources


async def answer(context: Context, question: Question) -> Answer:  # noqa: PLR0911 -- one for each question
    """Do what a person asks for.

    Raises:
        TrackerError: it cannot be done; the text is for that person.
    """
    served = await _served(context, question.source)
    if isinstance(question, Link):
        linked = await link(context, served, question.person, question.code)
        return Answer(outcome="done", member=linked.name)
    principal = await _principal(context, served, question.person.id)
    if principal is None:
        return Answer(outcome="unlinked")
    match question:
        case GetStatus():
            return await _status(context, principal)
        case ListTasks():
            return await tasks.list_tasks(context, principal, mine=question.mine)
        case ShowTask():
            return await tasks.show_task(context, principal, question.number, members=question.members)
        case MakeTask():
            return await tasks.make_task(context, principal, question)
        case ChangeTask():
            return await tasks.change_task(context, principal, question)
        case ShowSettings():
            return await settings.show_settings(context, principal)
        case ChangeSettings():
            return await settings.change_settings(context, principal, question)


async def _served(context: Context, source: str) -> Served:
    async with reading(context.engine) as connection:
        served = await source_rows.find_served(connection, source)
    if served is None:
        raise NotFoundError(f"Source '{source}' is not known yet", cure="Try again in a minute")
    return served


async def _principal(context: Context, served: Served, person: str) -> Principal | None:
    async with reading(context.engine) as connection:
        member = await identities.find_linked(connection, served.workspace_id, served.kind, person)
    if member is None:
        return None
    return Principal(served.workspace_id, member.id, Role(member.role), Actor(ActorKind.MEMBER, member.name))


async def _status(context: Context, principal: Principal) -> Answer:
    ledger = await get_ledger(context, principal, None)
    sources = await list_sources(context, principal)
    lines = [
        SourceLine(f"{item.namespace}/{item.name}", item.health.state, item.health.message) for item in sources.items
    ]
    report = Report(
        received=ledger.received,
        tasks=ledger.tasks,
        ignored=ledger.ignored,
        waiting=ledger.waiting,
        dead=ledger.dead,
        balanced=ledger.balanced,
        sources=lines,
    )
    return Answer(outcome="done", member=principal.actor.name, report=report)
