"""Events: who changed what."""
