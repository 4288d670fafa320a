"""Figures over the last days."""
