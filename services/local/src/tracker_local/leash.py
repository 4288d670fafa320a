"""Start a program so that it cannot outlive its parent, and with no more rights than it needs.

Run as a script between the supervisor and the program (`python -I -S leash.py PARENT SIGNAL IDENTITY PROGRAM ARG…`):
it asks the kernel to send SIGNAL when PARENT dies, drops its rights, and becomes the program, with the same pid. A
script and not a `preexec_fn`, because Python code between fork and exec can deadlock in a parent that has threads.

IDENTITY is `-` (as the parent), `namespace` (an unprivileged user in a user namespace of its own; files stay the
parent's) or `UID:GID`. Standard library only and no imports of ours: it starts in 15 ms.
"""

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000  # linux/sched.h
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_OVERFLOW_ID = 65534
"""`nobody`: a user that the passwd file of nearly every system knows, and initdb asks for a name."""

_NOT_FOUND = 127  # as the shell says it


def main() -> None:
    """Become the program."""
    parent, signal, identity, *program = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if identity == "namespace":
        _enter_namespace(libc)
    elif identity != "-":
        user, group = identity.split(":")
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    # After the change of identity, which clears it; execve keeps it.
    if libc.prctl(_PR_SET_PDEATHSIG, int(signal), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != int(parent):  # it died before the kernel was asked
        sys.exit("leash: the parent is gone")
    try:
        os.execvp(program[0], program)  # noqa: S606 -- becoming the program is what this file is for
    except OSError as error:
        sys.stderr.write(f"leash: {program[0]}: {error.strerror}\n")
        sys.exit(_NOT_FOUND)


def _enter_namespace(libc: ctypes.CDLL) -> None:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    # The kernel wants setgroups denied before an unprivileged process may map its group: user_namespaces(7).
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_OVERFLOW_ID} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_OVERFLOW_ID} {group} 1", encoding="ascii")


if __name__ == "__main__":
    main()
