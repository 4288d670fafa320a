"""Says that no person wrote a mail to us: bounces, out-of-office notes, newsletters, receipts.

By headers only (RFC 3834, RFC 3464, RFC 2369 and what was there before them); words like "out of office" in a subject
are what people write about, too. A discussion list that people write to (`List-Post`) is not automatic: an address like
support@ is often such a group.
"""

import re
from email.message import Message
from typing import Final

from tracker_core.mail.headers import header

_PRECEDENCE: Final = {"bulk", "junk", "list", "auto_reply"}
_REPORTS: Final = {"delivery-status": "a delivery report", "disposition-notification": "a read receipt"}
_DAEMONS: Final = re.compile(r"(?i)(?:^|[<\s])(?:mailer-daemon|postmaster|mdaemon)@")
_RESPONDERS: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply")
_NO: Final = {"", "no", "none", "false", "0"}


def automatic(mail: Message) -> str:
    """Return what kind of automatic mail it is; empty for one that a person wrote."""
    submitted = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if mail.get_content_type() == "multipart/report":
        report = str(mail.get_param("report-type", "")).lower()
        return _REPORTS.get(report, "a report of a mail system")
    if _DAEMONS.search(header(mail, "From")):
        return "a delivery report"
    if submitted == "auto-replied" or any(header(mail, name).lower() not in _NO for name in _RESPONDERS):
        return "an automatic reply"
    if submitted not in _NO:
        return f"sent by a program (Auto-Submitted: {submitted[:40]})"
    if header(mail, "Return-Path").replace(" ", "") == "<>":
        return "sent without a return path, as bounces are"
    return _mass(mail)


def _mass(mail: Message) -> str:
    precedence = header(mail, "Precedence").strip().lower()
    if precedence == "auto_reply":
        return "an automatic reply"
    if "<mailto:" in header(mail, "List-Post").lower():
        return ""
    if precedence in _PRECEDENCE:
        return f"mass mail (Precedence: {precedence})"
    for name in ("List-Id", "List-Unsubscribe"):
        if header(mail, name):
            return f"mass mail ({name})"
    return ""
