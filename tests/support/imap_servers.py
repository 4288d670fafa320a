"""Real IMAP servers for tests: pymap, which is always there, and Debian's Dovecot where it is installed.

`deliver` puts mails into a mailbox as a mail server would; the other methods look at it as a second mail program does.
"""

import imaplib
import os
import re
import shutil
import ssl
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tracker_local.ports import free_port
from tracker_local.process import Process

from tests.support.certificates import Authority
from tests.support.servers import Server, running

USER = "help@example.com"
PASSWORD = "päss word"
_SECONDS = 20
_QUOTA = 200_000
"""Bytes that Dovecot keeps for `full@example.com`."""
FULL_USER = "full@example.com"

NO_DOVECOT = "" if shutil.which("dovecot") and os.geteuid() == 0 else "Dovecot is not installed, or we are not root"


@dataclass
class ImapServer:
    """A server that runs."""

    name: str
    server: Server
    port: int
    """Plain, with STARTTLS."""
    authority: Authority
    user: str = USER

    def deliver(self, mails: Sequence[bytes], mailbox: str = "INBOX", arrived: datetime | None = None) -> None:
        """Append mails, each in one packet: command and literal apart would wait 40 ms for each other."""
        date = imaplib.Time2Internaldate(arrived) + " " if arrived else ""
        with self.opened() as client:
            for number, mail in enumerate(mails):
                crlf = re.sub(rb"\r?\n", b"\r\n", mail)
                where = f"{mailbox} {date}".encode()
                client.send(b"m%d APPEND %s{%d+}\r\n%s\r\n" % (number, where, len(crlf), crlf))
                while not (line := client.readline()).startswith(b"m%d " % number):
                    assert line, "the server hung up"
                assert b" OK " in line, line

    def flags(self, mailbox: str = "INBOX") -> dict[int, str]:
        """Return the flags of each mail by its UID."""
        with self.opened() as client:
            client.select(f'"{mailbox}"', readonly=True)
            _, found = client.uid("FETCH", "1:*", "(FLAGS)")
            lines = [item.decode() for item in found if isinstance(item, bytes)]
        return {
            int(uid[1]): flags[1]
            for line in lines
            if (uid := re.search(r"UID (\d+)", line)) and (flags := re.search(r"FLAGS \(([^)]*)\)", line))
        }

    def count(self, mailbox: str = "INBOX") -> int:
        """Return how many mails there are; -1 when there is no such mailbox."""
        with self.opened() as client:
            status, found = client.select(f'"{mailbox}"', readonly=True)
            return int(found[0] or 0) if status == "OK" else -1

    def make(self, mailbox: str) -> None:
        """Make a mailbox, anew if there is one: its UIDVALIDITY is another then."""
        with self.opened() as client:
            client.delete(mailbox)
            assert client.create(mailbox)[0] == "OK"

    @contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """Log in as somebody else with the same account."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            client.starttls(ssl.create_default_context(cafile=str(self.authority.ca)))
            client.authenticate("PLAIN", lambda _: f"\0{self.user}\0{PASSWORD}".encode())
            yield client
        finally:
            client.logout()


@contextmanager
def start_pymap(folder: Path, authority: Authority) -> Iterator[ImapServer]:
    """Run pymap with one empty account in memory. About 0.5 s."""
    port = free_port()
    process = Process(
        name="pymap",
        command=(
            *(sys.executable, "-c", "from pymap.main import main; main()"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--cert", str(authority.certificate), "--key", str(authority.key)),
            *("dict", "--demo-user", USER, "--demo-password", PASSWORD),
        ),
        ready=lambda _: _answers(port),
    )
    with running(Server(f"imap://127.0.0.1:{port}", process, folder / "pymap.log")) as server:
        yield ImapServer("pymap", server, port, authority)


@contextmanager
def start_dovecot(authority: Authority) -> Iterator[ImapServer]:
    """Run Dovecot with two accounts, one of them with little room. About 0.3 s."""
    port = free_port()
    # Outside the folders of pytest, which only root may enter: the mails belong to an unprivileged user.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)
    (folder / "mail").mkdir(mode=0o777)
    (folder / "mail").chmod(0o777)
    (folder / "users").write_text(
        f"{USER}:{{PLAIN}}{PASSWORD}::::::\n{FULL_USER}:{{PLAIN}}{PASSWORD}::::::userdb_quota_rule=*:bytes={_QUOTA}\n",
        encoding="utf-8",
    )
    (folder / "users").chmod(0o644)
    (folder / "dovecot.conf").write_text(_DOVECOT.format(folder=folder, port=port, authority=authority))
    process = Process(
        name="dovecot",
        command=("/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")),
        ready=lambda _: _answers(port),
    )
    try:
        with running(Server(f"imap://127.0.0.1:{port}", process, folder / "dovecot.log")) as server:
            yield ImapServer("dovecot", server, port, authority)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
mail_location = maildir:{folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
mail_plugins = quota
auth_mechanisms = plain login
auth_failure_delay = 0
auth_cache_size = 0
login_trusted_networks = 127.0.0.1
mail_max_userip_connections = 50
ssl = yes
ssl_cert = <{authority.certificate}
ssl_key = <{authority.key}
passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
namespace inbox {{
  inbox = yes
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = maildir:User quota
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  client_limit = 100
}}
"""


def _answers(port: int) -> bool:
    try:
        imaplib.IMAP4("127.0.0.1", port, timeout=1).logout()
    except (OSError, imaplib.IMAP4.error):
        return False
    return True
