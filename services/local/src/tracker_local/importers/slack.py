"""Reads the zip that Slack's "Export workspace data" gives, in place: nothing of it is ever written to disk.

Layout (https://slack.com/help/articles/220556107): `users.json`, `channels.json` and their kin for private channels and
direct messages, and one folder per conversation with a JSON array of messages per day. Identities are team, channel and
timestamp, which is what the Events API gives a live Source.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from tracker_core.errors import MalformedError
from tracker_core.inbound import Attachment, InboundMessage, Sender, inbound_message
from tracker_core.slack import SPOKEN, conversation_key, markup, message_key, plain, thread_of

from tracker_local.importers.items import Item, RefusedError, Reject, Run, attempt, checked_date, raw_form
from tracker_local.importers.json_stream import JsonReader, OversizeError, TornError, parse
from tracker_local.importers.slack_archive import DAMAGED, MAX_ENTRY, days, entry, listed, opened, root_folder

_CONVERSATIONS: Final = ("channels.json", "groups.json", "mpims.json", "dms.json")
_TOKEN: Final = re.compile(r"xoxe-[\w-]+")
"""Slack puts a token into the links of an export; with it anybody can open the file."""


class _Profile(msgspec.Struct):
    real_name: str | None = None
    display_name: str | None = None
    email: str | None = None


class _User(msgspec.Struct):
    id: str
    team_id: str | None = None
    name: str | None = None
    real_name: str | None = None
    tz: str | None = None
    profile: _Profile | None = None

    @property
    def shown(self) -> str:
        profile = self.profile or _Profile()
        return profile.display_name or profile.real_name or self.real_name or self.name or self.id


class _Channel(msgspec.Struct):
    id: str
    name: str | None = None


class _File(msgspec.Struct):
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    size: int | None = None
    url_private: str | None = None
    permalink: str | None = None


class _Message(msgspec.Struct):
    ts: str
    subtype: str | None = None
    user: str | None = None
    bot_id: str | None = None
    username: str | None = None
    team: str | None = None
    text: str | None = None
    thread_ts: str | None = None
    user_profile: _Profile | None = None
    files: list[_File] | None = None
    attachments: Any = None
    blocks: Any = None


class _Export(msgspec.Struct):
    """What the messages refer to by id."""

    users: dict[str, _User]
    channels: dict[str, str]
    """Channel id by folder name."""
    channel_names: dict[str, str]
    """The reverse."""
    team: str
    """The workspace: what most users belong to (guests from other workspaces bring theirs); empty when not said."""


def size(path: Path) -> int:
    """Unpacked bytes of the files with messages.

    Raises:
        InvalidInputError: not a zip, a torn one, a bomb, or not of Slack.
    """
    with opened(path) as archive:
        return sum(info.file_size for info, _ in days(archive))


def read(path: Path, run: Run) -> Iterator[Item]:
    """Yield what the export holds: conversation after conversation, day after day.

    Raises:
        InvalidInputError: as `size`.
    """
    with opened(path) as archive:
        export = _export(archive)
        for info, folder in days(archive):
            done = run.position
            yield from _day(archive, info, folder, export, run)
            run.position = done + info.file_size


def _export(archive: zipfile.ZipFile) -> _Export:
    root = root_folder(archive)
    lists = [root + name for name in ("users.json", "org_users.json")]
    users = {user.id: user for name in lists for user in listed(archive, name, _User)}
    known = [channel for name in _CONVERSATIONS for channel in listed(archive, root + name, _Channel)]
    teams = Counter(user.team_id for user in users.values() if user.team_id)
    return _Export(
        users=users,
        channels={channel.name or channel.id: channel.id for channel in known},
        channel_names={channel.id: channel.name or channel.id for channel in known},
        team=teams.most_common(1)[0][0] if teams else "",
    )


def _day(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: str, export: _Export, run: Run) -> Iterator[Item]:
    if info.file_size > MAX_ENTRY:
        yield Reject("too_large", info.filename, f"unpacks to {info.file_size} bytes")
        return
    done, channel = run.position, export.channels.get(folder, folder)
    try:
        with entry(archive, info.filename) as file:
            reader = JsonReader(file)
            for index in reader.elements():
                where = f"{info.filename} #{index + 1}"
                try:
                    raw = reader.value()
                except OversizeError as error:
                    yield Reject("too_large", where, error.detail)
                else:
                    yield attempt(where, _message, raw, channel, export, run)
                run.position = done + reader.position
    except TornError as error:
        yield Reject("truncated", info.filename, error.detail)
    except MalformedError as error:
        yield Reject("bad_json", info.filename, error.detail)
    except DAMAGED as error:
        yield Reject("bad_zip_entry", info.filename, str(error))


def _message(raw: bytes, channel: str, export: _Export, run: Run) -> InboundMessage:
    message = msgspec.convert(parse(raw), _Message)
    if message.subtype and message.subtype not in SPOKEN:
        raise RefusedError("service_message", message.subtype)
    user = export.users.get(message.user or "")
    attachments = tuple(_attachment(file) for file in message.files or ())
    text = _text(message, export)
    if not text and not any(a.name for a in attachments):
        raise RefusedError("no_text", message.ts)
    team, thread = export.team or message.team or "unknown", thread_of(message.ts, message.thread_ts)
    return inbound_message(
        source=run.source,
        external_id=message_key(team, channel, message.ts),
        sent_at=_sent_at(message.ts, _zone(user)),
        received_at=run.received_at,
        text=text,
        sender=_sender(message, user),
        conversation=conversation_key(channel, thread),
        reply_to=message_key(team, channel, thread) if thread else "",
        attachments=attachments,
        raw=_TOKEN.sub("xoxe-", raw_form(raw)),
    )


def _text(message: _Message, export: _Export) -> str:
    return plain(
        markup({"text": message.text, "blocks": message.blocks, "attachments": message.attachments}),
        lambda user: export.users[user].shown if user in export.users else user,
        lambda channel: export.channel_names.get(channel, channel),
    )


def _sender(message: _Message, user: _User | None) -> Sender:
    profile = (user.profile if user else message.user_profile) or _Profile()
    name = user.shown if user else profile.display_name or profile.real_name or message.username
    known = message.user or message.bot_id or message.username or ""
    return Sender(id=known, name=name or known, address=profile.email or "")


def _attachment(file: _File) -> Attachment:
    return Attachment(
        name=file.name or file.title or "",  # without either it was deleted or is hidden by the plan's limit
        media_type=file.mimetype or "application/octet-stream",
        size=file.size or 0,
        ref=file.permalink or (file.url_private or "").partition("?")[0],
    )


def _sent_at(ts: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise RefusedError("bad_date", f"ts {ts!r} is no Unix time") from error
    return checked_date(moment).astimezone(zone)


def _zone(user: _User | None) -> tzinfo:
    """Time zone of the author, for "by Friday" and "tomorrow morning"; UTC when it is not known."""
    try:
        return ZoneInfo(user.tz) if user and user.tz else UTC
    except (KeyError, ValueError, OSError):
        return UTC
