"""The actor file: loads the tables once, finds actors in an analysed text and resolves noun phrases.

It must not read the parse for what happened; it reads words and, where given, lemmas. Unknown words stay None.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from trucewatch.knowledge.actors.atoms import key
from trucewatch.knowledge.actors.compose import BREAKS, Composer, Part, join, ref_of
from trucewatch.knowledge.actors.entries import Entry, Index, Kind, build
from trucewatch.knowledge.actors.scan import Hit, Setting, scan
from trucewatch.knowledge.actors.tables import read_table
from trucewatch.language.words import words as cut_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.language.analysis import Analysis, Token
    from trucewatch.model import ActorRef

#: Words, lemmas and UPOS tags of a run, parallel; lemmas and tags may be empty.
_Columns: TypeAlias = tuple[list[str], list[str], list[str]]
_DATA = Path(__file__).parent / "data"
#: Roles that a country known from elsewhere does not own.
_STATELESS = frozenset({"IGO", "NGO", "PKO"})


@dataclass(frozen=True, slots=True)
class ActorMention:
    """An actor in a text: ``text[start:end]`` are ``tokens[first:last]``.

    ``how``: name, acronym, metonym (a capital or building for its government), country, demonym, people, composed
    (country, people or organisation plus role), role (no owner named), person. ``loaded``: a word of it carries a
    judgement ("terrorists", "regime"); the reference itself stays neutral.
    """

    start: int
    end: int
    first: int
    last: int
    ref: ActorRef
    how: str
    loaded: bool = False

    @property
    def metonym(self) -> bool:
        """Whether a place or building stands for its government."""
        return self.how == "metonym"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom words stand for, how that was found, and whether a word of them carries a judgement."""

    ref: ActorRef
    how: str
    loaded: bool = False

    @property
    def metonym(self) -> bool:
        """Whether a place or building stands for its government."""
        return self.how == "metonym"


def is_medium(ref: ActorRef | None) -> bool:
    """Whether the reference is a news medium (a named one or media in general)."""
    return ref is not None and ref.type == "media"


