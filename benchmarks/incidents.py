"""Incident roles of whole articles on MUC-4's development part, and false events in its articles without an incident.

Each article's templates are pooled: a role's gold entities are those of all its templates, the same set of mentions once. From the record
come the people and things of its violent events: actors as perpetrators (individuals or organisations), recipients and the harmed as
victims (people) or targets (things), instruments as weapons; phrases of one role that name one entity are one.

Entities are paired one to one, as many as can be (GRIT's CEAF-REE). Two figures: *head*, an entity found is right when one of its phrases
has the head word of a phrase of its gold entity; *exact*, when one of its phrases, less articles, punctuation and case, is one of the gold
phrases. GRIT's models give one phrase an entity, cut out of the text to fit; the record's phrases are whole noun phrases, so *exact* asks
for the same borders, too. Both stand beside published figures, not against them.

The gold victims of this edition of MUC-4 are persons with names; victims told by common nouns are spurious whatever the record says. The
row ``Victim, named only`` leaves them out; it is not part of ``all``.

Which role a participant has is read from its head word (the lexicon's classes), the actor file's entry and the mode of the event. Settled
ground (towns, districts) is nobody's target here and is left out, as are pronouns that were not resolved.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from common import Coders, corpus, one_to_one, options, rates, sample, save, table
from trucewatch.coding.judge import REAL
from trucewatch.coding.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.coder import Coder
    from trucewatch.model import ActorRef, Coded, Event

ROLES = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")
_NAMED = "Victim, named only"
UNREAL = frozenset({"denied", "demanded", "predicted", "conditional"})
LEXICON = Lexicon.load()

_STATE = frozenset(
    {"state", "government", "legislature", "judiciary", "military", "police", "intelligence", "igo", "peacekeeper", "region"}
)
_AGAINST_PEOPLE = frozenset({"abduct", "beat", "torture", "execute", "sexual", "assassinate", "cleansing", "massacre"})
_ARTICLES = frozenset({"a", "an", "the"})


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LEFT_OUT = _ARTICLES | _set(
    """
    of and or in at on for to by with from near his her its their our my this that these those other another some several many most all
    both each one two three four five six seven eight nine ten eleven twelve at least about around approximately
    """
)
_QUANTITIES = _set(
    """
    one two three four five six seven eight nine ten some several many most all both each any none number dozens hundreds thousands
    dozen group groups pair couple handful majority rest part half band
    """
)
_PRONOUNS = _set(
    """
    i he she it they we you him her them us me who whom which that this these those himself herself themselves itself others
    someone somebody anyone everyone nobody one
    """
)
#: Words that end the part of a phrase that holds its head.
_AFTER_HEAD = _set(
    """
    of in at from on near who whom which that with for by to under against during inside outside between among along behind where when
    whose belonging located
    """
)
_PEOPLE = (
    "CIVILIAN", "REBEL", "POLICE", "OFFICIAL", "DIPLOMAT", "JOURNALIST", "PROTESTER", "PEACEKEEPER", "AID_WORKER", "REFUGEE",
    "PRISONER", "EMPLOYEE", "PERSON", "DEAD", "FORCE",
)  # fmt: skip
_THINGS = (
    "PLACE_BUILT", "PROTECTED_SITE", "INFRASTRUCTURE", "PROPERTY", "VEHICLE", "VESSEL", "AIRCRAFT", "ROAD", "CHECKPOINT", "EMBASSY",
)  # fmt: skip
_BODY_CLASSES = ("ORGANISATION", "BUSINESS", "MEDIA")
#: Head words of standing bodies; formations in the field (column, patrol, unit) are people.
_BODIES = _set(
    """
    army armies navy military police forces force command corps government regime dictatorship administration ministry department bureau
    directorate agency service services institute institution committee council court congress parliament assembly party front movement
    organization organisation alliance coalition confederation federation league union association cartel cartels mafia mafias syndicate
    network company bank embassy guard staff
    """
)
_GROUND = _set(
    """
    village town city district neighborhood neighbourhood area areas region province department municipality county suburb territory
    country nation capital hill hills mountain mountains ridge height heights valley island peninsula coast border zone sector countryside
    land line locality hamlet governorate quarter state
    """
)
_PEOPLE_ENDING = re.compile(r"(?:men|man|women|woman|ers|ors|ists?|people|children|youths?)$")
_PARTICIPLE = re.compile(r"[a-z]{3,}(?:ed|ing)$")


@dataclass(slots=True)
class Entity:
    """Phrases for one thing, and what in the record (or the annotation) names it.

    ``keys`` are ids of the actor file, ``events`` what the phrases are people of, ``start`` the first gold mention (None: coded).
    """

    phrases: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """One phrase of a violent event."""

    text: str
    key: str
    event: Event | None


def words_of(phrase: str) -> list[str]:
    """Words in small letters, without punctuation and the possessive's s."""
    return re.findall(r"[^\W_]+(?:[-.'’][^\W_]+)*", re.sub(r"['’]s\b", "", phrase.lower()))


