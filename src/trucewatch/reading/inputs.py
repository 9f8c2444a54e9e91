"""From the words on a command line to inputs: files, folders, patterns, URLs, standard input. Opens nothing but folders."""

from __future__ import annotations

import glob
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trucewatch.reading.reasons import Code, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.model import Unread

_URL = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Input:
    """One input to open. ``chosen``: named by the caller, not found by walking a folder."""

    kind: Literal["file", "url", "stdin"]
    name: str
    chosen: bool = True


def expand(sources: Iterable[str]) -> Iterator[Input | Unread]:
    """The inputs that words stand for, in order; folders and patterns sorted. Lazy."""
    for word in sources:
        if word == "-":
            yield Input("stdin", "-")
        elif _URL.match(word):
            yield Input("url", word)
        else:
            yield from _paths(word)


def _paths(word: str) -> Iterator[Input | Unread]:
    if not word or "\0" in word:
        yield unread(word or "''", Code.NOT_FOUND, "an empty or impossible path")
    elif os.path.isdir(word):  # noqa: PTH112 - never raises
        yield from _folder(word)
    elif os.path.lexists(word) or not _PATTERN.search(word):
        yield _file(word, chosen=True)
    else:
        yield from _pattern(word)


def _pattern(word: str) -> Iterator[Input | Unread]:
    found = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 - keeps the caller's spelling
    if not found:
        yield unread(word, Code.NOT_FOUND, f"no file matches {word}")
    for path in found:
        if os.path.isdir(path):  # noqa: PTH112 - never raises
            if "**" not in word:
                yield from _folder(path)
        else:
            yield _file(path, chosen=False)


def _folder(path: str) -> Iterator[Input | Unread]:
    """Files below a folder, sorted, hidden ones left out; links to folders are not followed, so a loop cannot trap the walk."""
    empty = True
    problems: list[OSError] = []
    for root, folders, names in os.walk(path, onerror=problems.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from _refused(problems)
        for name in sorted(name for name in names if not name.startswith(".")):
            empty = False
            yield _file(os.path.join(root, name), chosen=False)  # noqa: PTH118 - keeps the caller's spelling
    if problems:
        yield from _refused(problems)
    elif empty:
        yield unread(path, Code.EMPTY, "there is no file in the folder")


def _refused(problems: list[OSError]) -> Iterator[Unread]:
    while problems:
        problem = problems.pop(0)
        yield unread(str(problem.filename), Code.UNREADABLE, f"the folder cannot be read: {problem.strerror}")


def _file(path: str, *, chosen: bool) -> Input | Unread:
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return unread(path, Code.NOT_FOUND, f"no such file or folder: {path}")
    except (OSError, ValueError) as problem:
        return unread(path, Code.UNREADABLE, f"cannot be opened: {problem}")
    if not stat.S_ISREG(mode) and not chosen:
        return unread(path, Code.UNREADABLE, "not a plain file", status="skipped")
    return Input("file", path, chosen)
