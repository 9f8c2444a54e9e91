"""`trucewatch agreement`: agreements as data, checked, read and mapped."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trucewatch.model.agreement import Agreement

_EXAMPLES = {
    "lint": """\b
Examples:
  trucewatch agreement lint my-truce.yaml
  trucewatch agreement lint *.yaml --actors our-groups.tsv --gazetteer our-places.tsv
  trucewatch agreement lint --schema > agreement.schema.json""",
    "show": """\b
Examples:
  trucewatch agreement show --list
  trucewatch agreement show syr-moscow-2020
  trucewatch agreement show syr-moscow-2020 --term joint-patrols
  trucewatch agreement show my-truce.yaml --json""",
    "map": """\b
Examples:
  trucewatch agreement map syr-moscow-2020 --out map.html
  trucewatch agreement map syr-moscow-2020 > areas.geojson""",
}


def _more(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options for tables of the user's own."""
    files = click.Path(exists=True, dir_okay=False, path_type=Path)
    with_places = click.option(
        "--gazetteer", "gazetteers", multiple=True, type=files, help="A further gazetteer (TSV); may be repeated."
    )
    return click.option("--actors", multiple=True, type=files, help="A further actor file (TSV); may be repeated.")(
        with_places(command)
    )


@click.group(
    name="agreement",
    epilog="""\b
Examples:
  trucewatch agreement lint my-truce.yaml
  trucewatch agreement show syr-moscow-2020
  trucewatch agreement map syr-moscow-2020 --out map.html""",
)
def command() -> None:
    """Check, read and map agreements: who must do what, where and until when.

    AGREEMENT is a YAML or TOML file, or the name of one that is shipped (`trucewatch agreement show --list`).
    """


@command.command(epilog=_EXAMPLES["lint"])
@click.argument("files", nargs=-1, metavar="AGREEMENT...")
@_more
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of the form instead, for an editor.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def lint(files: tuple[str, ...], actors: tuple[Path, ...], gazetteers: tuple[Path, ...], as_schema: bool, as_json: bool) -> int:
    """Name everything that is wrong with agreements, one line each, by file and line.

    Exit code 2 if there is an error. A warning wants a second look and stops nothing.
    """
    from trucewatch.ledger.agreements import desks, find, schema  # noqa: PLC0415 - --help must be quick
    from trucewatch.ledger.agreements import lint as check  # noqa: PLC0415

    _utf8()
    if as_schema:
        click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
        return 0
    if not files:
        raise click.UsageError("name an agreement: a file, or one that is shipped")
    paths = [find(name) for name in files]
    problems = [problem for path in paths for problem in check(path, *desks(path, actors, gazetteers))]
    for problem in problems:
        row = {"file": problem.file, "line": problem.line, "severity": problem.severity, "message": problem.message}
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else problem.text())
    errors = sum(problem.severity == "error" for problem in problems)
    said = f"{errors} errors, {len(problems) - errors} warnings" if problems else "nothing is wrong"
    click.echo(f"trucewatch: {said} in {len(files)} agreement{'' if len(files) == 1 else 's'}", err=True)
    return 2 if errors else 0


@command.command(epilog=_EXAMPLES["show"])
@click.argument("agreement", required=False)
@_more
@click.option("--term", metavar="ID", help="One term, with every event that bears on it.")
@click.option("--list", "as_list", is_flag=True, help="The agreements that are shipped.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the defaults of each term written out.")
def show(
    agreement: str | None,
    *,
    actors: tuple[Path, ...],
    gazetteers: tuple[Path, ...],
    term: str | None,
    as_list: bool,
    as_json: bool,
) -> None:
    """Print an agreement's terms in plain words."""
    from dataclasses import asdict  # noqa: PLC0415 - --help must be quick

    from trucewatch.publishing.agreement_text import lines  # noqa: PLC0415

    _utf8()
    if as_list:
        _list()
        return
    if agreement is None:
        raise click.UsageError("name an agreement, or say --list")
    found = _load(agreement, actors, gazetteers)
    if term is not None and found.term(term) is None:
        names = ", ".join(each.id for each in found.terms)
        raise TrucewatchError("no-term", f"{found.id} has no term {term!r}", next_step=f"there: {names}")
    if as_json:
        data = asdict(found)
        data["terms"] = [each for each in data["terms"] if term in {None, each["id"]}]
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found, only=term)).strip("\n"))


@command.command(name="map", epilog=_EXAMPLES["map"])
@click.argument("agreement")
@_more
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a map as one HTML page; without it, GeoJSON is printed.",
)
def map_(agreement: str, actors: tuple[Path, ...], gazetteers: tuple[Path, ...], out: Path | None) -> None:
    """Draw the areas where an agreement's terms hold: a page to open in a browser, or GeoJSON for other programs.

    Nothing is fetched: the page shows outlines, places, degrees and a scale, and draws no coast and no state's border.
    """
    from trucewatch.ledger.outlines import collection  # noqa: PLC0415 - --help must be quick
    from trucewatch.publishing.agreement_map import page  # noqa: PLC0415

    found = _load(agreement, actors, gazetteers)
    _utf8()
    if out is None:
        click.echo(json.dumps(collection(found), ensure_ascii=False))
        return
    text = page(found)
    try:
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the map cannot be written", where=str(out), why=error.strerror or str(error)
        ) from error
    click.echo(f"trucewatch: {out.resolve()}  (open it in a browser)", err=True)


def _load(name: str, actors: Sequence[Path], gazetteers: Sequence[Path]) -> Agreement:
    from trucewatch.ledger.agreements import desks, find, load  # noqa: PLC0415 - --help must be quick

    path = find(name)
    return load(path, *desks(path, actors, gazetteers))


def _list() -> None:
    from trucewatch.ledger.agreements import shipped  # noqa: PLC0415 - --help must be quick
    from trucewatch.publishing.words import day  # noqa: PLC0415

    for name in shipped():
        found = _load(name, (), ())
        invented = " (fictional)" if found.fictional else ""
        click.echo(f"{name:<20} {day(found.date)}, {len(found.terms)} terms: {found.title}{invented}")


def _utf8() -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
