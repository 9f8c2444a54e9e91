"""Finds reports by their words: title, publisher and text; the same reports on SQLite and PostgreSQL.

A query is words that must all be there, "phrases in quotes", -words that must not, OR between alternatives, and prefix*. It is read
here and made anew for each database, so that nothing a user types reaches a database as it was typed. Hits say where the words
stand as offsets; marking them is the caller's. This module must not change the index: triggers and ``words`` do.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from trucewatch.dossier.store.engine import is_sqlite
from trucewatch.dossier.store.tables import reports
from trucewatch.dossier.store.words import LETTER, WORD_LENGTH, Word, fold, pair, words_of
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

#: Hits up to this number are ordered by how well they fit; of more, the newest come first, as so common a word tells little.
RANKED = 1000
#: Characters of a snippet, and marks in it at most.
SNIPPET = 240
MARKS = 30
#: A query of more terms is refused.
TERMS = 64
#: Characters of a text that are looked at together for marks.
STRETCH = 4000
#: Letters that ``fold`` makes into something else than ``casefold`` does.
_FOLDS = re.compile("[\u00c0-\u024f\u0300-\u0331\u0345\u0390\u03b0\u0587\u1e00-\u1fff\u212a\u212b\ufb00-\ufb17]")
_ITEM = re.compile(r'(-?)"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Hit:
    """A report found. ``marks`` are (start, end) offsets into ``snippet``, which is the report's text from ``start``.

    ``score`` is higher the better the report fits, and comparable within one answer only; 0.0 where the newest come first.
    """

    report: str
    title: str | None
    publisher: str | None
    published: str | None
    snippet: str
    start: int
    marks: tuple[tuple[int, int], ...]
    score: float


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after another; the last may be the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Terms that must all be in a report, and terms that must not."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()


def read_query(query: str) -> tuple[Group, ...]:
    """A query as alternatives; empty where it asks for no word. Raises ``TrucewatchError`` ``query-too-long`` over 64 terms."""
    groups: list[Group] = []
    wanted: list[Term] = []
    unwanted: list[Term] = []
    count = 0
    for match in _ITEM.finditer(query):
        if match.group(3) == "OR":
            groups.append(Group(tuple(wanted), tuple(unwanted)))
            wanted, unwanted = [], []
            continue
        term, negated = _term(match)
        if term is None:
            continue
        (unwanted if negated else wanted).append(term)
        count += len(term.words)
        if count > TERMS:
            raise TrucewatchError(
                "query-too-long", f"the search has more than {TERMS} words", next_step="search for fewer words"
            )
    groups.append(Group(tuple(wanted), tuple(unwanted)))
    return tuple(group for group in groups if group.wanted)  # "everything but" is no search


def _term(match: re.Match[str]) -> tuple[Term | None, bool]:
    quoted, plain = match.group(2), match.group(3)
    typed = plain if quoted is None else quoted
    negated = match.group(1) == "-" if quoted is not None else typed.startswith("-")
    found = tuple(typed[word.start : word.end] for word in words_of(typed))
    prefix = quoted is None and typed.endswith("*")
    return (Term(found, prefix) if found else None), negated


def search(conn: Connection, query: str, limit: int = 20, offset: int = 0) -> list[Hit]:
    """The reports that fit a query, the best first (of more than ``RANKED``: the newest first), from ``offset`` on, ``limit`` at most."""
    groups = read_query(query)
    if not groups or limit <= 0:
        return []
    limit, offset = min(limit, 10_000), max(offset, 0)
    with _by_index(conn):
        newest = _newest(conn, groups, max(RANKED + 1, offset + limit))
        if len(newest) <= RANKED:
            page = (_ranked_sqlite if is_sqlite(conn) else _ranked_postgres)(
                conn, groups, newest, {"limit": limit, "offset": offset}
            )
        else:
            page = [(seq, 0.0) for seq in newest[offset : offset + limit]]
    sought = [term for group in groups for term in group.wanted]
    shown = conn.execute(_SHOWN.where(reports.c.seq.in_([seq for seq, _ in page])))
    rows = {row.seq: row for row in shown}
    return [_hit(rows[seq], score, sought) for seq, score in page]


def count(conn: Connection, query: str, *, at_most: int = 1_000_000) -> int:
    """How many reports fit a query; counting ends at ``at_most``."""
    groups = read_query(query)
    if not groups:
        return 0
    found, values = _found(conn, groups)
    statement = f"SELECT count(*) FROM (SELECT 1 FROM ({found}) AS found LIMIT :at_most) AS counted"  # noqa: S608  # parts are ours
    with _by_index(conn):
        return int(conn.execute(text(statement), {**values, "at_most": at_most}).scalar_one())


def fits(content: str, groups: Sequence[Group]) -> bool:
    """Whether a text fits a query: for a text that differs from the one in the index."""
    return any(
        all(_marks(content, [term]) for term in group.wanted) and not any(_marks(content, [term]) for term in group.unwanted)
        for group in groups
    )


def shown(hit: Hit, content: str, groups: Sequence[Group]) -> Hit:
    """A hit with another text in place of its report's."""
    marks = _marks(content, [term for group in groups for term in group.wanted])
    start, end = _window(content, marks)
    inside = tuple((mark.start - start, mark.end - start) for mark in marks if start <= mark.start and mark.end <= end)
    return replace(hit, snippet=content[start:end], start=start, marks=inside)


