"""Category and priority of a message."""
