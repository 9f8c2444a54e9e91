"""Where an expression stands: the text round it, the publication date, the last date told. Decides nothing about values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from trucewatch.knowledge.times.vocabulary import vocabulary

if TYPE_CHECKING:
    from datetime import date

WINDOW = 90  # code points looked back for a verb
BREAK = re.compile(r"[.;!?]\s|\n\n|[\"”“]|''|``")


@dataclass(slots=True)
class Context:
    """One expression's surroundings. ``low`` is the text with A-Z lowered, so offsets agree with ``text``."""

    text: str
    low: str
    start: int
    end: int
    anchor: date | None
    reference: date | None  #: the last day told before it in the document
    day_first: bool | None  #: the order unambiguous slash dates of this document show

    @property
    def lead(self) -> str:
        """The word before, lower case, or the empty string."""
        found = re.search(r"([\w'’]+)[\s(]{1,2}$", self.low[max(0, self.start - 24) : self.start])
        return found[1] if found else ""

    @property
    def next_word(self) -> str:
        """The word after, lower case, or the empty string where something else follows."""
        found = re.match(r"[ \n]([a-z]+)", self.low[self.end : self.end + 24])
        return found[1] if found else ""

    @property
    def future(self) -> bool:
        """Whether the clause before it speaks of what is to come, with no reporting verb after that."""
        before = BREAK.split(self.low[max(0, self.start - WINDOW) : self.start])[-1]
        future, told = _cues()
        cues = [m.end() for m in future.finditer(before)]
        return bool(cues) and not told.search(before, cues[-1])


@cache
def _cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lists = vocabulary().lists
    made = []
    for name in ("future_cues", "reporting_cues"):
        body = "|".join(re.escape(w) for w in sorted(lists[name]))
        made.append(re.compile(rf"(?<!\w)(?:{body})(?!\w)|(?<=\w)['’]ll\b" if name == "future_cues" else rf"\b(?:{body})\b"))
    return made[0], made[1]
