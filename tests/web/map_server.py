"""Serves the map's files, the test page and invented incidents on loopback, under the content policy the application has."""

from __future__ import annotations

import json
import mimetypes
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from trucewatch.publishing.basemap import layers
from trucewatch.publishing.basemap.palette import MARKS
from trucewatch.web import basemap

HERE = Path(__file__).parent
STATIC = Path(basemap.__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:"
)
KINDS = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}


def invented():
    """Incidents of every group on a spiral round a point, some disputed, some coarse, and a crowd that clusters."""
    groups = [mark.group for mark in MARKS]
    turns = [(0.22 * number, 0.16 * (number % 7)) for number in range(-8, 9)]
    single = [
        layers.incident(
            f"i-{number}",
            f"Incident {number}",
            37.0 + east,
            35.0 + north,
            group=groups[number % 8],
            disputed=number % 3 == 0,
            radius=12_000 if number % 5 == 2 else None,
        )
        for number, (east, north) in enumerate(turns)
    ]
    crowd = [
        layers.incident(
            f"c-{n}", f"Crowd {n}", 38.9 + 0.01 * (n % 6), 36.6 + 0.01 * (n // 6), group=groups[n % 3], disputed=n % 4 == 0
        )
        for n in range(40)
    ]
    return layers.collection([*single, *crowd])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        found = self._found(path)
        if found is None:
            self.send_error(404)
            return
        body, headers = found
        self.send_response(200)
        for name, value in ({"Content-Security-Policy": POLICY, "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _found(self, path):
        if path == "/":
            return self._file(HERE / "map_page" / "index.html")
        if path == "/incidents.json":
            return json.dumps(invented()).encode(), {"Content-Type": "application/geo+json"}
        if path.startswith("/static/map/style-"):
            theme = path.removeprefix("/static/map/style-").removesuffix(".json")
            return json.dumps(basemap.style(theme)).encode(), {"Content-Type": "application/json"}
        if path.startswith("/static/map/"):
            return layers.answer(path.removeprefix("/static/map/"), self.headers.get("Accept-Encoding", ""))
        if path.startswith("/page/"):
            return self._file(HERE / "map_page" / Path(path).name)
        return self._file(STATIC / path.removeprefix("/static/")) if path.startswith("/static/") else None

    def _file(self, path):
        if not path.is_file():
            return None
        return path.read_bytes(), {
            "Content-Type": KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        }

    def log_message(self, *_):
        """Quiet."""


@contextmanager
def served():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
