"""Triage providers and what they stand on."""
