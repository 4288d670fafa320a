"""A small server on loopback that speaks the API as the commands use it, and a way to run them against it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from tracker_local.main import app
from typer.testing import CliRunner, Result

from tests.support.waiting import wait_for

TOKEN = "right-token"
WEBHOOK_TOKEN = "inbox-secret"
SOURCE = {"id": "s1", "namespace": "default", "name": "inbox", "kind": "webhook"}
MANIFESTS = """\
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {name: inbox, namespace: default}
spec: {type: webhook}
---
apiVersion: tasktracker.dev/v1alpha1
kind: Webhook
metadata: {name: inbox, namespace: default}
spec:
  sourceRef: {name: inbox}
  verification:
    type: Token
    token: {secretRef: {name: inbox, key: token}}
"""


def task(number: int, title: str = "The export button does nothing", **changes: Any) -> dict[str, Any]:
    """Return a task as the API gives it."""
    return {
        "id": f"01900000-0000-7000-8000-{number:012}",
        "number": number,
        "title": title,
        "description": "",
        "status": "triage",
        "category": "bug",
        "priority": "high",
        "source": SOURCE,
        "created_at": "2026-11-20T10:00:00Z",
    } | changes


@dataclass
class Server:
    """What the server knows, and what it was asked."""

    url: str = ""
    tasks: list[dict[str, Any]] = field(default_factory=lambda: [task(1)])
    ledger: dict[str, Any] = field(default_factory=dict)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    manifests: str = MANIFESTS
    refusals: dict[str, Response] = field(default_factory=dict)
    """Given once instead of the answer, by the path."""
    requests: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    async def answer(self, request: Request) -> Response:
        self.requests.append(request)
        self.bodies.append(await request.body())
        path = request.url.path
        if path in self.refusals:
            return self.refusals.pop(path)
        wanted = WEBHOOK_TOKEN if path.startswith("/webhook") else TOKEN
        if request.headers.get("Authorization") != f"Bearer {wanted}":
            return problem(401, "The token is not known")
        if path.startswith("/webhook"):
            id_ = request.headers["Idempotency-Key"]
            known = id_ in self.seen
            self.seen.add(id_)
            return JSONResponse({"id": id_, "status": "accepted", "duplicate": known}, 202)
        found: Any = getattr(self, f"{request.method.lower()}_{path.split('/')[2]}")(request)
        return found if isinstance(found, Response) else JSONResponse(found)

    def get_me(self, _: Request) -> Any:
        return {"member": {"id": "m1", "name": "Ann"}}

    def get_tasks(self, request: Request) -> Any:
        if name := request.path_params["rest"].partition("/")[2]:
            found = [item for item in self.tasks if name in {item["id"], str(item["number"])}]
            return found[0] if found else problem(404, f"Task '{name}' does not exist", cure="Look at the list")
        start, size = int(request.query_params.get("cursor", 0)), int(request.query_params["limit"])
        rest = start + size
        return {"items": self.tasks[start:rest], "next": str(rest) if rest < len(self.tasks) else None}

    def get_sources(self, _: Request) -> Any:
        counts = {"received": 3, "tasks": 2, "ignored": 1, "waiting": 0, "dead": 0}
        health = {
            "state": "degraded",
            "message": "Use a new token",
            "reason": "InvalidCredentials",
            "account": "@acme_bot",
            "lag": 2,
        }
        described = {"autonomy": "Suggest", "suspended": False, "health": health, "counts": counts}
        described["last_message_at"] = "2026-11-20T12:00:00Z"
        return {"items": [SOURCE | described | {"webhook_url": f"{self.url}/webhook/default/inbox"}], "next": None}

    def get_manifests(self, _: Request) -> Any:
        return PlainTextResponse(self.manifests, media_type="application/yaml")

    def put_manifests(self, _: Request) -> Any:
        return [{"kind": "Source", "namespace": "default", "name": "inbox", "result": "unchanged"}]

    def get_ledger(self, _: Request) -> Any:
        return self.ledger

    def get_tokens(self, _: Request) -> Any:
        return self.tokens

    def post_tokens(self, _: Request) -> Any:
        return JSONResponse({"id": "t1", "name": "ci", "role": "viewer", "token": "tt_once"}, 201)

    def delete_tokens(self, _: Request) -> Any:
        return Response(status_code=204)

    def post_members(self, _: Request) -> Any:
        return JSONResponse(
            {"token": "x", "url": f"{self.url}/login?token=x", "expires_at": "2026-11-23T12:00:00Z"}, 201
        )

    def post_imports(self, _: Request) -> Any:
        messages = json.loads(self.bodies[-1])["messages"]
        new = {message["external_id"] for message in messages} - self.seen
        self.seen |= new
        return {"accepted": len(new), "duplicates": len(messages) - len(new), "rejected": {}}


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return RFC 9457 problem details."""
    return JSONResponse({"title": "No", "status": status, "detail": detail} | more, status)


class Front:
    """The listening side, started once; each test puts a server of its own behind it."""

    behind: Server

    async def answer(self, request: Request) -> Response:
        return await self.behind.answer(request)


@pytest.fixture(scope="session")
def front() -> Iterator[tuple[Front, str]]:
    """It and its address."""
    front = Front()
    routes = [Route("/{base}/{rest:path}", front.answer, methods=["GET", "POST", "PUT", "DELETE"])]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for("server", lambda: running.started)
        yield front, f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(10)


@pytest.fixture
def server(front: tuple[Front, str]) -> Server:
    """A server of this test alone."""
    front[0].behind = Server(url=front[1])
    return front[0].behind


type Run = Callable[..., Result]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder where nothing runs."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    for name in ("TRACKER_API_URL", "TRACKER_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return run


@pytest.fixture
def run(alone: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command that talks to the server."""
    monkeypatch.setenv("TRACKER_API_URL", server.url)
    monkeypatch.setenv("TRACKER_API_TOKEN", TOKEN)
    monkeypatch.setenv("TRACKER_WEBHOOK_SECRET", WEBHOOK_TOKEN)
    return alone
