"""Prompts live in files; a verdict keeps the version of the ones that it was made with."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files


@dataclass(frozen=True)
class Prompt:
    """The instructions of one agent."""

    text: str
    version: str
    """`<agent>@<hash>`: it changes whenever the text does, so nobody can forget to raise it."""


@cache
def load_prompt(agent: str) -> Prompt:
    """Return the prompt of `agents/<agent>/prompt.md`, with the rules that all agents share in front."""
    folder = files(__package__)
    rules = (folder / "rules.md").read_text(encoding="utf-8").strip()
    own = (folder / agent / "prompt.md").read_text(encoding="utf-8").strip()
    text = f"{rules}\n\n{own}\n"
    return Prompt(text, f"{agent}@{sha256(text.encode()).hexdigest()[:8]}")
