"""The gazetteer: names to places, offline, from one SQLite file and, where asked, tables of the user's own.

It answers what a name can stand for; which of the candidates a text means is decided in
:mod:`trucewatch.knowledge.places.resolve`. It never guesses a country and never reaches out to a network.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch.knowledge.places import find as finding
from trucewatch.knowledge.places import resolve as resolving
from trucewatch.knowledge.places.normalise import key, skeleton, variants
from trucewatch.knowledge.places.records import Candidate, Hints, Match, PlaceMention
from trucewatch.knowledge.places.store import FIRST_OWN, Demonym, Entry, Store
from trucewatch.knowledge.places.tables import DATA, supplement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.knowledge.places.tables import SupplementRow
    from trucewatch.language.analysis import Analysis
    from trucewatch.model import Place

#: A skeleton that joins more places than this says nothing.
_MAX_SKELETON = 60
_ALIKE = 0.72


def _alike(one: str, two: str) -> bool:
    """Whether two exact keys could be one name written differently: a check on the skeleton, which joins too much."""
    one, two = one.replace("al ", ""), two.replace("al ", "")
    return one[:1] == two[:1] and SequenceMatcher(None, one, two, autojunk=False).ratio() >= _ALIKE


def _extra_entry(number: int, row: SupplementRow) -> Entry:
    return Entry(
        id=number,
        name=row.name,
        kind=row.kind,
        country=row.country,
        admin1=row.admin1,
        latitude=row.latitude,
        longitude=row.longitude,
        population=0,
        precision=row.precision,
        disputed="disputed" in row.flags,
        supplement=True,
    )


class Gazetteer:
    """Names to places. Safe to share between threads and to send to other processes.

    Use :meth:`load`. ``version`` changes whenever any answer may change.
    """

    def __init__(self, store: Store, extra: Sequence[Path] = ()) -> None:
        self._store = store
        self._extra = tuple(extra)
        self._own: dict[int, Entry] = {}
        self._own_names: dict[str, list[int]] = defaultdict(list)
        self.lookup = lru_cache(maxsize=8_192)(self._lookup)
        self.demonym = lru_cache(maxsize=8_192)(self._demonym)
        for path in self._extra:
            self._take_in(path)

    def __reduce__(self) -> tuple[type[Gazetteer], tuple[Store, tuple[Path, ...]]]:
        return Gazetteer, (self._store, self._extra)

    @classmethod
    def load(cls, path: Path | None = None, *, extra: Sequence[Path | str] = ()) -> Gazetteer:
        """Open the gazetteer; nothing is read before the first look-up but the tables in ``extra``.

        Args:
            path: Another gazetteer file; the package's own when None.
            extra: Tables of the user's own, with the columns of ``data/supplement.tsv``. Their places win ties.

        Raises:
            TrucewatchError: ``no-gazetteer`` or ``bad-gazetteer-row``.
        """
        return cls(Store(path or DATA / "gazetteer.sqlite"), tuple(Path(item) for item in extra))

    @property
    def own(self) -> tuple[Entry, ...]:
        """The places of the user's own tables."""
        return tuple(self._own.values())

    def _take_in(self, path: Path) -> None:
        for row in supplement(path):
            number = FIRST_OWN - len(self._own)
            self._own[number] = _extra_entry(number, row)
            for exact in {key(name) for name in (row.name, *row.aliases)} - {""}:
                self._own_names[exact].append(number)

    @cached_property
    def version(self) -> str:
        """The source's version and a short hash of the content, with that of the user's own tables after a plus."""
        own = "".join(f"+{sha256(path.read_bytes()).hexdigest()[:8]}" for path in self._extra)
        return f"{self._store.meta('source')}-{self._store.meta('digest')[:12]}{own}"

    def entry(self, number: int) -> Entry:
        """The place with this id (a GeoNames id, or a negative number of our own)."""
        return self._own[number] if number in self._own else self._store.entry(number)

    def _ids(self, exact: str) -> tuple[int, ...]:
        """Ids under an exact key; a user's own gazetteer, where it knows the name, wins over the package's."""
        return tuple(self._own_names.get(exact, ())) or self._store.ids(exact)

    def knows(self, exact: str) -> bool:
        """Whether any place bears this exact key (see :func:`~trucewatch.knowledge.places.normalise.key`)."""
        return bool(self._ids(exact))

    def _demonym(self, word: str) -> Demonym | None:
        """The country a word such as "Turkish" points to, or None when it is no demonym."""
        return self._store.demonym(key(word))

    def country(self, iso3: str) -> Entry | None:
        """The entry of a country by its ISO 3166-1 alpha-3 code."""
        number = self._store.country(iso3)
        return None if number is None else self.entry(number)

    def divisions(self, iso3: str) -> tuple[Entry, ...]:
        """The first-order administrative divisions of a country."""
        return tuple(self.entry(number) for number in self._store.divisions(iso3))

    def _matches(self, exact: str) -> tuple[tuple[int, ...], Match]:
        if ids := self._ids(exact):
            return ids, "exact"
        for form in variants(exact):
            if ids := self._ids(form):
                return ids, "variant"
        bones = skeleton(exact)
        ids = self._store.skeleton_ids(bones) if bones else ()
        return (ids if len(ids) <= _MAX_SKELETON else ()), "skeleton"

    def _lookup(self, name: str) -> tuple[Candidate, ...]:
        """What a name can stand for, in the gazetteer's order; empty when it is not known.

        The exact key is tried first, near spellings only when it is unknown, the skeleton key only after those.
        """
        exact = key(name)
        if not exact:
            return ()
        ids, match = self._matches(exact)
        entries = [self.entry(number) for number in ids]
        if match == "skeleton":
            entries = [entry for entry in entries if _alike(exact, key(entry.name))]
        return tuple(Candidate(entry, match, key(entry.name) == exact) for entry in entries)

    def find(self, analysis: Analysis, exclude: Sequence[tuple[int, int]] = ()) -> list[PlaceMention]:
        """Place mentions of an analysed text; see :func:`trucewatch.knowledge.places.find.find`."""
        return finding.find(self, analysis, exclude)

    def resolve(self, mentions: Sequence[PlaceMention], *, text: str, hints: Hints | None = None) -> tuple[Place, ...]:
        """One place a mention; see :func:`trucewatch.knowledge.places.resolve.resolve`."""
        return resolving.resolve(self, mentions, text=text, hints=hints or Hints())
