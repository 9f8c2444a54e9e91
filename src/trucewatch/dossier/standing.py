"""``trucewatch status``: how a dossier stands, in numbers. Changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from trucewatch.dossier.sql import table
from trucewatch.dossier.store.tables import (
    attachments,
    captures,
    codings,
    current,
    events,
    feeds,
    incidents,
    meta,
    origins,
    progress,
    reports,
    verdicts,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from trucewatch.dossier.project import Dossier


@dataclass(frozen=True, slots=True)
class Standing:
    """A dossier in numbers. ``unread`` names inputs whose reading was cut off; ``coders`` counts current codings by coder."""

    id: str
    name: str
    made: str
    store: str
    captures: int
    evidence_bytes: int
    reports: int
    unread_reports: int
    origins: int
    codings: int
    coders: tuple[tuple[str, int], ...]
    events: int
    incidents: int
    grades: tuple[tuple[str, int], ...]
    disputed: int
    verdicts: int
    lost_verdicts: int
    first_published: str | None
    last_published: str | None
    unread: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    feeds: tuple[tuple[str, str, str], ...]


def standing(dossier: Dossier) -> Standing:
    """How the dossier stands."""
    return dossier.read(lambda conn: _standing(conn, dossier))


def _standing(conn: Connection, dossier: Dossier) -> Standing:
    facts = table(conn.execute(select(meta.c.key, meta.c.value)))
    made = _count(conn, codings)
    coders, told = _of_today(conn, recoded=made != _count(conn, current))
    first, last = conn.execute(select(func.min(reports.c.published), func.max(reports.c.published))).one()
    return Standing(
        id=facts.get("id", ""),
        name=dossier.config.name,
        made=facts.get("made", ""),
        store=conn.engine.url.render_as_string(hide_password=True),
        captures=_count(conn, captures),
        evidence_bytes=int(conn.scalar(select(func.coalesce(func.sum(captures.c.size), 0))) or 0),
        reports=_count(conn, reports),
        unread_reports=int(conn.scalar(select(func.count()).where(reports.c.status != "read")) or 0),
        origins=int(conn.scalar(select(func.count(func.distinct(origins.c.origin)))) or 0),
        codings=made,
        coders=coders,
        events=told,
        incidents=_count(conn, incidents),
        grades=tuple(
            sorted((g, n) for g, n in conn.execute(select(incidents.c.grade, func.count()).group_by(incidents.c.grade)))
        ),
        disputed=int(conn.scalar(select(func.count()).where(incidents.c.disputed)) or 0),
        verdicts=_count(conn, verdicts),
        lost_verdicts=int(conn.scalar(select(func.count()).where(attachments.c.how == "lost")) or 0),
        first_published=first,
        last_published=last,
        unread=tuple(
            conn.scalars(
                select(captures.c.name)
                .join(progress, progress.c.capture == captures.c.id)
                .where(progress.c.status == "reading")
            )
        ),
        failed=tuple(
            (name, json.loads(reasons)[0][1] if reasons != "[]" else status)
            for name, status, reasons in conn.execute(
                select(reports.c.name, reports.c.status, reports.c.reasons).where(reports.c.status == "failed").limit(_SHOWN)
            )
        ),
        feeds=tuple((row.url, row.said or "", row.due or "") for row in conn.execute(select(feeds).order_by(feeds.c.url))),
    )


_SHOWN = 20


def _of_today(conn: Connection, *, recoded: bool) -> tuple[tuple[tuple[str, int], ...], int]:
    """Today's codings by coder, and how many events they have; the tables alone tell where no coding was replaced."""
    counted, told = select(codings.c.coder, func.count()), select(func.count()).select_from(events)
    if recoded:
        counted = counted.join(current, current.c.coding == codings.c.id)
        told = select(func.count()).select_from(events.join(current, current.c.coding == events.c.coding))
    coders = sorted((_coder(text), count) for text, count in conn.execute(counted.group_by(codings.c.coder)))
    return tuple(coders), int(conn.scalar(told) or 0)


def _count(conn: Connection, table: object) -> int:
    return int(conn.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def _coder(text: str) -> str:
    facts = json.loads(text)
    return f"Trucewatch {facts['version']}, {facts['model']}"
