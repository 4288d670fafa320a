"""Accounts: login, members, API tokens."""
