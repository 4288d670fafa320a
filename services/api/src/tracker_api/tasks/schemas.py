"""Tasks as the API takes and shows them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from tracker_core.repositories.comments import CommentRow
from tracker_core.repositories.duplicates import PairRow
from tracker_core.repositories.tasks import TaskRow
from tracker_core.tables import Category, Priority, ProposalState, TaskStatus

from tracker_api.inputs import Input, Line, Moment, Prose, Text
from tracker_api.messages.schemas import Message, Verdict
from tracker_api.paging import Page
from tracker_api.references import MemberRef, SourceRef, TaskRef, member_ref, source_ref

Label = Annotated[Line, Field(max_length=64)]


def _distinct(labels: list[str]) -> list[str]:
    return list(dict.fromkeys(labels))


Labels = Annotated[list[Label], Field(max_length=32), AfterValidator(_distinct)]


class TaskDraft(Input):
    """A task made by hand."""

    title: Line
    description: Text = ""
    category: Category = Category.TASK
    priority: Priority = Priority.MEDIUM
    assignee_id: UUID | None = None
    due_on: date | None = None
    labels: Labels = []


class TaskPatch(Input):
    """What is to change; what is left out stays."""

    title: Line = ""
    description: Text = ""
    status: TaskStatus = TaskStatus.TODO
    """`todo` accepts a suggestion, `declined` declines it, `duplicate` needs `duplicate_of`."""
    category: Category = Category.TASK
    """`noise` declines the task, and triage learns that there was nothing to do."""
    priority: Priority = Priority.MEDIUM
    assignee_id: UUID | None = None
    due_on: date | None = None
    labels: Labels = []
    snoozed_until: Moment | None = None
    duplicate_of: UUID | int | None = None
    """Id or number of the other task; null takes a merge back."""


class Task(BaseModel):
    """Something that the team has to do, or a suggestion of it."""

    id: UUID
    number: int
    title: str
    description: str
    """Markdown."""
    status: TaskStatus
    category: Category
    priority: Priority
    assignee: MemberRef | None
    due_on: date | None
    snoozed_until: datetime | None
    labels: list[str]
    source: SourceRef | None
    confidence: float | None
    """Of the verdict that proposed it, 0-1; null for a task made by hand."""
    reason: str | None
    language: str | None
    provider: str | None
    duplicate_of: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int
    """Send it back as `If-Match` to change the task."""
    message_count: int
    """Those that its duplicates brought are counted too."""
    duplicate_proposals: int
    """Tasks that may be the same, and about which nobody has decided yet."""

    @classmethod
    def of(cls, row: TaskRow) -> "Task":
        """Return the task for the wire."""
        return cls(
            id=row.id,
            number=row.number,
            title=row.title,
            description=row.description,
            status=TaskStatus(row.status),
            category=Category(row.category),
            priority=Priority(row.priority),
            assignee=member_ref(row.assignee_id, row.assignee_name),
            due_on=row.due_on,
            snoozed_until=row.snoozed_until,
            labels=row.labels,
            source=source_ref(row.source_id, row.source_namespace, row.source_name, row.source_kind),
            confidence=row.confidence,
            reason=row.reason,
            language=None if row.language == "und" else row.language,
            provider=row.provider,
            duplicate_of=row.duplicate_of,
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
            message_count=row.message_count,
            duplicate_proposals=row.duplicate_proposals,
        )


class TaskPage(Page[Task]):
    """Tasks in the order that was asked for."""


class DuplicateTask(TaskRef):
    """A task that may be the same as another."""

    source: SourceRef | None


class Duplicate(BaseModel):
    """A proposal that another task is the same as this one."""

    task: DuplicateTask
    score: float
    """Probability, 0-1."""
    reason: str
    state: ProposalState

    @classmethod
    def of(cls, row: PairRow) -> "Duplicate":
        """Return the proposal for the wire."""
        return cls(
            task=DuplicateTask(
                id=row.id,
                number=row.number,
                title=row.title,
                status=TaskStatus(row.status),
                source=source_ref(row.source_id, row.source_namespace, row.source_name, row.source_kind),
            ),
            score=row.score,
            reason=row.reason,
            state=ProposalState(row.state),
        )


class MergedTask(BaseModel):
    """A task that was merged into another."""

    id: UUID
    number: int
    title: str


class TaskDetail(Task):
    """A task with what it comes from."""

    messages: list[Message]
    """Oldest first."""
    verdicts: list[Verdict]
    """Newest first."""
    comment_count: int
    duplicates: list[Duplicate]
    """Open and confirmed proposals, the likeliest first."""
    merged: list[MergedTask]
    """Duplicates of this task, the oldest first."""


class Merge(Input):
    """Which task it is merged into."""

    into: UUID | int
    """Number or id."""


class TaskCounts(BaseModel):
    """Number of tasks in each status."""

    triage: int
    todo: int
    in_progress: int
    done: int
    declined: int
    duplicate: int

    @classmethod
    def of(cls, counted: Mapping[TaskStatus, int]) -> "TaskCounts":
        """Return the counts for the wire, zeros too."""
        return cls(**{status.value: counted.get(status, 0) for status in TaskStatus})


class TaskGroup(BaseModel):
    """Tasks that have something in common, counted."""

    key: str | None
    """Id of the member or Source, the priority, the category; null for the tasks that have none."""
    statuses: TaskCounts
    total: int


class TaskGroups(BaseModel):
    """All groups that have tasks, in no order."""

    groups: list[TaskGroup]
    total: int


class DueDay(BaseModel):
    """A day with what is due on it."""

    day: date
    total: int
    tasks: list[Task]
    """The most urgent ones; open tasks come first."""


class DueCalendar(BaseModel):
    """Days on which something is due."""

    days: list[DueDay]


class BulkPatch(Input):
    """What is to change in one of many tasks; what is left out stays."""

    status: TaskStatus = TaskStatus.TODO
    """Not `duplicate`: that needs to say of what, for each task."""
    category: Category = Category.TASK
    priority: Priority = Priority.MEDIUM
    assignee_id: UUID | None = None
    due_on: date | None = None
    labels: Labels = []
    snoozed_until: Moment | None = None


class BulkEdit(Input):
    """The change of one of many tasks."""

    task: UUID
    version: Annotated[int, Field(ge=1)]
    """That the edit was made from, as in If-Match."""
    patch: BulkPatch


MOST_EDITS = 200


class BulkEdits(Input):
    """Changes of many tasks."""

    edits: Annotated[list[BulkEdit], Field(min_length=1, max_length=MOST_EDITS)]


class RefusedEdit(BaseModel):
    """An edit that was not made."""

    task: UUID
    status: int
    """HTTP status that an edit of this task alone would have had; 412 means that somebody else was faster."""
    detail: str
    cure: str | None


class BulkResult(BaseModel):
    """What became of the edits; each was made or refused by itself."""

    updated: list[Task]
    refused: list[RefusedEdit]


class CommentDraft(Input):
    """A comment to add."""

    body: Prose


class Comment(BaseModel):
    """An internal note; it never leaves."""

    id: UUID
    author: MemberRef | None
    body: str
    """Markdown; `@Name` speaks to a member."""
    created_at: datetime

    @classmethod
    def of(cls, row: CommentRow) -> "Comment":
        """Return the comment for the wire."""
        return cls(
            id=row.id, author=member_ref(row.author_id, row.author_name), body=row.body, created_at=row.created_at
        )


class CommentPage(Page[Comment]):
    """Comments, oldest first."""
