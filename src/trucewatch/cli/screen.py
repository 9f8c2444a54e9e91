"""The review on a terminal: one event a screen, one key a verdict; the same from a file of answers, a line each.

It shows what an item holds and asks the desk to record what the reviewer says. This module must not judge, sort or store anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Literal, NoReturn, Protocol

import click
from rich.columns import Columns
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verdicts.fields import FIELDS, field_named, show
from trucewatch.dossier.verdicts.forms import allowed, parse
from trucewatch.dossier.verdicts.kinds import CREDIBILITY, OUTCOMES, RELIABILITY, parse_grade, parse_outcome
from trucewatch.dossier.verdicts.state import LAST
from trucewatch.model import TrucewatchError
from trucewatch.publishing import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trucewatch.dossier.verdicts.desk import Desk
    from trucewatch.dossier.verdicts.fields import Field, Value
    from trucewatch.dossier.verdicts.kinds import Kind, Verdict
    from trucewatch.dossier.verdicts.queue import Filter, Item

KEYS = {
    "a": ("accept", "the event is right as it is shown, every field of it"),
    "c": ("correct", "one field has another value; asks which field and which value, then shows the event again"),
    "r": ("reject", "this is no event; asks why. On a lost verdict: takes it back"),
    "m": ("merge", "this and another account tell of one incident"),
    "s": ("split", "this and another account tell of two incidents"),
    "n": ("note", "words to remember"),
    "g": ("grade", "how reliable the source (A to F) and how credible the information (1 to 6): B2"),
    "o": ("outcome", "what became of a prediction, vow or threat; asks for the outcome and why"),
    "u": ("undo", "take back your last verdict; it stays on record as undone"),
    "k": ("skip", "leave it as it is and go on"),
    "q": ("quit", "stop; every verdict is kept already"),
    "?": ("help", "this list"),
}
_LISTED = 9
_FILE_WIDTH = 100
Step = Literal["next", "stay", "quit"]


class Answers(Protocol):
    """Where the reviewer's answers come from. Both raise EOFError when there are no more."""

    def key(self) -> str:
        """One key."""
        ...

    def line(self, prompt: str) -> str:
        """One line; empty to let it be."""
        ...


class Keyboard:
    """Answers from a terminal."""

    def key(self) -> str:
        """The key that is pressed, without a line feed."""
        return click.getchar()

    def line(self, prompt: str) -> str:
        """A line that is typed in."""
        answer: str = click.prompt(prompt, default="", show_default=False, prompt_suffix="> ")
        return answer.strip()


@dataclass(slots=True)
class Script:
    """Answers from a stream, a line each, so that a review can be written down and run again."""

    stream: IO[str]
    console: Console

    def key(self) -> str:
        """The next line that is not empty; its first character counts."""
        answer = ""
        while not answer:
            answer = self.line("")
        return answer[0]

    def line(self, prompt: str) -> str:
        """The next line."""
        answer = self.stream.readline()
        if not answer:
            raise EOFError
        self.console.print(Text(f"{prompt}> {words.clean(answer)}"))
        return answer.strip()


def console_on(stream: IO[str]) -> Console:
    """A console on a stream: its own width on a terminal, a fixed one elsewhere."""
    width = None if stream.isatty() else _FILE_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


# --- one screen -------------------------------------------------------------------------------------------------------------------------


def render(item: Item) -> Iterator[Text | Grid]:
    """An item for reading: headline, why it is here, words, who says so, fields, what else was read, what was said before."""
    yield Text(words.clean(item.headline), style="bold underline")
    for reason, why in item.reasons:
        style = "bold red" if reason in {"at risk", "lost"} else "yellow"
        yield Text(f"{reason}: {words.clean(why)}", style=style)
    if item.rejected:
        yield Text("rejected: a reviewer holds that this is no event", style="bold red")
    yield Text("")
    yield _quote(item)
    yield _rows(_source(item))
    yield Text("")
    yield _rows(_fields(item))
    rest = [*_readings(item), *_said(item)]
    if rest:
        yield Text("")
        yield _rows(rest)


