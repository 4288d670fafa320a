"""Tasks: what the team has to do."""
