"""A small dossier for the tests of the exports: fictional reports, coded by hand, with what exports must get right or must not give away.

A hospital that one report names and another does not, a private person, a threatened one, formulas in every field, a denial, events without a place
or a day, west of Greenwich, and an input that cannot be read.
"""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import select

from publishing.samples import FACTS
from trucewatch.dossier.adding import Adding
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.store.tables import events
from trucewatch.dossier.store.tables import reports as reports_table
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verdicts.forms import parse
from trucewatch.model import (
    Acled,
    ActorRef,
    AtRisk,
    Basis,
    Claim,
    Coded,
    Event,
    Harm,
    Mention,
    Participant,
    Place,
    SentenceSpan,
    Time,
    Unread,
)

FRONT = ActorRef("xva.nf", "Northern Front", "rebel", "XVA", "XVAREB")
ARMY = ActorRef("XVA-MIL", "Varenia: military", "military", "XVA", "XVAMIL")
CIVILIANS = ActorRef("CVL", "civilians", "civilian", None, "CVL")
EXACT = (46.3612, -8.7713)
PRIVATE, THREATENED, TYPED = "Ysolde Tarn", "Lena Marsh", "Oskar Vendt"
FORMULAS = ("=HYPERLINK(1)", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "＝1")
_HOSPITAL = (
    "The Northern Front shelled Al-Rahma Hospital in Orl on 4 May 2031, killing three people, resident Ysolde Tarn said."
)
_TOWN = "The Northern Front shelled Orl on 4 May 2031. Three people died."
_DENIAL = "The Northern Front denied that it shelled Orl on 4 May 2031."
_ARMY = "The army shelled Orl on 4 May 2031, killing two people, a witness said."
_THREAT = "The Northern Front threatened the reporter Lena Marsh. Soldiers detained drivers."
_HOSTILE = "=HYPERLINK(1) held a patrol in @SUM(A1) on 6 May 2031."


def mention(text, words):
    start = text.index(words)
    return Mention(start, start + len(words), words)


def party(text, words, ref=None):
    found = mention(text, words)
    return Participant(found.start, found.end, words, ref)


def event(text, predicate, clause, **other):
    words, evidence = mention(text, predicate), mention(text, clause)
    made = Event(
        id=f"e-{sum(map(ord, text + predicate)):010d}", type="ASSAULT", mode="heavy-weapons", context=("military",), cameo="194", quad=4,
        acled=Acled("Explosions/Remote violence", "Shelling/artillery/missile attack"), truce="shelling", predicate=words, actor=(),
        recipient=(), instrument=(), status="happened", claim=None, place=None, time=None, harm=(), sentence=0, start=evidence.start,
        end=evidence.end, confidence=0.5, basis=Basis("lexicon:shell.v", "tense:past"),
    )  # fmt: skip
    return replace(made, **other)


def place(text, words, **other):
    found = mention(text, words)
    facts = {
        "name": words, "kind": "town", "country": "XVA", "admin1": "North", "latitude": EXACT[0], "longitude": EXACT[1], "geonameid": 77,
        "precision": 1, "confidence": 0.9, "candidates": (),
    } | other  # fmt: skip
    return Place(found.start, found.end, words, **facts)


def day(text, words, value):
    found = mention(text, words)
    return Time(found.start, found.end, words, "DATE", value, "day", value, value)


def harm(text, words, number, who):
    found = mention(text, words)
    return Harm("killed", number, number, number, who, "civilians", found.start, found.end)


def record(text, events, *, claims=(), places=(), times=(), persons=(), risks=()):
    sentences, start = [], 0
    for part in text.split(". "):
        end = start + len(part) + (0 if part.endswith(".") else 1)
        sentences.append(SentenceSpan(start, min(end, len(text))))
        start = end + 1
    return Coded(
        "x", "coded", (), None, sentences=tuple(sentences), claims=tuple(claims), events=tuple(events), places=tuple(places), times=tuple(times),
        at_risk=tuple(risks), coder=FACTS, persons=tuple(persons),
    )  # fmt: skip


def hospital():
    text = _HOSPITAL
    clause = text[: text.index(", resident")]
    name = mention(text, PRIVATE)
    claim = Claim(
        "c1", (mention(text, f"resident {PRIVATE}"),), (mention(text, "said"),), (mention(text, clause),), "asserts", None, None
    )
    made = event(
        text, "shelled", clause, actor=(party(text, "The Northern Front", FRONT),), place=0, time=0, claim="c1",
        harm=(harm(text, "three people", 3, "three people"),),
    )  # fmt: skip
    return record(
        text, [made], claims=[claim], places=[place(text, "Orl")], times=[day(text, "4 May 2031", "2031-05-04")], persons=[name]
    )


