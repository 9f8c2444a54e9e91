"""What can go wrong, said so that the reader knows what to do.

One root exception carries a stable code, what happened, where, why, and what to do next. Readers and the command line turn it
into one line and a ``Reason`` on the record. This module must not do I/O.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record is not whole: a stable ``code`` for programs and a ``message`` for people."""

    code: str
    message: str


class TrucewatchError(Exception):
    """The root of every error this package raises on purpose.

    Parameters are keyword-only words: ``code`` (kebab-case, stable), ``what`` happened, ``where`` (file, line, URL), ``why``, and
    what to do ``next_step``. ``str()`` is one line.
    """

    def __init__(self, code: str, what: str, *, where: str = "", why: str = "", next_step: str = "") -> None:
        self.code = code
        self.what = what
        self.where = where
        self.why = why
        self.next_step = next_step
        super().__init__(self.line())

    def line(self) -> str:
        """The error in one line: what, where, why, what to do."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.why:
            parts.append(f"({self.why})")
        if self.next_step:
            parts.append(f"- {self.next_step}")
        return " ".join(" ".join(parts).split())

    def reason(self) -> Reason:
        """The same as a ``Reason`` for the record."""
        return Reason(self.code, self.line())
