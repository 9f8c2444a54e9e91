"""``trucewatch watch``: the dossier's feeds, polled politely.

A feed is asked only when it is due, with the ETag or date of the last answer, so that an unchanged one costs a few bytes; one that fails is
asked less and less often; robots.txt and a ``Retry-After`` are obeyed. What is new goes the way of ``add``. This module prints nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import feeds
from trucewatch.model import TrucewatchError
from trucewatch.reading.fetching import Fetcher, Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from sqlalchemy import Connection

    from trucewatch.dossier.adding import Added, Adding
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.receiving import Received

_SLOWEST = 24 * 3600
_DOUBLINGS = 7


@dataclass(frozen=True, slots=True)
class Polled:
    """One poll of one feed. ``outcome``: new, unchanged, failed; ``due`` is when it is asked next (ISO 8601, UTC)."""

    url: str
    outcome: str
    due: str
    said: str = ""


def due(dossier: Dossier, now: datetime) -> list[str]:
    """Feeds of the settings that are to be asked now, in the order of the settings."""
    known = {row.url: row.due for row in dossier.read(lambda conn: list(conn.execute(select(feeds))))}
    return [url for url in dict.fromkeys(dossier.config.feeds) if (known.get(url) or "") <= _iso(now)]


def next_due(dossier: Dossier) -> str | None:
    """When the next feed is due; None where there is none."""
    wanted = set(dossier.config.feeds)
    times = [row.due for row in dossier.read(lambda conn: list(conn.execute(select(feeds)))) if row.url in wanted and row.due]
    return min(times, default=None)


@dataclass(slots=True)
class Watch:
    """Polls feeds and hands what is new to ``adding``."""

    dossier: Dossier
    adding: Adding
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def poll(self, urls: list[str]) -> Iterator[Polled | Added]:
        """Ask each feed once; its new reports come before the line that sums it up."""
        for url in urls:
            yield from self._one(url)

    def _one(self, url: str) -> Iterator[Polled | Added]:
        row = self.dossier.read(lambda conn: conn.execute(select(feeds).where(feeds.c.url == url)).mappings().first())
        before: dict[str, Any] = dict(row) if row else {}
        try:
            page, received = self._ask(url, before)
        except TrucewatchError as error:
            yield self._failed(url, before, error)
            return
        if received is not None and not received.read:
            yield from self.adding.unfinished([received])
        yield self._went_well(url, page, received)

    def _ask(self, url: str, before: dict[str, Any]) -> tuple[Any, Received | None]:
        receiver = self.adding.receiver
        receiver.fetcher = receiver.fetcher or Fetcher(receiver.options.fetch)
        page = receiver.fetcher.get(url, known=Known(before.get("etag"), before.get("modified")))
        return page, None if page.unchanged else receiver.fetched(url, page)

    def _went_well(self, url: str, page: Any, received: Received | None) -> Polled:
        new = received is not None and received.new
        at = self.clock()
        wait = max(self.dossier.config.every, min(_seconds(page.header("Retry-After"), at), _SLOWEST))
        row = {
            "url": url,
            "polled": _iso(at),
            "due": _iso(at + timedelta(seconds=wait)),
            "failures": 0,
            "said": "new" if new else "unchanged",
        }
        validators = {"etag": page.header("ETag"), "modified": page.header("Last-Modified")}
        self._write({**row, **validators}, keep_validators=page.unchanged)
        return Polled(url, row["said"], row["due"])  # type: ignore[arg-type]

    def _failed(self, url: str, before: dict[str, Any], error: TrucewatchError) -> Polled:
        failures = int(before.get("failures") or 0) + 1
        wait = min(self.dossier.config.every * 2 ** min(failures, _DOUBLINGS), _SLOWEST)
        at = self.clock()
        row = {
            "url": url, "etag": before.get("etag"), "modified": before.get("modified"), "polled": _iso(at),
            "due": _iso(at + timedelta(seconds=wait)), "failures": failures, "said": error.line(),
        }  # fmt: skip
        self._write(row, keep_validators=False)
        return Polled(url, "failed", str(row["due"]), error.line())

    def _write(self, row: dict[str, Any], *, keep_validators: bool) -> None:
        def work(conn: Connection) -> None:
            old = conn.execute(select(feeds).where(feeds.c.url == row["url"])).mappings().first()
            kept = {key: old[key] for key in ("etag", "modified")} if old and keep_validators else {}
            rows.upsert(conn, feeds, [{**row, **kept}])

        self.dossier.write(work)


def forget(dossier: Dossier) -> None:
    """Drop what is known of feeds that the settings no longer name."""
    dossier.write(lambda conn: rows.remove(conn, feeds, feeds.c.url.not_in(list(dossier.config.feeds))))


def _seconds(value: str | None, now: datetime) -> float:
    """A ``Retry-After``: seconds or a date."""
    if not value:
        return 0
    if value.strip().isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - now).total_seconds(), 0)
    except (ValueError, TypeError):
        return 0


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
