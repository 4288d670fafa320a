"""The processes that face the outside: the webhooks gateway, e-mail, Slack. They have NATS, and no database."""
