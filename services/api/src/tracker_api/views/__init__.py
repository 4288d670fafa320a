"""Saved views: lists of tasks that somebody comes back to, private or shared."""
