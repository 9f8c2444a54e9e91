"""Evidence as it was received, for reviewers: bytes under their hash, never shown as what they claim to be.

What leaves here is unprotected, so each download is an entry in the chain of custody.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.store.tables import captures, records
from trucewatch.model import TrucewatchError
from trucewatch.web.house import House, house
from trucewatch.web.security import User, reviewer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from sqlalchemy import Connection

router = APIRouter(include_in_schema=False)
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class _Kept:
    sha256: str
    size: int
    segment: str
    offset: int


@router.get("/evidence/{capture}")
def download(
    capture: Annotated[str, Path(max_length=40)],
    user: Annotated[User, Depends(reviewer)],
    home: Annotated[House, Depends(house)],
) -> StreamingResponse:
    """The bytes of a capture."""
    found = home.read(lambda conn: _kept(conn, capture))
    if found is None:
        raise TrucewatchError(
            "no-capture", "there is no such evidence", next_step="a report's page lists what it was read from"
        )
    stream = home.dossier().archive.open_payload(found.segment, found.offset)
    detail = {"capture": capture, "sha256": found.sha256, "by": user.name}
    with home.write() as dossier:
        dossier.write(lambda conn: chain_rows.enter(conn, "downloaded", detail))
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    headers = {
        "Content-Disposition": f'attachment; filename="{capture}.bin"',
        "Content-Length": str(found.size),
        "Repr-Digest": f"sha-256=:{digest}:",
        "X-Content-SHA256": found.sha256,
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(_chunks(stream), media_type="application/octet-stream", headers=headers)


def _kept(conn: Connection, capture: str) -> _Kept | None:
    query = (
        select(captures.c.sha256, captures.c.size, records.c.segment, records.c.offset)
        .join(records, records.c.capture == captures.c.id)
        .where(captures.c.id == capture, records.c.type.in_(("response", "resource")))
        .order_by(records.c.segment, records.c.offset)
    )
    row = conn.execute(query).first()
    return None if row is None else _Kept(*row)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while part := stream.read(_CHUNK):
            yield part