class ActorFile:
    """The loaded actor file. Make it with :meth:`load`; it is read-only and safe to share between threads."""

    def __init__(self, index: Index, version: str) -> None:
        self._index = index
        self._version = version

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> ActorFile:
        """Load the built-in tables and any ``extra`` ones (TSV, columns as groups.tsv or another built-in table).

        Raises:
            TrucewatchError: ``actor-file-broken`` or ``actor-file-unknown``, naming the file and line.
        """
        return _load(tuple(extra))

    @property
    def version(self) -> str:
        """First 12 hexadecimal digits of the SHA-256 over all tables: part of a record's coder facts."""
        return self._version

    def entry(self, actor: str) -> ActorRef | None:
        """The named actor of an id ("syr.hts", "TUR"), or None."""
        found = self._index.entries.get(actor)
        return ref_of(self._index, found, None) if found else None

    def find(self, analysis: Analysis, *, date: str | None = None, roles: bool = False) -> tuple[ActorMention, ...]:
        """Every actor the text names, in text order, none overlapping.

        Names that need a country beside them (``near``: "SNA", "PDF") count where the text names that country.

        Args:
            analysis: The analysed text; only words, lemmas and sentences are read.
            date: ISO date of the report; picks among bearers of one name and among an actor's phases.
            roles: Whether words without an owner ("the soldiers") are listed too.
        """
        found: list[ActorMention] = []
        for tokens, hits in self._sentence_hits(analysis, date):
            composer = Composer(self._index, [token.text for token in tokens], [token.upos for token in tokens], hits)
            parts = composer.parts()
            kept = (part for part in parts if (part.how != "role" or roles) and not self._bare_adjective(tokens, part))
            found += [self._mention(tokens, part, date) for part in kept]
        return tuple(found)

    def _sentence_hits(self, analysis: Analysis, date: str | None) -> Iterator[tuple[Sequence[Token], list[Hit]]]:
        """The names of each sentence; those whose reading hangs on the rest of the text are read a second time."""
        sentences = [analysis.tokens[sentence.first : sentence.last] for sentence in analysis.sentences]
        words = [_columns(tokens) for tokens in sentences]
        alone = Setting(date)
        first = [scan(self._index, *columns, alone) for columns in words]
        setting = _told(alone, (hit for hits in first for hit in hits))
        for tokens, columns, hits in zip(sentences, words, first, strict=True):
            if self._index.unsettled.isdisjoint(word.lower() for word in columns[0]):
                yield tokens, hits
            else:
                yield tokens, scan(self._index, *columns, setting)

    def setting(self, analysis: Analysis, date: str | None = None) -> Setting:
        """What the report as a whole names: hand it to :meth:`resolve` so that short forms count."""
        hits = scan(self._index, *_columns(analysis.tokens), Setting(date))
        return _told(Setting(date), hits)

    def resolve(
        self,
        words: Sequence[Token] | str,
        *,
        head_lemma: str | None = None,
        date: str | None = None,
        country_context: str | None = None,
        setting: Setting | None = None,
    ) -> ActorRef | None:
        """Whom a noun phrase stands for, or None: unknown, or several at once (see :meth:`resolve_all`).

        Args:
            words: The tokens of the phrase, or its text.
            head_lemma: Lemma of the phrase's head, where the caller knows it from the parse.
            date: ISO date for which the reference is wanted.
            country_context: ISO 3166-1 alpha-3 code of the country the report is about; gives roles without an owner
                ("the government") a country. Without it they keep ``country`` None.
            setting: What the whole report names (:meth:`setting`); lets short forms ("SNA", a surname) count.
        """
        found = self.resolutions(words, head_lemma=head_lemma, date=date, country_context=country_context, setting=setting)
        return found[0].ref if len(found) == 1 else None

    def resolve_all(
        self,
        words: Sequence[Token] | str,
        *,
        head_lemma: str | None = None,
        date: str | None = None,
        country_context: str | None = None,
        setting: Setting | None = None,
    ) -> tuple[ActorRef, ...]:
        """As :meth:`resolve`, one reference for each coordinated part: "Russian and Turkish forces" gives two."""
        found = self.resolutions(words, head_lemma=head_lemma, date=date, country_context=country_context, setting=setting)
        return tuple(resolution.ref for resolution in found)

    def resolutions(
        self,
        words: Sequence[Token] | str,
        *,
        head_lemma: str | None = None,
        date: str | None = None,
        country_context: str | None = None,
        setting: Setting | None = None,
    ) -> tuple[Resolution, ...]:
        """As :meth:`resolve_all`, with how each was found (metonym, role, ...) and whether a word carries a judgement."""
        columns = _words(words)
        texts, lemmas, _ = columns
        setting = setting or Setting()
        date = date or setting.date
        own = replace(setting, date=date)
        hits = scan(self._index, *columns, own)
        told = _told(own, hits)
        if country_context:
            told = replace(told, countries=told.countries | {country_context})
        if told != own:
            hits = scan(self._index, *columns, told)
        composer = Composer(self._index, columns[0], columns[2], hits)
        parts = _chosen(list(composer.parts()), texts, lemmas, head_lemma)
        return tuple(dict.fromkeys(self._resolution(texts, part, date, country_context) for part in parts))

    def is_person_public(self, text: str) -> bool:
        """Whether a name is that of a holder of public office in the file (a title before it does no harm)."""
        if any(alias.entry.type == "person" for alias in self._index.names.get(key(text), ())):
            return True
        return any(resolution.how == "person" for resolution in self.resolutions(text))

    def country_of(self, text: str) -> str | None:
        """ISO 3166-1 alpha-3 code of a country name or demonym, or None."""
        for alias in self._index.names.get(key(text), ()):
            if alias.entry.kind in {Kind.STATE, Kind.DEMONYM}:
                return alias.entry.country
        return None

    def _bare_adjective(self, tokens: Sequence[Token], part: Part) -> bool:
        """An adjective of country before a word that is no actor ("the Turkish economy")."""
        if part.how not in {"demonym", "people"}:
            return False
        token = tokens[part.last - 1]
        return token.upos == "ADJ" and token.deprel.startswith(("amod", "compound"))

    def _mention(self, tokens: Sequence[Token], part: Part, date: str | None) -> ActorMention:
        first, last = tokens[part.first], tokens[part.last - 1]
        ref = ref_of(self._index, part.entry, date)
        return ActorMention(first.start, last.end, first.i, last.i + 1, ref, part.how, part.loaded)

    def _resolution(self, texts: Sequence[str], part: Part, date: str | None, country: str | None) -> Resolution:
        entry = part.entry
        if part.how == "role" and country and entry.role not in _STATELESS and entry.country is None:
            entry = join(country, self._index.countries.get(country, country), entry.role)
        elif part.how in {"country", "demonym"} and _goes_on(texts, part):
            entry = _unspecified(entry)
        return Resolution(ref_of(self._index, entry, date), part.how, part.loaded)


