"""The web application over one dossier: parts put together, errors told. ``create`` is the one door.

Everything it serves comes from the package and the dossier's folder; it asks nobody else for anything but what a user adds.
"""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from hashlib import sha256
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from trucewatch import __version__
from trucewatch.model import TrucewatchError
from trucewatch.web import api, pages, problems, static
from trucewatch.web.gate import Gate
from trucewatch.web.guard import Guard, TooBigError
from trucewatch.web.house import House
from trucewatch.web.limits import Attempts
from trucewatch.web.pages import add, evidence, session
from trucewatch.web.render import page
from trucewatch.web.security import NotAllowedError, NotLoggedInError, fresh_cookie
from trucewatch.web.sessions import Sessions
from trucewatch.web.settings import Settings
from trucewatch.web.users import Users

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


_log = logging.getLogger(__name__)
#: Seconds between looks whether there is anything new to mask.
WARM_EVERY = 30.0


def create(folder: Path, *, team: bool = False, settings: Settings | None = None) -> FastAPI:
    """The application over the dossier in ``folder``.

    Args:
        folder: the dossier.
        team: whether users log in; without it the one at the machine is admin.
        settings: limits and further host names.

    Raises:
        TrucewatchError: whatever the dossier says when it is opened for reading.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="Trucewatch", version=__version__, lifespan=_lifespan, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", description=api.DESCRIPTION,
    )  # fmt: skip
    state = app.state
    state.house, state.settings, state.team = House(folder, settings.writer_idle), settings, team
    state.sessions, state.users = Sessions(settings.session_idle, settings.session_life), Users(folder)
    state.logins = Attempts(settings.logins, settings.login_window)
    state.mark = sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    state.gate = Gate(state.house)
    state.house.dossier()
    _include(app)
    _tell_errors(app)
    app.add_middleware(Outcome)
    app.add_middleware(Guard, settings=settings)
    return app


def _include(app: FastAPI) -> None:
    for router in (static.router, api.router, session.router, add.router, evidence.router):
        app.include_router(router)
    for name in pages.NAMES:
        if find_spec(f"{pages.__name__}.{name}") is not None:
            app.include_router(import_module(f"{pages.__name__}.{name}").router, include_in_schema=False)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    ending = Event()
    if app.state.team:
        Thread(target=_keep_ready, args=(app.state.house, app.state.gate, ending), name="trucewatch-masks", daemon=True).start()
    yield
    ending.set()
    app.state.house.close()
    app.state.gate.close()


def _keep_ready(house: House, gate: Gate, ending: Event) -> None:
    """Mask what readers' lists show before somebody asks, now and whenever something has changed."""
    head = ""
    while not ending.is_set():
        try:
            if head != (head := house.head()):
                gate.warm(ending)
        except (TrucewatchError, SQLAlchemyError, OSError) as error:
            if not ending.is_set():  # else the dossier was closed under it
                _log.warning("masked lines could not be made ready: %s", error)
        ending.wait(WARM_EVERY)


class Outcome:
    """Sends a new session's cookie with the answer, and tells of an error that nobody expected without telling what it was."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        request, begun = Request(scope, receive), False
        bodiless = scope["method"] == "HEAD" and not scope["path"].startswith("/evidence/")
        if bodiless:
            scope = {**scope, "method": "GET"}

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                if cookie := fresh_cookie(request):
                    MutableHeaders(scope=message).append("Set-Cookie", cookie)
            elif bodiless:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except TooBigError:
            raise
        except Exception:
            _log.exception("a page failed")
            if begun:
                raise
            await told(request, 500, "The program failed. Its log says how.")(scope, receive, sent)


def _tell_errors(app: FastAPI) -> None:
    app.add_exception_handler(NotLoggedInError, _to_login)
    app.add_exception_handler(NotAllowedError, lambda request, _: told(request, 403, "Your role does not allow this."))
    app.add_exception_handler(TrucewatchError, _trouble)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def told(request: Request, status: int, what: str, code: str = "") -> Response:
    """An error, as a page or as the interface for programs tells it."""
    if request.url.path.startswith("/api/"):
        return problems.problem(status, what, code)
    if request.headers.get("hx-request"):
        return HTMLResponse(_escaped(what), status)
    return page(request, "error.html.j2", status=status, number=status, title=HTTPStatus(status).phrase, message=what)


def _to_login(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return problems.problem(401, "Log in, or send a token.", headers={"WWW-Authenticate": "Bearer"})
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
        return page(request, "again.html.j2")  # a link from elsewhere comes without the cookie; our own page brings it
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(target, safe='')}" if request.method == "GET" else "/login", 303)


def _trouble(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrucewatchError)  # noqa: S101 - the handler's own kind
    return told(request, problems.status_of(error.code), error.line(), error.code)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler's own kind
    found = told(request, error.status_code, str(error.detail))
    for name, value in (error.headers or {}).items():
        found.headers[name] = value
    return found


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler's own kind
    said = "; ".join(f"{'.'.join(str(p) for p in item['loc'])}: {item['msg']}" for item in error.errors()[:5])
    return told(request, 422, said, "bad-request")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
