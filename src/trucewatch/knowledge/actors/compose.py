"""Putting names together as CAMEO does: country or people plus role, entity plus role, title plus person.

Works on the hits of ``scan`` and the words between them; knows the grammar of English noun phrases, and no names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trucewatch.knowledge.actors.entries import Entry, Kind
from trucewatch.knowledge.actors.vocabulary import ROLE_CODES, ROLE_NAMES, WRITTEN_CODES
from trucewatch.model import ActorRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.knowledge.actors.entries import Index
    from trucewatch.knowledge.actors.scan import Hit

#: "Turkish-led", "Iran-backed": the country named is not the actor's own.
_PROXY_WORDS = """
led backed supported sponsored allied controlled held run trained funded financed linked affiliated aligned occupied
made supplied equipped armed based brokered mediated friendly leaning inspired appointed installed origin born speaking
administered dominated hosted built designed aided directed
"""
PROXY = frozenset(_PROXY_WORDS.split())
_AND = frozenset({",", "and", "or", "&", "/", "as", "well", "both", "plus"})
_OF = frozenset({"of", "from", "for"})
_FILL = frozenset({"the", "a", "an", "their", "its", "this", "that", "new", "own", "late"})
#: No noun phrase runs across these.
_BREAKS_WORDS = """
in to by with at on against near who which that whom where when while after before since into over under between among
during through toward towards across around inside outside including is are was were be been has have had will would
could should may might must do does did said says say than because if but not no via about
"""
BREAKS = frozenset(_BREAKS_WORDS.split()) | set('.;:!?()[]–—"“”')
_JOINING = frozenset({"-", "‐", "–", "/", "—"})
#: Parts of actors that keep the actor: "Hezbollah fighters", "UN officials", "Reuters correspondent".
_INSIDE = frozenset({"GOV", "MIL", "UAF", "REB", "PTY", "SPY", "COP", "MED", "OPP", "NGO", "IGO", "JUD", "LEG", "HLH"})
#: Words that are people or firms by themselves, and part of an armed group where they are its ("men of the Front", "its last company").
_ITS_PEOPLE = frozenset({"men", "man", "women", "company", "companies", "volunteers", "youths"})
_ARMED = frozenset({"rebel", "military", "militia", "private_military", "coalition"})
_ARMED_AFTER = frozenset({"REB", "UAF", "COP", "OPP", "CRM"})
_INSIDE_PHRASE = frozenset({"ADJ", "NOUN", "PROPN", "NUM", "PART"})
_MAX_GAP = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One actor of a run: ``tokens[first:last]``, who it is and how that was found.

    ``how``: name, acronym, metonym, country, demonym, people, composed, role, person.
    """

    first: int
    last: int
    entry: Entry
    how: str
    loaded: bool = False


@dataclass(slots=True)
class _State:
    """What has been read and not yet given out."""

    owners: list[Hit]
    """Countries, peoples and entities that may modify what follows."""
    part: list[Part]
    """Parts the last role gave (several when coordinated), still open to another role or a name."""
    role: Hit | None = None
    """The role word that opened ``part``."""
    proxy: bool = False


def _how(hit: Hit) -> str:
    if hit.entry.kind == Kind.ROLE:
        return "role"
    if "metonym" in hit.alias.flags:
        return "metonym"
    plain = {Kind.STATE: "country", Kind.DEMONYM: "demonym", Kind.PEOPLE: "people"}.get(hit.entry.kind)
    if plain:
        return plain
    return "person" if hit.entry.type == "person" else "acronym" if hit.alias.acronym else "name"


def _shares(hit: Hit) -> bool:
    """Whether the name may share a later role ("Russian and Turkish forces"; not "Israel and Hamas fighters")."""
    return "adjective" in hit.alias.flags


