"""Health: each part by its name."""
