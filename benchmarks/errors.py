"""Error analysis: the confusions of a corpus with their words, sorted by what mending them would win.

``python benchmarks/errors.py CORPUS [--most N] [--top N] [--examples K]``. A confusion is a pair of what was marked and what was coded
(missing: nothing was coded; spurious: nothing was marked). What it would win is the corpus's own figure reckoned again as if that
confusion were right, less the figure now; what two confusions would win together need not be the sum. ``--examples`` shows the words: the
text with the act in [[ ]], what was coded, and which rule or head made it. Two more tables sum the errors by rule or head and by the word
of the act.

plv         root of the event that fits the marked pair; root macro-F1, as in ``events.py``
case        ACLED sub-event of the main event; weighted F1, as in ``snippets.py``
own         type of the acts in our own texts that were not learned from; F1 over the marked words, where a word marked as no act is spurious
            once coded (events on words that are not marked are neither asked for nor punished, as in ``acts.py``)
own-status  status of those acts whose type is right; share right
gold        type of the events of ``tests/gold``; F1 of types, as in ``gold.py``
muc         entities by incident role, those of another role paired; pooled F1 by head words, as in ``incidents.py``
cameo       participants by role; mean of both roles' F1, as in ``events.py``
polnear     claims, a role of a relation at a time; exact F1 of relations, as in ``claims.py`` (``--rules`` changes nothing here)
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import acts
import claims
import events
import incidents
import snippets
from claims import _same, _tokens, _top_level, _trimmed
from common import (
    ROOT,
    Coders,
    corpus,
    joined,
    macro_f1,
    marked_spans,
    micro_f1,
    one_to_one,
    options,
    overlaps,
    sample,
    table,
    weighted_f1,
)
from trucewatch.coding.claims.find import relations_of, tagged_roles
from trucewatch.coding.claims.spans import Layout
from trucewatch.model import Report
from trucewatch.ontology import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trucewatch.coding.claims.spans import Relation
    from trucewatch.model import Coded, Event

NONE = "-"
_LONG = 700


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was marked, coded, or both.

    ``by`` is the rule or head, ``word`` the word of the act, ``words`` the text to read. ``side`` tells what the item counts as, where marked
    and coded spans are counted each for itself: "gold", "found" or "both". ``group`` joins items that are right only together.
    """

    gold: str
    found: str
    by: str
    words: str
    word: str = NONE
    side: str = "both"
    group: str = ""

    @property
    def wrong(self) -> bool:
        """Whether it is an error."""
        return self.gold != self.found

    @property
    def rule(self) -> str:
        """The rule or head, without its chances."""
        return re.sub(r" \d[\d.]*", "", self.by)

    def mended(self) -> Item:
        """As it should have been: coded and marked alike."""
        return replace(self, found=self.gold, side="both")


@dataclass(frozen=True, slots=True)
class Confusion:
    """A kind of error, the points of the figure that mending it would win, and where it stands."""

    gold: str
    found: str
    gain: float
    items: tuple[Item, ...]

    def __str__(self) -> str:
        if self.found == NONE:
            return f"{self.gold} missing"
        if self.gold == NONE:
            return f"{self.found} spurious"
        return self.found if self.found.startswith(f"{self.gold} ") else f"{self.gold} coded as {self.found}"


@dataclass(frozen=True, slots=True)
class Blame:
    """A rule or word, the errors it stands for, all it made, and the points that mending its errors would win."""

    name: str
    wrong: int
    made: int
    gain: float


def gain(items: Sequence[Item], metric: Callable[[Sequence[Item]], float], wrong: Callable[[Item], bool]) -> float:
    """Points that mending the items ``wrong`` picks would win."""
    return metric([i.mended() if wrong(i) else i for i in items]) - metric(items)


def confusions(items: Sequence[Item], metric: Callable[[Sequence[Item]], float]) -> list[Confusion]:
    """Kinds of error, the most rewarding first, then the most frequent."""
    kinds: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        if item.wrong:
            kinds.setdefault((item.gold, item.found), []).append(item)
    made = [
        Confusion(*kind, gain(items, metric, lambda i, kind=kind: (i.gold, i.found) == kind), tuple(members))
        for kind, members in kinds.items()
    ]
    return sorted(made, key=lambda c: (-round(c.gain, 6), -len(c.items), c.gold, c.found))


