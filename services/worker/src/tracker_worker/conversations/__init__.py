"""Which messages belong together: what is read as one, and what follows up on a task that is there already. Pure."""
