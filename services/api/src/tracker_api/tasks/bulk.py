"""Changes many tasks in one transaction. Each has its own If-Match: what somebody else changed meanwhile is refused."""

from tracker_core.errors import InvalidInputError, TrackerError
from tracker_core.tables import TaskStatus
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.tasks import editing
from tracker_api.tasks.schemas import BulkEdit, BulkEdits, BulkResult, RefusedEdit, Task, TaskPatch


async def update_tasks(tx: Transaction, principal: Principal, body: BulkEdits) -> BulkResult:
    """Make the edits; those that are refused leave no trace, and the others stand.

    Raises:
        InvalidInputError: a task is named twice, or an edit says duplicate without saying of what.
    """
    if len({edit.task for edit in body.edits}) < len(body.edits):
        raise InvalidInputError("body.edits names a task twice", cure="Send one edit for each task")
    if any(edit.patch.status is TaskStatus.DUPLICATE for edit in body.edits):
        raise InvalidInputError(
            "body.edits: a duplicate needs to say of which task", cure="Use POST /api/tasks/{task}/merge for each"
        )
    updated: list[Task] = []
    refused: list[RefusedEdit] = []
    # In one order for everybody: two bulk edits of the same tasks wait for each other, and never in a circle.
    for edit in sorted(body.edits, key=lambda edit: edit.task):
        try:
            updated.append(await _update(tx, principal, edit))
        except TrackerError as error:
            refused.append(RefusedEdit(task=edit.task, status=error.status, detail=error.detail, cure=error.cure))
    return BulkResult(updated=updated, refused=refused)


async def _update(tx: Transaction, principal: Principal, edit: BulkEdit) -> Task:
    patch = TaskPatch(**edit.patch.model_dump(include=edit.patch.model_fields_set))
    changes, jobs = len(tx.changes), len(tx.jobs)
    try:
        async with tx.session.begin_nested():
            return await editing.update_task(tx, principal, str(edit.task), patch, version=edit.version)
    except TrackerError:
        del tx.changes[changes:], tx.jobs[jobs:]
        raise
