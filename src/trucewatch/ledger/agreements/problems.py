"""What is wrong with an agreement file: one line each, by file and line. This module must not look for anything wrong."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong. An error makes the agreement unusable, a warning wants a second look."""

    file: str
    line: int
    severity: Severity
    message: str

    def text(self) -> str:
        """The problem in one line, as compilers write them."""
        return f"{self.file}:{self.line}: {self.severity}: {' '.join(self.message.split())}"


class Report:
    """Gathers the problems of one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[Problem] = []

    def error(self, line: int, message: str) -> None:
        """Note an error."""
        self._found.append(Problem(self._file, line, "error", message))

    def warning(self, line: int, message: str) -> None:
        """Note a warning."""
        self._found.append(Problem(self._file, line, "warning", message))

    @property
    def errors(self) -> int:
        """How many errors so far."""
        return sum(problem.severity == "error" for problem in self._found)

    def sorted(self) -> tuple[Problem, ...]:
        """All of them by line, each once."""
        return tuple(sorted(set(self._found)))


def near(word: str, known: Iterable[str]) -> str:
    """Where a known word is near, the question whether it was meant; else nothing."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else ""
