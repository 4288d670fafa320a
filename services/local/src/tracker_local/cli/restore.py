"""`tasktracker restore`: an installation back from its backup."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.text import Text

from tracker_local.cli.backups import Bars, bars, sums
from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, facts, say, show
from tracker_local.home import Home


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup: its path, or s3://bucket/prefix/name.")],
    *,
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="FILE", help="File with the key that opens it.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Restore over an installation that is not empty; its data will be gone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before data is replaced.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only read the backup and compare all checksums.")] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Restore a backup into an empty installation that does not run.

    Everything in it is compared with its checksum first. A backup of an older
    version is migrated. When it is interrupted, run it again.

    [bold]Examples[/]
    $ tasktracker restore backups/tasktracker-20261201T020000Z.zip --check
    $ tasktracker down && tasktracker restore backups/tasktracker-20261201T020000Z.zip
    $ tasktracker restore s3://safe/tracker/tasktracker-20261201T020000Z.zip.age --identity key.txt
    """
    if replace and not yes and not check:
        typer.confirm("All data of this installation will be replaced by the backup. Go on?", abort=True, err=True)
    with bars() as drawn:
        told = asyncio.run(_restore(file, identity, drawn, replace=replace, check=check))
    if told["manifests"] and told["from"] == "kubernetes":
        say("The manifests are in the backup: unzip FILE 'manifests/*' && kubectl apply -R -f manifests", "yellow")
    if not told["secrets"] and not check:
        say("The secrets of Sources were not in it: put them back, see docs/backup.md", "yellow")
    headline = "It is whole" if check else "Restored; start it now"
    show(told, output, lambda: facts([("", Text(headline, style="green")), *told.items()]))


async def _restore(file: str, identity: Path | None, drawn: Bars, *, replace: bool, check: bool) -> dict[str, Any]:
    from tracker_local.backup import archive, places, restoring  # noqa: PLC0415 -- loads what no other command needs
    from tracker_local.backup.settings import BackupSettings  # noqa: PLC0415
    from tracker_local.backup.stores import open_stores  # noqa: PLC0415

    settings, home, began = BackupSettings.read(), Home.current(), monotonic()
    folder, name = places.split(file)
    place = places.place(folder, settings)
    with place.room() as room:
        path = await place.fetch(name, room)
        with archive.open_archive(path, identity or settings.backup.identity_file) as reader:
            restoring.check(reader, drawn)
            index = reader.index
            told: dict[str, Any] = {
                "taken_at": index.started_at.isoformat(timespec="seconds"),
                "version": index.version,
                "revision": index.revision,
                "from": index.manifests,
                **sums(index),
            }
            if not check:
                async with open_stores(settings, home, alone=True) as stores:
                    await restoring.check_target(stores, replace=replace)
                    restored = await restoring.restore(stores, reader, settings.api, home, drawn)
                told |= {"republished": restored.republished}
    return told | {"seconds": round(monotonic() - began, 1)}
