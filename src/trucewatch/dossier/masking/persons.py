"""Who the named persons of a report are: their mentions, the nouns beside their names, whether they act in public.

It goes by the words beside a name and by the actor file; where neither tells, a person is private. This module masks nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from trucewatch.dossier.masking.names import PARTICLES, WEAK_PARTICLES, Name, has_capitals, pieces
from trucewatch.dossier.masking.tables import Role, longest_role, role_widths, roles
from trucewatch.ledger.forms import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.ledger.forms import Token

_NOT_NAMES = frozenset(
    """
    a an the and or but nor for of in on at by to from with as that this these those its his her their our your my he she it they we you
    him them us i who whom whose one two three four five six seven eight nine ten several many some all both another other
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november
    december yesterday today tomorrow meanwhile however according after before while when where since
    """.split()  # noqa: SIM905  (reads better)
)
#: Words of bodies and of general terms: they cut a name, and what stands right before them is none.
_BODIES = frozenset(
    """
    administration agency air airways alliance army assembly association authority battalion battery brigade bureau cabinet central channel
    coalition command commission committee company corps council court defence defense deputy division embassy expeditionary force
    forces foreign foundation front government group home institute intelligence interior joint management mission movement navy network
    news office operation operations organisation organization parliament party police prime regiment regime reserve senate senior squad
    squadron staff state task team union unit united university wing interim acting former special vice chief class news press
    """.split()  # noqa: SIM905
)
#: Roles that are surnames too: after a name's first word they belong to it ("Martin Luther King").
_SURNAMES = frozenset(
    """
    author baker barber bishop butcher cardinal carpenter child cook driver elder farmer friend judge justice king marshal miner minor monk
    page poet pope priest prince private queen sergeant shepherd singer tailor
    """.split()  # noqa: SIM905
)
_APPOSING = frozenset({"is", "was", "the", "a", "an"})
_STOPPING = frozenset("and or but said says told met with by whose whom when where while after before".split())  # noqa: SIM905
#: After a name: whoever has a government acts in public ("the Asad regime").
_GOVERNED = frozenset({"regime", "government", "administration", "cabinet"})
#: Ranks and offices written with a full stop.
_ABBREVIATED = frozenset("adm brig capt cmdr col cpl gen lt maj pvt sgt spc".split())  # noqa: SIM905
#: A name that begins so is a person's ("Abu Omar": father of Omar).
_KUNYA = frozenset({"abu", "abou", "umm", "um"})
#: What befalls persons: "Ilva Renn was killed", "they detained Ilva Renn". An order is executed too.
_BEFALLEN = frozenset(
    """
    abducted arrested assassinated beaten beheaded detained executed hanged hurt imprisoned injured jailed kidnapped killed murdered raped
    shot slain stabbed tortured wounded
    """.split()  # noqa: SIM905
)
_SUFFERED = _BEFALLEN - {"executed"}
_BEING = frozenset("was were is has had been being also later reportedly allegedly fatally seriously badly".split())  # noqa: SIM905
#: Before a name: it is that of a place or a body, or of somebody else than who is told of.
_NOT_WHO = frozenset("the a an in at of from near to on by with for outside inside around between into".split())  # noqa: SIM905
#: After a name that stands for itself, and does not qualify a noun.
_THEN = frozenset("in at on near and or by from after before while during when as with outside inside who".split())  # noqa: SIM905
_AGE = re.compile(r"(?:,\s*|\s*\()(?:aged\s+)?(?:[1-9]|[1-9]\d|1[01]\d)(?:\s*[,;)]|-year|\s+years?\b)")
_REACH = 7
_ACRONYM = 4
_MOST_WORDS = 5


@dataclass(slots=True)
class Person:
    """A person of the report: every full name found, and what the words beside the names tell."""

    names: list[Name] = field(default_factory=list)
    first: int = -1
    threatened: bool = False
    known: bool = False
    found_roles: list[Role] = field(default_factory=list)

    @property
    def public(self) -> bool:
        """Whether something says that the person acts in public, and nothing the contrary."""
        standings = {role.standing for role in self.found_roles}
        return self.known or standings == {"public"}

    @property
    def role(self) -> Role | None:
        """The role that stands for the name: the first private one, else the first."""
        private = [role for role in self.found_roles if role.standing == "private"]
        return next(iter(private or self.found_roles), None)


def name_runs(words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that may be names, as first and last (exclusive) token; roles, titles and bodies cut them."""
    cuts = _cuts(words)
    first = 0
    while first < len(words):
        last = first
        while last < len(words) and (last == first or _joins(words, last)) and _in_name(words, cuts, first, last):
            last += 1
        while last > first and words[last - 1].key in PARTICLES and not words[last - 1].text[0].isupper():
            last -= 1
        if last > first:
            yield first, last
        first = max(last, first + 1)


