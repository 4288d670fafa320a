"""The ledger: no message is ever lost, and this proves it."""
