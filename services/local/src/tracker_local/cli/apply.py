"""`tasktracker apply -f`: the same manifests that `kubectl apply -f` takes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from tracker_core.errors import InvalidManifestError, NotFoundError
from tracker_core.manifests import read_documents

from tracker_local.cli.client import open_api
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Format, cell, plain, show

_ENDINGS = {".yaml", ".yml", ".json"}
_MAX_BYTES = 10 << 20


def apply(
    files: Annotated[
        list[str],
        typer.Option("--filename", "-f", metavar="FILE|-|DIR", help="A file, a folder, or - for stdin; repeatable."),
    ],
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """Create or change Sources, Webhooks and Secrets from YAML or JSON.

    All files are checked first; when one of them is wrong, nothing is changed.

    [bold]Examples[/]
    $ tasktracker apply -f support.yaml
    $ tasktracker apply -f manifests/ -f secrets.yaml
    $ tasktracker get source inbox -o yaml | sed 's/Suggest/Auto/' | tasktracker apply -f -
    """
    documents = [text for file in files for name, text in _read(file) if _holds_manifests(name, text)]
    if not documents:
        raise InvalidManifestError(f"No manifests in {', '.join(files)}", cure="Give files that end in .yaml or .json")
    with open_api(server, token) as api:
        results = api.put_text("/api/manifests", "\n---\n".join(documents), "application/yaml")
    show(
        results,
        output,
        lambda: Text("\n").join(
            Text.assemble(
                f"{plain(item['kind']).lower()}/{plain(item['namespace'])}/{plain(item['name'])} ", cell(item["result"])
            )
            for item in results
        ),
    )


def _holds_manifests(name: str, text: str) -> bool:
    """Check the documents of one file here, where its name is known; return whether there are any."""
    try:
        return bool(read_documents(text))
    except InvalidManifestError as error:
        raise InvalidManifestError(f"{name}: {error.detail}", cure=error.cure) from None


def _read(file: str) -> list[tuple[str, str]]:
    """Return the name and the text of each file that one `-f` means."""
    if file == "-":
        return [("stdin", _text(typer.get_binary_stream("stdin").read(_MAX_BYTES + 1), "stdin"))]
    path = Path(file)
    try:
        if not path.is_dir():
            paths = [path]
        else:
            paths = sorted(entry for entry in path.iterdir() if entry.suffix in _ENDINGS and entry.is_file())
        return [(str(entry), _text(_head(entry), str(entry))) for entry in paths]
    except FileNotFoundError:
        raise NotFoundError(f"{file} does not exist", cure="Check the path") from None
    except OSError as error:
        raise InvalidManifestError(f"{file} cannot be read: {error.strerror}", cure="Check its permissions") from None


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_MAX_BYTES + 1)


def _text(data: bytes, name: str) -> str:
    if len(data) > _MAX_BYTES:
        raise InvalidManifestError(f"{name} is over {_MAX_BYTES} bytes", cure="Split it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidManifestError(f"{name} is not UTF-8: {error.reason} at byte {error.start}") from None
