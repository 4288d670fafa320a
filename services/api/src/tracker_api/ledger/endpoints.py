"""`/api/ledger`."""

from typing import Annotated

from fastapi import APIRouter, Query

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.ledger import service
from tracker_api.ledger.schemas import Ledger

router = APIRouter(tags=["ledger"])


@router.get("/ledger")
async def get_ledger(
    context: Ctx,
    principal: Viewer,
    source: Annotated[str | None, Query(max_length=507, description="`namespace/name`: only this Source")] = None,
) -> Ledger:
    """Return where every message is, and the proof that none is lost."""
    return await service.get_ledger(context, principal, source)