def plain(phrase: str) -> str:
    """A phrase as *exact* compares it: small letters, no articles, no punctuation."""
    return " ".join(w for w in words_of(phrase) if w not in _ARTICLES)


def content(phrase: str) -> list[str]:
    """Content words in order; all words where none is left."""
    words = words_of(phrase)
    return [w for w in words if w not in _LEFT_OUT] or words


@cache
def head(phrase: str) -> str:
    """The head word: the last before a preposition, comma or participle; "a group of men" and "one of the men" are men."""
    words = words_of(re.split(r",(?!\d)", phrase, maxsplit=1)[0]) or words_of(phrase)
    stop = next((k for k, w in enumerate(words) if k and _ends(words, k)), len(words))
    rest = words[stop:]
    if stop and words[stop - 1] in _QUANTITIES and rest[:1] == ["of"] and len(rest) > 1:
        return head(" ".join(rest[1:]))
    return words[stop - 1] if words else phrase.lower()


def _ends(words: Sequence[str], k: int) -> bool:
    """Whether the words from ``k`` on only describe what stands before."""
    return words[k] in _AFTER_HEAD or bool(
        _PARTICIPLE.match(words[k]) and (_in(words[k - 1], _PEOPLE) or is_thing(words[k - 1]))
    )


@cache
def _in(word: str, classes: tuple[str, ...]) -> bool:
    return any(LEXICON.in_class(word, c) for c in classes)


def is_thing(word: str) -> bool:
    """Whether a head word names a thing or a built place, and no people."""
    return _in(word, _THINGS) and not _in(word, _PEOPLE)


def kind_of(phrase: str, ref: ActorRef | None = None) -> str:
    """``people``, ``body``, ``thing``, ``ground``, ``name`` (unknown words, as of a person), ``the name`` (with an article), or ""."""
    word = head(phrase)
    words = words_of(phrase)
    if not words or set(words) <= _PRONOUNS:
        return ""
    if word in _BODIES or (_in(word, _BODY_CLASSES) and not _in(word, _PEOPLE)):
        return "body"
    if word in _GROUND:
        return "ground"
    if is_thing(word):
        return "thing"
    if _in(word, _PEOPLE) or _PEOPLE_ENDING.search(word):
        return "people"
    if ref is not None and (is_body(ref) or ref.type == "state"):
        return "body"
    if ref is not None and ref.type == "person":
        return "people"
    if any(_in(w, _PEOPLE) for w in words[: words.index(word)] if w != word):
        return "people"  # a title before a name
    return "the name" if words[0] == "the" else "name"


def is_body(ref: ActorRef) -> bool:
    """Whether an entry of the actor file is an organisation with a name of its own (role words have ids in capitals)."""
    return ref.id[:1].islower() and ref.type not in {"person", "people", "region"}


