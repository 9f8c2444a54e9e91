"""A team's users: one's own password, and for admins who may log in with which role.

A changed password ends that user's other sessions; a changed role holds from the next request on. Without a team there is nobody to manage,
and these pages are not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from trucewatch.model import TrucewatchError
from trucewatch.web.limits import logins_of
from trucewatch.web.render import page
from trucewatch.web.security import User, admin, begin, checked_form, reader, sessions_of, users_of
from trucewatch.web.settings import ROLES

if TYPE_CHECKING:
    from trucewatch.web.settings import Role

_OFTEN = "Too many attempts. Wait some minutes."
_DONE = {"password": "Your password is changed. Your other sessions are over.", "added": "Added.", "role": "Role changed.",
         "reset": "Password set. The user's sessions are over.", "removed": "Removed."}  # fmt: skip
Secret = Annotated[str, Form(max_length=1024)]
Name = Annotated[str, Form(max_length=80)]


def _team(request: Request) -> None:
    if not request.app.state.team:
        raise HTTPException(404, "Nobody logs in here: start it with --team for users.")


router = APIRouter(dependencies=[Depends(_team)])


@router.get("/account")
def account(request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """One's own role and password."""
    del user
    return _account(request)


@router.post("/account", dependencies=[Depends(checked_form)])
def change_password(
    request: Request, user: Annotated[User, Depends(reader)], old: Secret = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Another password for oneself; the old one is asked for, and wrong ones count like those of a login."""
    client = request.client.host if request.client else ""
    if not logins_of(request).take(client, user.name):
        return _account(request, _OFTEN, 429)
    if users_of(request).check(user.name, old) is None:
        return _account(request, "That is not your password.", 403)
    if new != again:
        return _account(request, "The new password was typed in two ways.", 400)
    try:
        users_of(request).set_password(user.name, new)
    except TrucewatchError as error:
        return _account(request, error.line(), 400)
    logins_of(request).forget(client, user.name)
    sessions_of(request).end_of(user.name)
    begin(request, user.name)
    return RedirectResponse(_under(request, "/account?did=password"), 303)


@router.get("/users")
def users(request: Request, user: Annotated[User, Depends(admin)]) -> Response:
    """Who may log in."""
    del user
    return _users(request)


@router.post("/users", dependencies=[Depends(checked_form), Depends(admin)])
def add_user(request: Request, name: Name = "", role: Name = "reader", password: Secret = "") -> Response:
    """Another user."""
    name = name.strip()
    if name in users_of(request).roles():
        return _users(request, f"There is a user {name!r} already.")
    try:
        users_of(request).add(name, _role(role), password)
    except TrucewatchError as error:
        return _users(request, error.line())
    return RedirectResponse(_under(request, "/users?did=added"), 303)


@router.post("/users/change", dependencies=[Depends(checked_form), Depends(admin)])
def change_user(request: Request, name: Name = "", do: Name = "", role: Name = "reader", password: Secret = "") -> Response:
    """Another role or password for a user, or none of it any more; ``do``: role, reset, removed."""
    try:
        if do == "role":
            users_of(request).set_role(name, _role(role))
        elif do == "reset":
            users_of(request).set_password(name, password)
            sessions_of(request).end_of(name)
        elif do == "removed":
            users_of(request).drop(name)
            sessions_of(request).end_of(name)
        else:
            return _users(request, "That cannot be done.")
    except TrucewatchError as error:
        return _users(request, error.line())
    return RedirectResponse(_under(request, f"/users?did={do}"), 303)


def _account(request: Request, error: str = "", status: int = 200) -> Response:
    return page(request, "account.html.j2", status=status, error=error, done=_done(request))


def _users(request: Request, error: str = "") -> Response:
    shown = {"error": error, "done": _done(request), "everybody": users_of(request).roles(), "roles": ROLES}
    return page(request, "users.html.j2", status=400 if error else 200, **shown)


def _done(request: Request) -> str:
    return _DONE.get(request.query_params.get("did", ""), "")


def _role(text: str) -> Role:
    if text not in ROLES:
        raise TrucewatchError("bad-role", f"there is no role {text!r}", next_step=", ".join(ROLES))
    return text


def _under(request: Request, path: str) -> str:
    return f"{str(request.scope.get('root_path', '')).rstrip('/')}{path}"
