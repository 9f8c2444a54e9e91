"""The lexicon of loaded words (``data/loaded.tsv``) and where its terms stand in a text.

It reads one packaged table and matches words; it must not say whom a word names or who speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, get_args

from trucewatch.ledger.forms import Context, Token, Words, contexts, holds, tokens, variants, words_of
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Kind = Literal["person", "government", "killing", "act", "charge", "territory", "prefix", "dehumanising", "glorifying"]
Valence = Literal["delegitimises", "legitimises", "glorifies", "euphemism", "neutral"]

COLUMNS = ("id", "kind", "valence", "forms", "only", "unless", "neutral", "signals", "region", "source")


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the lexicon. ``forms`` are as the table writes them; see the table's header for what each column means."""

    id: str
    kind: Kind
    valence: Valence
    forms: tuple[str, ...]
    only: tuple[Context, ...]
    unless: tuple[Context, ...]
    neutral: tuple[str, ...]
    signals: str
    region: tuple[str, ...]
    source: str

    @property
    def label(self) -> str:
        """The first form without its choices: "terrorist"."""
        return variants(self.forms[0])[0].lstrip("=")


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a text: ``tokens[first:last]``."""

    term: Term
    first: int
    last: int


@cache
def lexicon() -> Lexicon:
    """The packaged lexicon, loaded once.

    Raises:
        TrucewatchError: ``framing-lexicon-broken``, naming the row.
    """
    text = (files("trucewatch.ledger") / "data" / "loaded.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    if not rows or tuple(rows[0]) != COLUMNS:
        raise _broken("the header", f"columns must be {', '.join(COLUMNS)}")
    return Lexicon(tuple(_term(row) for row in rows[1:]))


def _broken(where: str, why: str) -> TrucewatchError:
    return TrucewatchError(
        "framing-lexicon-broken", "the lexicon of loaded words cannot be read", where=f"loaded.tsv, {where}", why=why,
        next_step="mend the row or install the package again",
    )  # fmt: skip


def _term(row: Sequence[str]) -> Term:
    if len(row) != len(COLUMNS):
        raise _broken(row[0], f"{len(row)} cells, {len(COLUMNS)} columns")
    name, kind, valence, forms, only, unless, neutral, signals, region, source = row
    kinds: dict[str, Kind] = {value: value for value in get_args(Kind)}
    valences: dict[str, Valence] = {value: value for value in get_args(Valence)}
    if kind not in kinds or valence not in valences:
        raise _broken(name, f"unknown kind {kind!r} or valence {valence!r}")
    plain = tuple(part.strip() for part in neutral.split(";") if part.strip())
    regions = tuple(part.strip() for part in region.split(",") if part.strip())
    return Term(
        name, kinds[kind], valences[valence], tuple(forms.split("|")), tuple(contexts(only)), tuple(contexts(unless)), plain,
        signals, regions, source,
    )  # fmt: skip


class Lexicon:
    """The terms, and an index of their forms by words. Read-only."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self._forms: dict[Words, list[tuple[Term, Words | None]]] = {}
        for term in self.terms:
            for text in dict.fromkeys(text for form in term.forms for text in variants(form)):
                exact = tuple(token.text for token in tokens(text)) if text.startswith("=") else None
                self._forms.setdefault(words_of(text), []).append((term, exact))
        self._longest = max((len(words) for words in self._forms), default=0)

    def find(self, words: Sequence[Token], sentences: Sequence[tuple[int, int]]) -> Iterator[Found]:
        """Every term in text order; the longest form wins, none overlap.

        Args:
            words: the tokens of a text.
            sentences: start and end offsets of its sentences, for contexts that may stand anywhere in one.
        """
        at = 0
        while at < len(words):
            found = self._at(words, at, sentences)
            if found:
                yield found
            at = found.last if found else at + 1

    def _at(self, words: Sequence[Token], first: int, sentences: Sequence[tuple[int, int]]) -> Found | None:
        last = first + 1
        while last < len(words) and last - first < self._longest and words[last].joined is not None:
            last += 1
        for end in range(last, first, -1):
            for term, exact in self._forms.get(tuple(word.key for word in words[first:end]), ()):
                if exact and exact != tuple(word.text for word in words[first:end]):
                    continue
                found = Found(term, first, end)
                if _fits(found, words, sentences):
                    return found
        return None


def _fits(found: Found, words: Sequence[Token], sentences: Sequence[tuple[int, int]]) -> bool:
    term, run = found.term, (found.first, found.last)
    start = words[found.first].start
    sentence = next(((a, b) for a, b in sentences if a <= start < b), (start, start))
    if any(holds(context, run, words, sentence) for context in term.unless):
        return False
    return not term.only or any(holds(context, run, words, sentence) for context in term.only)