def blamed(
    items: Sequence[Item], metric: Callable[[Sequence[Item]], float], name: Callable[[Item], str], top: int = 25
) -> list[Blame]:
    """Rules or words (what ``name`` gives) with the most errors, most first."""
    made = Counter(name(i) for i in items)
    wrong = Counter(name(i) for i in items if i.wrong)
    worst = sorted(wrong.items(), key=lambda x: (-x[1], x[0]))[:top]
    return [Blame(k, n, made[k], gain(items, metric, lambda i, k=k: name(i) == k)) for k, n in worst]


def by_labels(metric: Callable[[Sequence[str], Sequence[str]], float]) -> Callable[[Sequence[Item]], float]:
    """A figure over items from one over labels."""
    return lambda items: metric([i.gold for i in items], [i.found for i in items])


def roles_f1(items: Sequence[Item]) -> float:
    """Mean over the roles of the F1 of marked spans that are found and coded spans that are marked."""
    scores = []
    for role in sorted({label for i in items for label in (i.gold, i.found)} - {NONE}):
        gold = [i for i in items if i.gold == role and i.side != "found"]
        found = [i for i in items if i.found == role and i.side != "gold"]
        p, r = _share(found), _share(gold)
        scores.append(200 * p * r / (p + r) if p + r else 0.0)
    return sum(scores) / max(1, len(scores))


def _share(items: Sequence[Item]) -> float:
    return sum(not i.wrong for i in items) / max(1, len(items))


def groups_f1(items: Sequence[Item]) -> float:
    """F1 of groups: one is right when all its items are."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    gold = sum(any(i.gold != NONE for i in group) for group in groups.values())
    found = sum(any(i.found != NONE for i in group) for group in groups.values())
    right = sum(not any(i.wrong for i in group) and any(i.gold != NONE for i in group) for group in groups.values())
    return 200 * right / max(1, gold + found)


def described(event: Event | None) -> str:
    """What was coded, by what, and how sure."""
    if event is None:
        return "nothing coded"
    what = f"{event.type}/{event.mode or NONE} {event.status} [{snippets.sub_event(event)}] {event.confidence:.2f}"
    return f"{what} by {event.basis.type_rule} / {event.basis.status_rule}"


def marked(coded: Coded, event: Event | None) -> str:
    """The text with the act's words in [[ ]]; of a long text, the act's sentence."""
    text = coded.text
    start, end = 0, len(text)
    if event is None:
        return " ".join(text[:_LONG].split())
    if len(text) > _LONG:
        span = coded.sentences[event.sentence]
        start, end = min(span.start, event.predicate.start), max(span.end, event.predicate.end)
    a, b = event.predicate.start, event.predicate.end
    return " ".join(f"{text[start:a]}[[{text[a:b]}]]{text[b:end]}".split())


def made(
    gold: str, found: str, coded: Coded, event: Event | None, *, wanted: str = "", where: str = "", word: str = ""
) -> Item:
    """An item of an event or of its lack; ``word`` stands for the event's where there is none."""
    words = f"{where} {marked(coded, event)}\n      {f'wanted on {wanted!r}; ' if wanted else ''}{described(event)}"
    if event is None and coded.events:
        words += f"; elsewhere {', '.join(f'{e.type} {e.predicate.text!r}' for e in coded.events[:6])}"
    by = event.basis.type_rule if event else "(nothing coded)"
    return Item(gold, found, by, words, (event.predicate.text if event else word or NONE).lower())


def of_plv(coders: Coders, most: int) -> Iterator[Item]:
    """Roots of the events that fit the marked pairs."""
    for row in sample(corpus("events/plv-train.jsonl.xz"), most):
        source, target = marked_spans(row["marked"])
        coded = coders(row["id"]).code(re.sub(r"</?[st]>", "", row["marked"]))
        event = events.pick(coded, source, target)
        root = events.YIELD.get(event.type, event.type) if event else NONE
        item = made(row["root"], root, coded, event, where=row["id"])
        pair = [" + ".join(coded.text[a:b] for a, b in spans) or NONE for spans in (source, target)]
        yield replace(item, words=f"{item.words}\n      marked pair: {pair[0]} -> {pair[1]}")


def of_case(coders: Coders, most: int) -> Iterator[Item]:
    """ACLED sub-events of the main events."""
    names = load().case_labels
    for row in sample(corpus("snippets/case2021-dev.jsonl.xz"), most):
        coded = coders(row["id"]).code(row["text"])
        event = snippets.main_event(coded)
        yield made(names[row["label"]] or NONE, snippets.sub_event(event), coded, event, where=str(row["id"]))


