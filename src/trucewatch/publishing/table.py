"""The table: coded reports for reading on a terminal or in a text file. This module must not leave a report out.

Grouped by report. Narrow screens (under 112 columns) get a block an event, wide ones a row an event. Colour only on a terminal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from trucewatch.publishing import words
from trucewatch.publishing.views import apart_line, claims_without_events, views

if TYPE_CHECKING:
    from trucewatch.model import Coded
    from trucewatch.publishing.views import EventView

_WIDE = 112
_FILE_WIDTH = 100
_CLAIMS_SHOWN = 5
_STATUS_STYLES = {"happened": "bold green", "ongoing": "bold green", "denied": "bold red"}
_OTHER_STATUS = "bold yellow"


@dataclass(frozen=True, slots=True)
class Table:
    """The exporter ``table``. ``width`` in columns; default the terminal's, or 100 where there is none."""

    name: str = "table"
    width: int | None = None

    def open(self, stream: IO[str]) -> TableWriter:
        """A writer on a text stream."""
        return TableWriter(stream, self.width)


@dataclass(slots=True)
class TableWriter:
    """Prints each report as it comes, and the totals at the end."""

    stream: IO[str]
    width: int | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    events: int = 0
    claims: int = 0
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        terminal = self.stream.isatty()
        width = self.width or (None if terminal else _FILE_WIDTH)
        self.console = Console(file=self.stream, width=width, highlight=False, markup=False, emoji=False)

    def write(self, coded: Coded) -> None:
        """Print one report."""
        self.outcomes[coded.status] += 1
        self.events += len(coded.events)
        self.claims += len(coded.claims)
        self._header(coded)
        if coded.status in {"failed", "skipped"}:
            return
        if not coded.events:
            self._print(Text("   No event is coded from this report.", style="dim"))
        elif self.console.width >= _WIDE:
            self._print(_grid(coded))
            self._print("")
        else:
            self._blocks(coded)
        self._rest(coded)
        self._print("")

    def close(self) -> None:
        """Print the totals, where there is more than one report."""
        if sum(self.outcomes.values()) > 1:
            parts = [
                f"{self.outcomes[name]} {name}" for name in ("coded", "partial", "skipped", "failed") if self.outcomes[name]
            ]
            self._print(
                Text(f"{', '.join(parts)}: {_number(self.events, 'event')}, {_number(self.claims, 'claim')}.", style="bold")
            )

    def _print(self, thing: Any) -> None:
        """Print without the blanks that a layout leaves at line ends."""
        with self.console.capture() as kept:
            self.console.print(thing)
        self.stream.write("".join(line.rstrip(" ") + "\n" for line in kept.get().splitlines()))

    def _header(self, coded: Coded) -> None:
        self._print(Text(words.title(coded), style="bold underline"))
        for line in _source_lines(coded):
            self._print(Text(line, style="dim"))
        for reason in coded.reasons:
            self._print(
                Text(f"{coded.status.upper()}: {words.clean(reason.message)} [{words.clean(reason.code)}]", style="bold red")
            )
        self._print("")

    def _blocks(self, coded: Coded) -> None:
        for view in views(coded, width=2 * (self.console.width - 8)):
            self._print(_headline(view))
            for label, value in _facts(view):
                self._print(_labelled(label, value))
            self._print(Padding(_quote(view), (0, 0, 0, 4)))
            self._print("")

    def _rest(self, coded: Coded) -> None:
        also = claims_without_events(coded)
        if also:
            self._print(Text("   Also said, with no event in it:", style="bold"))
        for claim in also[:_CLAIMS_SHOWN]:
            line = (
                f"{words.source(claim)}{words.carried(claim)} [{words.clean(claim.stance)}]: “{_short(words.content(claim))}”"
            )
            self._print(Padding(Text("- " + line), (0, 0, 0, 3)))
        if len(also) > _CLAIMS_SHOWN:
            self._print(Text(f"   and {len(also) - _CLAIMS_SHOWN} more (jsonl and html show all)", style="dim"))
        apart = apart_line(coded)
        if apart:
            self._print(Text(f"   {apart}: not coded as fact.", style="dim"))


def _source_lines(coded: Coded) -> list[str]:
    report = coded.report
    if report is None:
        return []
    byline = ", ".join(words.clean(name) for name in report.byline)
    parts = [words.publisher(coded), words.day(report.published), f"by {byline}" if byline else ""]
    lines = [" · ".join(part for part in parts if part), words.origin(report.origin)]
    return [line for line in lines if line] or ([words.clean(coded.id)] if report.title else [])


def _headline(view: EventView) -> Text:
    line = Text(f"{view.number:>2}  ")
    line.append(view.act, style="bold")
    line.append(f"  {view.type}  ", style="dim")
    line.append(view.status, style=_STATUS_STYLES.get(view.status, _OTHER_STATUS))
    line.append(f"  confidence {view.confidence}", style="dim")
    return line


def _facts(view: EventView) -> list[tuple[str, str]]:
    rows = [
        ("who", view.actor or "not stated"),
        ("to whom", view.recipient),
        ("with", view.instrument),
        ("where", view.place),
        ("when", view.date),
        ("harm", view.harm),
        ("says", _says(view)),
    ]
    rows += [("AT RISK", f"{name}: named in a threat; do not spread the name") for name in view.at_risk]
    return [(label, value) for label, value in rows if value]


def _says(view: EventView) -> str:
    return f"{view.claimant} [{view.stance}]" if view.stance else view.claimant


def _labelled(label: str, value: str) -> Grid:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=11, no_wrap=True)
    grid.add_column()
    style = "bold red" if label == "AT RISK" else "dim"
    grid.add_row(Text(f"    {label}", style=style), Text(value, style="bold red" if label == "AT RISK" else ""))
    return grid


def _quote(view: EventView) -> Text:
    before, focus, _ = view.words
    line = Text(f"“{view.quote}”", style="italic")
    start = 1 + len(before) + (1 if before else 0)
    line.stylize("bold", start, start + len(focus))
    return line


def _grid(coded: Coded) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    grid.add_column("", width=3, justify="right")
    columns = (("act, status", 20), ("who", 18), ("to whom", 18), ("where, when", 17), ("who says so", 17), ("words", 34))
    for name, ratio in columns:
        grid.add_column(name, ratio=ratio, overflow="fold")
    for view in views(coded):
        grid.add_row(*_cells(view))
    return grid


def _cells(view: EventView) -> list[Text]:
    first = Text(view.act, style="bold")
    first.append(f"\n{view.type}", style="not bold dim")
    first.append(f"\n{view.status}", style="not bold " + _STATUS_STYLES.get(view.status, _OTHER_STATUS).replace("bold ", ""))
    first.append(f"\nconfidence {view.confidence}", style="not bold dim")
    fourth = Text("\n".join(part for part in (view.place, view.date) if part))
    if view.harm:
        fourth.append(f"\n{view.harm}" if fourth.plain else view.harm, style="bold")
    actor = Text(view.actor or "not stated", style="" if view.actor else "dim")
    if view.instrument:
        actor.append(f"\nwith {view.instrument}", style="dim")
    quoted = _quote(view)
    for name in view.at_risk:
        quoted.append(f"\nAT RISK: {name}: named in a threat; do not spread the name", style="not italic bold red")
    return [Text(str(view.number)), first, actor, Text(view.recipient), fourth, Text(_says(view)), quoted]


def _short(text: str, width: int = 150) -> str:
    return text if len(text) <= width else text[:width].rsplit(" ", 1)[0] + " …"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
