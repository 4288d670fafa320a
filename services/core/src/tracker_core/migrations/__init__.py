"""Alembic's scripts. `python -m tracker_core.migrations upgrade` brings the database to the newest revision."""

HEAD = "0010"
"""The newest revision: what this program needs. A service compares, and only the migration loads Alembic."""
