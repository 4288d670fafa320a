"""Golden objects beside live ones: the API server adds its defaults, and nothing else may differ."""

from typing import Any


def differences(golden: Any, live: Any, path: str) -> list[str]:
    """Where the live object does not have what the golden one has; the server adds its defaults."""
    if not golden and not live:
        return []  # an empty list, an empty string, false and an absent field are the same to the API server
    if isinstance(golden, dict):
        if not isinstance(live, dict):
            return [f"{path}: {live!r}"]
        return [line for key, part in golden.items() for line in differences(part, live.get(key), f"{path}.{key}")]
    if isinstance(golden, list):
        if not isinstance(live, list) or len(golden) != len(live):
            return [f"{path}: {live!r}"]
        pairs = enumerate(zip(golden, live, strict=True))
        return [line for number, (one, other) in pairs for line in differences(one, other, f"{path}[{number}]")]
    return [] if golden == live else [f"{path}: {live!r}, not {golden!r}"]
