"""Figures of a period, beside those of the one before."""