_SHOWN = select(reports.c.seq, reports.c.id, reports.c.title, reports.c.publisher, reports.c.published, reports.c.text)


def _newest(conn: Connection, groups: Sequence[Group], most: int) -> list[int]:
    """The reports that fit, by their order of arrival, the newest first."""
    found, values = _found(conn, groups)
    return list(conn.execute(text(f"{found} ORDER BY seq DESC LIMIT :most"), {**values, "most": most}).scalars())


def _found(conn: Connection, groups: Sequence[Group]) -> tuple[str, dict[str, Any]]:
    """A statement that gives ``seq`` of every report that fits, and its parameters."""
    if is_sqlite(conn):
        return "SELECT rowid AS seq FROM report_words WHERE report_words MATCH :query", {"query": _fts5(groups)}
    return _found_postgres(groups)


# SQLite


def _ranked_sqlite(
    conn: Connection, groups: Sequence[Group], _: Sequence[int], page: dict[str, int]
) -> list[tuple[int, float]]:
    """Weights: a word in the title counts four times, in the publisher's name twice."""
    statement = (
        "SELECT rowid AS seq, -bm25(report_words, 4.0, 2.0, 1.0) AS score FROM report_words WHERE report_words MATCH :query "
        "ORDER BY score DESC, seq DESC LIMIT :limit OFFSET :offset"
    )
    return [(seq, score) for seq, score in conn.execute(text(statement), {"query": _fts5(groups), **page})]


def _fts5(groups: Sequence[Group]) -> str:
    """The query in FTS5's language; words hold letters and digits alone, so that quotes need no care."""
    return " OR ".join(f"({_fts5_group(group)})" for group in groups)


def _fts5_group(group: Group) -> str:
    wanted = " AND ".join(_fts5_term(term) for term in group.wanted)
    if not group.unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(_fts5_term(term) for term in group.unwanted)})"