def _told(setting: Setting, hits: Iterable[Hit]) -> Setting:
    """The setting, with the countries and actors that the hits name in full."""
    named = [hit.entry for hit in hits if hit.entry.kind != Kind.ROLE and not hit.alias.near]
    countries = frozenset(entry.country for entry in named if entry.country)
    known = frozenset(entry.id for entry in named if entry.kind == Kind.ENTITY)
    return Setting(setting.date, setting.countries | countries, setting.known | known)


def _unspecified(entry: Entry) -> Entry:
    """Somebody or something of a country, where the words after it are not in the file ("Turkish top brass")."""
    return replace(entry, id=f"{entry.id}-UNK", name=f"{entry.name}: unspecified", type="unspecified")


def _goes_on(texts: Sequence[str], part: Part) -> bool:
    """Whether the phrase goes on after the country with a word that is none of the file's ("Turkish top brass")."""
    rest = texts[part.last : part.last + 1]
    return bool(rest) and rest[0][:1].isalpha() and rest[0].lower() not in BREAKS | {"and", "or", "of"}


def _columns(tokens: Sequence[Token]) -> _Columns:
    """Words, lemmas and parts of speech of a run of tokens."""
    return [t.text for t in tokens], [t.lemma for t in tokens], [t.upos for t in tokens]


def _words(words: Sequence[Token] | str) -> _Columns:
    if isinstance(words, str):
        return [words[start:end] for start, end in cut_words(words)], [], []
    return _columns(words)


def _cut(texts: Sequence[str], parts: Sequence[Part]) -> int:
    """Where the noun phrase proper ends: at the first preposition, verb or mark outside every part."""
    inside = {k for part in parts for k in range(part.first, part.last)}
    for k, text in enumerate(texts):
        if k and k not in inside and text.lower() in BREAKS:
            return k
    return len(texts)


def _chosen(parts: list[Part], texts: Sequence[str], lemmas: Sequence[str], head: str | None) -> list[Part]:
    """The parts the phrase as a whole stands for: those of its head, and those coordinated with it."""
    end = _cut(texts, parts)
    kept = [part for part in parts if part.first < end] or (parts[:1] if end == 0 else [])
    if head:
        by_head = [part for part in kept if _covers(part, texts, lemmas, head)]
        kept = by_head or kept
    return list(_coordinated(kept, texts))


def _covers(part: Part, texts: Sequence[str], lemmas: Sequence[str], head: str) -> bool:
    wanted = head.lower()
    span = range(part.first, part.last)
    return any(texts[k].lower() == wanted or (bool(lemmas) and lemmas[k].lower() == wanted) for k in span)


def _coordinated(parts: Sequence[Part], texts: Sequence[str]) -> Iterator[Part]:
    """The first part and those joined to it by and, a comma or a hyphen."""
    for n, part in enumerate(parts):
        if n:
            between = {text.lower() for text in texts[parts[n - 1].last : part.first]}
            if not between & {"and", ",", "&", "or", "-", "‐", "–", "/"} or "of" in between:
                return
        yield part


@lru_cache(maxsize=4)
def _load(extra: tuple[Path, ...]) -> ActorFile:
    paths = [*sorted(_DATA.glob("*.tsv")), *extra]
    digest = sha256()
    tables = []
    for path in paths:
        table = read_table(path)
        digest.update(path.read_bytes())
        tables.append(table)
    return ActorFile(build(tables), digest.hexdigest()[:12])
