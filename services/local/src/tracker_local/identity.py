"""Who a server runs as: Postgres refuses root, and most containers and small machines have nothing else.

A normal user runs it as itself. Root runs it in a user namespace, where it is `nobody` inside and the files stay
root's, so that the data can lie in a folder that only root may open. Where the kernel forbids namespaces, root falls
back to an existing unprivileged user, who must then be able to reach the folder.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tracker_core.errors import ConfigurationError

from tracker_local.process import SAME_IDENTITY, leashed


@dataclass(frozen=True)
class Identity:
    """The user of a server process."""

    leash: str = SAME_IDENTITY
    """As `leash.py` spells it."""
    owner: tuple[int, int] | None = None
    """User and group that must own the server's files; None when they stay ours."""

    def own(self, folder: Path) -> None:
        """Hand a folder and all in it to the owner."""
        if self.owner is None:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, *self.owner, follow_symlinks=False)


SAME = Identity()
NAMESPACE = Identity("namespace")


def unprivileged() -> Identity:
    """Return an identity that is not root and has a name.

    Raises:
        ConfigurationError: there is none.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return SAME
    if _namespaces_work():
        return NAMESPACE
    if os.geteuid() == 0:
        for name in ("postgres", "nobody"):
            try:
                return as_user(name)
            except KeyError:
                continue
    raise ConfigurationError(
        "Postgres does not run as root, and this system allows neither user namespaces nor another user",
        cure="Run as a normal user, or set TRACKER_DATABASE__URL to a Postgres that runs already",
    )


def as_user(name: str) -> Identity:
    """Return the identity of an existing user; KeyError when there is none of that name."""
    entry = pwd.getpwnam(name)
    return Identity(f"{entry.pw_uid}:{entry.pw_gid}", (entry.pw_uid, entry.pw_gid))


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


@cache
def _namespaces_work() -> bool:
    command = leashed(("true",), identity=NAMESPACE.leash)
    return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0
