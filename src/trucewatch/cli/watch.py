"""`trucewatch watch`: a dossier's feeds, polled."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from trucewatch.cli.dossiers import FOLDER, QUIET, coder_of, opened, stamped, tell
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.dossier.project import Dossier


@click.command(
    name="watch",
    epilog="""\b
Examples:
  trucewatch watch karsh                           poll for ever, each feed when it is due
  trucewatch watch karsh --once                    poll what is due now, for cron""",
)
@FOLDER
@click.option("--once", is_flag=True, help="Poll the feeds that are due, then end.")
@click.option("--allow-private", is_flag=True, help="Fetch from private and loopback addresses too (intranets).")
@QUIET
def command(folder: Path, once: bool, allow_private: bool, quiet: bool) -> int:
    """Poll the feeds that dossier.toml names, and add what is new.

    Politely: an unchanged feed is not sent again, robots.txt and Retry-After are obeyed, a feed that fails is asked less and less often.
    """
    failed = False
    while True:
        with opened(folder, write=True) as dossier:
            if not dossier.config.feeds:
                raise TrucewatchError(
                    "no-feeds",
                    "dossier.toml names no feeds",
                    where=str(dossier.config.path),
                    next_step="add them under [watch]",
                )
            failed = _poll(dossier, allow_private=allow_private, quiet=quiet) or failed
            stamped(dossier)
            wait = _seconds_left(dossier)
        if once:
            return 2 if failed else 0
        time.sleep(wait)


def _poll(dossier: Dossier, *, allow_private: bool, quiet: bool) -> bool:
    """Poll what is due; whether a feed failed."""
    from trucewatch.dossier.adding import Added, Adding  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.watching import Watch, due  # noqa: PLC0415

    urls = due(dossier, datetime.now(UTC))
    if not urls:
        return False
    coder, code = coder_of(dossier, None)
    options = dossier.reading(follow_links=dossier.config.follow_links, allow_private=allow_private)
    failed = False
    added = 0
    for result in Watch(dossier, Adding(dossier, coder, code, options)).poll(urls):
        if isinstance(result, Added):
            added += result.outcome in {"added", "partial"}
            if result.outcome in {"failed", "skipped"}:
                tell(result.outcome, result.name, result.reasons)
            continue
        failed = failed or result.outcome == "failed"
        if result.outcome == "failed" or not quiet:
            said = f": {result.said}" if result.said else f", {added} reports added" if result.outcome == "new" else ""
            click.echo(f"{result.outcome}: {result.url}{said}; next {result.due}", err=True)
        added = 0
    return failed


def _seconds_left(dossier: Dossier) -> float:
    from trucewatch.dossier.watching import next_due  # noqa: PLC0415

    at = next_due(dossier)
    if at is None:
        return 60.0
    left = (datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds()
    return min(max(left, 1.0), 3600.0)