def _cuts(words: Sequence[Token]) -> frozenset[int]:
    """The tokens that are no part of a name: words of roles, bodies and grammar."""
    found = {k for k, word in enumerate(words) if word.key in _NOT_NAMES or word.key in _BODIES or not word.text[0].isalpha()}
    at = 0
    while at < len(words):
        widths = role_widths().get(words[at].key, ())
        width = next((w for w in widths if w <= len(words) - at and role_at(words, at, at + w)), 0)
        found.update(range(at, at + width))
        at += max(width, 1)
    return frozenset(found)


def _joins(words: Sequence[Token], at: int) -> bool:
    """Whether a word goes on with the one before; an initial's full stop does not part them."""
    before = words[at - 1]
    return words[at].joined is not None or (
        len(before.text) == 1 and words[at].start - before.end in {1, 2} and before.text.isupper()
    )


def _in_name(words: Sequence[Token], cuts: frozenset[int], first: int, at: int) -> bool:
    word = words[at]
    capital = word.text[0].upper() == word.text[0]
    if at in cuts:
        return capital and at > first and word.key in _SURNAMES
    return capital or (is_particle(words, at) and (at > first or (at + 1 < len(words) and words[at + 1].text[0].isupper())))


def is_particle(words: Sequence[Token], at: int) -> bool:
    """Whether a word is a particle of a name ("al", "bin"; "at" only in "at-Tall")."""
    if words[at].key not in WEAK_PARTICLES:
        return words[at].key in PARTICLES
    return at + 1 < len(words) and words[at + 1].joined == "-"


def role_at(words: Sequence[Token], first: int, last: int) -> Role | None:
    """The role that ``words[first:last]`` are, or None."""
    return roles().get(tuple(word.key for word in words[first:last]))


def core(mention: str) -> str:
    """The name within a mention: "Erdogan's spokesman Ibrahim Kalin" gives "Ibrahim Kalin"; "" where it holds none."""
    words = tokens(mention)
    runs = [run for run in name_runs(words) if not _owner(words, *run)]
    mixed = any(char.islower() for char in mention)
    runs = [(a, b) for a, b in runs if not (mixed and all(_is_acronym(word.text) for word in words[a:b]))]
    if not runs:
        return ""
    first, last = max(runs, key=lambda run: (run[1] - run[0], run[0]))
    return mention[words[first].start : words[last - 1].end]


def threatened_names(mention: str) -> tuple[str, ...]:
    """The names within the words of a person at risk: all of them, less what leads up to a name ("reporter Lena Marsh")."""
    found = []
    for part in re.split(r"\s*(?:,|;|/|\band\b|\bor\b)\s*", mention):
        words = tokens(part)
        cuts = _cuts(words)
        first = next(
            (
                k
                for k, word in enumerate(words)
                if k not in cuts and (word.text[0].upper() == word.text[0] or not has_capitals(part))
            ),
            None,
        )
        if first is not None:
            last = max(k for k, word in enumerate(words) if word.key != "'s") + 1
            found.append(part[words[first].start : words[max(last, first + 1) - 1].end])
    return tuple(found)


