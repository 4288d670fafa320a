"""The process of a Telegram Source: its updates become messages on the bus."""
