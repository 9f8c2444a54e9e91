"""`trucewatch recode`: the reports of a dossier coded anew."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from trucewatch.cli.dossiers import FOLDER, QUIET, coder_of, opened, progress, stamped, tell

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    name="recode",
    epilog="""\b
Examples:
  trucewatch recode karsh                          after an update, or after dossier.toml names new actors
  trucewatch recode karsh --jobs 2""",
)
@FOLDER
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes; default: as dossier.toml says.")
@QUIET
def command(folder: Path, jobs: int | None, quiet: bool) -> int:
    """Code the reports of a dossier anew with the coder of today.

    Reports that this very coder has coded are left alone, so a run that was cut off goes on. Old codings are kept for comparison. No
    verdict is lost: each finds its event again by its words, or comes back to the reviewer.
    """
    from trucewatch.dossier.recoding import recode, stale  # noqa: PLC0415 - --help must be quick

    outcomes: Counter[str] = Counter()
    moved = lost = 0
    with opened(folder, write=True) as dossier:
        coder, code = coder_of(dossier, jobs)
        ids = stale(dossier, coder)
        with progress(quiet, "reports", len(ids)) as tick:
            for done in recode(dossier, code, ids):
                outcomes[done.status] += 1
                moved, lost = moved + done.moved, lost + done.lost
                if done.status in {"failed", "skipped"}:
                    tell(done.status, done.report, done.reasons)
                tick(done.report)
        stamped(dossier)
    if not quiet:
        parts = [f"{count} {name}" for name, count in sorted(outcomes.items())]
        verdicts = f"; verdicts: {moved} moved to another event, {lost} to be looked at again" if moved or lost else ""
        click.echo(f"trucewatch: {', '.join(parts) or 'every report is coded by this coder'}{verdicts}", err=True)
    return 2 if outcomes["failed"] else 0
