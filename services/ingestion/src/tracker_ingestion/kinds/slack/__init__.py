"""A Slack app: what is written in its channels becomes messages, and answers go back into their threads."""
