"""Records inbound messages and triages them."""
