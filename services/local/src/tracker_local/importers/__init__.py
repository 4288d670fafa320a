"""Imports the files that people have: chat exports, mailboxes, lines of JSON.

`open_import(path)` finds out what a file is, `Import.messages()` reads it, `upload` sends it to the API.
"""

from tracker_local.importers.items import Item, Reject
from tracker_local.importers.opening import Import, open_import
from tracker_local.importers.upload import ImportResult, upload

__all__ = ["Import", "ImportResult", "Item", "Reject", "open_import", "upload"]
