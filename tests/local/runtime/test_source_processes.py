"""Manifests in the folder become processes; what changes them starts them again."""

from dataclasses import replace
from pathlib import Path

import pytest
from tracker_core.manifests import Source, Webhook, read_documents
from tracker_local.home import Home, write_secret
from tracker_local.source_processes import SourceProcesses, farewell

TELEGRAM = """
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {name: bot, namespace: team}
spec: {type: telegram, telegram: {tokenSecretRef: {name: telegram, key: token}}}
"""
INBOX = """
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {name: inbox, namespace: team}
spec: {type: webhook}
"""
WEBHOOK = """
apiVersion: tasktracker.dev/v1alpha1
kind: Webhook
metadata: {name: bot, namespace: team}
spec: {sourceRef: {name: bot}, path: /webhook/bot, verification: {type: None, acceptUnverified: true}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    write(home, "source-bot.yaml", TELEGRAM)
    write_secret(home.secrets / "team" / "telegram" / "token", "1:a")
    write_secret(home.secrets / "team" / "other" / "token", "x")
    return home


def write(home: Home, name: str, text: str) -> None:
    folder = home.manifests / "team"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def mark(sources: SourceProcesses) -> str:
    ((name, (found, _)),) = sources.wanted().items()
    assert name == "source-team.bot"
    return found


def test_pulling_source_is_a_process_and_a_webhook_source_is_none(home: Home) -> None:
    write(home, "source-inbox.yaml", INBOX)
    ((_, process),) = SourceProcesses(home, "nats://t@127.0.0.1:1", 1).wanted().values()
    assert process.command[1:] == ("-m", "tracker_bot")
    assert "TRACKER_DATABASE__URL" not in process.environment
    rendered = Path(process.environment["TRACKER_SOURCE__MANIFEST"])
    (source,) = read_documents(rendered.read_text())
    assert isinstance(source, Source)
    assert source.key == "team/bot"
    assert not process.essential


def test_nothing_restarts_while_nothing_changes(home: Home) -> None:
    sources = SourceProcesses(home, "nats://", 1)
    first = mark(sources)
    write_secret(home.secrets / "team" / "other" / "token", "y")
    write(home, "source-inbox.yaml", INBOX)
    assert mark(sources) == first


def test_change_of_the_manifest_its_secret_or_its_webhook_restarts_it(home: Home) -> None:
    sources = SourceProcesses(home, "nats://", 1)
    marks = [mark(sources)]
    write(home, "source-bot.yaml", TELEGRAM.replace("{tokenSecretRef", "{groups: false, tokenSecretRef"))
    marks.append(mark(sources))
    write_secret(home.secrets / "team" / "telegram" / "token", "1:bb")
    marks.append(mark(sources))
    write(home, "webhook-bot.yaml", WEBHOOK)
    marks.append(mark(sources))
    assert len(set(marks)) == 4
    ((_, process),) = sources.wanted().values()
    kinds = [type(item) for item in read_documents(Path(process.environment["TRACKER_SOURCE__MANIFEST"]).read_text())]
    assert kinds == [Source, Webhook]


def test_deleted_manifest_ends_it_and_a_broken_one_concerns_nobody_else(home: Home) -> None:
    sources = SourceProcesses(home, "nats://", 1)
    write(home, "source-broken.yaml", "kind: [")
    assert mark(sources)
    (home.manifests / "team" / "source-bot.yaml").unlink()
    assert sources.wanted() == {}


def test_half_written_manifest_stops_nothing(home: Home) -> None:
    sources = SourceProcesses(home, "nats://", 1)
    first = mark(sources)
    write(home, "source-bot.yaml", TELEGRAM[: len(TELEGRAM) // 2])
    assert mark(sources) == first
    write(home, "source-bot.yaml", TELEGRAM)
    assert mark(sources) == first


def test_what_a_deleted_telegram_source_has_told_its_provider_is_undone(home: Home) -> None:
    ((_, process),) = SourceProcesses(home, "nats://", 1).wanted().values()
    last = farewell(process)
    assert last is not None
    assert (last.name, last.command[1:]) == ("source-team.bot.unregister", ("-m", "tracker_bot", "unregister"))
    assert last.environment == process.environment
    assert Path(last.environment["TRACKER_SOURCE__MANIFEST"]).exists()
    assert farewell(replace(process, command=(*process.command[:2], "tracker_ingestion", "slack"))) is None


def test_dashboard_opens_in_telegram_where_people_open_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_API__PUBLIC_URL", "https://tracker.example.org")
    ((_, process),) = SourceProcesses(home, "nats://", 1).wanted().values()
    assert process.environment["TRACKER_BOT__DASHBOARD_URL"] == "https://tracker.example.org"