def _own(coders: Coders, most: int) -> Iterator[tuple[Coded, Any, Any, Event | None]]:
    for k, example in enumerate(sample(acts.own_events.held_out(), most)):
        coded = coders(str(k)).code(example.text)
        for act, event in acts.pairs(coded, example):
            yield coded, example, act, event


def of_own(coders: Coders, most: int) -> Iterator[Item]:
    """Types of the acts in our own texts that were not learned from."""
    for coded, example, act, event in _own(coders, most):
        word = coded.text[slice(*act.predicate)]
        found = event.type if event else NONE
        yield made(act.type or NONE, found, coded, event, wanted=word, where=example.where, word=word)


def of_own_status(coders: Coders, most: int) -> Iterator[Item]:
    """Statuses of those of them whose type is right."""
    for coded, example, act, event in _own(coders, most):
        if event and act.type == event.type:
            item = made(act.status, event.status, coded, event, wanted=coded.text[slice(*act.predicate)], where=example.where)
            yield replace(item, by=event.basis.status_rule)


def of_gold(coders: Coders, most: int) -> Iterator[Item]:
    """Types of the events of the house's gold set, paired as its scorer pairs them."""
    import gold as house  # noqa: PLC0415 - opens half the package, and puts the scorer on the path

    scorer = sys.modules["scorer"]

    for text in sample(house.read_gold(ROOT / "tests" / "gold" / "sentences.jsonl"), most):
        coded = coders("0").code(Report(text.id, text.text, published=text.published, language="en"))
        pairs = dict(scorer.paired(text.events, coded.events))
        for k, wanted in enumerate(text.events):
            event = coded.events[pairs[k]] if k in pairs else None
            right = event is not None and event.type in wanted.types
            if wanted.optional and (right or event is None):
                continue  # neither asked for nor punished
            found = event.type if event else NONE
            label = NONE if wanted.optional else found if right else wanted.types[0]
            word = wanted.predicates[0]
            yield made(label, found, coded, event, wanted=f"{'/'.join(wanted.types)} {word}", where=text.id, word=word)
        for p, event in enumerate(coded.events):
            if p not in pairs.values():
                yield made(NONE, event.type, coded, event, where=text.id)


def of_muc(coders: Coders, most: int) -> Iterator[Item]:
    """Entities of incident roles: found, missing, spurious, and those found in another role."""
    for row in sample(corpus("incidents/muc4-dev.jsonl.xz"), most):
        coded = coders(row["docid"]).code(row["doctext"], id=row["docid"])
        found = incidents.roles_of(coded, judging=coders.judging)
        missing: list[tuple[str, incidents.Entity]] = []
        spurious: list[tuple[str, incidents.Entity]] = []
        for role in incidents.ROLES:
            pairs, lacks, extra = incidents.verdicts(found[role], incidents.gold_entities(row["templates"], role))
            missing += [(role, e) for e in lacks]
            spurious += [(role, e) for e in extra]
            for entity, _ in pairs:
                yield _entity_item(role, role, coded, entity, None)
        crossed = one_to_one([[incidents.fits(f, g) for _, g in missing] for _, f in spurious])
        for f, g in crossed:
            yield _entity_item(missing[g][0], spurious[f][0], coded, spurious[f][1], missing[g][1])
        for g, (role, entity) in enumerate(missing):
            if g not in {pair[1] for pair in crossed}:
                yield _entity_item(role, NONE, coded, None, entity)
        for f, (role, entity) in enumerate(spurious):
            if f not in {pair[0] for pair in crossed}:
                yield _entity_item(NONE, role, coded, entity, None)


def _entity_item(
    gold: str, found: str, coded: Coded, entity: incidents.Entity | None, lacking: incidents.Entity | None
) -> Item:
    """An entity with the event that named it or, where it is missing, with an event of its first mention's sentence."""
    shown = " = ".join((entity or lacking or incidents.Entity()).phrases)
    if entity is not None:
        event = entity.events[0]
        item = made(gold, found, coded, event)
        return replace(item, words=f"{coded.id} {shown!r} in: {item.words.strip()}")
    sentence = incidents.sentence_at(coded, lacking.start or 0 if lacking else 0)
    near = [e for e in coded.events if e.sentence == sentence]
    near.sort(key=lambda e: (not incidents.violent(e), -e.confidence))
    text = marked(coded, near[0]) if near else incidents.clip(coded, sentence)
    by = f"(there: {near[0].basis.type_rule})" if near else "(nothing coded there)"
    words = f"{coded.id} {shown!r} in: {text}\n      {described(near[0] if near else None)}"
    return Item(gold, found, by, words, f"(there: {near[0].predicate.text.lower()})" if near else NONE)


