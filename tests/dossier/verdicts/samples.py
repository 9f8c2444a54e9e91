"""Accounts, verdicts and a desk in memory, over the fictional record of ``publishing/samples.py``."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from publishing import samples
from trucewatch.dossier.verdicts import attach, desk, fields, queue, state
from trucewatch.dossier.verdicts.kinds import Anchor, Payload, make
from trucewatch.model import TrucewatchError
from trucewatch.model.incident import Account, Party, Spot, Voice, When

REPORT = "r-1"


def party(found):
    ref = found.actor
    return Party(found.text, *((ref.id, ref.name, ref.type, ref.country, ref.code) if ref else ()))


def account_of(coded, event, report=REPORT):
    where = coded.sentences[event.sentence]
    place = coded.places[event.place] if event.place is not None else None
    time = coded.times[event.time] if event.time is not None else None
    claim = next((c for c in coded.claims if c.id == event.claim), None)
    ref = claim.claimant if claim else None
    voice = Voice(claim.source[0].text, ref.id, ref.name, ref.country, claim.stance) if claim and ref else Voice()
    spot = Spot(place.text, place.name, place.kind, place.country, place.admin1, place.latitude, place.longitude, place.geonameid, place.precision) if place else None  # fmt: skip
    return Account(
        key=f"{report}/{event.id}", report=report, event=event.id, number=coded.events.index(event) + 1, published=coded.report.published,
        publisher=coded.report.publisher, title=coded.report.title, type=event.type, mode=event.mode, truce=event.truce,
        status=event.status, actor=tuple(map(party, event.actor)), recipient=tuple(map(party, event.recipient)),
        instrument=tuple(m.text for m in event.instrument), place=spot,
        time=When(time.text, time.value, time.precision, time.begin, time.until) if time else None, harm=event.harm, voice=voice,
        predicate=event.predicate, start=event.start, end=event.end, quote=coded.text[event.start : event.end],
        sentence=coded.text[where.start : where.end], confidence=event.confidence, origin_words="Southern Wire",
    )  # fmt: skip


def subject_of(coded, event, report=REPORT, incident=None):
    at_risk = tuple(p.text for p in coded.at_risk if p.event == event.id)
    return queue.Subject(
        account_of(coded, event, report),
        Anchor.of(coded, event, report),
        event.basis.alternatives,
        event.basis.notes,
        at_risk,
        incident,
    )


def subjects(coded=None, report=REPORT):
    coded = coded or samples.coded()
    return [subject_of(coded, event, report, "i-1" if event.type == "ASSAULT" else None) for event in coded.events]


CASES = (queue.Case("i-1", "Shelling of Aldun", disputed=True, matters=("whether",)),)


class Chain:
    """A chain of verdicts that is written one after another."""

    def __init__(self, found=None):
        self.verdicts = []
        self.subjects = list(found or subjects())
        self.minute = count()

    def add(self, reviewer, kind, number=None, other=None, **said):
        one = self.subjects[number - 1] if number else None
        two = self.subjects[other - 1] if other else None
        request = desk.Request(kind, reviewer, **said)
        made = desk.drawn(request, self.last, at=self.now(), one=one, other=two)
        self.verdicts.append(made)
        return made

    def undo(self, target, reviewer="Ana"):
        made = desk.undone(target, self.last, at=self.now(), reviewer=reviewer)
        self.verdicts.append(made)
        return made

    def now(self):
        return f"2031-06-01T08:{next(self.minute):02}:00Z"

    @property
    def last(self):
        return self.verdicts[-1] if self.verdicts else None


class MemoryDesk:
    """A dossier of one report, or of those given, in memory: the protocol that the real one implements."""

    def __init__(self, codings=None):
        self.codings_by_report = dict(codings or {REPORT: samples.coded()})
        self.chain = Chain([s for report, coded in self.codings_by_report.items() for s in subjects(coded, report)])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    @property
    def said(self):
        return self.chain.verdicts

    def _effective(self, verdicts):
        anchors = state.anchors(verdicts)
        settled = [
            a
            for report, coded in self.codings_by_report.items()
            for a in attach.settle([x for x in anchors if x.report == report], coded)
        ]
        return state.effective(verdicts, settled)

    def effective(self):
        return self._effective(self.said)

    def items(self, wanted):
        yield from queue.queue(self.chain.subjects, CASES, self._effective(queue.heard(self.said, wanted)), wanted)

    def _subject(self, name):
        for subject in self.chain.subjects:
            if name in {subject.account.key, subject.account.event}:
                return subject
        raise TrucewatchError("no-event", f"there is no event {name!r}")

    def item(self, event):
        self._subject(event)
        return next(i for i in self.items(queue.Filter(seen=True)) if event in {i.event, i.event.split("/")[-1]})

    def record(self, request):
        one = self._subject(request.event) if request.event else None
        other = self._subject(request.other) if request.other else None
        saw = fields.Values.of(attach.apply(one.account, self.effective()).account) if one else None
        made = desk.drawn(request, self.chain.last, at=self.chain.now(), one=one, other=other, saw=saw)
        self.said.append(made)
        return made

    def undo(self, wanted, reviewer):
        return self.chain.undo(state.to_undo(self.said, wanted, reviewer), reviewer)

    def verdicts(self, *, reviewer=None, event=None):
        return (v for v in list(self.said) if reviewer in {None, v.reviewer} and event in {None, v.event})

    def incident(self, incident):
        if incident != "i-1":
            raise TrucewatchError("no-incident", f"there is no incident {incident!r}")
        return desk.Told(CASES[0], tuple(self.items(queue.Filter(seen=True, incident=incident))))

    def search(self, text):
        return (i for i in self.items(queue.Filter(seen=True)) if text.casefold() in "".join(i.quote).casefold())

    def codings(self, reports):
        return ((report, self.codings_by_report[report]) for report in reports)


def recoded(**changes):
    """The record coded anew: the first event with other ids and the changes given."""
    coded = samples.coded()
    first, *rest = coded.events
    return replace(coded, events=(replace(first, id="e-9999999999", **changes), *rest))


__all__ = ["CASES", "REPORT", "Chain", "MemoryDesk", "Payload", "account_of", "make", "recoded", "subject_of", "subjects"]
