"""What the bot says to people; pure."""

from aiogram.types import LinkPreviewOptions
from tracker_core.asking import Report
from tracker_core.notices import Notice

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""What a task says is no advertisement for what it links."""

HELP = """\
What you write here goes to the team, and becomes a task where there is something to do. Members can also use:

/tasks – the newest open tasks, with buttons
/mine – those that are assigned to you
/new <text> – make a task; further lines are its description
/done <number> – finish a task
/status – how the channels are, and where the messages are
/settings – what I tell you, and when
/help – this text"""

WELCOME = f"""\
Hello! {HELP}

Are you a member of the team? Get your link in Task Tracker (your account, Telegram) and open it here."""

STRANGER = (
    "This command is for members of the team, and I do not know you as one. What you wrote is with the team as a "
    "message. Are you a member? Get your link in Task Tracker (your account, Telegram) and open it here."
)

STRANGER_PRESSES = "These buttons are for members of the team. Get your link in Task Tracker (your account, Telegram)."

KEPT = "What you wrote is with the team as a message."
"""Said where a command could not be done that says something."""

UNBLOCK = "Unblock the bot in Telegram, then switch the notifications on again"

_PRESSED = {
    "accept": "#{} is to do",
    "decline": "#{} is declined",
    "done": "#{} is done",
    "take": "#{} is yours",
    "assign": "#{} is assigned",
    "category": "#{} is corrected",
    "priority": "#{} is corrected",
}

_SIGNS = {"ready": "🟢", "degraded": "🟡", "offline": "🔴"}
_LONGEST_LINE = 300
_MOST_SOURCES = 10


def linked(member: str) -> str:
    """Return what somebody is told who is known from now on."""
    return f"You are {member} here from now on. /help shows what you can do."


def status(member: str, report: Report) -> str:
    """Return the ledger and the Sources in words."""
    balance = "It balances." if report.balanced else "It does not balance! See the ledger in the dashboard."
    sums = f"{report.tasks} tasks + {report.ignored} ignored + {report.waiting} waiting + {report.dead} dead"
    lines = [
        f"Hello {member}.",
        f"{report.received} received = {sums}. {balance}",
        "",
        *(
            f"{_SIGNS.get(line.state, '⚪')} {line.source}: {line.state}{_because(line.message)}"
            for line in report.sources[:_MOST_SOURCES]
        ),
    ]
    if len(report.sources) > _MOST_SOURCES:
        lines.append(f"… and {len(report.sources) - _MOST_SOURCES} more")
    return "\n".join(lines)


def notice(told: Notice, card: str) -> str:
    """Return what happened, above the task as it is now."""
    who = told.by or "Somebody"
    match told.kind:
        case "assigned":
            happened = f"👉 {told.by} assigned this to you:" if told.by else "👉 This is assigned to you:"
        case "due":
            happened = "⏰ Due today:"
        case "overdue":
            happened = f"⏰ Was due on {told.task.due_on}:"
        case "mentioned":
            happened = f"💬 {who} mentioned you:\n{told.detail}"
        case "approval":
            happened = f"✋ An answer of {who} waits for your approval:\n{told.detail}"
        case _:
            happened = told.detail
    return f"{happened}\n\n{card}"


def pressed(does: str, number: int) -> str:
    """Return the word for what a press has done; empty where the message says it all."""
    return _PRESSED.get(does, "").format(number)


def _because(message: str) -> str:
    return f" – {shorten(message, _LONGEST_LINE)}" if message else ""


def shorten(text: str, length: int) -> str:
    """Return the text in one line, and no longer than that."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