def same(a: str, b: str) -> bool:
    """Whether two phrases of one role name one entity: the same head word, or the words of one stand in the other."""
    if head(a) == head(b):
        return True
    short, long = sorted((content(a), content(b)), key=len)
    return any(long[k : k + len(short)] == short for k in range(len(long) - len(short) + 1))


def merged(named: Iterable[Named]) -> list[Entity]:
    """Phrases joined where they name one entity, in order of first mention."""
    out: list[Entity] = []
    for one in named:
        fits = [e for e in out if (one.key and one.key in e.keys) or any(same(one.text, p) for p in e.phrases)]
        entity = fits[0] if fits else Entity()
        if not fits:
            out.append(entity)
        for other in fits[1:]:  # the phrase ties together what stood apart
            entity.phrases += [p for p in other.phrases if p not in entity.phrases]
            entity.keys |= other.keys
            entity.events += [e for e in other.events if e not in entity.events]
        out = [e for e in out if not any(e is other for other in fits[1:])]
        if one.text not in entity.phrases:
            entity.phrases.append(one.text)
        if one.key:
            entity.keys.add(one.key)
        if one.event is not None and one.event not in entity.events:
            entity.events.append(one.event)
    return out


def gold_entities(templates: list[dict[str, Any]], role: str) -> list[Entity]:
    """Gold entities of a role over all templates, the same set of mentions once."""
    found: dict[frozenset[str], Entity] = {}
    for template in templates:
        for mentions in template[role]:
            phrases = frozenset(str(m[0]).lower() for m in mentions)
            if phrases and phrases not in found:
                found[phrases] = Entity(sorted(phrases), start=min(int(m[1]) for m in mentions))
    return list(found.values())


def fits(found: Entity, gold: Entity, *, exact: bool = False) -> bool:
    """Whether an entity found may be the gold one, by whole phrases or by head words."""
    form = plain if exact else head
    return bool({form(p) for p in found.phrases} & {form(p) for p in gold.phrases})


def aligned(found: Sequence[Entity], gold: Sequence[Entity], *, exact: bool = False) -> list[tuple[int, int]]:
    """Index pairs of found and gold entities, one to one, as many as can be."""
    return one_to_one([[fits(f, g, exact=exact) for g in gold] for f in found])


def violent(event: Event) -> bool:
    """Whether an event is what MUC-4 calls an incident: violence, or a seizure by others than a state."""
    if event.status in UNREAL:
        return False
    if event.type == "COERCE" and event.mode == "seize":
        return bool(event.actor) and not any(p.actor is not None and p.actor.type in _STATE for p in event.actor)
    return event.type == "ASSAULT"


_NAMES = {"perpetrator": "PerpInd", "organisation": "PerpOrg", "target": "Target", "victim": "Victim", "weapon": "Weapon"}


def roles_of(coded: Coded, *, judging: bool = True, near: bool = False) -> dict[str, list[Entity]]:
    """What the record holds for each role: its ``incident_roles``; ``near`` leaves out those that stand with no violent event.

    The rules alone (not ``judging``) read no roles: theirs are told by the words of their events.
    """
    if not judging:
        return roles_by_events(coded)
    by_id = {e.id: e for e in coded.events}
    found: dict[str, list[Named]] = {role: [] for role in ROLES}
    for r in coded.incident_roles:
        if r.event or not near:
            found[_NAMES[r.role]].append(Named(r.text, "", by_id.get(r.event or "")))
    return {role: merged(named) for role, named in found.items()}


