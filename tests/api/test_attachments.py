"""Files that came with messages: listed, handed out, and never run by a browser."""

from uuid import UUID

import httpx
import pytest
from tracker_core.channels.files import Files
from tracker_core.ids import new_id
from tracker_core.inbound import Attachment
from tracker_core.tables import Role

from tests.api.conftest import Api


async def attach(api: Api, message_id: UUID, file: Attachment, position: int = 0) -> UUID:
    attachment_id = new_id()
    row = {
        "id": attachment_id,
        "workspace_id": api.team.workspace_id,
        "message_id": message_id,
        "position": position,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "ref": file.ref,
    }
    await api.insert("attachment", row)
    return attachment_id


async def test_message_lists_its_files_in_order_and_says_which_are_kept(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await api.add_message(await api.add_source(), "m1")
    kept = await Files(api.context.bus.js).store("a.png", "image/png", b"png")
    await attach(api, message_id, kept)
    await attach(api, message_id, Attachment(name="big.zip", size=9, ref="https://chat.example/f/9"), 1)
    await attach(api, message_id, Attachment(name="voice", ref="tg:AwACAg"), 2)
    files = (await admin.get(f"/api/messages/{message_id}")).json()["attachments"]
    assert [(f["name"], f["kept"], f["url"]) for f in files] == [
        ("a.png", True, None),
        ("big.zip", False, "https://chat.example/f/9"),
        ("voice", False, None),
    ]
    assert (await admin.get("/api/messages")).json()["items"][0]["attachments"] == files


@pytest.mark.parametrize(
    ("name", "media_type", "sent_as", "inline"),
    [
        ("a.png", "image/png", "image/png", "inline"),
        ("page.html", "text/html", "application/octet-stream", "attachment"),
        ("logo.svg", "image/svg+xml", "application/octet-stream", "attachment"),
    ],
)
async def test_only_what_a_browser_merely_shows_is_shown(
    *, api: Api, admin: httpx.AsyncClient, name: str, media_type: str, sent_as: str, inline: str
) -> None:
    content = bytes(range(256)) * 9000
    message_id = await api.add_message(await api.add_source(), "m1")
    file = await attach(api, message_id, await Files(api.context.bus.js).store(name, media_type, content))
    answer = await admin.get(f"/api/attachments/{file}?inline=true")
    assert answer.content == content
    assert answer.headers["content-type"] == sent_as
    assert answer.headers["content-disposition"].startswith(f'{inline}; filename="{name}"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    downloaded = await admin.get(f"/api/attachments/{file}")
    assert downloaded.headers["content-disposition"].startswith("attachment;")


async def test_name_of_a_file_breaks_no_header(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await api.add_message(await api.add_source(), "m1")
    stored = await Files(api.context.bus.js).store('../../отчёт "1";\r\nx: y.pdf', "application/pdf", b"%PDF")
    file = await attach(api, message_id, stored)
    answer = await admin.get(f"/api/attachments/{file}")
    said = answer.headers["content-disposition"]
    assert 'filename="_____ _1____x: y.pdf"' in said
    assert "filename*=UTF-8''%D0%BE%D1%82%D1%87" in said
    assert "x" not in answer.headers


async def test_file_that_is_not_kept_or_not_there_is_said_so(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await api.add_message(await api.add_source(), "m1")
    elsewhere = await attach(api, message_id, Attachment(name="big.zip", ref="https://chat.example/f/9"))
    answer = await admin.get(f"/api/attachments/{elsewhere}")
    assert (answer.status_code, answer.json()["cure"]) == (404, "Open it in its channel")
    assert (await admin.get(f"/api/attachments/{new_id()}")).status_code == 404


async def test_nobody_gets_one_without_logging_in(api: Api) -> None:
    message_id = await api.add_message(await api.add_source(), "m1")
    file = await attach(api, message_id, await Files(api.context.bus.js).store("a", "text/plain", b"x"))
    async with api.client(None) as stranger, api.client(Role.VIEWER) as viewer:
        assert (await stranger.get(f"/api/attachments/{file}")).status_code == 401
        assert (await viewer.get(f"/api/attachments/{file}")).content == b"x"