def join(country: str | None, country_name: str, role: str, people: Entry | None = None) -> Entry:
    """The actor that a country (or None), a people (or None) and a role make up."""
    if country and role == "IGO":  # "Turkish observers" are sent by the state
        role = "GOV"
    code = (country or "") + WRITTEN_CODES.get(role, role)
    actor, name = f"{country}-{role}" if country else role, ROLE_NAMES[role]
    name = f"{country_name}: {name}" if country else name
    if people is not None and people.type == "region":
        actor, name, code = f"{people.id}-{role}", f"{people.name}: {ROLE_NAMES[role]}", f"{people.code}{code}"
    elif people is not None:
        actor, name, code = f"{actor}.{people.code}", f"{name} ({people.name})", f"{code}{people.code}"
    return _entry(actor, name, role, country, code)


def _entry(actor: str, name: str, role: str, country: str | None, code: str) -> Entry:
    return Entry(actor, name, ROLE_CODES[role], country, code, Kind.ENTITY, role=role)


def _with_entity(owner: Entry, hit: Hit) -> Entry | None:
    """An entity and a role: its own part ("Hezbollah fighters"), its state's ("Assad's army"), or None (its victims)."""
    role = hit.entry.role
    if owner.type == "person":
        return None if owner.country else owner
    if "transparent" in hit.alias.flags:
        return owner
    if owner.role:  # a composed owner: "Kremlin spokesman" is its own, "Beijing police" another body of its state
        return owner if role in {"GOV", owner.role} else None
    if owner.type == "igo" and role in {"MIL", "PKO", "COP"}:
        return _entry(f"{owner.id}-{role}", f"{owner.name}: {ROLE_NAMES[role]}", role, None, (owner.code or "IGO") + "MIL")
    if owner.type in _ARMED and hit.alias.text.lower() in _ITS_PEOPLE:
        return owner
    return owner if role in _INSIDE or role == "PKO" else None


