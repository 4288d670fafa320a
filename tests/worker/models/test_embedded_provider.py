from datetime import UTC, datetime

from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.provider import Question

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


async def test_a_judgement_keeps_where_it_lies_in_the_neutral_space() -> None:
    provider = EmbeddedProvider.load()
    said = await provider.judge(Question("", "The export is empty since the update", "Dana", NOON))
    nothing = await provider.judge(Question("", "...", "Dana", NOON))
    assert said.vector is not None
    assert (len(said.vector), round(sum(x * x for x in said.vector), 3)) == (128, 1.0)
    assert said.vector_version
    assert (nothing.vector, nothing.vector_version) == (None, "")
