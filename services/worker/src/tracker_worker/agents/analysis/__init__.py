"""What to do about a message, and which tasks it belongs with."""
