"""A server that speaks OpenAI's chat completions and does what the test says: the wire is what we fake.

Importing it forbids requests to models; `LlmServer` allows them for as long as it runs.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from pydantic_ai import models

models.ALLOW_MODEL_REQUESTS = False

type Behaviour = Callable[[dict[str, Any]], Awaitable[web.Response]]

CLASSIFICATION: dict[str, Any] = {
    "category": "feature",
    "priority": "high",
    "confidence": 0.9,
    "reason": "It asks for a new export",
}
EXTRACTION: dict[str, Any] = {
    "title": "Add an export to CSV",
    "description": "The report needs an export to CSV.",
    "assignee": None,
    "due_on": None,
    "labels": [],
}
ANALYSIS: dict[str, Any] = {
    "summary": "An export is wanted.",
    "next_steps": ["Ask for the columns"],
    "effort": "medium",
    "risk": "low",
    "related": [],
    "duplicates": [],
}
_GOOD = {"Classification": CLASSIFICATION, "Extraction": EXTRACTION, "Analysis": ANALYSIS}


def asked_for(request: dict[str, Any]) -> str:
    """Return the name of the output that a request wants: `Classification`, `Extraction`, …"""
    return str(request["response_format"]["json_schema"]["name"])


def prompt_of(request: dict[str, Any]) -> str:
    """Return all that a request says."""
    return "\n".join(str(message.get("content")) for message in request["messages"])


def answers(**changes: dict[str, Any]) -> Behaviour:
    """Answer each agent well, with changes by output name."""

    async def behave(request: dict[str, Any]) -> web.Response:
        name = asked_for(request)
        return completion(request, json.dumps({**_GOOD.get(name, {"ready": True}), **changes.get(name, {})}))

    return behave


def says(text: str) -> Behaviour:
    """Answer with the text, whatever is asked."""

    async def behave(request: dict[str, Any]) -> web.Response:
        return completion(request, text)

    return behave


def fails(status: int, **headers: str) -> Behaviour:
    """Answer with an error."""

    async def behave(_: dict[str, Any]) -> web.Response:
        return web.json_response({"error": {"message": "scripted"}}, status=status, headers=headers)

    return behave


def hangs(seconds: float = 60) -> Behaviour:
    """Answer too late."""

    async def behave(request: dict[str, Any]) -> web.Response:
        await asyncio.sleep(seconds)
        return completion(request, "{}")

    return behave


def completion(request: dict[str, Any], text: str) -> web.Response:
    """Return the text as a chat completion of 100 + 20 tokens."""
    return web.json_response(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": request["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )


class LlmServer:
    """Plays its behaviours one after the other; the last one for ever."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._script: list[Behaviour] = [answers()]

    def play(self, *script: Behaviour) -> None:
        """Set what it does from now on."""
        self._script = list(script)

    def asked(self) -> list[str]:
        """Return what was asked for, in order."""
        return [asked_for(request) for request in self.requests]

    async def _complete(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        behaviour = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        return await behaviour(body)


@asynccontextmanager
async def llm_server() -> AsyncIterator[LlmServer]:
    """Run a server on a free port of this machine."""
    server = LlmServer("")
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server._complete)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        with models.override_allow_model_requests(True):
            yield server
    finally:
        await runner.cleanup()
