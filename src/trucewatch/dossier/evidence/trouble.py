"""What a check found wrong, as a record. This module must not do I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One finding: a stable ``code`` (kebab-case), ``where`` (file and line or byte, or entry), ``what`` is wrong, in words.

    A ``note`` is what an interrupted command leaves, which the next command that writes puts right.
    """

    code: str
    where: str
    what: str
    note: bool = False
