"""The dashboard's Nginx, a real one, in front of stand-ins of the API and the gateway."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from tracker_api.middleware.security_headers import _EVERYWHERE, _NO_FRAME, _PAGE_POLICY
from tracker_local.ports import free_port
from tracker_local.process import Process
from tracker_local.ready import http_ready

from tests.support.servers import Server, running

TEMPLATE = Path(__file__).parents[2] / "services/dashboard/nginx.conf.template"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="Debian's nginx is not installed")

MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    types {{ text/html html; text/javascript js; image/svg+xml svg; }}
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/site.conf;
}}
"""


def stand_in(name: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            body = f"{name} {self.path} {length}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Seen-Host", self.headers["Host"])
            self.send_header("X-Seen-For", self.headers["X-Forwarded-For"])
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_POST()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    root, port = folder / "html", free_port()
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>page</title>" + " " * 2000)
    (root / "assets/app-1234.js").write_text("export {};" * 500)
    api, gateway = stand_in("api"), stand_in("gateway")
    given = {
        "PORT": f"127.0.0.1:{port}",
        "ROOT": str(root),
        "API": f"127.0.0.1:{api.server_port}",
        "GATEWAY": f"127.0.0.1:{gateway.server_port}",
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in given.items():
        text = text.replace(f"${{{name}}}", value)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text("user root;\n" + MAIN.format(folder=folder))
    url = f"http://127.0.0.1:{port}"
    process = Process(
        name="nginx",
        command=(str(NGINX), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")),
        environment={},
        directory=folder,
        ready=http_ready(f"{url}/assets/app-1234.js"),
    )
    with running(Server(url, process, folder / "nginx.log")), httpx.Client(base_url=url) as client:
        yield client
    for server in (api, gateway):
        server.shutdown()
        server.server_close()


def test_pages_have_the_headers_of_the_api(site: httpx.Client) -> None:
    wanted = {**dict(_EVERYWHERE), b"content-security-policy": _PAGE_POLICY + b"'none'", **dict([_NO_FRAME])}
    for path in ("/", "/inbox/12", "/index.html"):
        answer = site.get(path)
        assert (answer.status_code, "<title>page</title>" in answer.text) == (200, True), path
        assert answer.headers["cache-control"] == "no-cache"
        found = {name: answer.headers.get(name.decode(), "").encode() for name in wanted}
        assert found == wanted
        assert "nginx/" not in answer.headers.get("server", "")


def test_hashed_files_are_kept_for_ever_and_small_on_the_way(site: httpx.Client) -> None:
    answer = site.get("/assets/app-1234.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert site.get("/assets/gone-0000.js").status_code == 404


def test_each_address_reaches_its_process(site: httpx.Client) -> None:
    answer = site.get("/api/tasks?limit=2")
    assert answer.text == "api /api/tasks?limit=2 0"
    assert answer.headers["x-seen-host"] == site.base_url.netloc.decode()
    assert answer.headers["x-seen-for"] == "127.0.0.1"
    assert "content-security-policy" not in answer.headers, "the API says its own"
    assert site.get("/ws?since=3").text == "api /ws?since=3 0"


def test_large_bodies_are_the_gateways_to_judge(site: httpx.Client) -> None:
    assert (
        site.post("/webhook/default/inbox", content=b"x" * 3_000_000).text == "gateway /webhook/default/inbox 3000000"
    )