def _owner(words: Sequence[Token], first: int, last: int) -> bool:
    """Whether a run only says whose a role is: "Erdogan's spokesman", "Central Command spokesman", "Minister for the Middle East"."""
    if (
        last < len(words)
        and words[last].joined is not None
        and (words[last].key == "'s" or words[last].key not in {"of", "from", "in"})
    ):
        return last + 1 < len(words) or words[last].key != "'s"
    at = first - 2 if first > 1 and words[first - 1].key == "the" else first - 1
    return at > 0 and words[at].key in {"of", "for"}


def _is_acronym(text: str) -> bool:
    return text.isupper() and 1 < len(text) <= _ACRONYM


def roles_beside(words: Sequence[Token], text: str, start: int, end: int) -> Iterator[Role]:
    """The roles that the words directly before and after ``text[start:end]`` give its bearer; titles left out."""
    first = next((k for k, word in enumerate(words) if word.end > start), len(words))
    last = next((k for k, word in enumerate(words) if word.start >= end), len(words))
    for role in (_role_before(words, text, first), _role_after(words, text, end, last)):
        if role:
            yield role


def _role_before(words: Sequence[Token], text: str, first: int) -> Role | None:
    """As in "commander Dara Kess", "Foreign Minister Dr. X", "the commander, X", "a spokesman for the mission, X"."""
    at = first
    while 0 < at < len(words) and _is_title(words, at - 1) and _gap(text, words, at) in {"", "."}:
        at -= 1
    if not 0 < at < len(words) or _gap(text, words, at) not in {"", ",", ".", ":"}:
        return None
    if _gap(text, words, at) == "." and words[at - 1].key not in _ABBREVIATED:
        return None
    found = _ending(words, at)
    if found or _gap(text, words, at) != ",":
        return found
    for link in range(at - 1, max(at - _REACH, 0), -1):
        if words[link].key in {"of", "for", "at", "in"}:
            return _ending(words, link)
        if words[link].joined is None:
            break
    return None


def _gap(text: str, words: Sequence[Token], at: int) -> str:
    return text[words[at - 1].end : words[at].start].strip()


def _is_title(words: Sequence[Token], at: int) -> bool:
    role = role_at(words, at, at + 1)
    return role is not None and role.standing == "title"


def _ending(words: Sequence[Token], end: int) -> Role | None:
    """The longest role that ends right before token ``end``."""
    for width in range(min(longest_role(), end), 0, -1):
        role = role_at(words, end - width, end)
        if role and role.standing != "title" and all(word.joined is not None for word in words[end - width + 1 : end]):
            return role
    return None


def _beginning(words: Sequence[Token], first: int) -> tuple[Role, int] | None:
    """The longest role that begins at token ``first``, and its end; not one that owns what follows ("the minister's driver")."""
    for width in role_widths().get(words[first].key, ()) if first < len(words) else ():
        role, end = role_at(words, first, first + width), first + width
        if end <= len(words) and role and role.standing != "title":
            return None if end < len(words) and words[end].key == "'s" else (role, end)
    return None


def _role_after(words: Sequence[Token], text: str, end: int, last: int) -> Role | None:
    """As in ", a resident of Orl", ", the group's deputy commander", " (teacher)", " is a nurse"."""
    if last >= len(words):
        return None
    opener = text[end : words[last].start].strip()
    governed = next((k for k in range(last, min(last + 3, len(words))) if words[k].key in _GOVERNED), None)
    if not opener and governed is not None and all(words[k].joined is not None for k in range(last, governed + 1)):
        return roles()["president",]
    if opener not in {"", ",", "(", "–", "—", "-"} or (not opener and words[last].key not in _APPOSING):
        return None
    for at in range(last, min(last + _REACH, len(words))):
        if (at > last and words[at].joined is None) or words[at].key in _STOPPING:
            return None
        found = _beginning(words, at)
        if found:
            return found[0]
    return None


