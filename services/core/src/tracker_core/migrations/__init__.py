"""Alembic's scripts. `python -m tracker_core.migrations upgrade` brings TRACKER_DATABASE__URL to the newest revision."""
