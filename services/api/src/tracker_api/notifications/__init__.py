"""What a member is told in a channel, and when."""
