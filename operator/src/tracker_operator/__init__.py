"""Kopf operator for Sources and Webhooks."""
