"""`trucewatch code`: reports in, coded records out."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trucewatch.model import Coded, Report, Unread
    from trucewatch.publishing import Exporter

_HELP = """Code reports: files, folders, globs, http(s) URLs, feeds, archives, or - for JSON lines on standard input.

Reads HTML, plain text, Markdown, PDF, RSS and Atom, WARC, WACZ and JSON lines. One record a report, in input order: what
cannot be coded gives a record with status failed or skipped and a reason. Exit code 2 if any report failed.
"""
_EPILOG = """\b
Examples:
  trucewatch code report.html
  trucewatch code 'reports/*.pdf' --format csv --out events.csv
  trucewatch code reports/ --format jsonl --out coded.jsonl --jobs 2
  trucewatch code reports/ --format jsonl --out coded.jsonl --resume
  trucewatch code https://example.org/feed.xml --format html --out page.html
  echo '{"id": "1", "text": "Rebels shelled Aldun."}' | trucewatch code - --format jsonl"""
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def _language(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    del ctx, parameter
    if value is not None and not _LANGUAGE.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no language code, such as en")
    return value


@click.command(name="code", help=_HELP, epilog=_EPILOG)
@click.argument("sources", nargs=-1, metavar="PATH|URL|-...")
@click.option(
    "--format",
    "format_",
    default=None,
    metavar="NAME",
    help="table, jsonl, csv, html or a plug-in's; default: by --out, else table.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file (standard output otherwise).")
@click.option("--published", metavar="DATE", help="ISO 8601 date of publication, for reports that state none.")
@click.option(
    "--language", metavar="CODE", callback=_language, help="Take the reports to be in this language instead of detecting it."
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run of the same inputs (with --format jsonl and --out).")
@click.option("--overwrite", is_flag=True, help="Replace an existing output file.")
@click.option("--follow-links", is_flag=True, help="Fetch the articles that a feed links to.")
@click.option("--allow-private", is_flag=True, help="Fetch from private and loopback addresses too (intranets).")
@click.option("--quiet", is_flag=True, help="On standard error only what failed or was skipped: no progress, no summary.")
def command(  # noqa: PLR0917 - click gives them by name
    sources: tuple[str, ...], format_: str | None, out: Path | None, published: str | None, language: str | None, jobs: int,
    resume: bool, overwrite: bool, follow_links: bool, allow_private: bool, quiet: bool,
) -> int:  # fmt: skip
    """Code reports; see the help text."""
    if not sources:
        raise TrucewatchError(
            "no-input", "no reports given", next_step="name files, folders, URLs, or - for standard input; see --help"
        )
    from trucewatch.publishing import exporter  # noqa: PLC0415 - --help must be quick

    made = exporter(format_ or _format_of(out))
    _check(made, out, resume=resume, overwrite=overwrite)
    from trucewatch.reading import FetchOptions, ReadOptions, read  # noqa: PLC0415 - bad options must be told at once

    options = ReadOptions(follow_links=follow_links, language=language, fetch=FetchOptions(allow_private=allow_private))
    items = read(sources, published=published, options=options)
    return run_code(items, made, out, jobs=jobs, resume=resume, quiet=quiet)


def _format_of(out: Path | None) -> str:
    """The format the file name asks for: jsonl, csv and html by suffix, else the table."""
    return {".jsonl": "jsonl", ".csv": "csv", ".html": "html", ".htm": "html"}.get(out.suffix.lower() if out else "", "table")


def _check(made: Exporter, out: Path | None, *, resume: bool, overwrite: bool) -> None:
    """Say what is wrong with the options before any work is done."""
    if resume and overwrite:
        raise TrucewatchError("bad-option", "--resume and --overwrite exclude each other", next_step="give one of them")
    if resume and (made.name != "jsonl" or out is None):
        raise TrucewatchError(
            "bad-option", "--resume needs --format jsonl and --out", next_step="give both; other formats cannot be continued"
        )
    if out is None:
        return
    if not out.parent.is_dir():
        raise TrucewatchError("no-folder", "the folder of the output does not exist", where=str(out), next_step="make it first")
    if out.is_file() and not resume and not overwrite:
        step = "add --overwrite" + (", or --resume to continue it" if made.name == "jsonl" else "")
        raise TrucewatchError("output-exists", "the output file is there already", where=str(out), next_step=step)


def run_code(
    items: Iterable[Report | Unread],
    made: Exporter,
    out: Path | None,
    *,
    jobs: int = 1,
    resume: bool = False,
    quiet: bool = False,
) -> int:
    """Code items and write them; returns the exit code (2 if any failed, counting those of the run that is resumed)."""
    from trucewatch.run import Resume, code_all  # noqa: PLC0415 - --help must be quick

    before: Counter[str] = Counter()
    if resume and out is not None:
        state = Resume.open(out)
        before = state.outcomes
        items = state.remaining(items)
    outcomes: Counter[str] = Counter()
    records = code_all(items, jobs=jobs)
    with (
        opened_output(out, append=resume, whole=made.name != "jsonl") as stream,
        _progress(quiet=quiet, done=before.total()) as tick,
    ):
        writer = made.open(stream)
        try:
            for coded in records:
                writer.write(coded)
                stream.flush()
                outcomes[coded.status] += 1
                _tell(coded, quiet=quiet)
                tick(coded.id)
        finally:
            writer.close()  # interrupted or not: what was coded is written whole
    if not quiet:
        _summary(outcomes, before.total(), out)
    return 2 if outcomes["failed"] or before["failed"] else 0


@contextmanager
def opened_output(out: Path | None, *, append: bool = False, whole: bool = True) -> Iterator[IO[str]]:
    """The output; a ``whole`` one takes its place only when it is written, so that a crash spoils no earlier file."""
    if out is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        yield sys.stdout
        return
    beside = whole and (out.is_file() or not out.exists())
    path = out.with_name(out.name + ".part") if beside else out
    try:
        with path.open("a" if append else "w", encoding="utf-8", newline="\n") as stream:
            yield stream
            stream.flush()
            if path.is_file():
                os.fsync(stream.fileno())
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the output cannot be written", where=str(out), why=error.strerror or str(error)
        ) from error
    except KeyboardInterrupt:
        _settle(path, out)
        raise
    _settle(path, out)


def _settle(path: Path, out: Path) -> None:
    """Put what was written in its place."""
    if path != out and path.exists():
        path.replace(out)


@contextmanager
def _progress(*, quiet: bool, done: int) -> Iterator[Callable[[str], None]]:
    """A line on standard error that counts reports, when it is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only for terminals
    from rich.markup import escape  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from trucewatch.publishing.words import clean  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.completed} reports"), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", completed=done, total=None)
        yield lambda name: bar.update(task, advance=1, description=escape(clean(name)[-60:]))


def _tell(coded: Coded, *, quiet: bool) -> None:
    """One line on standard error a reason; what failed or was skipped is told even when quiet."""
    if coded.status in {"failed", "skipped"} or (coded.status == "partial" and not quiet):
        from trucewatch.publishing.words import clean  # noqa: PLC0415 - --help must be quick

        for reason in coded.reasons:
            click.echo(f"{coded.status}: {clean(coded.id)}: {clean(reason.code)}: {clean(reason.message)}", err=True)


def _summary(outcomes: Counter[str], done: int, out: Path | None) -> None:
    parts = [f"{outcomes[name]} {name}" for name in ("coded", "partial", "skipped", "failed") if outcomes[name]]
    before = f"{done} were there before; " if done else ""
    click.echo(f"trucewatch: {before}{', '.join(parts) or 'nothing to code'}{f' -> {out}' if out else ''}", err=True)
