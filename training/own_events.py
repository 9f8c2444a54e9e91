"""Sentences written for this project with the acts in them: reader and linter of ``data/events/*.txt``.

A file holds blocks parted by blank lines. The first line of a block is a text of one to three sentences, each line below it,
set in by two blanks, one act::

    The army shelled Aldun after the militia refused to leave, the mission said.
      ASSAULT/heavy-weapons | happened | Shelling/artillery/missile attack | shelled | The army | Aldun
      REJECT/- | happened | - | refused | the militia | -
      none | said

``held_out.tsv`` names, by hash, the texts that are never learned from: every tenth as they were written. New texts go on being learned
from until ``python -m training.own_events --hold`` takes every tenth of them out, too.

Columns: PLOVER type and mode, status, ACLED sub-event, the word of the act, actor, recipient; ``-`` is none. ``none`` names a
word that looks like an act and is none. A string that stands more than once in the text is told apart as ``army#2``.
``python -m training.own_events`` lints all files and counts what is in them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from trucewatch.model import TrucewatchError
from trucewatch.model.record import EventStatus
from trucewatch.ontology import load

if TYPE_CHECKING:
    from collections.abc import Iterator

STATUSES = get_args(EventStatus)
FOLDER = Path(__file__).parent / "data" / "events"
HELD_OUT = Path(__file__).parent / "data" / "held_out.tsv"
EVERY = 10  #: one in so many texts is held out
Range = tuple[int, int]
_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Act:
    """An act in a text; ``type`` is empty where the word is no act."""

    predicate: Range
    type: str = ""
    mode: str = ""
    status: str = ""
    acled: str = ""
    actor: Range | None = None
    recipient: Range | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the acts in it, and where it stands (file:line)."""

    text: str
    acts: tuple[Act, ...]
    where: str

    @property
    def key(self) -> str:
        """First 12 hexadecimal digits of the text's SHA-256."""
        return sha256(self.text.encode()).hexdigest()[:12]


class LintError(ValueError):
    """A line that breaks the format; the message says where and how."""


def _find(text: str, phrase: str, where: str) -> Range:
    phrase, _, number = phrase.partition("#")
    places = [m.start() for m in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)]
    if not places:
        message = f"{where}: {phrase!r} is not in the text"
        raise LintError(message)
    if len(places) > 1 and not number:
        message = f"{where}: {phrase!r} stands {len(places)} times in the text: write {phrase}#1, #2, ..."
        raise LintError(message)
    k = int(number or 1)
    if not 1 <= k <= len(places):
        message = f"{where}: {phrase!r} stands only {len(places)} times in the text"
        raise LintError(message)
    return places[k - 1], places[k - 1] + len(phrase)


def _act(text: str, line: str, where: str) -> Act:
    cells = [cell.strip() for cell in line.split("|")]
    if cells[0] == "none" and len(cells) == 2:
        return Act(_find(text, cells[1], where))
    if len(cells) != _COLUMNS:
        message = f"{where}: {len(cells)} columns, wanted {_COLUMNS} (or 'none | word')"
        raise LintError(message)
    kind, _, mode = cells[0].partition("/")
    mode = "" if mode == "-" else mode
    status, acled, predicate, actor, recipient = ("" if c == "-" else c for c in cells[1:])
    ontology = load()
    try:
        ontology.type(kind)
        if mode:
            ontology.mode(kind, mode)
        if acled:
            ontology.acled(acled)
    except TrucewatchError as error:
        raise LintError(f"{where}: {error}") from error
    if status not in STATUSES:
        raise LintError(f"{where}: {status!r} is no status ({', '.join(STATUSES)})")
    people = [_find(text, who, where) if who else None for who in (actor, recipient)]
    return Act(_find(text, predicate, where), kind, mode, status, acled, *people)


def blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and lines of each block; comments (``#``) are passed over."""
    lines: list[str] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.strip():
            lines.append(line.rstrip())
        elif lines:
            yield number - len(lines), lines
            lines = []


def read(path: Path, faults: list[str]) -> Iterator[Example]:
    """Examples of a file; what breaks the format is added to ``faults`` and left out."""
    for number, (text, *lines) in blocks(path):
        where = f"{path.name}:{number}"
        if text.startswith(" ") or not all(line.startswith("  ") for line in lines):
            faults.append(f"{where}: a block is a text, then its acts set in by two blanks")
            continue
        try:
            yield Example(text, tuple(_act(text, line, f"{path.name}:{number + k}") for k, line in enumerate(lines, 1)), where)
        except LintError as error:
            faults.append(str(error))


def examples(folder: Path = FOLDER) -> list[Example]:
    """All examples.

    Raises:
        LintError: with every fault, a line each.
    """
    faults: list[str] = []
    found = [e for path in sorted(folder.glob("*.txt")) for e in read(path, faults)]
    texts = Counter(e.text for e in found)
    faults += [f"{e.where}: the text stands {texts[e.text]} times" for e in found if texts[e.text] > 1]
    if faults:
        raise LintError("\n".join(faults))
    return found


@cache
def seen() -> dict[str, str]:
    """Keys of all texts that were divided, with their part: "held" or "learned"."""
    rows = [line.split("\t") for line in HELD_OUT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {row[0]: row[1] for row in rows[1:]}


def is_held(example: Example) -> bool:
    """Whether a text is never learned from."""
    return seen().get(example.key) == "held"


def held_out() -> list[Example]:
    """The texts that are never learned from, in the order of the files."""
    return [e for e in examples() if is_held(e)]


def hold(found: list[Example]) -> None:
    """Hold out every tenth of the texts that were not divided before, and keep the division."""
    known = dict(seen())
    new = [e for e in found if e.key not in known]
    known |= {e.key: "learned" if k % EVERY else "held" for k, e in enumerate(new)}
    head = [line for line in HELD_OUT.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [f"{key}\t{part}" for key, part in sorted(known.items())]
    HELD_OUT.write_text("\n".join([*head, "key\tpart", *rows]) + "\n", encoding="utf-8")


def main() -> int:
    """Lint the files named, or all; print faults and counts. With ``--hold``, hold out every tenth new text."""
    if "--hold" in sys.argv[1:]:
        hold(examples())
        return 0
    faults: list[str] = []
    paths = [Path(a) for a in sys.argv[1:]] or sorted(FOLDER.glob("*.txt"))
    found = [e for path in paths for e in read(path, faults)]
    print(*faults, sep="\n")
    acts = [a for e in found for a in e.acts]
    print(
        f"{len(found)} texts, {len(acts)} words marked, {sum(1 for a in acts if not a.type)} of them no act, {len(faults)} faults"
    )
    for name in ("type", "status", "acled"):
        print(name, dict(Counter(getattr(a, name) for a in acts if a.type).most_common()))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