def _quote(item: Item) -> Text:
    """The sentence with the words that name the act in [[ ]]; bold besides, where there is a terminal."""
    before, focus, after = item.quote
    text = Text(f"“{_loose(before)}")
    text.append(f"[[{words.clean(focus)}]]", style="bold reverse")
    text.append(f"{_loose(after)}”")
    return text


def _loose(text: str) -> str:
    """One clean line that keeps a blank at its ends, so that words stay apart."""
    first, last = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if first else ''}{words.clean(text)}{' ' if last and text.strip() else ''}"


def _rows(rows: Iterable[tuple[str, str]]) -> Grid:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=12, no_wrap=True)
    grid.add_column()
    for name, value in rows:
        grid.add_row(Text(name, style="dim"), Text(words.clean(value)))
    return grid


def _source(item: Item) -> Iterator[tuple[str, str]]:
    yield "says", item.says
    where = " · ".join(part for part in (item.publisher, words.day(item.published), item.title) if part)
    yield "in", where or item.anchor.report
    if item.origin:
        yield "goes back to", item.origin
    if item.case:
        yield "incident", f"{item.case.id} {item.case.headline}"
    for _ in item.at_risk:
        yield "AT RISK", "a person is named in this threat; do not spread the name"


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    by = {mark.field: mark for mark in item.marks}
    for name, value in item.codes:
        mark = by.get(name)  # type: ignore[call-overload]
        said = f"   ({mark.held.reviewer}; the machine has {show(mark.machine)})" if mark else ""
        yield name, f"{value}{said}"
    yield "confidence", "none: the event is no longer coded" if item.confidence is None else f"{item.confidence:.2f}"


def _readings(item: Item) -> Iterator[tuple[str, str]]:
    for other in item.alternatives:
        score = "" if other.score is None else f", {other.score:.2f}"
        yield "instead", f"{other.field} {other.value}, for which {other.by} spoke{score}"
    for note in item.notes:
        yield "the coder", note


def _said(item: Item) -> Iterator[tuple[str, str]]:
    for verdict in item.verdicts:
        yield "verdict", told(verdict)


def told(verdict: Verdict) -> str:
    """A verdict in one line."""
    payload = verdict.payload
    target = verdict.event or verdict.incident or verdict.report or verdict.undoes or ""
    other = f" and {verdict.other}" if verdict.other else ""
    value = f" {payload.field} = {show(payload.value)}" if payload.field else ""
    grade = f" {payload.reliability or ''}{payload.credibility or ''}" if verdict.kind == "grade" else ""
    grade = f" {payload.outcome}" if payload.outcome else grade
    text = f": {payload.text}" if payload.text else ""
    return words.clean(f"{verdict.id} {verdict.at} {verdict.reviewer} {verdict.kind} {target}{other}{value}{grade}{text}")


