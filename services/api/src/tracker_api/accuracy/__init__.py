"""Accuracy: how right triage was, as people say."""
