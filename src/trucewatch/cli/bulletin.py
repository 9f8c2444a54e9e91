"""`trucewatch bulletin`: a dossier as a site of plain files, with a feed and a digest for mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trucewatch.cli.dossiers import FOLDER, QUIET, opened, progress
from trucewatch.model import TrucewatchError


@click.command(
    name="bulletin",
    epilog="""\b
Examples:
  trucewatch bulletin karsh --out site                      everything, as of the newest report; open site/index.html
  trucewatch bulletin karsh --out site --overwrite          again, in its place
  trucewatch bulletin karsh --out may --from 2031-05-01 --to 2031-05-31 --day 2031-05-13
  trucewatch bulletin karsh --out site --base-url https://example.org/karsh/ --licence CC-BY-SA-4.0""",
)
@FOLDER
@click.option(
    "--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The site's folder: new, empty, or a bulletin."
)
@click.option("--overwrite", is_flag=True, help="Replace the bulletin that stands there.")
@click.option("--from", "begin", metavar="DATE", help="Incidents on or after this day (ISO 8601); undated ones are left out.")
@click.option("--to", "until", metavar="DATE", help="Incidents on or before this day; undated ones are left out.")
@click.option("--day", metavar="DATE", help="The day of the situation report; default: the last that an incident is told of.")
@click.option("--as-of", metavar="DATE", help="What it is stated as of; default: the newest report's own date.")
@click.option(
    "--agreement", metavar="FILE|NAME", help="What is held against; default: [ledger] agreement in dossier.toml, if any."
)
@click.option("--title", metavar="TEXT", help="Its title; default: [bulletin] title, else the dossier's name.")
@click.option("--licence", metavar="SPDX|TEXT", help="The terms for codes and counts; default: [bulletin] licence.")
@click.option(
    "--base-url", metavar="URL", help="Where it will stand; default: [bulletin] base_url. Without: every link is relative."
)
@QUIET
def command(folder: Path, *, out: Path, overwrite: bool, quiet: bool, **options: Any) -> None:
    """Write a dossier's bulletin: a site that works without a server, a script or a network, an Atom feed and a mail to forward.

    Situation report, map, every incident with its accounts side by side, ledger, regions, themes, sources, method. It leaves under the
    dossier's protection policy. The same dossier and options give the same bytes.
    """
    from trucewatch.publishing.bulletins.frame import Choices  # noqa: PLC0415 - --help must be quick
    from trucewatch.publishing.bulletins.site import write  # noqa: PLC0415

    for name in ("begin", "until", "day", "as_of"):
        _check_date({"begin": "--from", "until": "--to", "as_of": "--as-of"}.get(name, f"--{name}"), options[name])
    with opened(folder, write=True) as dossier, progress(quiet, "reports read and files written") as tell:
        made = write(dossier, out, Choices(**options), overwrite=overwrite, tell=tell)
    click.echo(
        f"trucewatch: {made.incidents:,} incidents of {made.reports:,} reports in {made.files:,} files -> {made.path / 'index.html'}",
        err=True,
    )


def _check_date(name: str, value: str | None) -> None:
    from datetime import date  # noqa: PLC0415 - --help must be quick

    if value is None:
        return
    try:
        fits = date.fromisoformat(value).isoformat() == value
    except ValueError:
        fits = False
    if not fits:
        raise TrucewatchError("bad-date", f"{name} {value!r} is not an ISO 8601 date", next_step="write it like 2031-05-14")
