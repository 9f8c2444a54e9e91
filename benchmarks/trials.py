"""What the trials of a dossier (``crash``, ``tamper``, ``together``) share: inputs, coders that replay, a whole dossier as plain data.

The coders look up what the real coder made of a text once (``out/trials.jsonl``), so that a trial's time goes into storage. Not for
accuracy.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT), str(ROOT / "benchmarks")]

from sqlalchemy import create_engine, select, text  # noqa: E402
from sqlalchemy.engine import make_url  # noqa: E402
from warcio.statusandheaders import StatusAndHeaders  # noqa: E402
from warcio.warcwriter import WARCWriter  # noqa: E402

from common import RESULTS, save  # noqa: E402
from replay import Replay, _key, bodies  # noqa: E402
from trucewatch.dossier import keeping  # noqa: E402
from trucewatch.dossier.adding import Adding, cut_off  # noqa: E402
from trucewatch.dossier.desk import open_desk  # noqa: E402
from trucewatch.dossier.project import open_dossier  # noqa: E402
from trucewatch.dossier.recoding import recode, stale  # noqa: E402
from trucewatch.dossier.sql import table  # noqa: E402
from trucewatch.dossier.store import tables  # noqa: E402
from trucewatch.dossier.verdicts.desk import Request  # noqa: E402
from trucewatch.dossier.verifying import verify_folder  # noqa: E402
from trucewatch.model import Coded, Report, Unread  # noqa: E402
from trucewatch.model.contract import to_json  # noqa: E402
from trucewatch.reading import ReadOptions, read  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.adding import Added
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.verifying import Trouble

STORES = ("sqlite", "postgresql")
RECORDS = ROOT / "out" / "trials.jsonl"


# Inputs: the invented reports of the gold sets, in every format


def inputs(folder: Path, most: int = 48) -> list[str]:
    """Write the same inputs as ever: a folder of texts and pages, JSON lines, a WARC, a feed; gives their names for ``add``."""
    found = bodies()
    some = found[: most * 5 // 8] + found[-(most * 3 // 8) :]
    texts, pages, lines, warc, feed = (some[k::5] for k in range(5))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "reports").mkdir(parents=True)
    for body in texts:
        (folder / "reports" / f"{body['id']}.txt").write_text(_plain(body), encoding="utf-8")
    for body in pages:
        (folder / "reports" / f"{body['id']}.html").write_text(_page(body), encoding="utf-8")
    (folder / "lines.jsonl").write_text("".join(_line(body) for body in lines), encoding="utf-8")
    (folder / "pages.warc.gz").write_bytes(_warc(warc))
    (folder / "feed.xml").write_text(_feed(feed), encoding="utf-8")
    (folder / "nothing.txt").write_text("  \n", encoding="utf-8")
    return [str(folder / name) for name in ("reports", "lines.jsonl", "pages.warc.gz", "feed.xml", "nothing.txt")]


def _plain(body: dict[str, str]) -> str:
    return f"{body['title']}\n\n{body['text']}\n"


def _page(body: dict[str, str]) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in body["text"].split("\n\n"))
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(body['title'])}</title>"
        f"<meta property='og:site_name' content='{escape(body['publisher'])}'>"
        f"<meta property='article:published_time' content='{body['published']}'></head>"
        f"<body><article><h1>{escape(body['title'])}</h1>{paragraphs}</article></body></html>"
    )


def _line(body: dict[str, str]) -> str:
    return json.dumps({**body, "language": "en"}) + "\n"


def _warc(some: Iterable[dict[str, str]]) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    for body in some:
        page = _page(body).encode()
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        url = f"https://news.example/{body['id']}"
        writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(page), http_headers=headers))
    return out.getvalue()


def _feed(some: Iterable[dict[str, str]]) -> str:
    items = "".join(
        f"<item><title>{escape(body['title'])}</title><link>https://news.example/{body['id']}</link><guid>{body['id']}</guid>"
        f"<pubDate>Tue, 13 May 2031 09:00:00 GMT</pubDate><description>{escape(body['text'])}</description></item>"
        for body in some
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Trials</title>{items}</channel></rss>"


# Coders


class Second(Replay):
    """The coder of a later version: other facts, every seventh event left out, other confidences; the rest as it was."""

    @property
    def facts(self) -> Any:
        """Versions that differ."""
        first: Any = super().facts
        return replace(first, version=f"{first.version}+second")

    def __call__(self, items: Iterable[Report | Unread]) -> Iterator[Coded]:
        """Code reports, in order."""
        for coded in super().__call__(items):
            kept = tuple(
                replace(event, confidence=round(event.confidence * 0.9, 3))
                for event in coded.events
                if int(sha256(event.id.encode()).hexdigest(), 16) % 7
            )
            ids = {event.id for event in kept}
            risk = tuple(person for person in coded.at_risk if person.event in ids)
            roles = tuple(item for item in coded.incident_roles if getattr(item, "event", None) in {None, *ids})
            yield replace(coded, events=kept, at_risk=risk, incident_roles=roles, coder=self.facts)


def coders(names: list[str]) -> tuple[Replay, Second]:
    """The two coders; what they replay is coded once for all."""
    RECORDS.parent.mkdir(parents=True, exist_ok=True)
    RECORDS.touch()
    known = Replay(RECORDS).records
    new = {_key(item.text): item for item in read(names, options=ReadOptions()) if isinstance(item, Report)}
    if missing := [item for key, item in new.items() if key not in known]:
        _record(missing)
    return Replay(RECORDS), Second(RECORDS)


def _record(missing: Iterable[Report]) -> None:
    import trucewatch  # noqa: PLC0415 - a second, and only once

    coder = trucewatch.load()
    with RECORDS.open("a", encoding="utf-8") as out:
        out.writelines(to_json(coder.code(item)) + "\n" for item in missing)


# What a user does


def add(folder: Path, coder: Replay, names: list[str], *, go_on: bool = True) -> list[Added]:
    """``trucewatch add`` with sources; what was cut off first (``go_on``), as by the call without any."""
    with open_dossier(folder, write=True) as dossier:
        adding = Adding(dossier, coder_of(coder), coder, dossier.reading())
        left = cut_off(dossier) if go_on else []
        return [*adding.unfinished(left), *adding.run(names)]


def coder_of(coder: Replay) -> str:
    """A coder's versions as the database writes them."""
    return keeping.coder_json(coder.facts)  # type: ignore[arg-type]


