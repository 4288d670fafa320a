"""One-machine runtime and user CLI."""
