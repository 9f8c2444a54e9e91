"""Files of the package: styles, scripts, libraries, the map's layers; and an address of each that changes with its content.

Only names that a listing of the folder gave are served, so that no name leads out of it.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from trucewatch.publishing.basemap import layers
from trucewatch.web import basemap

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".map": "application/json",
    ".woff2": "font/woff2",
}  # fmt: skip
_FOREVER = "public, max-age=31536000, immutable"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class File:
    """One file: where it lies, its hash and its type."""

    path: Path
    hash: str
    kind: str


@cache
def listing() -> Mapping[str, File]:
    """Every file of the folder by its name in addresses; links are left out."""
    found: dict[str, File] = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and not path.is_symlink():
            kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found[path.relative_to(FOLDER).as_posix()] = File(path, sha256(path.read_bytes()).hexdigest()[:20], kind)
    return found


def versioned(name: str) -> str:
    """A file's address, which changes with its content; the plain one where there is no such file."""
    found = listing().get(name)
    return f"/static/{name}?v={found.hash}" if found else f"/static/{name}"


@router.get("/static/map/style-{theme}.json")
def style(theme: Literal["light", "dark"], request: Request) -> dict[str, object]:
    """The map's style of a theme."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    return basemap.style(theme, f"{root}/static/map")


@router.get("/static/map/{name:path}")
def layer(name: str, request: Request) -> Response:
    """A layer of the map, or the small places of a cell."""
    found = layers.answer(name, request.headers.get("accept-encoding", ""))
    if found is None:
        raise HTTPException(404)
    body, headers = found
    if _has(request, headers["ETag"]):
        return Response(status_code=304, headers={"ETag": headers["ETag"], "Cache-Control": headers["Cache-Control"]})
    return Response(body, headers=headers)


@router.get("/static/{name:path}")
def static(name: str, request: Request, v: str = "") -> Response:
    """A file of the package."""
    found = listing().get(name)
    if found is None:
        raise HTTPException(404)
    tag = f'"{found.hash}"'
    headers = {"ETag": tag, "Cache-Control": _FOREVER if v == found.hash else "no-cache"}
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(found.path.read_bytes(), media_type=found.kind, headers=headers)


def _has(request: Request, tag: str) -> bool:
    asked = request.headers.get("if-none-match", "")
    return tag in {part.strip().removeprefix("W/") for part in asked.split(",")}