def of_cameo(coders: Coders, most: int) -> Iterator[Item]:
    """Marked participants and those coded; a marked one that was coded in the other role only is paired with it."""
    for row in sample(corpus("events/cameo-spans-train.jsonl.xz"), most):
        text, people = joined(row["tokens"], row["tags"])
        coded = coders(row["id"]).code(text)
        missing: list[tuple[str, events.Span]] = []
        spurious: list[tuple[str, events.Span, Event]] = []
        for tag, role in (("S", "actor"), ("T", "recipient")):
            gold = people[tag]
            said = {(p.start, p.end): e for e in sorted(coded.events, key=lambda e: e.confidence) for p in getattr(e, role)}
            for span in gold:
                event = next((e for s, e in said.items() if overlaps(span, s)), None)
                if event:
                    yield replace(_person_item(role, role, coded, event, span=span, where=row["id"]), side="gold")
                else:
                    missing.append((role, span))
            for span, event in said.items():
                if any(overlaps(span, g) for g in gold):
                    yield replace(_person_item(role, role, coded, event, span=span, where=row["id"]), side="found")
                else:
                    spurious.append((role, span, event))
        yield from _participants(coded, missing, spurious, row["id"])


def _participants(
    coded: Coded, missing: list[tuple[str, events.Span]], spurious: list[tuple[str, events.Span, Event]], where: str
) -> Iterator[Item]:
    crossed = one_to_one([[overlaps(span, other) for _, other in missing] for _, span, _ in spurious])
    for s, m in crossed:
        yield _person_item(missing[m][0], spurious[s][0], coded, spurious[s][2], span=missing[m][1], where=where)
    for m, (role, span) in enumerate(missing):
        if m not in {pair[1] for pair in crossed}:
            near = min(coded.events, key=lambda e: abs(e.predicate.start - span[0]), default=None)
            yield _person_item(role, NONE, coded, near, span=span, where=where)
    for s, (role, span, event) in enumerate(spurious):
        if s not in {pair[0] for pair in crossed}:
            yield _person_item(NONE, role, coded, event, span=span, where=where)


def _person_item(gold: str, found: str, coded: Coded, event: Event | None, *, span: events.Span, where: str) -> Item:
    item = made(gold, found, coded, event)
    return replace(item, words=f"{where} {coded.text[slice(*span)]!r} in: {item.words.strip()}")


def of_polnear(coders: Coders, most: int) -> Iterator[Item]:
    """Relations, a role at a time: right, missing, spurious, with a wrong border, or elsewhere; and whole ones missing or spurious."""
    analyser = coders("0").analyser
    for row in sample(corpus("attribution/polnear-dev.jsonl.xz"), most):
        analysis = analyser.analyse(row["text"])
        yield from _relations(Layout(analysis), claims.gold_relations(analysis, row), row["id"])


def _relations(layout: Layout, gold: Sequence[Relation], where: str) -> Iterator[Item]:
    found = [r for r in _top_level(list(relations_of(layout))) if r.content]
    cues = _tokens(tagged_roles(layout.analysis).cue)
    pairs = matched(layout, found, gold)
    for f, g in pairs:
        for role in claims.ROLES:
            want, got = getattr(gold[g], role), getattr(found[f], role)
            labels = verdict(role, _trimmed(layout, want), _trimmed(layout, got))
            if labels != (NONE, NONE):
                item = _relation_item(layout, *labels, gold[g], found[f])
                yield replace(item, group=f"{where} {g}")
    met, taken = {g for _, g in pairs}, {f for f, _ in pairs}
    for g, relation in enumerate(gold):
        if g not in met:
            by = "(cue tagged)" if cues & _tokens(relation.cue) else "(cue not tagged)"
            item = replace(_relation_item(layout, "relation", NONE, relation, None), by=by)
            yield replace(item, group=f"{where} {g}")
    for f, relation in enumerate(found):
        if f not in taken:
            yield replace(_relation_item(layout, NONE, "relation", None, relation), group=f"{where} made {f}")


