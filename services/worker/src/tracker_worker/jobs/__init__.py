"""Thin TaskIQ shells: each parses its arguments and calls one service."""
