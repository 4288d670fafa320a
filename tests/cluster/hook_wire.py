"""The hooks of GitHub and GitLab over HTTP, as far as the operator talks to them, with a memory.

Bodies and answers are those of https://docs.github.com/en/rest/repos/webhooks and
https://docs.gitlab.com/api/project_webhooks/: a secret goes in and never comes out.
"""

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

_PATH = re.compile(r"/(github/(?:repos|orgs)|gitlab/projects)/(.+)/hooks(?:/(\d+))?")
TOKEN = "glpat-or-ghp-VERY-SECRET"


@dataclass
class HookWire:
    """Runs in a thread; knows every target that begins with `acme`."""

    hooks: dict[tuple[str, str], dict[int, dict[str, Any]]] = field(default_factory=dict)
    """What stands at each provider and target, by id, with the secret."""
    down: bool = False
    calls: list[str] = field(default_factory=list)
    _next: int = 1

    def __enter__(self) -> Self:
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"null")
                status, answer = wire._serve(self.command, self.path, self.headers, body)
                content = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 -- the base class's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def at(self, provider: str, target: str) -> list[dict[str, Any]]:
        """The hooks of a target, in a form that is the same for both: url, secret, events."""
        return [hook for _, hook in sorted(self.hooks.get((provider, target), {}).items())]

    def put(self, provider: str, target: str, url: str) -> None:
        """A hook that somebody else made."""
        self.hooks.setdefault((provider, target), {})[self._id()] = {"url": url, "secret": "theirs", "events": []}

    def _id(self) -> int:
        self._next += 1
        return self._next

    def _serve(self, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        match = _PATH.fullmatch(urlsplit(path).path)
        if self.down or match is None:
            return (503, {"message": "down"}) if self.down else (404, {"message": "Not Found"})
        provider, target = match[1].partition("/")[0], unquote(match[2])
        self.calls.append(f"{method} {provider} {target}")
        given = headers.get("PRIVATE-TOKEN") or (headers.get("Authorization") or "").removeprefix("Bearer ")
        if given != TOKEN:
            return 401, {"message": "Bad credentials"}
        if not target.startswith("acme"):
            return 404, {"message": "Not Found"}
        hooks = self.hooks.setdefault((provider, target), {})
        if match[3] is not None:
            return _serve_one(provider, method, hooks, int(match[3]), body)
        if method == "POST":
            number = self._id()
            hooks[number] = _read(provider, body)
            return 201, _shown(provider, number, hooks[number])
        return 200, [_shown(provider, number, hook) for number, hook in sorted(hooks.items())]


def _serve_one(provider: str, method: str, hooks: dict[int, dict[str, Any]], number: int, body: Any) -> tuple[int, Any]:
    if number not in hooks:
        return 404, {"message": "Not Found"}
    if method == "DELETE":
        del hooks[number]
        return 204, None
    if method != "GET":
        assert method == ("PATCH" if provider == "github" else "PUT")
        hooks[number] = _read(provider, body)
    return 200, _shown(provider, number, hooks[number])


def _read(provider: str, body: dict[str, Any]) -> dict[str, Any]:
    if provider == "github":
        config = body["config"]
        assert (config["content_type"], config["insecure_ssl"], body["active"]) == ("json", "0", True)
        return {"url": config["url"], "secret": config["secret"], "events": body["events"]}
    assert body["enable_ssl_verification"] is True
    return {
        "url": body["url"],
        "secret": body["token"],
        "events": sorted(name for name, on in body.items() if on is True and name.endswith("_events")),
    }


def _shown(provider: str, number: int, hook: dict[str, Any]) -> dict[str, Any]:
    if provider == "github":
        config = {"url": hook["url"], "content_type": "json", "secret": "********", "insecure_ssl": "0"}
        return {"type": "Repository", "id": number, "active": True, "events": hook["events"], "config": config}
    return {"id": number, "url": hook["url"]} | dict.fromkeys(hook["events"], True)