class Composer:
    """Reads the hits of one run of tokens and gives the actors they make up."""

    def __init__(self, index: Index, words: Sequence[str], tags: Sequence[str], hits: Sequence[Hit]) -> None:
        self._index = index
        self._tags = tags
        self._words = [word.lower() for word in words]
        self._hits = hits

    def parts(self) -> Iterator[Part]:
        """Every actor of the run in text order; roles without an owner too."""
        state = _State([], [])
        before: Hit | None = None
        for hit in self._hits:
            gap = self._gap(before, hit)
            if gap == "break":
                yield from self._close(state)
            before = hit
            if self._foreign(hit):
                yield from self._close(state)
                continue
            yield from self._read(state, hit, gap)
        yield from self._close(state)

    def _gap(self, before: Hit | None, hit: Hit) -> str:
        """How two hits hang together: adjacent, hyphen, and, of, modifier, proxy, break."""
        if before is None:
            return "break"
        words = [word for word in self._words[before.last : hit.first] if word not in {"'s", "’s", "'", "’"}]
        if not words:
            return "adjacent"
        if words[0] in _JOINING:
            if len(words) == 1:
                return "hyphen"
            if words[1] in PROXY and not BREAKS.intersection(words[2:]):
                return "proxy"
            return "break"
        if all(word in _AND or word in _FILL for word in words):
            return "and" if any(word in _AND for word in words) else "break"
        if words[0] in _OF and all(word in _OF or word in _FILL for word in words):
            return "of"
        if self._seat(before, hit, words):
            return "of"
        if len(words) > _MAX_GAP or any(word in BREAKS or word in _AND or word in _OF for word in words):
            return "break"
        return "modifier" if self._modifies(before.last, hit.first) else "break"

    def _modifies(self, first: int, last: int) -> bool:
        """Whether the words between two hits may stand inside a noun phrase; without tags every plain word may."""
        if self._tags:
            return all(tag in _INSIDE_PHRASE for tag in self._tags[first:last])
        return all(word.isalnum() for word in self._words[first:last])

    @staticmethod
    def _seat(before: Hit, hit: Hit, words: list[str]) -> bool:
        """As in "the authorities in Kyiv": a government and its capital."""
        return words == ["in"] and before.entry.role == "GOV" and "metonym" in hit.alias.flags

    def _read(self, state: _State, hit: Hit, gap: str) -> Iterator[Part]:
        if gap == "proxy" or self._proxy_prefix(hit):
            state.proxy = True
        if hit.role or self._borrowed(state, hit, gap):
            yield from self._role(state, hit, gap)
        else:
            yield from self._owner(state, hit, gap)

    @staticmethod
    def _borrowed(state: _State, hit: Hit, gap: str) -> bool:
        """As in "the Iraqi House of Representatives": one state's name for a body, used of another's."""
        owners = [owner.entry for owner in state.owners[-1:] if owner.entry.kind in {Kind.STATE, Kind.DEMONYM}]
        body = hit.entry.role and hit.entry.kind == Kind.ENTITY and "metonym" not in hit.alias.flags
        return bool(body) and gap == "adjacent" and bool(owners) and owners[0].country != hit.entry.country

    def _foreign(self, hit: Hit) -> bool:
        """As in "Turkish-led": the name before the hyphen backs the actor and is not it."""
        after = self._words[hit.last : hit.last + 2]
        return len(after) > 1 and after[0] in _JOINING and after[1] in PROXY and not hit.role

    def _proxy_prefix(self, hit: Hit) -> bool:
        """As in "pro-Russian separatists": the word before the role begins with pro or anti."""
        word = self._words[hit.first - 1] if hit.first else ""
        return word.startswith(("pro-", "anti-"))

    def _role(self, state: _State, hit: Hit, gap: str) -> Iterator[Part]:
        if state.part and gap in {"adjacent", "modifier", "hyphen"}:
            state.part = [self._next_role(part, hit) for part in state.part]
            return
        if gap in {"and", "of", "break"} or state.part:
            yield from self._close(state)
        owners = state.owners
        while len(owners) > 1 and not _shares(owners[0]):
            yield self._alone(owners.pop(0))
        state.role = hit
        state.part = [part for n, _ in enumerate(owners) for part in self._owned(owners, n, hit)]
        if not state.part:
            state.part = [self._bare(state, hit)]
        state.owners = []
        state.proxy = False

    @staticmethod
    def _alone(hit: Hit) -> Part:
        return Part(hit.first, hit.last, hit.entry, _how(hit))

    def _bare(self, state: _State, hit: Hit) -> Part:
        role = self._role_of(hit, armed=state.proxy)
        return Part(hit.first, hit.last, join(None, "", role), "role", "loaded" in hit.alias.flags)

    @staticmethod
    def _role_of(hit: Hit, *, armed: bool) -> str:
        """The hit's role; bare 'forces', 'fighters' and the like are no state's army where a proxy or a people owns them."""
        return "UAF" if armed and hit.entry.role == "MIL" else hit.entry.role

    def _owned(self, owners: list[Hit], n: int, hit: Hit) -> Iterator[Part]:
        """The part that owner ``n`` and the role make up; owners of one noun phrase that belong together join."""
        owner = owners[n].entry
        loaded = "loaded" in hit.alias.flags
        first = owners[n].first
        last = hit.last if n == len(owners) - 1 else owners[n].last
        country = owner.country
        if owner.kind == Kind.ENTITY:
            made = _with_entity(owner, hit) or join(country, self._name(country), hit.entry.role)
        elif owner.kind == Kind.PEOPLE:
            role = self._role_of(hit, armed=owner.type == "people" and "armed" in hit.alias.flags)
            made = join(country, self._name(country), role, owner)
        else:
            made = join(country, self._name(country), hit.entry.role)
        yield Part(first, last, made, "composed", loaded)

    def _name(self, country: str | None) -> str:
        return self._index.countries.get(country or "", country or "")

    def _next_role(self, part: Part, hit: Hit) -> Part:
        """Two roles in a row: "army spokesman" stays military, "rebel forces" rebels, "government hospital" is medical."""
        flags, old, new = hit.alias.flags, part.entry.role, hit.entry.role
        longer = replace(part, last=hit.last, loaded=part.loaded or "loaded" in flags)
        if "transparent" in flags or not old or ("armed" in flags and old in _ARMED_AFTER):
            return longer
        if part.how == "role":
            return replace(longer, entry=join(None, "", new))
        country = part.entry.country
        if country is None:
            return longer
        return replace(longer, entry=join(country, self._name(country), new))

    def _owner(self, state: _State, hit: Hit, gap: str) -> Iterator[Part]:
        if state.part and gap == "of" and self._take(state, hit):
            return
        if hit.entry.kind == Kind.ENTITY and self._apposed(state, hit, gap):
            return
        if state.part or gap in {"break", "of", "modifier"}:
            yield from self._close(state)
        yield from self._stack(state, hit, gap)

    @staticmethod
    def _apposed(state: _State, hit: Hit, gap: str) -> bool:
        """As in "Russian President Vladimir Putin", "the Lebanese group Hezbollah": the name takes the words before it in."""
        if gap not in {"adjacent", "modifier"}:
            return False
        before = state.part[0].first if state.part else None
        if before is None and gap == "modifier" and state.owners and state.owners[-1].entry.kind == Kind.DEMONYM:
            before = state.owners[-1].first
        if before is None or (hit.entry.role and hit.entry.kind == Kind.ENTITY):
            return False
        state.part = []
        state.owners = [replace(hit, first=before)]
        return True

    def _stack(self, state: _State, hit: Hit, gap: str) -> Iterator[Part]:
        """Put an owner beside the others: "Syrian Kurdish" is one, "Russian and Turkish" are two."""
        if state.owners and gap == "adjacent":
            last = state.owners[-1]
            if last.entry.kind in {Kind.STATE, Kind.DEMONYM} and hit.entry.kind == Kind.PEOPLE:
                local = replace(hit.entry, country=last.entry.country)
                state.owners[-1] = replace(hit, first=last.first, entry=local)
                return
            if last.entry.kind == Kind.DEMONYM and hit.entry.kind == Kind.ENTITY:
                state.owners.pop()
                yield from self._close(state)
                state.owners.append(replace(hit, first=last.first))
                return
            yield from self._close(state)
        state.owners.append(hit)

    def _take(self, state: _State, hit: Hit) -> bool:
        """As in "soldiers from Turkey", "the spokesman of Hezbollah": the owner after its role."""
        if any(part.how != "role" for part in state.part) or hit.entry.kind == Kind.PEOPLE:
            return False
        taken: list[Part] = []
        for part in state.part:
            role, country = part.entry.role, hit.entry.country
            entity = _with_entity(hit.entry, state.role) if hit.entry.kind == Kind.ENTITY and state.role else None
            made = entity or (join(country, self._name(country), role) if country else None)
            if made is None:
                return False
            taken.append(replace(part, last=hit.last, entry=made, how="composed"))
        state.part = taken
        return True

    @staticmethod
    def _close(state: _State) -> Iterator[Part]:
        """Give out what has been read."""
        for part in state.part:
            if part.entry.id != "SUP" or state.role is None or "transparent" not in state.role.alias.flags:
                yield part
        for hit in state.owners:
            yield Composer._alone(hit)
        state.part = []
        state.owners = []
        state.proxy = False


def ref_of(index: Index, entry: Entry, date: str | None) -> ActorRef:
    """The reference of an entry, in the phase it was in at ``date``; a person out of office has the country's code only."""
    name, kind, code = entry.name, entry.type, entry.code
    if date and kind == "person" and entry.until and not entry.holds(date):
        code = entry.country
    for phase in index.phases.get(entry.id, ()) if date else ():
        if date and phase.since <= date and (not phase.until or date <= phase.until):
            name, kind, code = phase.name, phase.type, phase.code
    return ActorRef(entry.id, name, kind, entry.country, code)
