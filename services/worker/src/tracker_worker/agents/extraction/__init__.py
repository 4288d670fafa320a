"""Title, assignee, due date and labels of a message."""
