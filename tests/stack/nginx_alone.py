"""nginx with the real configuration in front of two applications that only tell what reached them."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

from launcher.install import program
from launcher.nginx import nginx_configurations
from launcher.ports import Ports
from launcher.programs import Layout
from tests.waiting import until

STRICT = "sandbox; default-src 'none'"
HELD = threading.Semaphore(0)  # one for each request for /slow that has reached an application


class Telling(BaseHTTPRequestHandler):
    """Answers with its own name, and the path and headers that it was asked with."""

    protocol_version = "HTTP/1.1"
    name = ""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"name": self.name, "path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/strict"):
            self.send_header("Content-Security-Policy", STRICT)
        if "redirect-inside" in self.path:
            self.send_header("Content-Security-Policy", STRICT)
            self.send_header("Content-Disposition", 'inline; filename="page.json"')
            self.send_header("Cache-Control", "private")
            self.send_header("X-Accel-Redirect", "/internal-media/secret.txt")
        self.end_headers()
        if self.path.startswith("/slow"):
            HELD.release()
            self.connection.recv(1)  # until the client has gone
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def application(name: str, port: int) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), type(name, (Telling,), {"name": name}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def changed(text: str, changes: Mapping[str, str]) -> str:
    for words, others in changes.items():
        text = text.replace(words, others)
    return text


@contextmanager
def nginx_alone(
    folder: Path, ports: Ports | None = None, changes: Mapping[str, str] = MappingProxyType({}), **settings: str
) -> Iterator[str]:
    """The address of nginx; a body may have 100,000 bytes. `changes`: words of its configuration, and others instead.
    `settings`: of its environment."""
    ports, layout = ports or Ports.free(), Layout.under(folder)
    layout.make()
    (folder / "media" / "secret.txt").write_text("a page of alice's")
    env = {
        "RECTO_STATIC_ROOT": str(folder / "static"),
        "RECTO_MEDIA_ROOT": str(folder / "media"),
        "RECTO_MAX_UPLOAD_BYTES": "100000",
        **settings,
    }
    for path, text in nginx_configurations(layout, ports, "localhost", env).items():
        path.write_text(changed(text, changes))
    with ExitStack() as everything:
        everything.callback(shutil.rmtree, layout.run)
        everything.enter_context(application("django", ports.django))
        everything.enter_context(application("fastapi", ports.fastapi))
        command = [
            str(program("nginx")),
            "-e",
            "stderr",
            "-p",
            f"{layout.run}/nginx/",
            "-c",
            str(layout.run / "nginx.conf"),
        ]
        log = everything.enter_context((folder / "log" / "nginx.log").open("ab"))
        process = subprocess.Popen([*command, "-g", "daemon off;"], stdout=log, stderr=log)
        everything.callback(process.wait, 10)
        everything.callback(process.terminate)
        until((layout.run / "nginx" / "nginx.pid").exists)
        yield f"http://localhost:{ports.nginx}"
