"""Alembic's scripts. `python -m tracker_core.migrations upgrade` brings the database to the newest revision."""

HEAD = "0012"
"""The newest revision: what this program needs at least. A service compares, and only the migration loads Alembic.

Revisions are numbers of four digits, so that their order is that of their text.
"""
