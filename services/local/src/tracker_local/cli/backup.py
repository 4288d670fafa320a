"""`tasktracker backup`: the whole installation in one file."""

import asyncio
import os
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.filesize import decimal
from tracker_core.errors import ConfigurationError, ConflictError

from tracker_local.cli.backups import Bars, bars, sums
from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, facts, say, show
from tracker_local.home import Home, write_secret


def backup(
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="Folder, or s3://bucket/prefix, that the file is put into.")
    ] = None,
    *,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, metavar="N", help="Delete all but the N newest backups there.")
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", metavar="age1…", help="Encrypt for this public key of age; may be repeated."),
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option("--new-key", metavar="FILE", help="Only make a key: the secret half goes to FILE.")
    ] = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Back up everything into one file: database, bus, attachments, manifests.

    It may run at any time, and no process has to stop. With a key the file is
    encrypted (age), and only then holds the secrets of Sources. Of servers that
    TRACKER_DATABASE__URL and TRACKER_NATS__URL name, those are backed up.

    [bold]Examples[/]
    $ tasktracker backup backups --keep 7
    $ tasktracker backup --new-key key.txt
    $ tasktracker backup s3://safe/tracker --recipient age1…
    """
    if new_key is not None:
        _make_key(new_key, output)
        return
    if target is None:
        raise ConfigurationError(
            "Nothing says where the backup goes", cure="Name a folder: `tasktracker backup backups`"
        )
    with bars() as drawn:
        made = asyncio.run(_take(target, recipient or [], keep, drawn))
    if not made["encrypted"]:
        say("It is not encrypted, so the secrets of Sources are not in it: see --recipient", "yellow")
    show(
        made, output, lambda: facts([*((name.replace("_", " "), _shown(name, value)) for name, value in made.items())])
    )


async def _take(target: str, recipients: list[str], keep: int | None, drawn: Bars) -> dict[str, Any]:
    from tracker_local.backup import archive, places, taking  # noqa: PLC0415 -- loads what no other command needs
    from tracker_local.backup.settings import BackupSettings  # noqa: PLC0415
    from tracker_local.backup.stores import open_stores  # noqa: PLC0415

    settings, home, began = BackupSettings.read(), Home.current(), monotonic()
    recipients = recipients or settings.backup.recipients.split()
    place = places.place(target, settings)
    async with open_stores(settings, home, alone=False) as stores:
        with place.room() as room:
            path = room / taking.archive_name(encrypted=bool(recipients))
            with archive.create(path, recipients) as writer:
                index = await taking.take(stores, writer, settings.api, home, drawn, secrets=bool(recipients))
            size = path.stat().st_size
            await place.keep(path)
        shown = place.shown(path.name)
        await taking.note(stores, index, shown, size)
    removed = (await place.names())[:-keep] if keep else []
    for name in removed:
        await place.remove(name)
    return {
        "backup": shown,
        "bytes": size,
        "seconds": round(monotonic() - began, 1),
        "encrypted": bool(recipients),
        "revision": index.revision,
        **sums(index),
        "removed": removed,
    }


def _make_key(file: Path, output: Format) -> None:
    from tracker_local.backup.archive import new_key  # noqa: PLC0415

    secret, public = new_key()
    try:
        write_secret(file.absolute(), f"# public key: {public}\n{secret}\n", keep=True)
    except FileExistsError:
        raise ConflictError(f"{file} is there already", cure="Name another file: what it opens would be lost") from None
    say(f"Keep {file} apart from the backups: without it they cannot be opened", "yellow")
    show({"recipient": public, "identity": os.fspath(file)}, output, lambda: facts([("recipient", public)]))


def _shown(name: str, value: Any) -> Any:
    if name == "bytes":
        return decimal(value)
    return ", ".join(value) if isinstance(value, list) else value
