"""The sample messages: of all kinds and languages, and each is understood."""

import re
from datetime import UTC, datetime

from tracker_local.cli.demo import demo_messages

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_messages_are_many_and_different() -> None:
    messages = dict(demo_messages(NOW))
    assert 35 <= len(messages) <= 60
    assert len({message["text"] for message in messages.values()}) == len(messages)
    text = " ".join(message["text"] for message in messages.values())
    for letters in ("[ñ¿áé]", "[äöüß]", "[ыэъ]", "[іїє]"):
        assert re.search(letters, text)


def test_messages_are_in_the_order_of_their_time_and_past() -> None:
    times = [datetime.fromisoformat(message["sent_at"]) for _, message in demo_messages(NOW)]
    assert times == sorted(times)
    assert times[-1] < NOW


def test_addresses_are_nobodys() -> None:
    for _, message in demo_messages(NOW):
        assert "@" not in message["sender"] or message["sender"].rstrip(">").endswith(".example")
