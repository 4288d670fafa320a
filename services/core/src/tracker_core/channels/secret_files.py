"""Secrets as files, `<folder>/<namespace>/<secret>/<key>`, as a pod mounts them and the local runtime writes them."""

import hashlib
from pathlib import Path

from tracker_core.errors import UnavailableError
from tracker_core.manifests import SecretKeyRef

MAX_BYTES = 65_536
"""Size of one value."""

_MAX_NAME = 253
"""Characters of a key of a Kubernetes Secret."""


def secret_path(folder: Path, namespace: str, ref: SecretKeyRef) -> Path:
    """Return the file of one key of a Secret; a reference never leaves the folder, its schema sees to that.

    A Kubernetes Secret is mounted as a flat folder, so the gateway of a cluster has the parts in one name.
    """
    flat = folder / flat_name(namespace, ref)
    return flat if flat.is_file() else folder / namespace / ref.name / ref.key


def flat_name(namespace: str, ref: SecretKeyRef) -> str:
    """Return the name of a value in a flat folder; neither a namespace nor a Secret has an underscore in its name."""
    name = f"{namespace}_{ref.name}_{ref.key}"
    return name if len(name) <= _MAX_NAME else hashlib.sha256(name.encode()).hexdigest()


def read_secret(folder: Path, namespace: str, ref: SecretKeyRef) -> bytes:
    """Return the value without the newline that editors and `echo` leave at its end.

    Raises:
        UnavailableError: there is no such file, it is empty, or it may not be read.
    """
    path = secret_path(folder, namespace, ref)
    name = f"'{namespace}/{ref.name}'"
    try:
        with path.open("rb") as file:
            value = file.read(MAX_BYTES + 1).rstrip(b"\r\n")
    except (FileNotFoundError, NotADirectoryError):
        what = f"has no key '{ref.key}'" if path.parent.is_dir() else "does not exist"
        raise UnavailableError(f"Secret {name} {what}", cure=f"Create the Secret with the key '{ref.key}'") from None
    except OSError as error:
        raise UnavailableError(
            f"Secret {name}, key '{ref.key}' cannot be read: {error.strerror}", cure="Check the permissions of the file"
        ) from None
    if not value:
        # An empty key would verify for everybody.
        raise UnavailableError(f"Secret {name}, key '{ref.key}' is empty", cure="Give the key a value")
    if len(value) > MAX_BYTES:
        raise UnavailableError(f"Secret {name}, key '{ref.key}' is over {MAX_BYTES} bytes", cure="Use a shorter value")
    return value
