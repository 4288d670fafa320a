"""Messages: what somebody said, and what became of it."""
