"""`python -m tracker_bot`: the process of a Source; with `unregister` it undoes what that has told Telegram."""

import asyncio
import sys
from collections.abc import Sequence

from tracker_core.errors import ConfigurationError, TrackerError
from tracker_core.observing import observe

from tracker_bot.main import run
from tracker_bot.settings import BotSettings
from tracker_bot.unregistering import unregister


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code is 0 after a signal, 2 for arguments or settings that are wrong."""
    if list(arguments) not in ([], ["unregister"]):
        sys.stderr.write("usage: python -m tracker_bot [unregister]\n")
        return 2
    try:
        settings = BotSettings.read()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        observe(settings, "bot")
        asyncio.run(unregister(settings) if arguments else run(settings))
    except TrackerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