def _fts5_term(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


# PostgreSQL


@contextmanager
def _by_index(conn: Connection) -> Iterator[None]:
    """PostgreSQL asked to use its indexes: its planner thinks a tsvector as quick to read as a number, and would unpack those of all reports.

    Of ten thousand it takes 400 ms, and the index 5.
    """
    if is_sqlite(conn):
        yield
        return
    asked = "SELECT current_setting('enable_seqscan'), set_config('enable_seqscan', 'off', true)"
    before = conn.execute(text(asked)).scalar_one()
    yield
    conn.execute(text("SELECT set_config('enable_seqscan', :before, true)"), {"before": before})


def _ranked_postgres(
    conn: Connection, groups: Sequence[Group], found: Sequence[int], page: dict[str, int]
) -> list[tuple[int, float]]:
    """Weights as on SQLite, of the words wanted alone; a long report's words weigh less (1), as in bm25."""
    statement = (
        "SELECT seq, ts_rank('{0.1, 0.1, 0.2, 0.4}', words, CAST(:likely AS tsquery), 1) AS score FROM report_words "
        "WHERE seq = ANY(:found) ORDER BY score DESC, seq DESC LIMIT :limit OFFSET :offset"
    )
    values = {"likely": _tsquery(groups, exact=False), "found": list(found), **page}
    return [(seq, score) for seq, score in conn.execute(text(statement), values)]


def _found_postgres(groups: Sequence[Group]) -> tuple[str, dict[str, Any]]:
    """Reports by the index alone; a huge one, whose vector lacks words, by its words too."""
    values: dict[str, Any] = {"query": _tsquery(groups, exact=True)}
    if any(len(term.words) > 1 for group in groups for term in (*group.wanted, *group.unwanted)):
        return _phrases(groups, values), values
    found = "SELECT seq FROM report_words WHERE NOT cut AND words @@ CAST(:query AS tsquery)"
    cut = f"SELECT seq FROM report_words WHERE cut AND ({_exactly(groups, values, _in_words)})"  # noqa: S608  # parts are ours
    return f"{found} UNION ALL {cut}", values


def _phrases(groups: Sequence[Group], values: dict[str, Any]) -> str:
    """Reports that may hold a phrase, by the indexes; each is looked at when the caller reads so far, the newest first."""
    may = " UNION ".join([*(_likely(group, values) for group in groups), "SELECT seq FROM report_words WHERE cut"])
    fits = (
        f"CASE WHEN cut THEN {_exactly(groups, values, _in_words)} WHEN folded IS NULL THEN words @@ CAST(:query AS tsquery) "
        f"ELSE {_exactly(groups, values, _in_vector)} END"
    )
    whole = f"SELECT {fits} FROM report_words WHERE report_words.seq = likely.seq"  # noqa: S608  # parts are ours
    return f"SELECT seq FROM (SELECT seq FROM ({may}) AS may ORDER BY seq DESC OFFSET 0) AS likely WHERE ({whole})"  # noqa: S608


def _likely(group: Group, values: dict[str, Any]) -> str:
    """What the indexes can tell: the words are there, and pairs of them in a row. Asked one by one, so that no vector is unpacked."""
    pairs = [pair(*two) for term in group.wanted for two in _pairs(term)]
    alone = tuple(term for term in group.wanted if not _pairs(term))
    parts = []
    if pairs:
        name = f"pairs{len(values)}"
        values[name] = pairs
        parts.append(f"SELECT seq FROM report_words WHERE pairs @> CAST(:{name} AS integer[])")  # noqa: S608  # the name is ours
    if alone:
        name = f"alone{len(values)}"
        values[name] = _tsquery([Group(alone)], exact=False)
        parts.append(f"SELECT seq FROM report_words WHERE words @@ CAST(:{name} AS tsquery)")  # noqa: S608  # the name is ours
    return f"({' INTERSECT '.join(parts)})"


def _pairs(term: Term) -> list[tuple[str, str]]:
    """The words of a term that stand in a row, two by two; none with the mere beginning of a word."""
    return list(pairwise(_folded(term)[: -1 if term.prefix else None]))


def _exactly(groups: Sequence[Group], values: dict[str, Any], there: Callable[[Term, dict[str, Any]], str]) -> str:
    def fits(group: Group) -> str:
        wanted = [there(term, values) for term in group.wanted]
        return " AND ".join(wanted + [f"NOT {there(term, values)}" for term in group.unwanted])

    return " OR ".join(f"({fits(group)})" for group in groups)


def _in_vector(term: Term, values: dict[str, Any]) -> str:
    name = f"term{len(values)}"
    values[name] = _tsquery_term(term, "<->")
    there = f"words @@ CAST(:{name} AS tsquery)"
    return there if len(term.words) == 1 else f"({there} OR {_in_words(term, values)})"


def _in_words(term: Term, values: dict[str, Any]) -> str:
    name = f"term{len(values)}"
    values[name] = f" {' '.join(_folded(term))}{'' if term.prefix else ' '}"
    return f"position(:{name} IN folded) > 0"


def _tsquery(groups: Sequence[Group], *, exact: bool) -> str:
    """The query in PostgreSQL's language; not ``exact``: only what is wanted, phrases as words."""
    return " | ".join(f"({_tsquery_group(group, exact)})" for group in groups)


def _tsquery_group(group: Group, exact: bool) -> str:
    wanted = [_tsquery_term(term, "<->" if exact else "&") for term in group.wanted]
    unwanted = [f"!{_tsquery_term(term, '<->')}" for term in group.unwanted] if exact else []
    return " & ".join(wanted + unwanted)


def _tsquery_term(term: Term, between: str) -> str:
    parts = [f"'{word}'" for word in _folded(term)]
    if term.prefix:
        parts[-1] += ":*"
    return f"({f' {between} '.join(parts)})"


def _folded(term: Term) -> list[str]:
    return [fold(word)[:WORD_LENGTH] for word in term.words]


# Snippets


def _hit(row: Any, score: float, sought: Sequence[Term]) -> Hit:
    marks = _marks(row.text, sought)
    start, end = _window(row.text, marks)
    inside = tuple((mark.start - start, mark.end - start) for mark in marks if start <= mark.start and mark.end <= end)
    return Hit(row.id, row.title, row.publisher, row.published, row.text[start:end], start, inside, float(score))


def _marks(content: str, sought: Sequence[Term]) -> list[Word]:
    """Where the terms stand in a text: the first few, in order."""
    terms = [(tuple(_folded(term)), term.prefix) for term in sought]
    marks: list[Word] = []
    for start, end in _stretches(content, [words[-1] for words, _ in terms]):
        marks += _seen(content[start:end], start, terms)
        if len(marks) >= MARKS:
            break
    return _apart(marks)[:MARKS]


def _seen(part: str, at: int, terms: Sequence[tuple[tuple[str, ...], bool]]) -> list[Word]:
    """Where the terms stand in a part of a text that begins at an offset, in order."""
    lower = part.casefold()
    if len(lower) != len(part) or _FOLDS.search(part):
        return _read(part, at, terms)
    ends: dict[int, Word] = {}
    for words, prefix in terms:
        pattern = _pattern(words, prefix=prefix)
        found = pattern.search(lower)
        while found:
            ends.setdefault(found.end(), Word(at + found.start(), at + found.end(), found[1]))
            found = pattern.search(lower, found.start() + 1)
    return [ends[end] for end in sorted(ends)]


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...], *, prefix: bool) -> re.Pattern[str]:
    """Finds a term in a text whose letters are folded; what counts as a word is what ``words_of`` says."""
    between = rf"(?:(?!{LETTER})[\s\S])+"
    first, *others = map(re.escape, words)
    rest = rf"{LETTER}*" if prefix else ""
    if not others:
        return re.compile(rf"(?<!{LETTER})({first}{rest})(?!{LETTER})")
    return re.compile(rf"(?<!{LETTER})({first}){between}{between.join(others)}{rest}(?!{LETTER})")


