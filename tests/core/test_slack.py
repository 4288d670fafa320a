"""Ids and text of Slack's messages."""

import pytest
from tracker_core.slack import conversation_key, escaped, markup, message_key, named, plain, thread_of


def test_root_belongs_to_its_room_before_and_after_its_first_answer() -> None:
    assert conversation_key("C1", thread_of("5.1", None)) == conversation_key("C1", thread_of("5.1", "5.1")) == "C1"
    assert conversation_key("C1", thread_of("6.1", "5.1")) == "C1:5.1"
    assert message_key("T1", "C1", "5.1") == "T1:C1:5.1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U1> and <@U2|lee>", "@dana and @lee"),
        ("<#C1> <#C2|random> <#C3|>", "#support #random #C3"),
        ("<!here> <!channel|channel> <!subteam^S1|@oncall> <!subteam^S1>", "@here channel @oncall @subteam"),
        ("<!date^1392734382^{date}|yesterday>", "yesterday"),
        (
            "<https://x.example/?a=1&amp;b=2> <https://x.example|the page>",
            "https://x.example/?a=1&b=2 the page (https://x.example)",
        ),
        ("<mailto:a@b.example|a@b.example> <tel:+49|call>", "a@b.example call (+49)"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2; &amp;lt;", "1 < 2 && 3 > 2; &lt;"),
        ("a < b <> <", "a < b <> <"),
    ],
)
def test_text_is_what_people_saw(text: str, shown: str) -> None:
    users, channels = {"U1": "dana"}, {"C1": "support"}
    assert plain(text, lambda user: users.get(user, user), lambda channel: channels.get(channel, channel)) == shown


def test_ids_without_a_label_are_those_that_need_a_name() -> None:
    assert named("<@U1> <@U2|lee> <#C1> <!here> <https://x.example>") == (frozenset({"U1"}), frozenset({"C1"}))


def test_nobody_is_called_by_what_was_typed_into_an_answer() -> None:
    assert escaped("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"text": "words", "attachments": [{"text": "more"}]}, "words"),
        ({"text": "", "attachments": [{"pretext": "p", "title": "t", "fallback": "f"}, "?", None]}, "p\nt\nf"),
        ({"attachments": [{"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "inner"}}]}]}, "inner"),
        (
            {
                "blocks": [
                    {"type": "header", "text": {"type": "plain_text", "text": "Deploy failed"}},
                    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Host*"}, {"text": 7}]},
                    {"type": "context", "elements": [{"type": "mrkdwn", "text": "by ci"}, {"type": "image"}]},
                    {"type": "divider"},
                ]
            },
            "Deploy failed\n*Host*\nby ci",
        ),
        ({"text": None, "blocks": "?", "attachments": {"a": 1}}, ""),
        ({}, ""),
    ],
)
def test_message_without_text_says_what_its_blocks_or_attachments_say(message: dict[str, object], text: str) -> None:
    assert markup(message) == text
