"""Files as real tools write them, made for a test."""

import json
import mailbox
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)

TEXTS = (
    "the export button gives me yesterday's numbers again, even after a hard refresh",
    "nobody at the front desk can log in since 6:40, the queue is out of the door",
    "Лена, закажи плиз картриджи до четверга, в бухгалтерии закончились",
    "а де подивитись графік чергувань на листопад?",
    "would be lovely if the calendar remembered which team I picked last time",
    "seit dem Update stehen bei mir alle Liefertermine eine Stunde zu früh",
    "gracias a todos por la fiesta de ayer, fue genial",
    "deploy #812 finished in 3m12s, 0 errors",
)


def write_mbox(path: Path, count: int) -> Path:
    """Write `count` mails from a few people in threads of three."""
    box = mailbox.mbox(path)
    for number in range(count):
        mail = EmailMessage()
        mail["From"] = f"Person {number % 7} <p{number % 7}@example.org>"
        mail["To"] = "team@example.org"
        mail["Subject"] = f"{'Re: ' if number % 3 else ''}Matter {number // 3}"
        mail["Date"] = format_datetime(START + timedelta(minutes=number))
        mail["Message-ID"] = f"<{number}@mail.example.org>"
        if number % 3:
            mail["In-Reply-To"] = f"<{number - 1}@mail.example.org>"
            mail["References"] = f"<{number - number % 3}@mail.example.org>"
        mail.set_content(f"{TEXTS[number % len(TEXTS)]}\n\n-- \nPerson {number % 7}\n")
        box.add(mail)
    box.flush()
    box.close()
    return path


def write_telegram(path: Path, count: int) -> Path:
    """Write a Telegram Desktop export of one group with `count` messages."""
    messages = [
        {
            "id": number,
            "type": "message",
            "date": (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S"),
            "date_unixtime": str(int((START + timedelta(minutes=number)).timestamp())),
            "from": f"Person {number % 5}",
            "from_id": f"user{number % 5}",
            "text": TEXTS[number % len(TEXTS)],
            "text_entities": [{"type": "plain", "text": TEXTS[number % len(TEXTS)]}],
        }
        for number in range(1, count + 1)
    ]
    export = {"name": "Team", "type": "private_supergroup", "id": 4711, "messages": messages}
    path.write_text(json.dumps(export, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def write_json_lines(path: Path, count: int, prefix: str) -> Path:
    """Write `count` messages whose ids begin with `prefix`."""
    lines = (
        json.dumps(
            {"id": f"{prefix}-{number}", "text": TEXTS[number % len(TEXTS)], "author": f"person {number % 9}"},
            ensure_ascii=False,
        )
        for number in range(count)
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
