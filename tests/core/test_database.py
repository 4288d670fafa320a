import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tracker_core.database import make_engine
from tracker_core.settings import DatabaseSettings


async def test_error_of_a_statement_does_not_repeat_what_people_wrote(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    with pytest.raises(DBAPIError) as caught:
        async with engine.connect() as connection:
            await connection.execute(text("select 1 / length(:text || '') / 0"), {"text": "the salary of Anna"})
    await engine.dispose()
    assert "division by zero" in str(caught.value)
    assert "Anna" not in str(caught.value)