def unlisted(text: str, words: Sequence[Token], taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Names that something beside them gives away, as offsets; none inside ``taken``.

    A role or a title ("resident Ahmad Khalil", "Mr Haddad", "Umm Khaled"), an age, or what befalls nobody but persons ("was killed").
    """
    runs = [run for run in name_runs(words) if run[1] - run[0] <= _MOST_WORDS]
    free = [(a, b) for a, b in runs if not any(c < words[b - 1].end and words[a].start < d for c, d in taken)]
    for first, last in sorted({*(run for run in free if _given_away(text, words, *run)), *_suffering(text, words, free)}):
        yield words[first].start, words[last - 1].end


def _given_away(text: str, words: Sequence[Token], first: int, last: int) -> bool:
    """By a role or a title."""
    end = words[last - 1].end
    titled = first > 0 and _is_title(words, first - 1) and _gap(text, words, first) in {"", "."}
    before = _ending(words, first) if first > 0 and _gap(text, words, first) == "" else None
    after = _role_after(words, text, end, last) if last - first > 1 and text[end : end + 1] == "," else None
    kunya = words[first].key in _KUNYA and last - first > 1
    return bool(titled or kunya or (before and before.standing == "private") or (after and after.standing == "private"))


def _suffering(text: str, words: Sequence[Token], runs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """By an age, or by what befell them: names of two words and more ("U.S." is none), with those that "and" joins to one."""
    full = [(a, b) for a, b in runs if b - a > 1 and any(len(word.text) > 1 for word in words[a:b])]
    full = [(a, b) for a, b in full if a == 0 or words[a].joined is None or words[a - 1].key not in _NOT_WHO]
    found = {run for run in full if _AGE.match(text, words[run[1] - 1].end) or _befalls(words, *run)}
    for one, other in pairwise(full):
        joined = other[0] == one[1] + 1 and words[one[1]].key == "and" and _tied(words, one[1], other[0] + 1)
        if joined and found & {one, other}:
            found |= {one, other}
    return found


def _tied(words: Sequence[Token], first: int, last: int) -> bool:
    """Whether each of some words goes on with the one before."""
    return all(word.joined is not None for word in words[first:last])


def _befalls(words: Sequence[Token], first: int, last: int) -> bool:
    """Whether a verb right after a name ("was later killed"), or right before it ("killed"), says what befell its bearer."""
    verb = next((k for k in range(last, len(words)) if words[k].key not in _BEING or words[k].joined is None), len(words))
    if last < verb < len(words) and _tied(words, last, verb + 1) and words[verb].key in _BEFALLEN:
        return not (words[verb].key == "shot" and words[verb + 1 : verb + 2] and words[verb + 1].key == "down")
    before = first > 0 and words[first].joined is not None and words[first - 1].key in _SUFFERED
    return before and (last == len(words) or words[last].joined is None or words[last].key in _THEN)


def gathered(names: Iterable[tuple[int, str]]) -> list[Person]:
    """Persons from names and where each stands (-1: outside the text): a lone surname goes to whoever bears it in full."""
    found: list[Person] = []
    listed = sorted(((pieces(name), at) for at, name in names), key=lambda item: (-len(item[0]), item[1], item[0]))
    for parts, at in listed:
        if not parts:
            continue
        bearers = [person for person in found if _same(person, parts)]
        by_surname = [person for person in bearers if any(name.surname == parts[-1] for name in person.names)]
        person = next(iter(by_surname or bearers), None)
        if person is None:
            person = Person()
            found.append(person)
        if all(name.pieces != parts for name in person.names):
            person.names.append(Name(parts))
        if at >= 0 and (person.first < 0 or at < person.first):
            person.first = at
    return found


def _same(person: Person, parts: tuple[str, ...]) -> bool:
    """Whether a name is the person's: the same, a part of it that stands alone, or first and last alike."""
    for name in person.names:
        if parts == name.pieces or (len(parts) == 1 and parts[0] in {name.surname, *name.lone}):
            return True
        if len(parts) > 1 and (parts[0], parts[-1]) == (name.pieces[0], name.surname):
            return True
    return False
