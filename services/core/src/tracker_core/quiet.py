"""When a member wants to hear nothing; pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DEFAULT_ZONE = "UTC"


def zone_of(name: str | None) -> ZoneInfo:
    """Return the zone of a member; that of nobody in particular where none is set, or it is known no more."""
    try:
        return ZoneInfo(name or DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def is_zone(name: str) -> bool:
    """Say whether this is a name of the IANA time zone database, as `Europe/Berlin`."""
    return name in available_timezones()


def quiet_until(now: datetime, start: time | None, end: time | None, zone: str | None) -> datetime | None:
    """Return until when it is quiet, None when it is not.

    Args:
        now: The time, aware.
        start: When the quiet hours begin, on the member's clock; they may span midnight.
        end: When they end. Without either of them, and where both are the same, there are none.
        zone: Of that clock.
    """
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(zone_of(zone))
    clock = local.time()
    is_quiet = start <= clock < end if start < end else clock >= start or clock < end
    if not is_quiet:
        return None
    over = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0, fold=0)
    # A day is added on the clock: across a change of the clocks it is not 24 hours.
    return (over if clock < end else over + timedelta(days=1)).astimezone(UTC)