def recode_all(folder: Path, coder: Replay) -> int:
    """``trucewatch recode``; gives the number of reports."""
    with open_dossier(folder, write=True) as dossier:
        return sum(1 for _ in recode(dossier, coder, stale(dossier, coder_of(coder))))


def troubles(folder: Path) -> list[Trouble]:
    """What ``verify`` finds, notes too; a dossier that cannot be opened is one finding."""
    return list(verify_folder(folder))


def keys_in(dossier: Dossier) -> list[str]:
    """Keys of today's events, in order."""
    query = select(tables.events.c.key).join(tables.current, tables.current.c.coding == tables.events.c.coding)
    return dossier.read(lambda conn: sorted(conn.scalars(query)))


def judge(folder: Path) -> None:
    """The same verdicts as ever, one of each kind and some more."""
    with open_desk(folder) as desk:
        keys = keys_in(desk.dossier)
        for number, kind in enumerate(("accept", "reject", "merge", "merge", "split", "reject", "note", "merge", "accept")):
            one, other = keys[number * 7 % len(keys)], keys[(number * 17 + 5) % len(keys)]
            paired = kind in {"merge", "split"}
            if one != other:
                text_ = "A note." if kind == "note" else ""
                desk.record(Request(kind, "A. Reviewer", event=one, other=other if paired else None, text=text_))  # type: ignore[arg-type]


# A dossier as plain data


