"""How good a chain of providers is on labelled messages: `python -m tracker_worker eval FILE.jsonl`."""
