"""RFC 3161 time stamps on the chain of custody, where ``dossier.toml`` names an authority; off by default.

What is stamped is the chain's head, and with it everything before. One hash leaves the machine. This module must not check tokens: ``verify``
does.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.evidence.timestamp import HttpAuthority, Stamps
from trucewatch.dossier.store.tables import custody

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.evidence.timestamp import Authority
    from trucewatch.dossier.project import Dossier

#: The action under which a token's own hash is in the chain.
STAMPED = "stamped"


def stamp(dossier: Dossier, authority: Authority | None = None) -> Path | None:
    """Have the chain's head stamped; the token's path, or None where no authority is named or the head has a stamp.

    Raises:
        TrucewatchError: what the authority says, ``timestamps-not-installed``. The dossier is as it was.
    """
    url = dossier.config.timestamp_authority
    if authority is None and not url:
        return None
    stamps = Stamps(dossier.archive.folder)
    head = dossier.read(chain_rows.head)
    if head is None or head.action == STAMPED or head.seq in stamps.seqs():
        return None
    path = stamps.add(head, authority or HttpAuthority(url, dossier.reading().fetch))
    detail = {"entry": head.seq, "sha256": sha256(path.read_bytes()).hexdigest()}
    dossier.write(lambda conn: chain_rows.enter(conn, STAMPED, detail))
    return path


def changed(dossier: Dossier) -> Iterator[str]:
    """Tokens that are not the ones that were received, by name."""
    query = select(custody.c.detail).where(custody.c.action == STAMPED).order_by(custody.c.seq)
    for text in dossier.read(lambda conn: list(conn.scalars(query))):
        detail = json.loads(text)
        path = dossier.archive.folder / "timestamps" / f"{int(detail['entry'])}.tsr"
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != detail["sha256"]:
            yield f"timestamps/{path.name}"