def verdict(role: str, gold: frozenset[Any], found: frozenset[Any]) -> tuple[str, str]:
    """Labels, marked and found, of one role of a relation whose spans are given as token runs."""
    if gold == found:
        return (role, role) if gold else (NONE, NONE)
    if not gold or not found:
        return role if gold else NONE, role if found else NONE
    return role, f"{role} with wrong border" if _tokens(gold) & _tokens(found) else f"{role} elsewhere"


def matched(layout: Layout, found: Sequence[Relation], gold: Sequence[Relation]) -> list[tuple[int, int]]:
    """Index pairs of relations found and gold, one to one: the same first, then those that overlap in each role, then in the cue."""
    ranked = []
    for f, relation in enumerate(found):
        for g, other in enumerate(gold):
            fit = _same(layout, relation, other)
            if any(fit.values()):
                ranked.append((not fit["exact"], not fit["overlap"], not fit["cue"], f, g))
    pairs: dict[int, int] = {}
    for *_, f, g in sorted(ranked):
        if f not in pairs and g not in pairs.values():
            pairs[f] = g
    return sorted(pairs.items())


def _relation_item(layout: Layout, gold: str, found: str, wanted: Relation | None, got: Relation | None) -> Item:
    def words(relation: Relation | None) -> str:
        if relation is None:
            return NONE
        parts = {role: " ... ".join(layout.analysis.text_of(*run) for run in getattr(relation, role)) for role in claims.ROLES}
        return " | ".join(f"{role}: {' '.join(text.split())}" for role, text in parts.items())

    either = got or wanted
    cue = layout.analysis.text_of(*either.cue[0]).lower() if either else NONE
    return Item(gold, found, got.rule if got else NONE, f"wanted {words(wanted)}\n      found  {words(got)}", cue)


CORPORA: dict[str, tuple[Callable[[Coders, int], Iterator[Item]], Callable[[Sequence[Item]], float], str]] = {
    "plv": (of_plv, by_labels(lambda gold, found: macro_f1(gold, found, events.ROOTS)[0]), "root macro-F1"),
    "case": (
        of_case,
        by_labels(lambda gold, found: weighted_f1(gold, found, without=NONE)[0]),
        "weighted F1 of ACLED's sub-events",
    ),
    "own": (of_own, by_labels(micro_f1), "F1 of types over the marked words"),
    "own-status": (of_own_status, by_labels(micro_f1), "share of statuses right, % of the acts whose type is right"),
    "gold": (of_gold, by_labels(micro_f1), "F1 of types"),
    "muc": (of_muc, by_labels(micro_f1), "pooled F1 of entities by head words"),
    "cameo": (of_cameo, roles_f1, "mean F1 of actors and recipients"),
    "polnear": (of_polnear, groups_f1, "exact F1 of relations"),
}


def main() -> None:
    """Print the confusions of one corpus."""
    parser = options(__doc__)
    parser.add_argument("corpus", choices=list(CORPORA))
    parser.add_argument("--most", type=int, default=100_000, help="at most so many texts, evenly spread")
    parser.add_argument("--top", type=int, default=25, help="so many confusions, rules and words")
    parser.add_argument("--examples", type=int, default=0, help="so many examples of each confusion")
    args = parser.parse_args()
    read, metric, name = CORPORA[args.corpus]
    items = list(read(Coders(model=args.model, folds=args.folds, judging=not args.rules), args.most))
    print(f"{args.corpus}: {len(items)} items, {sum(i.wrong for i in items)} wrong; {name} {metric(items):.1f}\n")
    found = confusions(items, metric)[: args.top]
    if not args.examples:
        print(table([("would win", "times", "confusion"), *((f"{c.gain:+.2f}", len(c.items), c) for c in found)]))
    for confusion in found if args.examples else ():
        print(f"{confusion.gain:+.2f}  {len(confusion.items)} times: {confusion}")
        for item in confusion.items[: args.examples]:
            print(f"    {item.words.strip()}")
    for title, of in (("rule or head", lambda i: i.rule), ("word of the act", lambda i: i.word)):
        worst = blamed(items, metric, of, args.top)
        print(
            f"\n{table([(title, 'errors', 'made', 'would win'), *((b.name, b.wrong, b.made, f'{b.gain:+.2f}') for b in worst)])}"
        )


if __name__ == "__main__":
    main()
