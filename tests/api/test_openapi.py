"""The committed OpenAPI document is the one that this program serves."""

import json
from pathlib import Path

import httpx
from tracker_api.main import create_app
from tracker_api.openapi import write

COMMITTED = Path(__file__).parents[2] / "services" / "api" / "openapi.json"


def test_the_committed_document_is_current() -> None:
    cure = "Run `python -m tracker_api.openapi > services/api/openapi.json`"

    assert COMMITTED.read_text() == write(create_app().openapi()), cure


async def test_it_is_served(admin: httpx.AsyncClient) -> None:
    served = (await admin.get("/api/openapi.json")).json()

    assert served == json.loads(write(create_app().openapi()))
