"""Who a member is in the channels: linked by a one-time code, unlinked at any time."""
