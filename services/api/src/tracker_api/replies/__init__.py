"""Replies: answers into the channel that a message came from. Internal notes are comments and never leave."""
