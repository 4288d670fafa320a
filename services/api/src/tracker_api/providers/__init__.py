"""The models that judge messages, and what they may use."""
