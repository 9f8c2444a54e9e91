"""Logging in and out of a team's application."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from trucewatch.web.limits import logins_of
from trucewatch.web.render import page
from trucewatch.web.security import begin, checked_form, end, user_of, users_of

router = APIRouter(include_in_schema=False)
_WRONG = "That name and password do not fit."
_OFTEN = "Too many attempts. Wait some minutes."


@router.get("/login")
def show(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """The form; whoever is logged in goes on."""
    if user_of(request) is not None:
        return RedirectResponse(inside(next), 303)
    return page(request, "login.html.j2", error="", next=inside(next))


@router.post("/login", dependencies=[Depends(checked_form)])
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=80)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the name in the form
) -> Response:
    """Log in: a new session, whatever cookie came."""
    client = request.client.host if request.client else ""
    if not logins_of(request).take(client, name):
        return page(request, "login.html.j2", status=429, error=_OFTEN, next=inside(next))
    user = users_of(request).check(name, password)
    if user is None:
        return page(request, "login.html.j2", status=403, error=_WRONG, next=inside(next))
    logins_of(request).forget(client, name)
    begin(request, user.name)
    return RedirectResponse(inside(next), 303)


@router.post("/logout", dependencies=[Depends(checked_form)])
def leave(request: Request) -> Response:
    """Log out."""
    end(request)
    return RedirectResponse("/login", 303, {"Clear-Site-Data": '"cache", "cookies"'})


def inside(target: str) -> str:
    """An address of this application, whatever was asked for."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target
    return target if safe else "/"
