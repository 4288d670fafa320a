"""Idempotency-Key: a POST that is sent again is answered as before and does nothing.

The key, the change and the answer are one transaction, so there is no moment at which one of them is missing. Only
answers to what worked are kept: after an error the same key may try again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response
from tracker_core.errors import ConflictError
from tracker_core.repositories import idempotency as repository
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.context import Context


@dataclass(frozen=True)
class Once:
    """A POST and the key that it came with."""

    key: str | None
    request_hash: bytes

    async def answer(
        self,
        context: Context,
        principal: Principal,
        act: Callable[[Transaction], Awaitable[BaseModel]],
        *,
        status: int,
    ) -> Response:
        """Run `act` in a transaction, or repeat what it answered; the commit comes before the response.

        Raises:
            ConflictError: the key was used for another request.
        """
        async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
            database = await tx.session.connection()
            if self.key is not None:
                # A key belongs to the one who sent it: nobody else may read the answer by guessing it.
                key = f"{principal.member_id}:{self.key}"
                stored = await repository.claim_key(database, tx.workspace_id, key, self.request_hash)
                if stored is not None:
                    return self._again(stored)
            body = (await act(tx)).model_dump_json().encode()
            if self.key is not None:
                await tx.session.flush()
                await repository.store_answer(database, tx.workspace_id, key, status, body)
        return Response(body, status, media_type="application/json")

    def _again(self, stored: repository.StoredAnswer) -> Response:
        if stored.request_hash != self.request_hash:
            raise ConflictError(
                f"Idempotency-Key {self.key!r} was used for another request", cure="Use a new key for each request"
            )
        headers = {"idempotency-replayed": "true"}
        return Response(stored.body, stored.status, headers, media_type="application/json")


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="Makes sending it again harmless, for a day")
    ] = None,
) -> Once:
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Once(idempotency_key, hashlib.sha256(head + await request.body()).digest())


OnlyOnce = Annotated[Once, Depends(_once)]
"""The request's idempotency, as an endpoint's parameter."""
