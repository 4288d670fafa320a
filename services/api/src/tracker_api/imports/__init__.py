"""Imports: messages from files, in batches, onto the bus."""
