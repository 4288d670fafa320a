"""Which language models are configured: by the environment of `tasktracker up`, which leaves them in the folder.

So `doctor` and `eval` know of them in another terminal. They may hold keys: the file is one of the secrets, and of the
processes only those that judge messages are told.
"""

import os
from collections.abc import Mapping

from tracker_local.home import Home, write_secret

PROVIDERS = "TRACKER_TRIAGE__PROVIDERS"
"""Read by the worker alone; here it only matters whether it is empty."""


def given() -> str:
    """Return what the environment says; empty when no language model is configured."""
    said = os.environ.get(PROVIDERS, "").strip()
    return "" if said == "[]" else said


def keep(home: Home) -> None:
    """Leave what the environment says in the folder."""
    if given():
        write_secret(home.providers_file, given())
    else:
        home.providers_file.unlink(missing_ok=True)


def kept(home: Home) -> str:
    """Return what runs in the folder was started with; empty when no language model is configured."""
    try:
        return home.providers_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def environment(home: Home) -> Mapping[str, str]:
    """Return the environment for a command of the worker; where this terminal says nothing, the last start's counts."""
    return os.environ | {PROVIDERS: os.environ.get(PROVIDERS) or kept(home) or "[]"}
