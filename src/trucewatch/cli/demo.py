"""`trucewatch demo`: the bundled fictional dossier, coded before the reader's eyes.

The reports go through the reading room like anybody's, so what is shown is what the program does. This module must not know what
they say.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.model import Coded

_OWN_TABLES = ("states.tsv", "groups.tsv", "places.tsv")
_OUTPUTS = {"jsonl": "coded.jsonl", "csv": "events.csv", "html": "page.html"}


@click.command(
    name="demo",
    epilog="""\b
Examples:
  trucewatch demo
  trucewatch demo --out /tmp/demo""",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    help="Folder for the files.",
)
def command(out: Path) -> int:
    """Code the bundled fictional dossier and show who says what happened.

    Five reports by opposed publishers on an invented ceasefire: one reprints another, one denies what another asserts.
    """
    records = code_dossier()
    write(records, out)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    from trucewatch.publishing.table import Table  # noqa: PLC0415 - --help must be quick

    click.echo(f"{len(records)} reports on an invented ceasefire: invented countries, places and people.\n")
    table = Table().open(sys.stdout)
    for coded in records:
        table.write(coded)
    table.close()
    click.echo("")
    for line in summary(records):
        click.echo(line)
    click.echo("")
    for line in ledger(records):
        click.echo(line)
    click.echo(f"\nThe words behind every line: {(out / _OUTPUTS['html']).resolve()}  (open it in a browser)")
    click.echo(f"The data: {out / _OUTPUTS['jsonl']}, {out / _OUTPUTS['csv']}. Your own reports: trucewatch code FILE")
    return 2 if any(coded.status == "failed" for coded in records) else 0


def code_dossier() -> list[Coded]:
    """The bundled reports, read and coded in the order of their names; ids are the file names, wherever the package lies."""
    from dataclasses import replace  # noqa: PLC0415 - --help must be quick

    from trucewatch.coder import load  # noqa: PLC0415
    from trucewatch.reading import read  # noqa: PLC0415

    folder = files("trucewatch").joinpath("demo", "reports")
    tables = files("trucewatch").joinpath("demo")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith((".html", ".txt", ".md")))
    if not names:
        raise TrucewatchError("no-demo", "the demonstration's reports are missing", next_step="install the package again")
    records: list[Coded] = []
    with ExitStack() as opened:
        own = {name: opened.enter_context(as_file(tables.joinpath(name))) for name in _OWN_TABLES}
        coder = load(actors=[own["states.tsv"], own["groups.tsv"]], gazetteers=[own["places.tsv"]])
        for name in names:
            path = opened.enter_context(as_file(folder.joinpath(name)))
            records += [coder.code(replace(item, id=name)) for item in read([str(path)])]
    return records


def write(records: Sequence[Coded], out: Path) -> None:
    """Write the records under ``out`` in each format.

    Raises:
        TrucewatchError: ``unwritable``.
    """
    from trucewatch.publishing import exporter  # noqa: PLC0415 - --help must be quick

    try:
        out.mkdir(parents=True, exist_ok=True)
        for format_, name in _OUTPUTS.items():
            with (out / name).open("w", encoding="utf-8", newline="\n") as stream:
                writer = exporter(format_).open(stream)
                for coded in records:
                    writer.write(coded)
                writer.close()
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the folder cannot be written", where=str(out), why=error.strerror or str(error)
        ) from error


def summary(records: Sequence[Coded]) -> Iterator[str]:
    """Who says what across the reports: copies, then what several tell, with who denies it."""
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick
    from trucewatch.publishing.accounts import accounts, origins  # noqa: PLC0415

    def paper(number: int) -> str:
        return words.publisher(records[number - 1]) or words.title(records[number - 1])

    groups = origins(records)
    yield "WHO SAYS WHAT HAPPENED"
    yield ""
    for group in groups:
        for copy in group.copies:
            yield f"{paper(copy)} (report {copy}) reprints {paper(group.first)} (report {group.first}): one origin, not two."
    yield f"So {len(records)} reports are {len(groups)} independent origins."
    for account in accounts(records):
        yield ""
        yield ("DISPUTED  " if account.disputed else "") + account.headline
        for voice in account.voices:
            copies = f", and {_counted(voice.copies, 'reprint')}" if voice.copies else ""
            told = f"{voice.who} {voice.verb} [report {voice.report}, event {voice.event}{copies}]"
            yield f"  {'-' if voice.denies else '+'} {told}"
            yield f"      “{voice.quote}”"
        for sentence in account.contradictions:
            yield f"  ! {sentence}"
        yield f"  = {account.grade}"


def ledger(records: Sequence[Coded]) -> Iterator[str]:
    """What the reports tell, held against the invented agreement: a line a finding."""
    from trucewatch.ledger.agreements import DEMO, desks, find, load  # noqa: PLC0415 - --help must be quick
    from trucewatch.ledger.findings import Book  # noqa: PLC0415
    from trucewatch.ledger.over_time import Leaf  # noqa: PLC0415
    from trucewatch.ledger.together import together  # noqa: PLC0415
    from trucewatch.publishing.ledger_text import compact  # noqa: PLC0415

    path = find(DEMO)
    agreement = load(path, *desks(path))
    book, found = Book(agreement), together(records)
    leaves = []
    for incident in found.incidents:
        accounts = [found.accounts[teller.account] for teller in incident.tellers]
        leaves.append(Leaf.of(incident, accounts, book.hold(incident, accounts)))
    yield f"HELD AGAINST THE {agreement.title.upper()} (invented): - breached, / obstructed, ? hidden from monitors, + kept, ± in part"
    yield ""
    yield from compact(agreement, leaves)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
