"""`python -m tracker_bot`."""

import asyncio
import sys

from pydantic import ValidationError
from tracker_core.errors import TrackerError
from tracker_core.settings import describe
from tracker_core.telemetry import configure_logging

from tracker_bot.main import run
from tracker_bot.settings import BotSettings


def main() -> int:
    """Run the process; the exit code is 0 after a signal, 2 for settings that are wrong."""
    try:
        settings = BotSettings()
    except ValidationError as error:
        sys.stderr.write(f"Settings are missing or wrong: {describe(error)}\n")
        return 2
    configure_logging(settings.log, "bot")
    try:
        asyncio.run(run(settings))
    except TrackerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
