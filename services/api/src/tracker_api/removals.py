"""Before messages are removed: none of them may still be on its way, or it would come back."""

from tracker_core.bus import INBOUND, Bus, inbound_subject
from tracker_core.errors import ConflictError


async def check_nothing_on_its_way(bus: Bus, source: str) -> None:
    """Raise when the bus still holds messages of `namespace/name`.

    Raises:
        ConflictError: some are not recorded yet.
    """
    subject = inbound_subject(source)
    info = await bus.js.stream_info(INBOUND, subjects_filter=subject)
    waiting = (info.state.subjects or {}).get(subject, 0)
    if waiting:
        raise ConflictError(
            f"{waiting} messages of Source '{source}' are on their way and not recorded yet",
            cure="Try again in a moment",
        )
