"""Secrets as files, `<folder>/<namespace>/<secret>/<key>`, as a pod mounts them and the local runtime writes them."""

from pathlib import Path

from tracker_core.errors import UnavailableError
from tracker_core.manifests import SecretKeyRef, Webhook

MAX_BYTES = 65_536
"""Size of one value."""


def secret_path(folder: Path, namespace: str, ref: SecretKeyRef) -> Path:
    """Return the file of one key of a Secret; a reference never leaves the folder, its schema sees to that."""
    return folder / namespace / ref.name / ref.key


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


def secret_refs(webhook: Webhook) -> list[SecretKeyRef]:
    """Return every reference of a Webhook."""
    verification = webhook.spec.verification
    wanted = verification.hmac or verification.token
    return [ref for ref in (wanted.secret_ref, wanted.previous_secret_ref) if ref is not None] if wanted else []
