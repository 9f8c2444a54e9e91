"""`trucewatch review`: what reviewers say of the events of a dossier, at the keyboard, from a file of answers, or one by one.

It opens the desk of a dossier, hands requests over and prints what comes back. It must not judge, sort or store anything.
"""

from __future__ import annotations

import os
import sys
from getpass import getuser
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from trucewatch.dossier.verdicts.queue import Filter, Reason
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from trucewatch.dossier.verdicts.desk import Desk, Request
    from trucewatch.dossier.verdicts.kinds import Verdict

_ACTIONS = ("accept", "reject", "correct", "merge", "split", "note", "grade", "resolve", "undo")


@click.command(
    name="review",
    epilog="""\b
Examples:
  trucewatch review mission/                               go through the queue, one event a screen
  trucewatch review mission/ --truce shelling --limit 20
  trucewatch review mission/ --blind --reviewer "Ana P."   as if alone, so that agreement can be counted
  trucewatch review mission/ < answers.txt                 the same keys, a line each
  trucewatch review mission/ --accept e-1f2e3d4c5b
  trucewatch review mission/ --reject e-1f2e3d4c5b --why "a football match"
  trucewatch review mission/ --correct e-1f2e3d4c5b status=denied
  trucewatch review mission/ --merge e-1f2e3d4c5b e-0a9b8c7d6e
  trucewatch review mission/ --resolve e-1f2e3d4c5b "came true" --why "the army attacked on 4 May"
  trucewatch review mission/ --undo last
  trucewatch review mission/ --list
  trucewatch review mission/ --agreement
  trucewatch review mission/ --corrections verdicts.jsonl""",
)
@click.argument("dossier", type=click.Path(path_type=Path))
@click.option("--reviewer", metavar="NAME", help="Who reviews; default: TRUCEWATCH_REVIEWER, else the login name.")
@click.option("--accept", metavar="EVENT", multiple=True, help="The event is right as it stands.")
@click.option("--reject", metavar="EVENT", multiple=True, help="This is no event.")
@click.option("--correct", metavar="EVENT FIELD=VALUE", nargs=2, multiple=True, help="A field has another value; `-` for none.")
@click.option("--merge", metavar="EVENT EVENT", nargs=2, multiple=True, help="Two accounts tell of one incident.")
@click.option("--split", metavar="EVENT EVENT", nargs=2, multiple=True, help="Two accounts tell of two incidents.")
@click.option("--note", metavar="EVENT TEXT", nargs=2, multiple=True, help="Words on an event.")
@click.option(
    "--grade", metavar="TARGET GRADE", nargs=2, multiple=True, help="Grade of a report (r-...) or an incident (i-...), as B2."
)
@click.option(
    "--resolve", metavar="EVENT OUTCOME", nargs=2, multiple=True,
    help="What became of a prediction, vow or threat: came true, did not, partly, cannot be told.",
)  # fmt: skip
@click.option("--undo", metavar="VERDICT", multiple=True, help="Take back a verdict, or your `last`.")
@click.option("--why", metavar="TEXT", default="", help="The reason, kept with the verdict.")
@click.option("--list", "as_list", is_flag=True, help="Print every verdict, with those undone.")
@click.option("--agreement", "as_agreement", is_flag=True, help="Print how far reviewers agree, field by field.")
@click.option(
    "--corrections", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the verdicts as training data: JSON lines, or annotated texts where OUT ends in .txt.",
)  # fmt: skip
@click.option("--reason", type=click.Choice(get_args(Reason)), multiple=True, help="Only what is in the queue for this reason.")
@click.option("--report", metavar="REPORT", help="Only events of this report.")
@click.option("--incident", metavar="INCIDENT", help="Only events of this incident.")
@click.option("--type", "type_", metavar="TYPE", help="Only this PLOVER type.")
@click.option("--truce", metavar="CATEGORY", help="Only this ceasefire category.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many events.")
@click.option("--seen", is_flag=True, help="Also events that were reviewed.")
@click.option("--blind", is_flag=True, help="Hide what other reviewers said.")
def command(dossier: Path, reviewer: str | None, **options: Any) -> int:
    """Review the events of a dossier: accept, correct, reject, merge, split, note, grade, undo.

    Without an action, goes through the queue. The machine's values are never changed: a verdict stands beside them, with who and when.
    """
    with open_desk(dossier) as desk:
        if options["as_list"]:
            _list(desk, reviewer)
        elif options["as_agreement"]:
            _agreement(desk)
        elif options["corrections"]:
            _corrections(desk, options["corrections"])
        elif any(options[name] for name in _ACTIONS):
            for verdict in acted(desk, reviewer or whoami(), options):
                _echo(verdict)
        else:
            _session(desk, reviewer or whoami(), options)
    return 0


def open_desk(dossier: Path) -> AbstractContextManager[Desk]:
    """The desk of a dossier."""
    opened: AbstractContextManager[Desk] = import_module("trucewatch.dossier").open_desk(dossier)
    return opened


def whoami() -> str:
    """The reviewer's name where none is given.

    Raises:
        TrucewatchError: ``verdict-reviewer`` where there is no way to know.
    """
    named = os.environ.get("TRUCEWATCH_REVIEWER", "").strip()
    if named:
        return named
    try:
        return getuser()
    except (OSError, KeyError, ImportError) as error:
        raise TrucewatchError("verdict-reviewer", "nobody is known to review", next_step="give --reviewer NAME") from error


def acted(desk: Desk, reviewer: str, options: dict[str, Any]) -> Iterator[Verdict]:
    """Record every verdict that the options ask for, kind after kind. What was recorded before an error stays."""
    for request in _requests(reviewer, options):
        yield desk.record(request)
    for wanted in options["undo"]:
        yield desk.undo(wanted, reviewer)


