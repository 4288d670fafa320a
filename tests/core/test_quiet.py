"""Quiet hours are those of the member's own clock, also across midnight and a change of the clocks."""

from datetime import UTC, datetime, time

import pytest
from tracker_core.quiet import is_zone, quiet_until, zone_of

NIGHT = (time(21), time(8))


@pytest.mark.parametrize(
    ("now", "hours", "zone", "until"),
    [
        ("2026-10-05T20:59", NIGHT, None, None),
        ("2026-10-05T21:00", NIGHT, None, "2026-10-06T08:00"),
        ("2026-10-06T07:59", NIGHT, None, "2026-10-06T08:00"),
        ("2026-10-06T08:00", NIGHT, None, None),
        ("2026-10-05T19:30", NIGHT, "Europe/Berlin", "2026-10-06T06:00"),
        ("2026-10-05T13:00", (time(12), time(14)), None, "2026-10-05T14:00"),
        ("2026-10-05T14:00", (time(12), time(14)), None, None),
        ("2026-10-05T23:00", (time(8), time(8)), None, None),
        ("2026-10-05T23:00", (None, None), None, None),
        # The night in which the clocks go back has an hour more.
        ("2026-10-24T20:00", NIGHT, "Europe/Berlin", "2026-10-25T07:00"),
        ("2026-10-05T23:00", NIGHT, "No/Where", "2026-10-06T08:00"),
    ],
)
def test_quiet_hours_end_on_the_members_clock(
    now: str, hours: tuple[time | None, time | None], zone: str | None, until: str | None
) -> None:
    def at(moment: str) -> datetime:
        return datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert quiet_until(at(now), *hours, zone) == (at(until) if until else None)


def test_zones_are_those_of_the_iana_database() -> None:
    assert is_zone("Europe/Berlin")
    assert not is_zone("Mars/Olympus")
    assert not is_zone("../etc/passwd")
    assert zone_of("../etc/passwd") == zone_of(None)