@dataclass(frozen=True, slots=True)
class State:
    """Everything that must not depend on what happened on the way: parts by name, each a set of plain rows."""

    parts: dict[str, frozenset[Any]]

    def differs(self, other: State) -> list[str]:
        """Names of the parts that differ, with how many rows."""
        return [
            f"{name}: {len(mine - other.parts[name])} more, {len(other.parts[name] - mine)} less"
            for name, mine in self.parts.items()
            if mine != other.parts[name]
        ]


#: Columns that may differ: times, order of arrival, random ids, the row's own digest, ids of incidents.
_LOOSE = {"digest", "seq", "added", "made", "retrieved", "at", "prev", "hash"}
_TABLES = ("reports", "sightings", "codings", "current", "claims", "events", "bands", "links", "origins", "blocks", "edges")


def state(dossier: Dossier) -> State:
    """The state of a dossier."""
    return dossier.read(_state)


def _state(conn: Connection) -> State:
    parts: dict[str, frozenset[Any]] = {}
    for name in _TABLES:
        columns = [column for column in tables.metadata.tables[name].columns if column.name not in _LOOSE]
        parts[name] = frozenset(tuple(row) for row in conn.execute(select(*columns)))
    parts["captures"] = frozenset(map(tuple, conn.execute(select(tables.captures.c.id, tables.captures.c.sha256))))
    parts["progress"] = frozenset(map(tuple, conn.execute(select(tables.progress.c.capture, tables.progress.c.status))))
    parts["incidents"] = partition(conn)
    return State(parts)


def partition(conn: Connection) -> frozenset[Any]:
    """Incidents without their ids: which events, and what is said of them."""
    held: dict[str, set[str]] = {}
    for event, incident in conn.execute(select(tables.members.c.event, tables.members.c.incident)):
        held.setdefault(incident, set()).add(event)
    said = table(conn.execute(select(tables.incidents.c.id, tables.incidents.c.summary)))
    return frozenset((frozenset(keys), said.get(id_, "no incident").replace(id_, "")) for id_, keys in held.items())


def keep(name: str, parts: dict[str, Any]) -> None:
    """Keep results, beside those of other parts that were run by themselves."""
    path = RESULTS / f"{name}.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    save(name, {key: value for key, value in {**before, **parts}.items() if key != "date"})


# Stores


class Places:
    """New places for dossiers: folders, and databases of a server where the store is PostgreSQL."""

    def __init__(self, base: Path, server: str | None) -> None:
        self.base = base
        self.server = server
        self.count = 0

    def new(self) -> tuple[Path, str]:
        """A folder that is not there yet, and the URL of an empty database (``sqlite`` for none)."""
        self.count += 1
        folder = self.base / f"dossier-{self.count}"
        shutil.rmtree(folder, ignore_errors=True)
        if self.server is None:
            return folder, "sqlite"
        name = f"trial_{os.getpid()}_{self.count}"
        self._run(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"
        )
        url = make_url(self.server).set(database=name, drivername="postgresql")
        return folder, url.render_as_string(hide_password=False)

    def drop(self, folder: Path) -> None:
        """Make room."""
        shutil.rmtree(folder, ignore_errors=True)
        if self.server is not None:
            self._run(f'DROP DATABASE IF EXISTS "trial_{os.getpid()}_{folder.name.rpartition("-")[2]}" WITH (FORCE)')

    def _run(self, *statements: str) -> None:
        assert self.server is not None  # noqa: S101 - callers know
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            for statement in statements:
                conn.execute(text(statement))
        engine.dispose()


@contextmanager
def places(store: str, base: Path, server: str | None = None) -> Iterator[Places]:
    """Places on one kind of store; PostgreSQL is the server given, or a private cluster; leaves with a word where there is none."""
    if store == "sqlite" or server is not None:
        yield Places(base, server)
        return
    from tests.dossier.postgres import cluster, find_programs  # noqa: PLC0415

    programs = find_programs()
    if programs is None:
        print("skipped: no PostgreSQL here")
        raise SystemExit(0)
    with cluster(programs) as url:
        yield Places(base, url)