def roles_by_events(coded: Coded) -> dict[str, list[Entity]]:
    """What a record of the rules alone holds for each role: the people and things of its violent events, told apart by their words."""
    found: dict[str, list[Named]] = {role: [] for role in ROLES}
    places = {plain(p.text) for p in coded.places}
    for event in filter(violent, coded.events):
        for p in event.actor:
            for role, text, key in _as_perpetrator(coded, p.start, p.end, p.text, p.actor):
                found[role].append(Named(text, key, event))
        for p in event.recipient:
            if plain(p.text) not in places:
                role = _suffers(p.text, p.actor, event)
                if role:
                    found[role].append(Named(p.text, _key(p.actor), event))
        for harm in event.harm:
            if harm.who and kind_of(harm.who) in {"people", "name", "the name"}:
                found["Victim"].append(Named(harm.who, "", event))
        found["Weapon"] += [Named(m.text, "", event) for m in event.instrument]
    return {role: merged(named) for role, named in found.items()}


def _key(ref: ActorRef | None) -> str:
    return ref.id if ref is not None and (is_body(ref) or ref.type == "person") else ""


def _as_perpetrator(coded: Coded, start: int, end: int, text: str, ref: ActorRef | None) -> Iterator[tuple[str, str, str]]:
    """Role, words and id of an actor, and of the organisations its words name ("members of the front")."""
    kind = kind_of(text, ref)
    if kind in {"people", "name"}:
        yield "PerpInd", text, "" if ref is None or ref.type != "person" else ref.id
    elif kind in {"body", "the name"}:
        yield "PerpOrg", text, _key(ref)
    for actor in coded.actors:
        if actor.id[:1].islower() and actor.type not in {"person", "people", "region"}:
            for m in actor.mentions:
                if start <= m.start and m.end <= end and m.text != text and kind_of(m.text) != "people":
                    yield "PerpOrg", m.text, actor.id


def _suffers(text: str, ref: ActorRef | None, event: Event) -> str:
    """The role of a recipient, or ""."""
    kind = kind_of(text, ref)
    if kind in {"name", "the name"}:
        at_people = event.mode in _AGAINST_PEOPLE or bool(event.harm)
        thing = event.mode == "destroy" if kind == "name" else not at_people
        return "Target" if thing else "Victim"
    return {"people": "Victim", "body": "Target", "thing": "Target"}.get(kind, "")


def has_name(entity: Entity) -> bool:
    """Whether a phrase of a person's entity has a head that is no common noun for people."""
    heads = {head(p) for p in entity.phrases}
    return any(not _in(word, _PEOPLE) and not _PEOPLE_ENDING.search(word) for word in heads)


def verdicts(found: Sequence[Entity], gold: Sequence[Entity]) -> tuple[list[tuple[Entity, Entity]], list[Entity], list[Entity]]:
    """By head words: pairs of found and gold, the gold ones missing, and those found that are spurious."""
    pairs = aligned(found, gold)
    taken, met = {f for f, _ in pairs}, {g for _, g in pairs}
    missing = [e for k, e in enumerate(gold) if k not in met]
    return [(found[f], gold[g]) for f, g in pairs], missing, [e for k, e in enumerate(found) if k not in taken]


def clip(coded: Coded, sentence: int) -> str:
    """The words of a sentence."""
    span = coded.sentences[sentence]
    return " ".join(coded.text[span.start : span.end].split())


def sentence_at(coded: Coded, offset: int) -> int:
    """Index of the sentence that holds a character, or of the last before it."""
    return max((k for k, s in enumerate(coded.sentences) if s.start <= offset), default=0)


def count_false(n: Counter[str], coded: Coded) -> None:
    """Count the sentences of an article without incident that tell of an event, or of violence, as fact."""
    real = [e for e in coded.events if e.status in REAL]
    n["articles"] += 1
    n["sentences"] += len(coded.sentences)
    n["any type"] += len({e.sentence for e in real})
    n["ASSAULT"] += len({e.sentence for e in real if e.type == "ASSAULT"})


