"""Shared kernel: everything that more than one process of Task Tracker needs. Imports no sibling."""
