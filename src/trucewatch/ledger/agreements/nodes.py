"""Agreement files to plain nodes that know their lines. YAML is read event by event, TOML by the standard library.

Nothing of a file is ever run or built: texts, lists and maps are all there is. Files are limited in size, depth and number of nodes;
anchors, aliases and tags are refused, so no file can grow in memory. This module must not know what an agreement is.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import yaml

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 2_000_000
MAX_DEPTH = 24
MAX_NODES = 200_000
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(Exception):  # noqa: N818 - a reason, handed on as a problem
    """Why a file cannot be read, and in which line."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        self.message = message
        super().__init__(f"{line}: {message}")


@dataclass(slots=True)
class Node:
    """A text, a list or a map of a file, with the line it starts in. ``lines`` are those of a map's keys."""

    kind: Literal["text", "list", "map"]
    line: int
    text: str = ""
    quoted: bool = False
    items: list[Node] = field(default_factory=list)
    pairs: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> bool:
        """Whether nothing is written there."""
        return self.kind == "text" and not self.quoted and self.text in _NOTHING


def read_bytes(path: Path) -> bytes:
    """The bytes of an agreement file.

    Raises:
        TrucewatchError: ``no-agreement`` where it cannot be read, ``agreement-too-big``.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise TrucewatchError(
            "no-agreement", "the agreement cannot be read", where=str(path), why=error.strerror or str(error),
            next_step="name a YAML or TOML file, or a shipped agreement (trucewatch agreement show --list)",
        ) from error  # fmt: skip
    if len(data) > MAX_BYTES:
        raise TrucewatchError("agreement-too-big", f"the file has more than {MAX_BYTES:,} bytes", where=str(path))
    return data


def parse(data: bytes, suffix: str) -> Node:
    """The root of a file: a map.

    Raises:
        Unreadable: Broken, too deep, or with what is refused.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data[: error.start].count(b"\n") + 1, "is not UTF-8 text") from error
    root = _toml(text) if suffix.lower() == ".toml" else _yaml(text)
    if root.kind != "map":
        raise Unreadable(root.line, "an agreement is a map of keys, see docs/agreements.md")
    return root


def _yaml(text: str) -> Node:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"is no YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise Unreadable(1, f"is no YAML: {str(error).splitlines()[0]}") from error
    if builder.root is None:
        raise Unreadable(1, "the file is empty")
    return builder.root


class _Builder:
    """Puts events together; keeps its own stack, so depth costs nothing but a count."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[tuple[Node, str | None]] = []
        self._count = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """One event."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Unreadable(line, "a second document starts; one file is one agreement")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(line, "anchors (&) and aliases (*) are not read; name areas under `areas:` to use them twice")
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event, line)
            self._add(Node("text", line, event.value, quoted=bool(event.style)))
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._refuse_tag(event, line)
            self._push(Node("list" if isinstance(event, yaml.SequenceStartEvent) else "map", line))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._open.pop()

    def _refuse_tag(self, event: yaml.NodeEvent, line: int) -> None:
        if tag := getattr(event, "tag", None):
            raise Unreadable(line, f"tags ({tag}) are not read")

    def _push(self, node: Node) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Unreadable(node.line, f"is nested deeper than {MAX_DEPTH} levels")
        self._add(node)
        self._open.append((node, None))

    def _add(self, node: Node) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise Unreadable(node.line, f"has more than {MAX_NODES:,} values")
        if not self._open:
            self.root = self.root or node
            return
        parent, key = self._open[-1]
        if parent.kind == "list":
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, self._key(parent, node))
        else:
            parent.pairs[key] = node
            self._open[-1] = (parent, None)

    @staticmethod
    def _key(parent: Node, node: Node) -> str:
        if node.kind != "text":
            raise Unreadable(node.line, "a key must be plain text")
        if node.text in parent.lines:
            raise Unreadable(node.line, f"the key {node.text!r} stands twice, first in line {parent.lines[node.text]}")
        parent.lines[node.text] = node.line
        return node.text


_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_AT_END = re.compile(r"\s*\(at end of document\)$")


def _toml(text: str) -> Node:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _AT_LINE.search(said)
        line = int(found[1]) if found else len(text.splitlines()) or 1
        raise Unreadable(line, f"is no TOML: {_AT_END.sub('', _AT_LINE.sub('', said))}") from error
    except RecursionError as error:
        raise Unreadable(1, f"is nested deeper than {MAX_DEPTH} levels") from error
    return _from_toml(data, (), dict(_toml_lines(text)), 1, 0)


_HEADER = re.compile(r"^\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""")


def _toml_lines(text: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Which line each key stands in: headers and keys at the start of a line; what is inline has the line of its key."""
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _resolved([part.strip().strip("\"'") for part in header[2].split(".")], counts, many=header[1] == "[[")
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *(part.strip("\"'") for part in _split_key(key[1]))), number


def _split_key(text: str) -> list[str]:
    return [text] if text[0] in "\"'" else text.split(".")


def _resolved(parts: list[str], counts: dict[tuple[str | int, ...], int], *, many: bool) -> tuple[str | int, ...]:
    """A header as a path; ``[[terms]]`` opens the next of the list, ``[terms.period]`` belongs to the last one opened."""
    path: tuple[str | int, ...] = ()
    for n, part in enumerate(parts):
        path = (*path, part)
        if many and n == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _from_toml(value: Any, path: tuple[str | int, ...], known: dict[tuple[str | int, ...], int], line: int, depth: int) -> Node:
    line = known.get(path, line)
    if depth > MAX_DEPTH:
        raise Unreadable(line, f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        pairs = {key: _from_toml(item, (*path, key), known, line, depth + 1) for key, item in value.items()}
        return Node("map", line, pairs=pairs, lines={key: known.get((*path, key), node.line) for key, node in pairs.items()})
    if isinstance(value, list):
        return Node("list", line, items=[_from_toml(v, (*path, n), known, line, depth + 1) for n, v in enumerate(value)])
    text = str(value).lower() if isinstance(value, bool) else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return Node("text", line, text, quoted=isinstance(value, str))
