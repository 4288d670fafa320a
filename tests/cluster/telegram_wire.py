"""The two calls of Telegram's Bot API that the operator makes, over HTTP, with a memory."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class TelegramWire:
    """Runs in a thread; `registered` is what each bot has as its webhook."""

    def __init__(self) -> None:
        self.registered: dict[str, str] = {}
        self.down = False
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                _, bot, method = self.path.split("/")
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if method == "deleteWebhook":
                    wire.registered.pop(bot.removeprefix("bot"), None)
                url = wire.registered.get(bot.removeprefix("bot"), "")
                body = json.dumps({"ok": True, "result": {"url": url}}).encode()
                self.send_response(503 if wire.down else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(0 if wire.down else len(body)))
                self.end_headers()
                if not wire.down:
                    self.wfile.write(body)

            do_GET = do_POST = _answer  # noqa: N815 -- the base class's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