def town(text=_TOWN, ref=FRONT, words="The Northern Front", **other):
    facts = {"actor": (party(text, words, ref),), "place": 0, "time": 0, **other}
    clause = text[: text.index(" on 4")]
    return record(
        text,
        [event(text, "shelled", clause, **facts)],
        places=[place(text, "Orl")],
        times=[day(text, "4 May 2031", "2031-05-04")],
    )


def threat():
    text = _THREAT
    name = mention(text, THREATENED)
    threatened = event(
        text, "threatened", text[: text.index(".")], type="THREATEN", mode="violate", truce=None, acled=None, quad=3, cameo="138",
        status="threatened", actor=(party(text, "The Northern Front", FRONT),), recipient=(party(text, f"the reporter {THREATENED}"),),
    )  # fmt: skip
    held = event(
        text, "detained", "Soldiers detained drivers", type="COERCE", mode="arrest", truce="detention", acled=None, cameo="173", sentence=1,
        actor=(party(text, "Soldiers", ARMY),), recipient=(party(text, "drivers", CIVILIANS),),
    )  # fmt: skip
    risk = AtRisk(name.start, name.end, name.text, threatened.id)
    return record(text, [threatened, held], persons=[name], risks=[risk])


def hostile():
    text = _HOSTILE
    first, second = FORMULAS[0], FORMULAS[3]
    made = event(
        text, "held", text[:-1], type="MOBILIZE", mode=None, truce="patrol held", acled=None, cameo="150", place=0, time=0,
        actor=(party(text, first),), recipient=(party(text, second),),
    )  # fmt: skip
    spot = place(text, second, name="-2+3", admin1="+cmd|x", latitude=30.0, longitude=-40.25, geonameid=None)
    return record(text, [made], places=[spot], times=[day(text, "6 May 2031", "2031-05-06")])


def reports():
    """Each report as its JSON line, and its coding."""
    yield (
        {
            "title": "Hospital hit in Orl",
            "publisher": "State News",
            "published": "2031-05-05",
            "url": "https://state.example/1",
        },
        _HOSPITAL,
        hospital(),
    )
    yield (
        {"title": "Shells on Orl", "publisher": "Open Mirror", "published": "2031-05-06"},
        _TOWN,
        town(harm=(harm(_TOWN, "Three people", 3, "three people"),)),
    )
    yield (
        {"title": "Front denies", "publisher": "Northern Voice", "published": "2031-05-06"},
        _DENIAL,
        town(_DENIAL, status="denied"),
    )
    yield (
        {"title": "Army fire", "publisher": "Valley Post", "published": "2031-05-07"},
        _ARMY,
        town(_ARMY, ARMY, "The army", harm=(harm(_ARMY, "two people", 2, "two people"),)),
    )
    yield {"title": f"{THREATENED} threatened", "publisher": "Free Word", "published": "2031-05-08"}, _THREAT, threat()
    yield {"title": "=1+1", "publisher": "@evil", "published": "2031-05-09", "byline": ["+cmd|x"]}, _HOSTILE, hostile()


def make(folder):
    """The dossier, in a folder that is not there yet."""
    init(folder, name="=Karsh")
    known = {text: coding for _, text, coding in reports()}

    def code(items):
        for item in items:
            if isinstance(item, Unread):
                yield Coded(item.id, item.status, item.reasons, item.report, coder=FACTS)
            else:
                yield replace(known[item.text], id=item.id, report=item)

    lines = folder.parent / "reports.jsonl"
    facts = [{"id": str(number), "text": text, "language": "en", **meta} for number, (meta, text, _) in enumerate(reports(), 1)]
    lines.write_text("".join(json.dumps(line) + "\n" for line in facts), "utf-8")
    broken = folder.parent / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 broken")
    with open_dossier(folder, write=True) as dossier:
        adding = Adding(dossier, coder_json(FACTS), code, dossier.reading(language="en"))
        outcomes = [added.outcome for added in adding.run([str(lines), str(broken)])]
        assert outcomes == ["added"] * 6 + ["failed"]
        _review(dossier)
    return folder


def _review(dossier):
    """A reviewer joins what names the hospital with what names its town, and types a name."""
    told = dossier.read(
        lambda conn: list(
            conn.execute(select(reports_table.c.publisher, events.c.key).join(events, events.c.report == reports_table.c.id))
        )
    )
    keys = {publisher: key for publisher, key in told if publisher in {"State News", "Open Mirror"}}
    desk = DossierDesk(dossier)
    desk.record(Request("merge", "Ana Reviewer", event=keys["State News"], other=keys["Open Mirror"]))
    desk.record(
        Request("correct", "Ana Reviewer", event=keys["Open Mirror"], field="recipient", value=parse("recipient", TYPED))
    )
