"""Sources and Webhooks, and the secrets that they refer to.

Of a folder the files, of a cluster the objects as YAML. Secrets are files of the one-machine installation and go into
an encrypted backup only; those of a cluster are left to what made them. What the runtime has made up for itself
(passwords of its servers, the token of the command) belongs to no other installation and is never in it.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import yaml
from tracker_core.kubernetes.client import SOURCES, WEBHOOKS, Client
from tracker_core.kubernetes.login import Login

from tracker_local.backup.archive import Reader
from tracker_local.backup.settings import ManifestOptions
from tracker_local.home import Home

MANIFESTS, SECRETS = "manifests/", "secrets/"
_SECRET_DEPTH = 3
"""`<namespace>/<secret>/<key>`."""
_SAFE = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]+")


def folders(options: ManifestOptions, home: Home) -> tuple[Path, Path]:
    """Return where manifests and secrets lie."""
    return options.manifests_dir or home.manifests, options.secrets_dir or home.secrets


def files(folder: Path, depth: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Return each file with its path below the folder."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and (depth is None or len(inside.parts) == depth) and not path.name.startswith("."):
            yield inside.as_posix(), path.read_bytes()


def secret_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Return each secret that a manifest may refer to."""
    return files(folder, _SECRET_DEPTH)


async def objects(namespaces: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Return the Sources and Webhooks of the cluster, as `kubectl apply` takes them, by the name of a file."""
    found = []
    async with Client(Login.find()) as client:
        for resource in (SOURCES, WEBHOOKS):
            for place in namespaces or (None,):
                for item in await client.list(resource, place):
                    meta = item["metadata"]
                    kept = {"name": meta["name"], "namespace": meta["namespace"]}
                    kept |= {key: meta[key] for key in ("labels", "annotations") if meta.get(key)}
                    document = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": kept}
                    text = yaml.safe_dump(document | {"spec": item["spec"]}, sort_keys=False, allow_unicode=True)
                    name = f"{meta['namespace']}/{resource.kind.lower()}-{meta['name']}.yaml"
                    found.append((name, text.encode()))
    return found


def write_back(reader: Reader, manifests: Path, secrets: Path) -> None:
    """Write manifests and secrets where they were; a manifest that is not in the backup goes, a secret stays."""
    kept = set()
    for part in reader.index.parts:
        for begin, folder in ((MANIFESTS, manifests), (SECRETS, secrets)):
            if part.name.startswith(begin):
                inside = PurePosixPath(part.name.removeprefix(begin))
                if not inside.is_absolute() and all(_SAFE.fullmatch(step) for step in inside.parts):
                    kept.add(folder / inside)
                    _write(folder / inside, b"".join(reader.read(part.name)))
    for found, _ in list(files(manifests)):
        if manifests / found not in kept:
            (manifests / found).unlink()


def _write(path: Path, content: bytes) -> None:
    """Write a file that only we may read, all of it or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.restored")
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    temporary.replace(path)
