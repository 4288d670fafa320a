"""Reads one e-mail as the world writes them: broken charsets, HTML only, no Message-ID, dates of no calendar.

The mail Source and the importers need the same answer to "what does this mail say, and which thread is it of", so it
lives here, pure: bytes in, `Mail` out. `reading` is the whole of it; the other modules are its parts, one idea each.
"""

from tracker_core.mail.charsets import text_of
from tracker_core.mail.headers import decoded
from tracker_core.mail.markup import text_of_html
from tracker_core.mail.parts import MailFile
from tracker_core.mail.reading import Mail, content_digest, read_mail

__all__ = ["Mail", "MailFile", "content_digest", "decoded", "read_mail", "text_of", "text_of_html"]
