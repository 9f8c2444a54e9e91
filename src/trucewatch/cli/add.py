"""`trucewatch add`: reports into a dossier."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from trucewatch.cli.code import _language
from trucewatch.cli.dossiers import FOLDER, QUIET, coder_of, opened, progress, stamped, tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trucewatch.dossier.adding import Added


@click.command(
    name="add",
    epilog="""\b
Examples:
  trucewatch add karsh reports/ mission.pdf
  trucewatch add karsh https://example.org/news/1
  trucewatch add karsh https://example.org/feed.xml --follow-links
  trucewatch add karsh archive.wacz --jobs 2
  trucewatch code reports/ --format jsonl | trucewatch add karsh -
  trucewatch add karsh                             go on with what was cut off""",
)
@FOLDER
@click.argument("sources", nargs=-1, metavar="[PATH|URL|-]...")
@click.option("--published", metavar="DATE", help="ISO 8601 date of publication, for reports that state none.")
@click.option("--language", metavar="CODE", callback=_language, help="Take the reports to be in this language.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes; default: as dossier.toml says.")
@click.option("--follow-links", is_flag=True, help="Fetch the articles that a feed links to.")
@click.option("--allow-private", is_flag=True, help="Fetch from private and loopback addresses too (intranets).")
@QUIET
def command(  # noqa: PLR0917 - click gives them by name
    folder: Path, sources: tuple[str, ...], published: str | None, language: str | None, jobs: int | None,
    follow_links: bool, allow_private: bool, quiet: bool,
) -> int:  # fmt: skip
    """Add reports to a dossier: files, folders, globs, URLs, feeds, archives, or - for JSON lines on standard input.

    Every byte is kept as evidence before it is read. The same input may be added again: what is there is not coded twice. A run that
    was cut off is finished by the same call, or by one without sources.
    """
    from trucewatch.dossier.adding import Adding, cut_off  # noqa: PLC0415 - --help must be quick
    from trucewatch.reading import checked_date  # noqa: PLC0415

    published = checked_date(published)
    with opened(folder, write=True) as dossier:
        coder, code = coder_of(dossier, jobs)
        options = dossier.reading(language=language, follow_links=follow_links, allow_private=allow_private)
        adding = Adding(dossier, coder, code, options, published)
        results = adding.run(sources) if sources else adding.unfinished(cut_off(dossier))
        outcomes = _told(results, quiet=quiet)
        stamped(dossier)
    if not quiet:
        parts = [f"{outcomes[name]} {_WORDS[name]}" for name in _WORDS if outcomes[name]]
        click.echo(f"trucewatch: {', '.join(parts) or 'nothing to add'} -> {folder}", err=True)
    return 2 if outcomes["failed"] else 0


_WORDS = {"added": "added", "partial": "added in part", "known": "already there", "skipped": "skipped", "failed": "failed"}


def _told(results: Iterable[Added], *, quiet: bool) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    with progress(quiet, "reports") as tick:
        for added in results:
            outcomes[added.outcome] += 1
            if added.outcome in {"failed", "skipped"} or (added.outcome == "partial" and not quiet):
                tell(added.outcome, added.name, added.reasons)
            tick(added.name)
    return outcomes
