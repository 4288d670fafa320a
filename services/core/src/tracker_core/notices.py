"""Notifications on their way to a member, in the channel where that member is known.

The row of a notification is the truth. `notice.<namespace>.<source>` on OUTBOUND, taken by the process of that Source;
what became of it comes back as a `Delivery`, as that of an answer does.
"""

from uuid import UUID

import msgspec

from tracker_core.asking import TaskCard
from tracker_core.inbound import Sender


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One notification. The channel needs no database to send it."""

    id: UUID
    """Of the notification's row: sent once, however often this comes."""
    attempt: int
    source: str
    """`namespace/name`."""
    recipient: Sender
    """The member, as the provider of the channel knows them."""
    kind: str
    """`tracker_core.tables.NotificationKind`."""
    task: TaskCard
    """As it is when this leaves."""
    by: str = ""
    """Who did it; empty for the program itself."""
    detail: str = ""
    """The words in which somebody is mentioned, or the answer that waits for approval."""


encode = msgspec.json.Encoder().encode
"""To the body of a message."""
decode_notice = msgspec.json.Decoder(Notice).decode
