"""Who may do what: roles, sessions, tokens, and the check that a form is our own.

Without ``team`` the one who sits at the machine is its admin: the guard lets only this machine in, under loopback names. With ``team``
everybody logs in. A page names what it needs as a dependency: ``Annotated[User, Depends(reviewer)]``; a form adds
``dependencies=[Depends(checked_form)]``. This module must not read the dossier's records.
"""

from __future__ import annotations

import getpass
import hmac
from functools import cache
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from starlette.datastructures import FormData  # noqa: TC002

from trucewatch.web.settings import User

if TYPE_CHECKING:
    from trucewatch.web.sessions import Session, Sessions
    from trucewatch.web.settings import Role
    from trucewatch.web.users import Users

__all__ = ["User", "admin", "api_user", "checked_form", "csrf_of", "reader", "reviewer", "user_of"]


class NotLoggedInError(Exception):
    """Somebody is to log in first: a page leads to the login, the interface for programs answers 401."""


class NotAllowedError(Exception):
    """The user's role does not allow it."""


async def reader(request: Request) -> User:
    """Whoever may look."""
    return _required(request, "reader")


async def reviewer(request: Request) -> User:
    """Whoever may give verdicts, see names unmasked, and download evidence."""
    return _required(request, "reviewer")


async def admin(request: Request) -> User:
    """Whoever may change what the dossier is."""
    return _required(request, "admin")


async def api_user(request: Request) -> User:
    """Who asks for data: by token, by session, or as a mere reader on a machine of one's own, to whom the policy applies."""
    header = request.headers.get("authorization", "")
    if header:
        kind, _, token = header.partition(" ")
        found = users_of(request).bearer(token.strip()) if kind.lower() == "bearer" else None
        if found is None:
            raise NotLoggedInError
        return found
    if request.app.state.team:
        return _required(request, "reader")
    return User(_me(), "admin") if session_of(request) else User("", "reader", sure=False)


def user_of(request: Request) -> User | None:
    """Who asks, if it is known."""
    if not request.app.state.team:
        return User(_me(), "admin")
    session = session_of(request)
    return users_of(request).user(session.user) if session and session.user else None


def _required(request: Request, role: Role) -> User:
    user = user_of(request)
    if user is None:
        raise NotLoggedInError
    if not user.may(role):
        raise NotAllowedError
    return user


async def checked_form(request: Request) -> None:
    """Let a POST through only if it shows its session's token: as the form's field ``csrf`` or as the header ``X-CSRF``."""
    session = session_of(request)
    shown = request.headers.get("x-csrf", "")
    if not shown and _is_form(request):
        form: FormData = await request.form()
        field = form.get("csrf")
        shown = field if isinstance(field, str) else ""
    if session is None or not hmac.compare_digest(shown.encode("utf-8", "replace"), session.csrf.encode()):
        raise HTTPException(403, "This form is out of date. Go back, load the page again, and send it once more.")


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in {"application/x-www-form-urlencoded", "multipart/form-data"}


# Sessions of a request


def session_of(request: Request) -> Session | None:
    """The session that the request's cookie names."""
    if not hasattr(request.state, "session"):
        cookie = request.cookies.get(cookie_name(request), "")
        request.state.session = sessions_of(request).of(cookie) if cookie else None
    found: Session | None = request.state.session
    return found


def csrf_of(request: Request) -> str:
    """The token for this session's forms; begins a session where there is none."""
    session = session_of(request) or begin(request)
    return session.csrf


def begin(request: Request, user: str = "") -> Session:
    """A new session in place of the request's; its cookie goes out with the answer."""
    old = session_of(request)
    if old is not None:
        sessions_of(request).end(old)
    request.state.session = sessions_of(request).begin(user)
    request.state.fresh = True
    made: Session = request.state.session
    return made


def end(request: Request) -> None:
    """Log out."""
    session = session_of(request)
    if session is not None:
        sessions_of(request).end(session)
    request.state.session = None


def fresh_cookie(request: Request) -> str:
    """The header ``Set-Cookie`` for a session that has just begun; empty where none has."""
    if not getattr(request.state, "fresh", False) or request.state.session is None:
        return ""
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{cookie_name(request)}={sessions_of(request).cookie(request.state.session)}; HttpOnly; Path=/; SameSite=Strict{secure}"


def cookie_name(request: Request) -> str:
    """The cookie's name: one a dossier, as cookies of one machine do not tell ports apart."""
    prefix = "__Host-" if request.url.scheme == "https" else ""
    return f"{prefix}trucewatch-{request.app.state.mark}"


def sessions_of(request: Request) -> Sessions:
    """The application's sessions."""
    found: Sessions = request.app.state.sessions
    return found


def users_of(request: Request) -> Users:
    """The dossier's users."""
    found: Users = request.app.state.users
    return found


@cache
def _me() -> str:
    """The name under which the one at the machine gives verdicts."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "reviewer"
