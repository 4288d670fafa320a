import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tracker_core.database import make_engine
from tracker_core.repositories.accounts import ensure_default_workspace
from tracker_core.settings import DatabaseSettings
from tracker_core.tables import Task
from tracker_core.vectors import VECTOR_SIZE, literal


def _axis(place: int) -> list[float]:
    return [float(number == place) for number in range(VECTOR_SIZE)]


async def test_vector_comes_back_as_it_was_stored_and_is_found_by_its_neighbour(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    async with engine.begin() as connection:
        workspace_id = await ensure_default_workspace(connection)
    stored = [0.25, -0.5] + [0.0] * (VECTOR_SIZE - 2)
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        near = Task(workspace_id=workspace_id, number=901, title="near", vector=stored, vector_version="t")
        far = Task(workspace_id=workspace_id, number=902, title="far", vector=_axis(7), vector_version="t")
        unread = Task(workspace_id=workspace_id, number=903, title="unread")
        session.add_all([near, far, unread])
    async with AsyncSession(engine) as session:
        found = await session.get_one(Task, near.id)
        assert found.vector == pytest.approx(stored)
        assert (await session.get_one(Task, unread.id)).vector is None
        order = await session.execute(
            text(
                "select title from task where vector_version = 't'"
                " order by vector <=> cast(cast(:near as text) as halfvec)"
            ),
            {"near": literal(stored)},
        )
        assert list(order.scalars()) == ["near", "far"]
    await engine.dispose()
