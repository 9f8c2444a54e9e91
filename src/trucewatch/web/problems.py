"""Errors for programs: problem+json (RFC 9457), and which status an error of ours has."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.responses import JSONResponse
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE = "application/problem+json"
_STATUSES = {
    "locked": 503, "unreachable": 503, "disk-full": 507, "read-only": 503, "too-many-jobs": 503, "damaged": 500,
}  # fmt: skip
_MISSING = ("no-",)
_CONFLICT = ("verdict-stale", "in-use")


class Problem(BaseModel):
    """What went wrong. ``code`` is Trucewatch's own name for it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = ""


def status_of(code: str) -> int:
    """The status of an error of ours: what is missing, what is busy, else what was asked wrongly."""
    if code in _STATUSES:
        return _STATUSES[code]
    if code in _CONFLICT:
        return 409
    return 404 if code.startswith(_MISSING) else 400


def problem(status: int, detail: str, code: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code)
    clean = body.model_dump()
    clean["detail"] = detail.encode("utf-8", "replace").decode()
    return JSONResponse(clean, status, dict(headers or {}), media_type=TYPE)