def _requests(reviewer: str, options: dict[str, Any]) -> list[Request]:
    """All requests, made before any is recorded, so that a slip of the pen stops them all."""
    from trucewatch.dossier.verdicts.desk import Request  # noqa: PLC0415 - --help must be quick

    why = options["why"]
    made = [Request("accept", reviewer, event=event, text=why) for event in options["accept"]]
    made += [Request("reject", reviewer, event=event, text=why) for event in options["reject"]]
    made += [_correction(reviewer, event, said, why) for event, said in options["correct"]]
    made += [Request("merge", reviewer, event=one, other=other, text=why) for one, other in options["merge"]]
    made += [Request("split", reviewer, event=one, other=other, text=why) for one, other in options["split"]]
    made += [Request("note", reviewer, event=event, text=text) for event, text in options["note"]]
    made += [_resolution(reviewer, event, outcome, why) for event, outcome in options["resolve"]]
    made += [_graded(reviewer, target, grade, why) for target, grade in options["grade"]]
    return made


def _correction(reviewer: str, event: str, said: str, why: str) -> Request:
    from trucewatch.dossier.verdicts.desk import Request  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.verdicts.fields import field_named  # noqa: PLC0415
    from trucewatch.dossier.verdicts.forms import parse  # noqa: PLC0415

    name, sign, value = said.partition("=")
    if not sign or not value.strip():
        raise TrucewatchError(
            "verdict-value", f"{said!r} is not FIELD=VALUE", next_step="as status=denied; `-` for none: place=-"
        )
    field = field_named(name.strip().lower())
    return Request("correct", reviewer, event=event, field=field, value=parse(field, value), text=why)


def _resolution(reviewer: str, event: str, outcome: str, why: str) -> Request:
    from trucewatch.dossier.verdicts.desk import Request  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.verdicts.kinds import parse_outcome  # noqa: PLC0415

    return Request("resolve", reviewer, event=event, outcome=parse_outcome(outcome), text=why)


def _graded(reviewer: str, target: str, grade: str, why: str) -> Request:
    from trucewatch.dossier.verdicts.desk import Request  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.verdicts.kinds import parse_grade  # noqa: PLC0415

    reliability, credibility = parse_grade(grade)
    whom = {"incident": target} if target.startswith("i-") else {"report": target}
    return Request("grade", reviewer, reliability=reliability, credibility=credibility, text=why, **whom)  # type: ignore[arg-type]


def _echo(verdict: Verdict) -> None:
    from trucewatch.cli.screen import told  # noqa: PLC0415 - --help must be quick

    click.echo(told(verdict))


def _session(desk: Desk, reviewer: str, options: dict[str, Any]) -> None:
    from trucewatch.cli.screen import Keyboard, Script, Session, console_on  # noqa: PLC0415 - --help must be quick

    console = console_on(sys.stdout)
    live = sys.stdin.isatty() and sys.stdout.isatty()
    session = Session(desk, reviewer, Keyboard() if live else Script(sys.stdin, console), console, clear=live)
    session.run(wanted(reviewer, options))
    sys.stdout.flush()
    counts = ", ".join(f"{count} {kind}" for kind, count in session.done.items())
    click.echo(f"trucewatch: {reviewer}: {counts or 'no verdict'}", err=True)


def wanted(reviewer: str, options: dict[str, Any]) -> Filter:
    """The filter that the options ask for."""
    return Filter(
        reviewer=reviewer, blind=options["blind"], seen=options["seen"], reasons=options["reason"], report=options["report"],
        incident=options["incident"], type=options["type_"], truce=options["truce"], limit=options["limit"],
    )  # fmt: skip


def _list(desk: Desk, reviewer: str | None) -> None:
    from trucewatch.cli.screen import told  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.verdicts.state import stand  # noqa: PLC0415

    standing = {verdict.id for verdict in stand(desk.verdicts())}
    for verdict in desk.verdicts(reviewer=reviewer):
        click.echo(f"{'  ' if verdict.id in standing else 'x '}{told(verdict)}")


def _agreement(desk: Desk) -> None:
    from trucewatch.dossier.verdicts.agreement import agreement  # noqa: PLC0415 - --help must be quick

    click.echo(f"{'field':<12} {'units':>6} {'reviewers':>10} {'alpha':>7} {'equal':>6}")
    for row in agreement(desk.effective()):
        alpha = "-" if row.alpha is None else f"{row.alpha:.3f}"
        percent = "-" if row.percent is None else f"{row.percent:.0f}%"
        line = f"{row.field:<12} {row.units:>6} {row.reviewers:>10} {alpha:>7} {percent:>6}"
        click.echo(line + (f"   {row.why}" if row.why else ""))


def _corrections(desk: Desk, out: Path) -> None:
    from trucewatch.dossier.verdicts.corrections import annotated, corrections  # noqa: PLC0415 - --help must be quick

    effective = desk.effective()
    reports = dict.fromkeys(v.payload.anchor.report for v in effective.standing if v.payload.anchor)
    if out.suffix == ".txt":
        made = annotated(desk.codings(reports), effective)
        _write(out, made.text)
        click.echo(f"trucewatch: {len(made.blocks)} sentences written, {len(made.left)} left out", err=True)
        for left in made.left:
            click.echo(f"  {left.report}: {left.why}", err=True)
        return
    texts = {report: coded.text for report, coded in desk.codings(reports)}
    lines = [found.to_json() for found in corrections(effective.standing, texts.get)]
    _write(out, "".join(f"{line}\n" for line in lines))
    click.echo(f"trucewatch: {len(lines)} verdicts written", err=True)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrucewatchError("cannot-write", "the file cannot be written", where=str(out), why=str(error)) from error