def _read(part: str, at: int, terms: Sequence[tuple[tuple[str, ...], bool]]) -> list[Word]:
    """The same word by word, where letters with accents stand."""
    lasts = {words[-1] for words, prefix in terms if not prefix}
    prefixes = tuple(words[-1] for words, prefix in terms if prefix)
    marks: list[Word] = []
    read: list[Word] = []
    for word in words_of(part):
        read.append(word)
        if word.folded not in lasts and not word.folded.startswith(prefixes):
            continue
        first = next((first for words, prefix in terms if (first := _matched(read, words, prefix)) is not None), None)
        if first is not None:
            marks.append(Word(at + first.start, at + word.end, first.folded))
    return marks


def _stretches(content: str, sought: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The parts of a text in which one of the words may stand, each begun early enough for a phrase: a long text is not read in full."""
    for at in range(0, len(content), STRETCH):
        start, end = _space(content, max(0, at - STRETCH // 10)), _space(content, at + STRETCH)
        part = content[start:end]
        lower = part.casefold()
        if _FOLDS.search(part) or any(word in lower for word in sought):
            yield start, end


def _space(content: str, near: int) -> int:
    """The next place between words."""
    if near == 0:
        return 0
    found = content.find(" ", near)
    return len(content) if found < 0 else found


def _matched(read: Sequence[Word], words: tuple[str, ...], prefix: bool) -> Word | None:
    """The first word of a term that ends with the last word read."""
    tail = read[-len(words) :]
    if len(tail) < len(words) or tuple(word.folded for word in tail[:-1]) != words[:-1]:
        return None
    last = tail[-1].folded
    return tail[0] if last == words[-1] or (prefix and last.startswith(words[-1])) else None


def _apart(marks: Sequence[Word]) -> list[Word]:
    """Marks that do not overlap, the earlier one kept."""
    kept: list[Word] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _window(content: str, marks: Sequence[Word]) -> tuple[int, int]:
    """The part of a text that shows most of the terms, then most marks; from the beginning where there is none."""
    if not marks:
        return _at_words(content, 0)

    def worth(mark: Word) -> tuple[int, int, int]:
        shown = [other.folded for other in marks if mark.start <= other.start and other.end <= mark.start + SNIPPET * 3 // 4]
        return len(set(shown)), len(shown), -mark.start

    return _at_words(content, max(0, max(marks, key=worth).start - SNIPPET // 4))


def _at_words(content: str, start: int) -> tuple[int, int]:
    """A window that begins and ends between words, if there is a space near."""
    end = min(len(content), start + SNIPPET)
    if start:
        space = content.find(" ", start, start + SNIPPET // 4)
        start = space + 1 if space >= 0 else start
    if end < len(content):
        space = content.rfind(" ", end - SNIPPET // 4, end)
        end = space if space >= 0 else end
    return start, end
