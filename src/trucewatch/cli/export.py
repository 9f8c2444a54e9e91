"""`trucewatch export`: a dossier in the formats of other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from trucewatch.cli.dossiers import FOLDER, QUIET, opened, progress
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from trucewatch.dossier.browse import Filter
    from trucewatch.publishing.exports.shipping import Shipped


def _list(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Print the formats and end."""
    if not value or ctx.resilient_parsing:
        return
    from trucewatch.publishing.exports import formats  # noqa: PLC0415 - --help must be quick

    for made in formats():
        click.echo(f"{made.name:12} {made.line}")
    ctx.exit()


@click.command(
    name="export",
    epilog="""\b
Examples:
  trucewatch export --list
  trucewatch export karsh --to geojson --out incidents.geojson
  trucewatch export karsh --to acled --from 2031-05-01 --until 2031-05-31
  trucewatch export karsh --to datapackage --out karsh.zip --overwrite
  trucewatch export karsh --to sqlite && datasette karsh-sqlite/dossier.db --metadata karsh-sqlite/metadata.json
  trucewatch export karsh --to plover --out - | jq .event
  trucewatch export karsh --to jsonl --unprotected "copy for the partner's dossier, agreed 2031-06-02" """,
)
@FOLDER
@click.option("--to", "format_", metavar="FORMAT", required=True, help="Which format; --list names them.")
@click.option(
    "--out",
    type=click.Path(allow_dash=True, path_type=Path),
    metavar="PATH",
    help="Where to; - is standard output. Default: named after the dossier and the format, here.",
)
@click.option("--from", "begin", metavar="DATE", help="Incidents on or after this day (ISO 8601).")
@click.option("--until", metavar="DATE", help="Incidents on or before this day.")
@click.option("--truce", metavar="CATEGORY", help='Incidents of a ceasefire category ("shelling", ...).')
@click.option("--grade", metavar="GRADE", help='Incidents so well founded ("independent", ...).')
@click.option("--disputed", is_flag=True, help="Only incidents whose accounts contradict each other.")
@click.option(
    "--unprotected",
    metavar="WHY",
    help="Without the protection policy: names and places as they are; the reason is put on record.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@QUIET
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the formats, a line each.")
def command(  # noqa: PLR0917 - click gives them by name
    folder: Path, format_: str, out: Path | None, begin: str | None, until: str | None, truce: str | None, grade: str | None,
    disputed: bool, unprotected: str | None, overwrite: bool, quiet: bool,
) -> None:  # fmt: skip
    """Write a dossier's incidents, events and reports in a format of other programs: for maps, statistics, archives, the web.

    Everything leaves under the protection policy of dossier.toml. Beside the export, NAME.about.json says what it holds: coders, policy, what
    was masked, rows in and out. The same dossier gives the same bytes.
    """
    from trucewatch.dossier.browse import Filter  # noqa: PLC0415 - --help must be quick
    from trucewatch.publishing.exports import exporter  # noqa: PLC0415
    from trucewatch.publishing.exports.shipping import place, ship  # noqa: PLC0415

    made = exporter(format_)
    wanted = Filter(begin=begin, until=until, truce=truce, grade=grade, disputed=True if disputed else None)
    _check(wanted, unprotected)
    target = place(made, out, folder.resolve().name, overwrite=overwrite)
    with opened(folder, write=True) as dossier:
        from trucewatch.dossier.handover import Handover  # noqa: PLC0415

        why = unprotected.strip() if unprotected is not None else None
        with progress(quiet, "incidents and reports") as tick:
            shipped = ship(Handover(dossier, wanted, why, tick), made, target)
    if not quiet:
        _tell(shipped)


def _check(wanted: Filter, unprotected: str | None) -> None:
    from trucewatch.cli.incidents import _check_date  # noqa: PLC0415
    from trucewatch.model.incident import Grade  # noqa: PLC0415

    _check_date("--from", wanted.begin)
    _check_date("--until", wanted.until)
    if unprotected is not None and not unprotected.strip():
        raise TrucewatchError("bad-option", "--unprotected needs a reason", next_step="say why; it is put on record")
    _known("--truce", wanted.truce)
    if wanted.grade is not None and wanted.grade not in get_args(Grade):
        raise TrucewatchError(
            "bad-option", f"--grade: there is no grade {wanted.grade!r}", next_step=f"use one of {', '.join(get_args(Grade))}"
        )


def _known(option: str, category: str | None) -> None:
    """A misspelt category would give an empty export without a word."""
    if category is not None:
        from trucewatch import ontology  # noqa: PLC0415

        try:
            ontology.load().truce(category)
        except TrucewatchError as error:
            raise TrucewatchError("bad-option", f"{option}: {error.what}", next_step=error.next_step) from error


def _tell(shipped: Shipped) -> None:
    about = shipped.about
    rows = ", ".join(f"{count:,} {kind}" for kind, count in about["rows_out"].items()) or "nothing"
    click.echo(f"trucewatch: {rows} -> {shipped.out or '-'}; {_policy(about['protection'])}", err=True)
    for why, count in about["left_out"].items():
        click.echo(f"note: {count:,} left out: {why}", err=True)
    if shipped.out is None and about["protection"]["applied"] and not sys.stdout.isatty():
        click.echo("note: what the export holds (.about.json) is written beside files only", err=True)


def _policy(policy: dict[str, Any]) -> str:
    if not policy["applied"]:
        return "UNPROTECTED, on record"
    return f"{sum(item['count'] for item in policy['masked']):,} names and places masked by the policy"
