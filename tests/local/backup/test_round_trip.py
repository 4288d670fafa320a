"""Backup, wipe, restore: the same rows, the same attachments, the same messages on the bus."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer
from tracker_core.bus import CURSORS_BUCKET, HANDED, INBOUND, SENT_BUCKET, Bus
from tracker_core.channels.cursors import Cursor
from tracker_core.channels.files import Files

from tests.bench.filling import fill
from tests.local.backup.conftest import Place, accept, opened, subjects_and_bytes
from tests.support.s3_server import start_s3

SECRET = b"\x00\xff the picture of a cat" * 20_000


async def filled(place: Place, bus: Bus) -> str:
    """Make an installation; return the reference of its attachment."""
    await fill(place.database_url, tasks=300, messages=400, stream_epoch=1)
    attachment = await Files(bus.js).store("cat.png", "image/png", SECRET)
    await place.execute(
        "insert into attachment (id, workspace_id, message_id, position, name, media_type, size, ref)"
        " select gen_random_uuid(), workspace_id, id, 0, 'cat.png', 'image/png', $1, $2 from message limit 1",
        len(SECRET),
        attachment.ref,
    )
    await Cursor(bus.js, "default/mail").save({"uid": 17})
    await Cursor(bus.js, "default/mail").save({"uid": 18})
    sent = await bus.js.key_value(SENT_BUCKET)
    await sent.create("reply-1", b"done")
    await bus.js.publish("handed.default.chat", b"a request", headers={"X-Signature": "v0=abc"})
    await accept(bus, "one", "two", "three")
    write(place.home / "manifests/default/source-inbox.yaml", "kind: Source\n")
    write(place.home / "secrets/default/inbox/token", "hunter2")
    write(place.home / "secrets/postgres-password", "only of this one")
    return attachment.ref


def content_of(archive: str) -> bytes:
    return Path(archive).read_bytes()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def test_everything_comes_back(old: Place, new: Place, bus: Bus, tmp_path: Path) -> None:
    ref = await filled(old, bus)
    before = await old.rows()
    made = await old.run("backup", str(tmp_path / "backups"))
    assert made["tasks"] == 300
    assert made["on_the_bus"] == 3
    assert made["encrypted"] is False

    told = await new.run("restore", made["backup"])
    assert told["republished"] == 3
    assert await new.rows() == before
    restored = await opened(new)
    content = io.BytesIO()
    await Files(restored.js).load_into(ref, content)
    assert content.getvalue() == SECRET
    for stream in (INBOUND, HANDED):
        assert await subjects_and_bytes(restored, stream) == await subjects_and_bytes(bus, stream)
    assert await Cursor(restored.js, "default/mail").load() == {"uid": 18}
    sent = await restored.js.key_value(SENT_BUCKET)
    assert (await sent.get("reply-1")).value == b"done"
    await restored.close()
    assert (new.home / "manifests/default/source-inbox.yaml").read_text() == "kind: Source\n"
    assert not (new.home / "secrets/default/inbox/token").exists(), "a plain backup holds no secrets"
    assert not (new.home / "secrets/postgres-password").exists()


async def test_installation_learns_of_its_backup(old: Place, bus: Bus, tmp_path: Path) -> None:
    made = await old.run("backup", str(tmp_path / "backups"))
    assert await old.execute("select place from backup") == made["backup"]
    assert await old.execute("select bytes from backup") == len(content_of(made["backup"]))


async def test_what_is_recorded_already_is_not_published_again(
    old: Place, new: Place, bus: Bus, tmp_path: Path
) -> None:
    """As when the recorder commits between the reading of the bus and the snapshot of the database."""
    await fill(old.database_url, tasks=1, messages=4, stream_epoch=1)
    await accept(bus, "row", "replay", "poison", "removed", "waits")
    info = await bus.js.stream_info(INBOUND)
    assert info.created is not None
    epoch = int(info.created.timestamp())
    await old.execute(
        "update message set stream_epoch = $1, stream_seq = 1 where id = (select id from message order by id limit 1)",
        epoch,
    )
    await old.execute(
        "insert into replay (stream_epoch, stream_seq, workspace_id, source_id, external_id, created_at)"
        " select $1, 2, workspace_id, source_id, 'x', now() from message limit 1",
        epoch,
    )
    await old.execute(
        "insert into dead_letter (id, workspace_id, subject, raw, reason, trace_id, state, note, created_at,"
        " stream_epoch, stream_seq)"
        " select gen_random_uuid(), id, '', '', 'broken', '', 'open', '', now(), $1, 3 from workspace",
        epoch,
    )
    await old.execute(
        "insert into removal (stream_epoch, stream_seq, workspace_id, source, created_at)"
        " select $1, 4, id, 'x/y', now() from workspace",
        epoch,
    )
    made = await old.run("backup", str(tmp_path))
    told = await new.run("restore", made["backup"])
    assert (made["on_the_bus"], told["republished"]) == (5, 1)
    restored = await opened(new)
    [(_, data, headers)] = await subjects_and_bytes(restored, INBOUND)
    await restored.close()
    assert json.loads(data)["external_id"] == "waits"
    assert headers["Nats-Msg-Id"] == "default/inbox:waits"


async def test_encrypted_for_a_key(old: Place, new: Place, bus: Bus, tmp_path: Path) -> None:
    await filled(old, bus)
    key, other = tmp_path / "key.txt", tmp_path / "other.txt"
    public = (await old.run("backup", "--new-key", str(key)))["recipient"]
    await old.run("backup", "--new-key", str(other))
    assert key.stat().st_mode & 0o777 == 0o600
    made = await old.run("backup", str(tmp_path / "backups"), "--recipient", public)
    content = content_of(made["backup"])
    assert content.startswith(b"age-encryption.org/v1")
    assert b"hunter2" not in content
    assert made["secrets"] == 1
    before = await old.rows("backup")

    assert "is encrypted" in await new.refused("restore", made["backup"])
    assert "does not open" in await new.refused("restore", made["backup"], "--identity", str(other))
    await new.run("restore", made["backup"], "--identity", str(key))
    assert await new.rows("backup") == before
    assert (new.home / "secrets/default/inbox/token").read_text() == "hunter2"
    assert not (new.home / "secrets/postgres-password").exists()


@pytest.mark.parametrize("encrypted", [False, True])
async def test_part_that_is_damaged_is_named(
    old: Place, new: Place, bus: Bus, tmp_path: Path, *, encrypted: bool
) -> None:
    await filled(old, bus)
    key = tmp_path / "key.txt"
    public = (await old.run("backup", "--new-key", str(key)))["recipient"]
    made = await old.run("backup", str(tmp_path / "backups"), *(["--recipient", public] if encrypted else []))
    content = content_of(made["backup"])
    middle = len(content) // 2
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    said = await new.refused("restore", str(damaged), "--identity", str(key))
    assert "damaged" in said
    assert encrypted or "attachments/" in said or "database.dump" in said
    damaged.write_bytes(content[:middle])
    assert "not whole" in await new.refused("restore", str(damaged), "--identity", str(key))
    assert await new.rows() == {}, "nothing was begun"


async def test_swapped_part_is_named(old: Place, new: Place, bus: Bus, tmp_path: Path) -> None:
    made = await old.run("backup", str(tmp_path / "backups"))
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(made["backup"]) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, b"{}\n" if name == "streams/INBOUND.jsonl" else before.read(name))
    assert "part streams/INBOUND.jsonl is damaged" in await new.refused("restore", str(changed), "--check")


async def test_only_so_many_are_kept(old: Place, bus: Bus, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    write(folder / "tasktracker-20200101T000000Z.zip", "old")
    write(folder / "tasktracker-20210101T000000Z.zip.age", "newer")
    write(folder / "notes.zip", "mine")
    made = await old.run("backup", str(folder), "--keep", "2")
    assert made["removed"] == ["tasktracker-20200101T000000Z.zip"]
    assert {path.name for path in folder.iterdir()} == {
        "notes.zip", "tasktracker-20210101T000000Z.zip.age", Path(made["backup"]).name,
    }  # fmt: skip


async def test_bucket_as_the_place_and_of_attachments(old: Place, new: Place, bus: Bus, tmp_path: Path) -> None:
    with start_s3(tmp_path / "s3") as s3:
        settings = s3.settings(tmp_path)
        access = {
            "BUCKET": settings.bucket,
            "ENDPOINT": settings.endpoint,
            "ACCESS_KEY_FILE": str(settings.access_key_file),
            "SECRET_KEY_FILE": str(settings.secret_key_file),
        }
        old.environment = {f"TRACKER_BACKUP__S3__{name}": value for name, value in access.items()}
        new.environment = old.environment | {f"TRACKER_S3__{name}": value for name, value in access.items()}
        await filled(old, bus)
        target = f"s3://{settings.bucket}/safe/tracker"
        first = await old.run("backup", target)
        made = await old.run("backup", target, "--keep", "1")
        assert made["removed"] == [first["backup"].rpartition("/")[2]] or made["backup"] == first["backup"]
        await new.run("restore", made["backup"])
        ref = await new.execute("select ref from attachment")
        assert ref.startswith(f"s3://{settings.bucket}/"), "it refers to where the file is now"
        restored = await opened(new)
        content = io.BytesIO()
        await Files(restored.js, settings).load_into(ref, content)
        await restored.close()
        assert content.getvalue() == SECRET
        assert "There is no backup" in await new.refused("restore", f"{target}/tasktracker-20200101T000000Z.zip")


async def test_cursors_have_no_stream_yet(old: Place, tmp_path: Path) -> None:
    """A bus that no process has used: nothing waits on it."""
    made = await old.run("backup", str(tmp_path))
    assert made["on_the_bus"] == 0
    assert f"streams/KV_{CURSORS_BUCKET}.jsonl" in zipfile.ZipFile(made["backup"]).namelist()


async def test_objects_of_a_cluster_are_manifests(old: Place, new: Place, bus: Bus, tmp_path: Path) -> None:
    source = {
        "metadata": {
            "name": "inbox", "namespace": "team", "uid": "7", "resourceVersion": "12", "labels": {"of": "us"},
            "finalizers": ["tasktracker.dev/operator"],
        },
        "spec": {"type": "webhook"},
        "status": {"conditions": []},
    }  # fmt: skip

    async def answer(request: web.Request) -> web.Response:
        items = [source] if request.path.endswith("/namespaces/team/sources") else []
        return web.json_response({"metadata": {}, "items": items})

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server:
        config = {
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": str(server.make_url("/"))}}],
            "users": [{"name": "u", "user": {}}],
        }
        write(tmp_path / "kubeconfig", json.dumps(config))
        old.environment = {
            "KUBECONFIG": str(tmp_path / "kubeconfig"),
            "TRACKER_API__MANIFESTS": "kubernetes",
            "TRACKER_API__NAMESPACES": '["team"]',
        }
        made = await old.run("backup", str(tmp_path / "backups"))
    with zipfile.ZipFile(made["backup"]) as archive:
        document = yaml.safe_load(archive.read("manifests/team/source-inbox.yaml"))
    assert document == {
        "apiVersion": "tasktracker.dev/v1alpha1",
        "kind": "Source",
        "metadata": {"name": "inbox", "namespace": "team", "labels": {"of": "us"}},
        "spec": {"type": "webhook"},
    }
    told = await new.run("restore", made["backup"])
    assert told["from"] == "kubernetes"
    assert not (new.home / "manifests").exists(), "objects are for kubectl"
