"""The application behind a socket on this machine, and a visitor who notes what the browser complains of and whom it asks."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

#: Where the documentation's pictures go; ordinary runs take none. With SCREENSHOTS_ALL=1 every page is taken, for whoever wants to look.
SHOTS = Path(os.environ["SCREENSHOTS"]) if os.environ.get("SCREENSHOTS") else None
PICTURES = ("overview", "overview-phone-dark", "incident", "incident-phone", "report-dark", "review")
COLOURS = 96
AXE = Path(__file__).parents[2] / ".axe" / "axe-core" / "axe.min.js"
PATIENCE = 30_000
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def served(app):
    """The base address of the application while the block runs."""
    import uvicorn  # noqa: PLC0415 - may be missing

    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen(128)
    config = uvicorn.Config(app, log_level="error", access_log=False, ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        bound.close()


class Visitor:
    """One browser profile on the application: its page, what the console said, what was asked of anybody else."""

    def __init__(self, chromium, base, *, size=WIDE, theme="light", script=True):
        self.base, self.said, self.outside = base, [], []
        self.context = chromium.new_context(
            viewport=size,
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=base,
            locale="en-GB",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self._see)
        self.page.on("dialog", self._ask)

    def _hear(self, message):
        # the browser's own line about a page that was asked for on purpose and is not there, or is refused
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            self.said.append(message.text)

    def _ask(self, dialog):
        self.said.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _see(self, request):
        if not request.url.startswith((f"{self.base}/", "data:", "blob:")):
            self.outside.append(request.url)

    def go(self, path):
        """Open a page."""
        return self.page.goto(path, wait_until="load")

    def resize(self, size):
        """Another window."""
        self.page.set_viewport_size(size)

    def settle_map(self):
        """Wait until the overview's map is drawn."""
        self.page.wait_for_function(
            """() => document.getElementById('picture').dataset.ready === 'yes' &&
            document.getElementById('map').dataset.mapTheme === (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')"""
        )

    def shot(self, name, **options):
        """A picture for the documentation, where pictures are wanted."""
        if SHOTS is None or not (name in PICTURES or os.environ.get("SCREENSHOTS_ALL")):
            return
        from PIL import Image  # noqa: PLC0415 - comes with matplotlib; ordinary runs do without

        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.evaluate("() => scrollTo(0, 0)")
        taken = Image.open(BytesIO(self.page.screenshot(**options))).convert("RGB")
        taken.quantize(COLOURS, dither=Image.Dither.NONE).save(SHOTS / f"web-{name}.png", optimize=True)

    def log_in(self, name, password):
        """Fill in the login's form."""
        self.go("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def quiet(self):
        """Nothing was complained of, and nobody else was asked."""
        assert self.said == []
        assert self.outside == []

    def overflow(self):
        """Pixels by which the page is wider than its window."""
        return self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def hindrances(self):
        """What axe finds that is serious or critical."""
        if not self.page.evaluate("() => typeof window.axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            (
                item["id"],
                item["impact"],
                [node["html"][:160] + " | " + node["failureSummary"][:200] for node in item["nodes"]][:3],
            )
            for item in found["violations"]
            if item["impact"] in {"serious", "critical"}
        ]
