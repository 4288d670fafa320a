"""Backup and restore: one file that holds Postgres, what waits on the bus, attachments and manifests.

The order of taking follows the messages, so that what leaves one part is in a later one (docs/adr/0009):

    cursors of the Sources -> HANDED -> DELIVERIES -> INBOUND -> Postgres (one snapshot) -> answers sent -> attachments

A message that was accepted before the backup began is on the bus when that is read, or was recorded before that and so
is in the snapshot, or both: then the restore leaves it out of the bus, because its row names its place in the stream.
"""
