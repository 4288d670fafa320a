"""How sources, tasks, messages and webhooks are drawn for people: a row in a list, a card for one of them."""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from tracker_local.cli.manifests import full_name
from tracker_local.cli.output import Column, age, facts, plain, when


def _source_name(item: Any) -> str | None:
    return full_name(item["source"]) if item.get("source") else None


def _first_line(item: Any) -> str:
    return " ".join(part for part in (item.get("subject"), item.get("text")) if part)[:500]


def _sender(item: Any) -> str | None:
    sender = item.get("sender") or {}
    return sender.get("name") or sender.get("address")


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"


def task_card(task: Any) -> RenderableType:
    """Draw one task and what people said."""
    assignee = task.get("assignee") or {}
    messages = task.get("messages") or ()
    described = task.get("description") or ""
    if any(described == message.get("text") for message in messages):
        described = ""  # it follows as what it is: somebody's words
    head = facts(
        [
            ("Status", task["status"]),
            ("Category", task.get("category")),
            ("Priority", task.get("priority")),
            ("Assignee", assignee.get("name")),
            ("Due", task.get("due_on")),
            ("Labels", ", ".join(task.get("labels") or ())),
            ("Source", _source_name(task)),
            ("Confidence", _percent(task.get("confidence"))),
            ("Reason", task.get("reason")),
            ("Created", when(task.get("created_at"))),
        ]
    )
    parts: list[RenderableType] = [Text(f"#{task['number']} {plain(task['title'])}", style="bold"), head]
    parts += [Text(""), *_paragraphs(described)] if described else []
    for message in messages:
        parts += [
            Text(""),
            Text(f"{plain(_sender(message))}, {plain(when(message.get('sent_at')))}", style="dim"),
            *_paragraphs(message.get("text") or ""),
        ]
    return Group(*parts)


def message_card(message: Any) -> RenderableType:
    """Draw one message and what triage made of it."""
    verdict, task = message.get("verdict") or {}, message.get("task")
    head = facts(
        [
            ("Id", message["id"]),
            ("State", message["state"]),
            ("Why", message.get("state_reason")),
            ("Source", _source_name(message)),
            ("External id", message.get("external_id")),
            ("From", _sender(message)),
            ("Sent", when(message.get("sent_at"))),
            ("Subject", message.get("subject")),
            ("Verdict", " ".join(filter(None, (verdict.get("category"), verdict.get("priority"))))),
            ("Confidence", _percent(verdict.get("confidence"))),
            ("Reason", verdict.get("reason")),
            ("Task", f"#{task['number']} {task['title']}" if task else None),
            ("Attempts", message.get("attempts")),
            ("Last error", message.get("last_error")),
            ("Trace", message.get("trace_id")),
        ]
    )
    return Group(head, Text(""), *_paragraphs(message.get("text") or ""))


def source_card(source: Any) -> RenderableType:
    """Draw one Source and how it says it is."""
    health, counts = source["health"], source["counts"]
    return facts(
        [
            ("Name", full_name(source)),
            ("Kind", source["kind"]),
            ("Autonomy", source["autonomy"]),
            ("Health", _health(source)),
            ("Reason", health.get("reason")),
            ("Detail", health.get("message")),
            ("Account", health.get("account")),
            ("Lag", health.get("lag") or None),
            ("Received", counts["received"]),
            ("Tasks", counts["tasks"]),
            ("Waiting", counts["waiting"]),
            ("Dead", counts["dead"]),
            ("Last message", when(source.get("last_message_at"))),
            ("Webhook", source.get("webhook_url")),
        ]
    )


def _health(source: Any) -> str:
    state: str = source["health"]["state"]
    return "suspended" if source.get("suspended") else state


def _paragraphs(text: str) -> list[Text]:
    return [Text(plain(line) if line.strip() else "") for line in text.splitlines()]


SOURCES = (
    Column("NAME", full_name, flexible=True),
    Column("KIND", lambda s: s["kind"]),
    Column("AUTONOMY", lambda s: s["autonomy"]),
    Column("HEALTH", _health),
    Column("REASON", lambda s: s["health"].get("reason")),
    Column("ACCOUNT", lambda s: s["health"].get("account"), wide=True),
    Column("LAG", lambda s: s["health"].get("lag") or None, "right", wide=True),
    Column("RECEIVED", lambda s: s["counts"]["received"], "right"),
    Column("TASKS", lambda s: s["counts"]["tasks"], "right"),
    Column("WAITING", lambda s: s["counts"]["waiting"], "right"),
    Column("DEAD", lambda s: s["counts"]["dead"], "right"),
    Column("LAST", lambda s: age(s.get("last_message_at")), "right"),
    Column("DETAIL", lambda s: s["health"].get("message") or None, flexible=True, wide=True),
)
TASKS = (
    Column("#", lambda t: t["number"], "right"),
    Column("STATUS", lambda t: t["status"]),
    Column("PRIORITY", lambda t: t.get("priority")),
    Column("CATEGORY", lambda t: t.get("category")),
    Column("TITLE", lambda t: t["title"], flexible=True),
    Column("SOURCE", _source_name),
    Column("AGE", lambda t: age(t["created_at"]), "right"),
)
MESSAGES = (
    Column("ID", lambda m: m["id"], wide=True),
    Column("STATE", lambda m: m["state"]),
    Column("TASK", lambda m: m["task"]["number"] if m.get("task") else None, "right"),
    Column("FROM", _sender, flexible=True),
    Column("TEXT", _first_line, flexible=True),
    Column("AGE", lambda m: age(m["received_at"]), "right"),
)
WEBHOOKS = (
    Column("NAME", full_name),
    Column("SOURCE", lambda w: w["source"]),
    Column("PROVIDER", lambda w: w["provider"]),
    Column("CHECKS", lambda w: w["verification"]),
    Column("URL", lambda w: w["url"], flexible=True),
)
