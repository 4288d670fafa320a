"""The `tasktracker` command: one file per command, and the few things that all of them share."""
