"""What the verbs over a dossier share: opening one, a coder for it, progress and results on the terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trucewatch.dossier.project import Dossier
    from trucewatch.model import Coded, Reason, Report, Unread

FOLDER = click.argument("folder", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
QUIET = click.option("--quiet", is_flag=True, help="On standard error only what failed or was skipped.")


@contextmanager
def opened(folder: Path, *, write: bool = False) -> Iterator[Dossier]:
    """The dossier in a folder."""
    from trucewatch.dossier.project import open_dossier  # noqa: PLC0415 - --help must be quick

    with open_dossier(folder, write=write) as dossier:
        yield dossier


def coder_of(dossier: Dossier, jobs: int | None) -> tuple[str, Callable[[Iterable[Report | Unread]], Iterator[Coded]]]:
    """The dossier's coder: its versions as the database writes them, and a function that codes reports in order."""
    from functools import partial  # noqa: PLC0415

    from trucewatch.coder import load  # noqa: PLC0415
    from trucewatch.dossier.keeping import coder_json  # noqa: PLC0415
    from trucewatch.run import code_all  # noqa: PLC0415

    config = dossier.config
    coder = load(actors=config.actors, gazetteers=config.gazetteers)
    many = jobs or config.jobs
    return coder_json(coder.facts), partial(
        code_all, jobs=many, coder=coder, actors=config.actors, gazetteers=config.gazetteers
    )


def stamped(dossier: Dossier) -> None:
    """Have the chain of custody stamped, where the settings name an authority; one that fails costs a line, and is asked again next time."""
    from trucewatch.dossier.stamping import stamp  # noqa: PLC0415 - most dossiers name none

    try:
        stamp(dossier)
    except TrucewatchError as error:
        click.echo(f"note: no time stamp: {error.line()}; the next command asks again", err=True)


def tell(outcome: str, name: str, reasons: Iterable[Reason]) -> None:
    """One line on standard error a reason."""
    from trucewatch.publishing.words import clean  # noqa: PLC0415

    for reason in reasons:
        click.echo(f"{outcome}: {clean(name)}: {clean(reason.code)}: {clean(reason.message)}", err=True)


@contextmanager
def progress(quiet: bool, noun: str, total: int | None = None) -> Iterator[Callable[[str], None]]:
    """A line on standard error that counts, when it is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only for terminals
    from rich.markup import escape  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415

    from trucewatch.publishing.words import clean  # noqa: PLC0415

    count = "{task.completed} of {task.total} " if total else "{task.completed} "
    columns: list[Any] = [SpinnerColumn(), TextColumn(count + noun), TimeElapsedColumn()]
    if total:
        columns += [BarColumn(), TimeRemainingColumn()]
    columns.append(TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda name: bar.update(task, advance=1, description=escape(clean(name)[-60:]))


def utf8() -> None:
    """Standard output in UTF-8, whatever the terminal's settings."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
