"""Tells the people who reported a task what became of it, in their language, where their Source asks for it."""

from tracker_core.repositories import replies as repository
from tracker_core.tables import Category, ReplyKind, Task, TaskStatus
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.replies.service import queue_reply, reply_spec

_WORDS = {
    TaskStatus.IN_PROGRESS: {
        "en": "We have started on this: {title} (#{number}).",
        "de": "Wir haben damit angefangen: {title} (#{number}).",
        "es": "Ya estamos con esto: {title} (#{number}).",
        "ru": "Мы начали этим заниматься: {title} (№{number}).",
        "uk": "Ми почали над цим працювати: {title} (№{number}).",
    },
    TaskStatus.DONE: {
        "en": "This is done: {title} (#{number}). If something is missing, just answer here.",
        "de": "Das ist erledigt: {title} (#{number}). Fehlt noch etwas, antworten Sie einfach hier.",
        "es": "Esto ya está hecho: {title} (#{number}). Si falta algo, responde aquí mismo.",
        "ru": "Готово: {title} (№{number}). Если чего-то не хватает, просто ответьте здесь.",
        "uk": "Готово: {title} (№{number}). Якщо чогось бракує, просто дайте відповідь тут.",
    },
    TaskStatus.DECLINED: {
        "en": "We will not do this: {title} (#{number}). If it matters to you, please answer here.",
        "de": "Das werden wir nicht umsetzen: {title} (#{number}). Ist es Ihnen wichtig, antworten Sie bitte hier.",
        "es": "No vamos a hacer esto: {title} (#{number}). Si es importante para ti, responde aquí, por favor.",
        "ru": "Мы не будем этого делать: {title} (№{number}). Если это для вас важно, ответьте здесь.",
        "uk": "Ми не робитимемо цього: {title} (№{number}). Якщо це для вас важливо, дайте відповідь тут.",
    },
}


async def tell_reporters(tx: Transaction, principal: Principal, task: Task) -> None:
    """Keep an answer for each reporter when the task was started, done or declined.

    It speaks of their own report, also where that was merged into the task: who reads it may be a stranger to whoever
    wrote the other one.
    """
    words = _WORDS.get(TaskStatus(task.status))
    # What was no request needs no refusal.
    if words is None or (task.status == TaskStatus.DECLINED and task.category == Category.NOISE):
        return
    connection = await tx.session.connection()
    for reporter in await repository.reporters(connection, task.id):
        to = await repository.addressee(connection, task.id, reporter.message_id)
        if to is None:
            continue
        spec = reply_spec(to)
        if spec.enabled and spec.status_updates:
            body = words.get(to.language, words["en"]).format(title=reporter.title, number=reporter.number)
            waits = spec.require_approval
            await queue_reply(
                tx, principal, to, body, task_id=task.id, number=task.number, waits=waits, kind=ReplyKind.STATUS
            )
