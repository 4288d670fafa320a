"""Webhooks: the HTTP edge of Sources, with their health, a test message and the change of their secret."""
