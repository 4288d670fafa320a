"""Alembic's scripts. `python -m tracker_core.migrations upgrade` brings the database to the newest revision."""