def measure(coders: Coders, rows: list[dict[str, Any]], *, near: bool = False) -> dict[str, Any]:
    """Precision, recall and F1 a role and pooled, and the share of sentences with false events."""
    n: Counter[tuple[str, str]] = Counter()
    false: Counter[str] = Counter()
    for row in rows:
        coded = coders(row["docid"]).code(row["doctext"], id=row["docid"])
        if not row["templates"]:
            count_false(false, coded)
        for role, found in roles_of(coded, judging=coders.judging, near=near).items():
            gold = gold_entities(row["templates"], role)
            right, exact = len(aligned(found, gold)), len(aligned(found, gold, exact=True))
            for name, number in (("gold", len(gold)), ("found", len(found)), ("head", right), ("exact", exact)):
                n[role, name] += number
                n["all", name] += number
            if role == "Victim":
                only = [e for e in found if has_name(e)]
                n[_NAMED, "gold"] += len(gold)
                n[_NAMED, "found"] += len(only)
                n[_NAMED, "head"] += len(aligned(only, gold))
                n[_NAMED, "exact"] += len(aligned(only, gold, exact=True))
    result: dict[str, Any] = {"articles": len(rows)}
    for role in (*ROLES, "all", _NAMED):
        result[role] = {"gold": n[role, "gold"], "found": n[role, "found"]}
        for name in ("head", "exact"):
            p, r, f = rates(n[role, name], n[role, "found"], n[role, "gold"])
            result[role] |= {f"{name} precision": p, f"{name} recall": r, f"{name} F1": f}
    result["articles without incident"] = {
        "articles": false["articles"],
        "sentences": false["sentences"],
        **{
            f"% of sentences with an event told as fact, {k}": round(100 * false[k] / max(1, false["sentences"]), 1)
            for k in ("any type", "ASSAULT")
        },
    }
    return result


LIFTS = (0.0, 0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


def fit(coder: Coder, rows: list[dict[str, Any]]) -> None:
    """Print the pooled F1 by head words of the encoder's roles alone, for each lift, on every other article and on the rest."""
    print("lift  even articles  odd articles")
    for by in LIFTS:
        coder.analyser.lift("incident", by)
        counts = [Counter[str](), Counter[str]()]
        for k, row in enumerate(rows):
            analysis = coder.analyser.analyse(row["doctext"])
            for role, name in _NAMES.items():
                spans = [s for s in analysis.incidents if s.label == role]
                found = merged(Named(analysis.text[s.start : s.end], "", None) for s in spans)
                gold = gold_entities(row["templates"], name)
                counts[k % 2] += Counter(right=len(aligned(found, gold)), found=len(found), gold=len(gold))
        scores = (rates(n["right"], n["found"], n["gold"])[2] for n in counts)
        print(f"{by:4.2f}  " + "  ".join(f"{s:12.1f}" for s in scores), flush=True)


def main() -> None:
    """Measure, print, write ``results/incidents.json`` (or ``incidents_rules``) where all articles were read."""
    parser = options(__doc__)
    parser.add_argument("--most", type=int, default=100_000, help="at most so many articles, evenly spread")
    parser.add_argument("--part", default="dev", choices=["dev", "train"], help="train is for tuning")
    parser.add_argument("--fit", action="store_true", help="show what each lift of the incident head gives, and stop")
    parser.add_argument("--near", action="store_true", help="only roles that stand with a violent event")
    args = parser.parse_args()
    rows = corpus(f"incidents/muc4-{args.part}.jsonl.xz")
    coders = Coders(model=args.model, folds=args.folds, judging=not args.rules)
    if args.fit:
        fit(coders("0"), rows)
        return
    result = measure(coders, sample(rows, args.most), near=args.near)
    names = [f"{kind} {part}" for kind in ("head", "exact") for part in ("precision", "recall", "F1")]
    print(table([("role", "gold", "found", *names), *((role, *result[role].values()) for role in (*ROLES, "all", _NAMED))]))
    print(result["articles without incident"])
    if args.part == "dev" and args.most >= len(rows):
        save("incidents_rules" if args.rules else "incidents", result)


if __name__ == "__main__":
    main()
