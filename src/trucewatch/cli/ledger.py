"""`trucewatch ledger`: what a dossier's reports tell, held against what was agreed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trucewatch.cli.dossiers import FOLDER, opened, utf8
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trucewatch.dossier.book import Outlook
    from trucewatch.dossier.project import Dossier
    from trucewatch.ledger.over_time import Leaf, OverTime
    from trucewatch.ledger.situation import Situation
    from trucewatch.model.agreement import Agreement


@click.command(
    name="ledger",
    epilog="""\b
Examples:
  trucewatch ledger karsh --agreement karsh-2031            term by term: what bears on it, how it stands, in which words
  trucewatch ledger karsh --from 2031-05-01 --to 2031-05-14 --term ceasefire
  trucewatch ledger karsh --party xva.nf
  trucewatch ledger karsh --situation 2031-05-12            the day against the day before
  trucewatch ledger karsh --predictions                     who foretold what, and what became of it
  trucewatch ledger karsh --format html --out ledger.html --charts charts/
  trucewatch ledger karsh --format json --out ledger.json""",
)
@FOLDER
@click.option("--agreement", metavar="FILE|NAME", help="What is held against; default: [ledger] agreement in dossier.toml.")
@click.option("--from", "begin", metavar="DATE", help="Incidents, and what was said, on or after this day.")
@click.option("--to", "until", metavar="DATE", help="The same, on or before this day.")
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "html"]), default="table", show_default=True, help="How."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write there, under the protection policy.")
@click.option("--situation", metavar="DATE", help="The situation report of this day.")
@click.option("--term", metavar="ID", help="One term.")
@click.option("--party", metavar="ACTOR", help="Findings of one bearer, by its id.")
@click.option("--predictions", is_flag=True, help="What is foretold: predictions, vows, threats.")
@click.option(
    "--charts", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Write each chart as SVG and PNG."
)
def command(folder: Path, **options: Any) -> int:
    """Hold a dossier's incidents against an agreement: what keeps a term, breaks it, obstructs it, and how well that is told.

    The table on the terminal is the reviewer's: names stand as the reports have them. Whatever is JSON or HTML, or goes to a file, leaves under
    the dossier's protection policy.
    """
    for name in ("begin", "until", "situation"):
        _check_date({"begin": "--from", "until": "--to"}.get(name, "--situation"), options[name])
    utf8()
    leaving = options["format_"] != "table" or options["out"] is not None or options["charts"] is not None
    with opened(folder, write=leaving) as dossier:
        made = _Made(dossier, options, leaving=leaving)
        text = made.text()
    _give(text, options["out"])
    return made.charts() if options["charts"] else 0


def _said_within(found: Sequence[Outlook], begin: str | None, until: str | None) -> tuple[Outlook, ...]:
    """Those said on or between two days; where either is given, what was said on no known day is left out."""
    if begin is None and until is None:
        return tuple(found)
    days = ((outlook, (outlook.foretold.said or "")[: len("2031-05-12")]) for outlook in found)
    return tuple(outlook for outlook, day in days if day and (begin or "") <= day <= (until or "9999"))


class _Made:
    """What was asked for, worked out once."""

    def __init__(self, dossier: Dossier, options: dict[str, Any], *, leaving: bool) -> None:
        from trucewatch.dossier.book import agreement_of, leaves, leaving_leaves, outlooks  # noqa: PLC0415 - --help must be quick
        from trucewatch.ledger.over_time import over_time  # noqa: PLC0415
        from trucewatch.ledger.situation import situation  # noqa: PLC0415

        self.options = options
        span = (options["begin"], options["until"])
        self.outlooks: tuple[Outlook, ...] = (
            _said_within(outlooks(dossier, leaving=leaving), *span) if options["predictions"] else ()
        )
        self.bare = options["predictions"] and options["agreement"] is None and not dossier.config.agreement
        if self.bare and options["format_"] != "html":
            return
        self.agreement: Agreement = agreement_of(dossier.config, options["agreement"])
        self.checked()
        read = leaving_leaves if leaving else leaves
        self.leaves: list[Leaf] = list(read(dossier, self.agreement, options["begin"], options["until"]))
        sides = dossier.config.publishers
        self.told: OverTime = over_time(
            self.agreement, self.leaves, begin=options["begin"], until=options["until"], sides=sides
        )
        day = options["situation"]
        self.situation: Situation | None = situation(self.agreement, self.leaves, day) if day else None

    def checked(self) -> None:
        """Refuse a term or party that the agreement does not have."""
        term, party = self.options["term"], self.options["party"]
        if term is not None and self.agreement.term(term) is None:
            names = ", ".join(each.id for each in self.agreement.terms)
            raise TrucewatchError("no-term", f"{self.agreement.id} has no term {term!r}", next_step=f"there: {names}")
        bearers = list(dict.fromkeys(bearer for each in self.agreement.terms for bearer in each.bearers))
        if party is not None and party not in bearers:
            raise TrucewatchError(
                "no-party", f"no term of {self.agreement.id} binds {party!r}", next_step=f"bound: {', '.join(bearers)}"
            )

    def text(self) -> str:
        """The output in its format."""
        options = self.options
        if options["format_"] == "json":
            return json.dumps(self._plain(), ensure_ascii=False, indent=1)
        term, party = options["term"], options["party"]
        if options["format_"] == "html":
            from trucewatch.publishing.ledger_page import render  # noqa: PLC0415 - --help must be quick

            page = render(
                self.agreement, self.leaves, self.told, term=term, party=party, situation=self.situation, outlooks=self.outlooks
            )
            return page.rstrip("\n")
        from trucewatch.publishing import ledger_text  # noqa: PLC0415 - --help must be quick

        if options["predictions"]:
            return "\n".join(ledger_text.outlook_lines(self.outlooks))
        if self.situation is not None:
            return "\n".join(ledger_text.situation_lines(self.situation))
        return "\n".join(ledger_text.lines(self.agreement, self.leaves, self.told, term=term, party=party))

    def _plain(self) -> dict[str, Any]:
        from dataclasses import asdict  # noqa: PLC0415 - --help must be quick

        foretold = [asdict(item) for item in self.outlooks]
        if self.bare:
            return {"predictions": foretold}
        from trucewatch.publishing.ledger_text import CAVEAT, chosen  # noqa: PLC0415

        found = chosen(self.leaves, self.options["term"], self.options["party"])
        return {
            "agreement": self.agreement.id,
            "fictional": self.agreement.fictional,
            "from": self.told.begin,
            "to": self.told.until,
            "caveat": CAVEAT,
            "findings": [{"headline": leaf.headline(finding), **asdict(finding)} for leaf, finding in found],
            "over_time": asdict(self.told),
            **({"situation": asdict(self.situation)} if self.situation else {}),
            **({"predictions": foretold} if self.options["predictions"] else {}),
        }

    def charts(self) -> int:
        """Write each chart; those as PNG need matplotlib."""
        from trucewatch.publishing import charts, charts_png  # noqa: PLC0415 - --help must be quick
        from trucewatch.publishing.ledger_text import name_of  # noqa: PLC0415

        if self.bare:
            return 0
        folder: Path = self.options["charts"]
        wanted = [each.id for each in self.agreement.terms if self.options["term"] in {None, each.id}]
        party = self.options["party"]
        lines = [charts.bars(self.agreement, self.told, term, party if self.told.of(term, party) else None) for term in wanted]
        grid = charts.matrix(self.agreement, self.told, name_of(self.agreement))
        made: list[tuple[str, Callable[[], str], Callable[[], bytes]]] = [
            ("matrix", lambda: str(charts.matrix_svg(grid, alone=True)), lambda: charts_png.matrix_png(grid)),
            *(_drawn(chart) for chart in lines),
        ]
        for name, svg, _ in made:
            _write(folder / f"{name}.svg", (svg() + "\n").encode("utf-8"))
        for name, _, png in made:
            _write(folder / f"{name}.png", png())
        click.echo(f"trucewatch: {len(made)} charts, each as SVG and PNG -> {folder}", err=True)
        return 0


def _drawn(chart: Any) -> tuple[str, Callable[[], str], Callable[[], bytes]]:
    from trucewatch.publishing import charts, charts_png  # noqa: PLC0415 - --help must be quick

    return chart.id, lambda: str(charts.bars_svg(chart, alone=True)), lambda: charts_png.bars_png(chart)


def _check_date(name: str, value: str | None) -> None:
    from trucewatch.ledger.periods import moment  # noqa: PLC0415 - --help must be quick

    if value is None:
        return
    try:
        moment(value)
        whole = len(value) == len("2031-05-14")
    except ValueError:
        whole = False
    if not whole:
        raise TrucewatchError("bad-date", f"{name} {value!r} is not an ISO 8601 date", next_step="write it like 2031-05-14")


def _give(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    _write(out, (text + "\n").encode("utf-8"))
    click.echo(f"trucewatch: {out.resolve()}", err=True)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the file cannot be written", where=str(path), why=error.strerror or str(error)
        ) from error
