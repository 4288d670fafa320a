"""What went wrong at Telegram, said so that a person knows the cure; pure.

Which answer means what: https://core.telegram.org/bots/api#making-requests and the server's own texts,
https://github.com/tdlib/telegram-bot-api.
"""

import random
from dataclasses import dataclass

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    DetailedAiogramError,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError
from tracker_core.channels.condition import Reason

FAILURES = (AiogramError, TokenValidationError, ClientError, OSError, ValueError, TypeError)
"""All that a call can raise. The last two: aiogram on bytes that are no text, and on errors without a description."""

_LONGEST_WAIT = 60.0
_LONGEST_RETRY_AFTER = 3600.0


@dataclass(frozen=True)
class Trouble:
    """Why a call failed."""

    reason: Reason
    detail: str
    retry_after: float = 0.0
    """Seconds that Telegram asks for."""

    def wait(self, failures: int) -> float:
        """Return the seconds until the next try, after so many failures in a row."""
        if self.retry_after:
            return min(self.retry_after, _LONGEST_RETRY_AFTER)
        # Jitter: many bots must not come back at the same moment.
        return min(2.0 ** min(failures, 10), _LONGEST_WAIT) * random.uniform(0.5, 1.0)  # noqa: S311


def diagnose(error: Exception) -> Trouble:  # noqa: PLR0911 -- one for each answer
    """Say what an error of a call means for the Source."""
    text = _text(error)
    match error:
        case TelegramUnauthorizedError() | TelegramNotFound() | TokenValidationError():
            return Trouble(
                Reason.INVALID_CREDENTIALS,
                f"Telegram does not accept the token ({text}): it is wrong or was revoked. "
                "Get it from @BotFather (/mybots, API Token) and put it into the Secret",
            )
        case TelegramConflictError():
            return Trouble(
                Reason.CONFLICT,
                f"Somebody else receives with the same token ({text}). Stop the other one, or give this Source a bot "
                "of its own",
            )
        case TelegramRetryAfter():
            return Trouble(
                Reason.RATE_LIMITED,
                f"Telegram wants {error.retry_after} s of silence (429). Nothing is lost: it keeps the updates",
                retry_after=float(error.retry_after),
            )
        case TelegramForbiddenError():
            return Trouble(Reason.FORBIDDEN, f"Telegram forbids it ({text})")
        case TelegramNetworkError() if isinstance(error.__cause__, TimeoutError):
            return _slow()
        case TimeoutError():
            return _slow()
        case TelegramNetworkError() | ClientError() | OSError():
            return Trouble(
                Reason.UNREACHABLE, f"Telegram cannot be reached ({text}). Check the network, or TRACKER_BOT__API_URL"
            )
        case _:
            return Trouble(Reason.PROVIDER_ERROR, f"Telegram answers what cannot be used ({text})")


def _slow() -> Trouble:
    return Trouble(Reason.SLOW, "Telegram did not answer in time. Nothing is lost: it keeps the updates")


def _text(error: Exception) -> str:
    if isinstance(error, ClientDecodeError):
        # Its text repeats the whole answer, with what people wrote.
        return f"{error.message}: {type(error.original).__name__}"
    if isinstance(error, DetailedAiogramError):
        return str(error.message)[:300]
    return (str(error) or type(error).__name__)[:300]