# --- the session ------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Session:
    """A reviewer before the queue. ``done`` counts the verdicts given, ``kept`` tells of the last one on a screen that was cleared."""

    desk: Desk
    reviewer: str
    answers: Answers
    console: Console
    clear: bool = False
    done: Counter[str] = field(default_factory=Counter)
    again: list[Item] = field(default_factory=list)
    history: list[tuple[Item, str]] = field(default_factory=list)
    kept: str = ""

    def run(self, wanted: Filter) -> None:
        """Show item after item until the reviewer quits, the answers end or the queue does."""
        items = self.desk.items(wanted)
        try:
            while (item := self.again.pop() if self.again else next(items, None)) is not None:
                if self._review(item) == "quit":
                    return
        except EOFError:
            self.say("no more answers")
            return
        self.say("nothing more to review")

    def say(self, text: str, style: str = "dim") -> None:
        """One line of talk."""
        self.console.print(Text(words.clean(text), style=style))

    def _review(self, item: Item) -> Step:
        step: Step = "stay"
        shown = False
        while step == "stay":
            if not shown:
                self._show(item)
            key = self.answers.key().lower()
            try:
                item, step, shown = self._press(item, key)
            except TrucewatchError as error:
                self.say(error.line(), "bold red")
                shown = True
        return step

    def _show(self, item: Item) -> None:
        if self.clear:
            self.console.clear()
            self.say(self.kept, "green")
        else:
            self.console.rule()
        for part in render(item):
            self.console.print(part)
        self.console.print()
        self.say("   ".join(f"{key} {name}" for key, (name, _) in KEYS.items()))

    def _press(self, item: Item, key: str) -> tuple[Item, Step, bool]:
        """What a key does: the item as it stands then, where to go, and whether the screen still shows it."""
        if key == "c":
            changed = self._correct(item)
            return changed, "stay", changed is item
        steps: dict[str, Callable[[Item], Step]] = {
            "a": self._accept, "r": self._reject, "m": self._merge, "s": self._split, "n": self._note, "g": self._grade, "o": self._resolve,
            "u": self._undo, "k": lambda _: "next", "q": lambda _: "quit", "?": self._help,
        }  # fmt: skip
        if key not in steps:
            self.say(f"no key {key!r}; ? lists them")
            return item, "stay", True
        return item, steps[key](item), True

    def _record(self, item: Item, kind: Kind, **said: object) -> None:
        request = replace(Request(kind, self.reviewer, event=item.event), **said)  # type: ignore[arg-type]
        verdict = self.desk.record(request)
        self.done[kind] += 1
        self.history.append((item, verdict.id))
        self._keep(verdict)

    def _keep(self, verdict: Verdict) -> None:
        self.kept = f"kept: {told(verdict)}"
        self.say(self.kept, "green")

    def _accept(self, item: Item) -> Step:
        _coded(item)
        self._record(item, "accept", saw=item.values)
        return "next"

    def _reject(self, item: Item) -> Step:
        if item.lost:
            return self._withdraw(item)
        self._record(item, "reject", saw=item.values, text=self.answers.line("why it is no event"))
        return "next"

    def _withdraw(self, item: Item) -> Step:
        for verdict in item.verdicts:
            if verdict.kind != "note":
                self._keep(self.desk.undo(verdict.id, self.reviewer))
                self.done["undo"] += 1
        return "next"

    def _correct(self, item: Item) -> Item:
        _coded(item)
        self.console.print(_rows((f"{n} {name}", show(item.values.get(name))) for n, name in enumerate(FIELDS, 1)))
        answer = self.answers.line("field")
        if not answer:
            return item
        name = field_of(answer)
        self.say(f"{name} is {show(item.values.get(name))}; empty leaves it")
        self.console.print(Columns([Text(form) for form in allowed(name, item.values.type)], padding=(0, 3)))
        found = self._value(name)
        if found is None:
            return item
        (value,) = found
        self._record(item, "correct", field=name, value=value, saw=item.values)
        return replace(item, values=item.values.put(name, value), marks=tuple(m for m in item.marks if m.field != name))

    def _value(self, name: Field) -> tuple[Value] | None:
        while answer := self.answers.line(name):
            try:
                return (parse(name, answer),)
            except TrucewatchError as error:
                self.say(error.line(), "bold red")
        return None

    def _merge(self, item: Item) -> Step:
        return self._pair(item, "merge", self._chosen(item, self._near(item, "merge with (event, incident, or words)")))

    def _split(self, item: Item) -> Step:
        _coded(item)
        told_of = self.desk.incident(item.case.id).items if item.case else ()
        near = [other for other in told_of if other.event != item.event]
        return self._pair(item, "split", self._chosen(item, near or self._near(item, "split from (event or words)")))

    def _pair(self, item: Item, kind: Kind, other: Item | None) -> Step:
        if other is not None:
            self.say(f"{other.headline} ({other.publisher or other.anchor.report})")
            self._record(item, kind, other=other.event)
        return "stay"

    def _near(self, item: Item, prompt: str) -> list[Item]:
        _coded(item)
        answer = self.answers.line(prompt)
        if not answer:
            return []
        if answer.startswith("i-"):
            found: Iterable[Item] = self.desk.incident(answer).items
        else:
            found = [self.desk.item(answer)] if _is_event(answer) else self.desk.search(answer)
        near = [other for other, _ in zip((o for o in found if o.event != item.event), range(_LISTED), strict=False)]
        if not near:
            self.say(f"nothing else is found for {answer!r}")
        return near[:1] if answer.startswith("i-") else near

    def _chosen(self, item: Item, near: list[Item]) -> Item | None:
        """The one other account, or the one of several that the reviewer names by number."""
        _coded(item)
        if len(near) <= 1:
            return near[0] if near else None
        self.console.print(_rows((f"{n}", f"{o.headline} ({o.publisher or o.anchor.report})") for n, o in enumerate(near, 1)))
        answer = self.answers.line("which")
        if not answer:
            return None
        if not answer.isdecimal() or not 1 <= int(answer) <= len(near):
            raise TrucewatchError("review-choice", f"there is no number {answer!r}", next_step=f"1 to {len(near)}")
        return near[int(answer) - 1]

    def _note(self, item: Item) -> Step:
        text = self.answers.line("note")
        if text:
            self._record(item, "note", text=text, **({"event": None, "report": item.anchor.report} if item.lost else {}))
        return "stay"

    def _grade(self, item: Item) -> Step:
        listed = [f"{key} {name}" for key, name in (*RELIABILITY.items(), *CREDIBILITY.items())]
        self.console.print(Columns([Text(form) for form in listed], padding=(0, 3)))
        answer = self.answers.line("grade of the report, as B2; of the incident, as i B2")
        if not answer:
            return "stay"
        of_incident = answer.startswith("i ")
        if of_incident and item.case is None:
            raise TrucewatchError("review-choice", "this event stands in no incident", next_step="grade the report: B2")
        reliability, credibility = parse_grade(answer.removeprefix("i "))
        target = {"incident": item.case.id} if of_incident and item.case else {"report": item.anchor.report}
        self._record(item, "grade", event=None, reliability=reliability, credibility=credibility, **target)
        return "stay"

    def _resolve(self, item: Item) -> Step:
        _coded(item)
        self.console.print(_rows((f"{n}", outcome) for n, outcome in enumerate(OUTCOMES, 1)))
        answer = self.answers.line("outcome")
        if not answer:
            return "stay"
        picked = int(answer) if answer.isdecimal() else 0
        outcome = OUTCOMES[picked - 1] if 0 < picked <= len(OUTCOMES) else parse_outcome(answer)
        self._record(item, "resolve", outcome=outcome, text=self.answers.line("why"))
        return "stay"

    def _undo(self, item: Item) -> Step:
        verdict = self.desk.undo(LAST, self.reviewer)
        self.done["undo"] += 1
        self._keep(verdict)
        before = next((old for old, name in reversed(self.history) if name == verdict.undoes), None)
        if before is None:
            return "stay"
        self.history = [(old, name) for old, name in self.history if name != verdict.undoes]
        if before.event != item.event:
            self.again.append(item)
        self.again.append(before)
        return "next"

    def _help(self, item: Item) -> Step:
        del item
        self.console.print(_rows((f"{key} {name}", means) for key, (name, means) in KEYS.items()))
        return "stay"


def field_of(answer: str) -> Field:
    """The field that a number, a name or the beginning of a name means.

    Raises:
        TrucewatchError: ``verdict-field``.
    """
    if answer.isdecimal() and 1 <= int(answer) <= len(FIELDS):
        return FIELDS[int(answer) - 1]
    fitting = [name for name in FIELDS if name.startswith(answer.lower())]
    return fitting[0] if len(fitting) == 1 else field_named(answer.lower())


def _is_event(answer: str) -> bool:
    return " " not in answer and ("/" in answer or answer.startswith("e-"))


def _coded(item: Item) -> None:
    if item.lost:
        _refuse_lost()


def _refuse_lost() -> NoReturn:
    raise TrucewatchError(
        "review-lost", "no event is coded there any more", next_step="r takes the verdict back, n writes a note, k leaves it"
    )
