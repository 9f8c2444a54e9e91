"""The event lexicon: which words, in which grammatical frames, name which kind of act.

The knowledge lies in the tables of ``coding/data`` (their headers explain every column); this module reads, checks and serves
it. It knows no trees: whether a :class:`Constraint` holds in a sentence is decided by the engine. It must not resolve actors,
decide the status of an event, or hold any word of its own.

The constraint language of the ``frame`` column, one space between constraints, all of which must hold::

    obj                 there is a direct object (for a passive: the nsubj:pass)
    !obj                there is none
    obj~FORCE|REBEL     its head is a word of one of these classes (lemma, multiword lemma or entity label)
    obj=fire|deaf_ear   its head is one of these lemmas
    obj!~CLASS obj!=x   there is one, and it is not such a word
    subj iobj xcomp ccomp comp     likewise; ``comp`` is a compound, amod or possessive of a noun
                        (or the first half of a hyphened verb: "test-fired")
    prep:with|to~CLASS  an oblique or nmod with one of these cases ("out_of" for several words)
    of~CLASS            short for prep:of~CLASS
    prt:up|down         a verb particle (compound:prt)
    light               the noun is carried by a light verb of ``light.tsv``
    asked               no condition: the words are common, so the entry stands only where the learned head takes them for an act
    no                  there is said to be none ("no explosions", "any explosion")
    any~CLASS           its subject, one of its objects or obliques
    under~CLASS         any noun below its objects and obliques ("over the heads of observers")
    clause~CLASS        any noun below it in the tree, however deep ("a convoy of lorries with flour")
    self=WORD           the word itself, where the frame is not hung on one (``readings.tsv``)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Op = Literal["", "~", "=", "!~", "!="]
Pos = Literal["V", "N", "A"]
Roles = Literal["normal", "swap", "both", "none"]
Aspect = Literal["", "begin", "continue", "resume", "end", "fail", "plan"]
Effect = Literal[
    "AGREE",
    "REJECT",
    "THREATEN",
    "REQUEST",
    "ACCUSE",
    "PLAN",
    "VOW",
    "TRY",
    "FAIL",
    "BEGIN",
    "CONTINUE",
    "STOP",
    "PREVENT",
    "DENY",
    "FORCE",
    "ALLOW",
    "PREDICT",
    "DOUBT",
    "SAY",
    "CAUSE",
    "HELP",
    "EVIDENCE",
    "POSSIBLE",
    "CONDITION",
    "EXPRESS_WILLINGNESS",
    "THANK",
    "APOLOGISE",
    "PRAISE",
]

_Row = TypeVar("_Row")

ANY_NOUN = "*"  #: noun of a light verb that carries any event noun
_MEMO = 50_000
_LOOSE = -20
NO_EVENT = "-"  #: type of an entry that blocks looser ones: these words name no event
ASKED = "asked"  #: pseudo-constraint of an entry that the learned head must confirm
SLOTS = frozenset(
    {"subj", "obj", "iobj", "xcomp", "ccomp", "comp", "prep", "prt", "light", "any", "under", "clause", "self", "no", ASKED}
)
_FILES = ("lexicon.tsv", "classes.tsv", "light.tsv", "governors.tsv", "events_context.tsv", "forms.tsv")
_TOO_LONG = "too many cells"
_CONSTRAINT = re.compile(r"(?P<negated>!?)(?P<slot>[a-z]+)(?::(?P<prep>[a-z_|]+))?(?:(?P<op>!?[~=])(?P<values>[^~=!\s]+))?")


_CONSONANT_Y = re.compile(r"[^aeiou]y$")
_SIBILANT = re.compile(r"(s|x|z|ch|sh)$")
_DOUBLES = re.compile(r"[^aeiou][aeiou][bdglmnprt]$")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition on the surroundings of a predicate.

    ``slot`` is one of :data:`SLOTS`; ``prep`` the prepositions or particles (slots ``prep`` and ``prt`` only, any may hold);
    ``op`` compares the filler with ``values``: "~" in a class, "=" a lemma, "!~" and "!=" a filler that is neither, "" any
    filler. ``negated``: no such filler may be there.
    """

    slot: str
    prep: tuple[str, ...] = ()
    op: Op = ""
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word means in a frame. Blank cells of the table are None (codes) or empty (roles: the engine's default).

    ``actor`` and ``recipient`` list where to look, best first: "subj", "obj", "iobj", "obj.poss", "prep:against|on", "both", "owner" ...
    """

    id: str
    lemma: str
    pos: Pos
    frame: tuple[Constraint, ...]
    type: str
    mode: str | None
    cameo: str | None
    truce: str | None
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    note: str
    order: int

    @property
    def blocks(self) -> bool:
        """The entry says that there is no event here."""
        return self.type == NO_EVENT

    @property
    def asked(self) -> bool:
        """The entry stands only where the learned head takes its words for an act."""
        return any(constraint.slot == ASKED for constraint in self.frame)

    @property
    def specificity(self) -> int:
        """Sum over constraints: 3 for a named lemma, 2 for a class, 1 for presence or absence, 1 more for a preposition; "asked" last."""
        return sum(_weight(constraint) for constraint in self.frame)


@dataclass(frozen=True, slots=True)
class LightVerb:
    """A verb that leaves the event to its noun ("carry out a raid").

    ``roles``: "normal" the verb's subject acts; "swap" it suffers ("come under fire"); "both" all act on each other ("hold
    talks"); "none" it says nothing of who acts. ``noun``: a lemma, a class (capitals) or "*", any noun with an N entry.
    ``occurs``: it says that the act took place, though not who took part.
    """

    verb: str
    noun: str
    roles: Roles
    aspect: Aspect
    note: str
    occurs: bool = False


@dataclass(frozen=True, slots=True)
class Governor:
    """A word that changes what its complement means ("agree to", "deny having"). ``effect`` feeds the status algebra."""

    lemma: str
    pos: Pos
    effect: Effect
    note: str


@dataclass(frozen=True)
class Lexicon:
    """All tables, indexed. Build with :meth:`load`."""

    entries: tuple[Entry, ...]
    classes: Mapping[str, frozenset[str]]
    light_verbs: tuple[LightVerb, ...]
    governors: tuple[Governor, ...]
    contexts: Mapping[str, str]
    irregular: Mapping[tuple[str, str], str]
    version: str

    @staticmethod
    def load() -> Lexicon:
        """The lexicon of the package, read once.

        Raises:
            TrucewatchError: ``lexicon-broken``, naming file and line.
        """
        return _load()

    @staticmethod
    def parse(tables: Mapping[str, str]) -> Lexicon:
        """Build a lexicon from the text of its tables, by file name; a missing table is empty.

        Raises:
            TrucewatchError: ``lexicon-broken``, naming file and line.
        """
        return Lexicon(
            entries=tuple(replace(entry, order=k) for k, entry in enumerate(_parse_table("lexicon.tsv", tables, _entries))),
            classes=_classes(tables),
            light_verbs=tuple(_parse_table("light.tsv", tables, _light_verbs)),
            governors=tuple(_parse_table("governors.tsv", tables, _governors)),
            contexts=MappingProxyType(dict(_parse_table("events_context.tsv", tables, _contexts))),
            irregular=MappingProxyType(dict(_parse_table("forms.tsv", tables, _irregular))),
            version=_version(tables),
        )

    def entries_for(self, lemma: str, pos: str) -> tuple[Entry, ...]:
        """Entries of a lemma (any case) and part of speech V, N or A, the most specific first, then in file order.

        An inflected form stands in for its lemma ("freed" for "free"): lemmas of rare words are guessed wrong at times.
        """
        key = lemma.lower()
        return self._by_lemma.get((key, pos)) or self._by_lemma.get((self._base(key, pos), pos), ())

    def _base(self, form: str, pos: str) -> str:
        """The lexicon's lemma of an inflected form, or the form."""
        return self.forms.get((form, pos), form)

    def in_class(self, lemma: str, cls: str, entity: str = "") -> bool:
        """Whether a word belongs to a word class.

        ``lemma`` may be a multiword, head last ("rocket launcher" or "rocket_launcher"): the whole is tried, then shorter
        tails, then the head. ``entity`` is the entity label of the head, if any: a class may hold entities ("@place").
        """
        classes = self.classes_of(lemma)
        return cls in classes or (bool(entity) and cls in self._by_member.get(f"@{entity}", ()))

    def in_any(self, lemma: str, classes: frozenset[str]) -> bool:
        """Whether a word belongs to one of several word classes; see :meth:`in_class`."""
        return not self.classes_of(lemma).isdisjoint(classes)

    def classes_of(self, lemma: str) -> frozenset[str]:
        """Every class :meth:`in_class` would accept for the word, whatever its entity label."""
        found = self._memo.get(lemma)
        if found is None:
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            words = lemma.lower().replace(" ", "_").split("_")
            tails = ["_".join(words[k:]) for k in range(len(words))]
            forms = {form for tail in tails for form in (tail, _singular(tail))}
            found = self._memo[lemma] = frozenset(cls for form in forms for cls in self._by_member.get(form, ()))
        return found

    @cached_property
    def _memo(self) -> dict[str, frozenset[str]]:
        """Answers of :meth:`classes_of` so far; words of a language are few."""
        return {}

    @cached_property
    def _by_member(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for cls, members in self.classes.items():
            for member in members:
                found.setdefault(member, []).append(cls)
        return {member: tuple(classes) for member, classes in found.items()}

    def governor(self, lemma: str, pos: str) -> Governor | None:
        """The governor of a lemma; a verb with particle or preposition is "rule_out", "call_on"."""
        key = lemma.lower().replace(" ", "_")
        return self._by_governor.get((key, pos)) or self._by_governor.get((self._base(key, pos), pos))

    def light(self, verb: str, noun: str) -> LightVerb | None:
        """The light verb entry for a verb ("carry_out" with its particle) and the noun that carries the event."""
        head, joint, rest = verb.lower().replace(" ", "_").partition("_")
        key = head + joint + rest
        for entry in self._by_light.get(key) or self._by_light.get(self._base(head, "V") + joint + rest, ()):
            if self._carries(entry.noun, noun.lower()):
                return entry
        return None

    def _carries(self, wanted: str, noun: str) -> bool:
        if wanted == ANY_NOUN:
            return bool(self.entries_for(noun, "N"))
        return self.in_class(noun, wanted) if wanted.isupper() else wanted == noun

    def context(self, keyword: str) -> str | None:
        """PLOVER context that a keyword (lemma or multiword) points to."""
        return self.contexts.get(keyword.lower().replace(" ", "_"))

    @cached_property
    def _by_lemma(self) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            found.setdefault((entry.lemma, entry.pos), []).append(entry)
        return {key: tuple(sorted(group, key=lambda e: (-e.specificity, e.order))) for key, group in found.items()}

    @cached_property
    def forms(self) -> Mapping[tuple[str, str], str]:
        """``(form, V or N)`` to the lemma, for every word of the tables: the part of a multiword that inflects counts."""
        words = {(entry.lemma.partition("_")[0] if entry.pos == "V" else entry.lemma, entry.pos) for entry in self.entries}
        words |= {(governor.lemma.partition("_")[0], governor.pos) for governor in self.governors}
        words |= {(light_verb.verb.partition("_")[0], "V") for light_verb in self.light_verbs}
        nouns = {member.rpartition("_")[2] for members in self.classes.values() for member in members if member[0] != "@"}
        words |= {(noun, "N") for noun in nouns}
        found: dict[tuple[str, str], str] = {}
        for lemma, pos in sorted(words, key=lambda word: (len(word[0]), word)):
            for form in inflections(lemma, pos):
                found.setdefault((form, pos), lemma)
        return {**found, **self.irregular, **{word: word[0] for word in words}}

    @cached_property
    def _by_governor(self) -> Mapping[tuple[str, str], Governor]:
        return {(governor.lemma, governor.pos): governor for governor in self.governors}

    @cached_property
    def _by_light(self) -> Mapping[str, tuple[LightVerb, ...]]:
        found: dict[str, list[LightVerb]] = {}
        for light_verb in self.light_verbs:
            found.setdefault(light_verb.verb, []).append(light_verb)
        # a named noun says more than a class, a class more than any noun
        return {verb: tuple(sorted(group, key=_generality)) for verb, group in found.items()}


def _singular(noun: str) -> str:
    """A guess at the singular, for plurals a lemmatiser left as they were ("troops")."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def inflections(lemma: str, pos: str) -> frozenset[str]:
    """Regular English inflections of a verb or noun; both spellings where the last consonant may double."""
    if pos == "A":
        return frozenset()
    plural = lemma[:-1] + "ies" if _CONSONANT_Y.search(lemma) else lemma + ("es" if _SIBILANT.search(lemma) else "s")
    if pos == "N":
        return frozenset({plural})
    stem = lemma[:-1] if lemma.endswith("e") and not lemma.endswith("ee") else lemma
    past = lemma[:-1] + "ied" if _CONSONANT_Y.search(lemma) else (lemma + "d" if lemma.endswith("e") else lemma + "ed")
    forms = {plural, past, stem + "ing"}
    if lemma.endswith("ee"):
        forms.add(lemma + "ing")
    if _DOUBLES.search(lemma):
        forms |= {lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"}
    return frozenset(forms - {lemma})


def parse_constraint(text: str) -> Constraint:
    """Read one constraint of a frame.

    Raises:
        ValueError: when it is not in the constraint language.
    """
    match = _CONSTRAINT.fullmatch(text)
    if match is None:
        raise ValueError(f"constraint {text!r} cannot be read")
    slot, prep = match["slot"], tuple(filter(None, (match["prep"] or "").split("|")))
    if slot == "of":
        slot, prep = "prep", ("of",)
    if slot not in SLOTS:
        raise ValueError(f"slot {slot!r} of {text!r} is not one of {', '.join(sorted(SLOTS))}")
    if bool(prep) != (slot in {"prep", "prt"}):
        raise ValueError(f"{text!r}: prep and prt need words after a colon, other slots take none")
    values = tuple((match["values"] or "").split("|")) if match["values"] else ()
    return Constraint(slot, prep, _one_of(match["op"] or "", Op, "operator"), values, negated=bool(match["negated"]))


def _one_of(text: str, kind: Any, column: str) -> Any:
    if text not in get_args(kind):
        raise ValueError(f"{column} {text!r} is not one of {', '.join(map(repr, get_args(kind)))}")
    return text


def _weight(constraint: Constraint) -> int:
    if constraint.slot == ASKED:
        return _LOOSE  # what needs no head goes first
    base = {"=": 3, "~": 2}.get(constraint.op, 1)
    return base + int(bool(constraint.prep) and not constraint.negated)


def _generality(light_verb: LightVerb) -> int:
    return 2 if light_verb.noun == ANY_NOUN else int(light_verb.noun.isupper())


@cache
def _load() -> Lexicon:
    folder = files("trucewatch.coding") / "data"
    return Lexicon.parse({name: (folder / name).read_text("utf-8") for name in _FILES})


def _version(tables: Mapping[str, str]) -> str:
    digest = sha256()
    for name in sorted(tables):
        digest.update(f"{name}\n{tables[name]}\n".encode())
    return digest.hexdigest()[:12]


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not header:
            header = cells
        else:
            row = dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=False))
            yield number, row if len(cells) <= len(header) else {_TOO_LONG: f"{len(cells)} cells, the header has {len(header)}"}


def _parse_table(name: str, tables: Mapping[str, str], read: Callable[[dict[str, str]], Iterable[_Row]]) -> Iterator[_Row]:
    for number, row in _rows(tables.get(name, "")):
        try:
            yield from read(_whole(row))
        except (ValueError, KeyError) as error:
            raise TrucewatchError(
                "lexicon-broken",
                "a row cannot be read",
                where=f"{name}:{number}",
                why=str(error),
                next_step="mend the row; the file's header explains its columns",
            ) from error


def _whole(row: dict[str, str]) -> dict[str, str]:
    if _TOO_LONG in row:
        raise ValueError(row[_TOO_LONG])
    return row


def _words(cell: str) -> list[str]:
    found = [word for word in cell.lower().split("|") if word]
    if not found:
        raise ValueError("no lemma")
    return found


def _entries(row: dict[str, str]) -> Iterator[Entry]:
    lemmas = _words(row["lemma"])
    if not row["id"] or not row["type"]:
        raise ValueError("an entry needs an id and a type ('-' for no event)")
    for lemma in lemmas:
        yield Entry(
            id=row["id"],
            lemma=lemma,
            pos=_one_of(row["pos"], Pos, "pos"),
            frame=tuple(parse_constraint(text) for text in row["frame"].split()),
            type=row["type"],
            mode=row["mode"] or None,
            cameo=row["cameo"] or None,
            truce=row["truce"] or None,
            actor=_roles(row["actor"]),
            recipient=_roles(row["recipient"]),
            note=row["note"],
            order=0,
        )


_ROLE = re.compile(r"(subj|obj|iobj|comp|xcomp|both|none|owner|prep:[a-z_|]+)(\.(poss|amod|subj|obj|of))?")


def _roles(cell: str) -> tuple[str, ...]:
    found = tuple(filter(None, cell.split(",")))
    for role in found:
        if not _ROLE.fullmatch(role):
            raise ValueError(f"role {role!r} cannot be read")
    return found


def _classes(tables: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for cls, lemma in _parse_table("classes.tsv", tables, _members):
        found.setdefault(cls, set()).add(lemma)
    return MappingProxyType({cls: frozenset(lemmas) for cls, lemmas in found.items()})


def _members(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not row["class"].isupper():
        raise ValueError(f"class {row['class']!r} is not in capitals")
    for lemma in _words(row["lemma"]):
        yield row["class"], lemma


def _light_verbs(row: dict[str, str]) -> Iterator[LightVerb]:
    for verb in _words(row["verb"]):
        for noun in row["noun"].split("|"):
            yield LightVerb(
                verb,
                noun,
                _one_of(row["roles"] or "normal", Roles, "roles"),
                _one_of(row["aspect"], Aspect, "aspect"),
                row["note"],
                occurs=_one_of(row.get("occurs", ""), Literal["", "yes"], "occurs") == "yes",
            )


def _governors(row: dict[str, str]) -> Iterator[Governor]:
    for lemma in _words(row["lemma"]):
        yield Governor(lemma, _one_of(row["pos"], Pos, "pos"), _one_of(row["effect"], Effect, "effect"), row["note"])


def _contexts(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    for keyword in _words(row["keyword"]):
        yield keyword, row["context"]


def _irregular(row: dict[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    for form in _words(row["forms"]):
        yield (form, row["pos"]), row["lemma"]
