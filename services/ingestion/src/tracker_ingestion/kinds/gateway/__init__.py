"""The webhooks gateway: every HTTP request that is a message comes in here, and none is lost."""
