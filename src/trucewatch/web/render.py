"""Pages out of templates: everything is escaped, nothing inline, and what every page needs is at hand.

A template has ``user`` (name, role), ``csrf`` (for a hidden field ``csrf``, or htmx's header ``X-CSRF``), ``base(path)`` for addresses of
the application, ``static(name)`` for files of the package, ``request``, ``team``, and the words of ``publishing.words`` as filters. The
content policy forbids inline scripts and styles. This module must not read the dossier.
"""

from __future__ import annotations

import re
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trucewatch.publishing import words
from trucewatch.web.security import csrf_of, user_of
from trucewatch.web.static import versioned

if TYPE_CHECKING:
    from fastapi import Request

_FILTERS = ("act", "carried", "claimant", "clean", "content", "count", "day", "harm", "origin", "participant", "publisher",
            "side", "source", "stance", "title", "type_of", "when", "where")  # fmt: skip
_CONTROLS = {code: 0xFFFD for code in (*range(32), *range(127, 160)) if code not in {9, 10, 13}}
#: The same in UTF-8: those of one byte, and the others.
_LOWER, _UPPER = bytes({*_CONTROLS} & {*range(128)}), re.compile(rb"\xc2[\x80-\x9f]")


def page(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page of the template ``name``."""
    return HTMLResponse(_written(text_of(request, name, **context)), status_code=status, headers={"Cache-Control": "no-store"})


def text_of(request: Request, name: str, **context: Any) -> str:
    """A page as text."""
    root = root_of(request)
    shared = {
        "request": request,
        "user": user_of(request),
        "csrf": csrf_of(request),
        "team": bool(request.app.state.team),
        "base": partial(_under, root),
        "static": lambda path: _under(root, versioned(path)),
    }
    return environment().get_template(name).render(**(shared | context))


def part(root: str, name: str, **context: Any) -> Markup:
    """A part of pages that is the same for everybody who may see it, so that it can be kept; :func:`root_of` gives ``root``."""
    made = environment().get_template(name).render(base=partial(_under, root), **context)
    return Markup(made)  # noqa: S704 - our template made it


def root_of(request: Request) -> str:
    """Under which path the application is served."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _written(text: str) -> bytes:
    """A page as it goes out: control characters and lone surrogates of a report cannot break it. Hardly any page has one."""
    made = text.encode("utf-8", "replace")
    if len(made.translate(None, _LOWER)) < len(made) or _UPPER.search(made):
        return text.translate(_CONTROLS).encode("utf-8", "replace")
    return made


def _under(root: str, path: str = "/") -> str:
    return f"{root}{path}"


@cache
def environment() -> Environment:
    """The templates' environment, made once."""
    folder = str(files("trucewatch.web").joinpath("templates"))
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    for name in _FILTERS:
        made.filters[name] = getattr(words, name)
    made.globals["words"] = words
    return made
