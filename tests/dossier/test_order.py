"""The incidents of a dossier do not depend on the order in which reports arrived, were corrected or were coded anew; on both stores."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.dossier.conftest import BOTH, fresh

from trucewatch.dossier import meeting
from trucewatch.dossier.adding import Adding
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.recoding import recode, stale
from trucewatch.dossier.store.tables import blocks, edges, incidents, members, origins
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verifying import verify
from trucewatch.ledger import tables
from trucewatch.ledger.together import together
from trucewatch.model import CoderFacts, Report
from trucewatch.model.contract import from_dict

FACTS = CoderFacts("1", "m", "o", "g", "a")
PLACES = {"Orl": (40.1, -40.1), "Aldun": (40.9, -40.8), "Holm": (41.7, -40.2)}
PAPERS = ("Valley Post", "Hill Echo", "Border Mission", "Radio Orl")
ACTS = {"shelled": ("ASSAULT", "heavy-weapons", "shelling"), "blocked": ("SANCTION", "movement", "road blocked")}
VICTIMS = ("a baker", "two farmers", "a nurse", "three drivers", "a teacher")


def made(number):
    """An invented report as its line, and as its record: one or two sentences, each with an event."""
    chance = random.Random(number)
    parts = [sentence(chance, number) for _ in range(1 + number % 2)]
    text = " ".join(words for words, _ in parts)
    day = f"2031-05-{13 + number % 4}"
    line = {"id": str(number), "text": text, "published": day, "publisher": PAPERS[number % 4], "title": None, "language": "en"}
    events, places, times, sentences, at = [], [], [], [], 0
    for index, (words, facts) in enumerate(parts):
        sentences.append({"start": at, "end": at + len(words), "kind": "statement"})
        if facts["place"]:
            start = at + words.index(facts["place"])
            latitude, longitude = PLACES[facts["place"]]
            places.append({
                "start": start, "end": start + len(facts["place"]), "text": facts["place"], "name": facts["place"], "kind": "village",
                "country": "XAA", "admin1": "West", "latitude": latitude, "longitude": longitude, "geonameid": None, "precision": 1,
                "confidence": 0.9, "candidates": [],
            })  # fmt: skip
        if facts["day"]:
            start = at + words.index(facts["day"])
            iso = f"2031-05-{facts['day'].split()[0]}"
            times.append({
                "start": start, "end": start + len(facts["day"]), "text": facts["day"], "type": "DATE", "value": iso, "precision": "day",
                "begin": iso, "until": iso,
            })  # fmt: skip
        events.append(event(at, words, facts, index, (len(places) - 1, len(times) - 1)))
        at += len(words) + 1
    record = {"id": str(number), "status": "coded", "reasons": [], "report": None, "text": text, "sentences": sentences, "events": events,
              "places": places, "times": times}  # fmt: skip
    return line, record


def sentence(chance, number):
    act, victims = chance.choice(sorted(ACTS)), chance.choice(VICTIMS)
    place = chance.choice([*PLACES, *PLACES, None])
    day = chance.choice(["13 May", "14 May", "13 May", None])
    where = f" near {place}" if place else " nearby"
    return f"The army {act} the road{where}{f' on {day}' if day else ''} and killed {victims} in house {number}.", {
        "act": act, "victims": victims, "place": place, "day": day,
    }  # fmt: skip


def event(at, words, facts, index, found):
    place, time = found
    type_, mode, truce = ACTS[facts["act"]]
    start = at + words.index(facts["act"])
    count = {"a": 1, "two": 2, "three": 3}[facts["victims"].split()[0]]
    killed = at + words.index(facts["victims"])
    harm = {"kind": "killed", "low": count, "best": count, "high": count, "who": facts["victims"], "side": None,
            "start": killed, "end": killed + len(facts["victims"])}  # fmt: skip
    return {
        "id": f"e-{index}", "type": type_, "mode": mode, "context": [], "cameo": None, "quad": 4, "acled": None, "truce": truce,
        "predicate": {"start": start, "end": start + len(facts["act"]), "text": facts["act"]},
        "actor": [{"start": at, "end": at + 8, "text": "The army"}], "recipient": [], "instrument": [], "status": "happened",
        "claim": None, "place": place if facts["place"] else None, "time": time if facts["day"] else None, "harm": [harm],
        "sentence": index, "start": at, "end": at + len(words), "confidence": 0.4 + 0.1 * index, "basis": {"type_rule": "", "status_rule": ""},
    }  # fmt: skip


def reports():
    """Twenty-four reports; every fourth is printed again by another paper, a day earlier or later."""
    found = [made(number) for number in range(24)]
    for number in range(0, 24, 4):
        line, record = found[number]
        found.append(
            ({**line, "id": f"{number}b", "publisher": "Reprint Daily", "published": f"2031-05-{12 + number % 3}"}, record)
        )
    return found


class Coder:
    """Looks up what was made of a text; its second version leaves out what it is least sure of."""

    def __init__(self, facts=FACTS):
        self.facts = facts
        self.records = {record["text"]: record for _, record in reports()}

    def __call__(self, items):
        for item in items:
            assert isinstance(item, Report), item
            coded = replace(from_dict({**self.records[item.text], "id": item.id}), report=item, coder=self.facts)
            yield coded if self.facts.version == "1" else replace(coded, events=coded.events[-1:])


@pytest.fixture(params=BOTH)
def dossiers(request, tmp_path):
    """Makes a dossier of some reports in their order, and says how its ledger stands."""
    count = iter(range(100))

    def build(lines, coder=None, then=None):
        coder = coder or Coder()
        folder = tmp_path / f"d{next(count)}"
        url = "sqlite" if request.param == "sqlite" else fresh(request, tmp_path, request.param, migrated=False)
        init(folder, url=url.replace("postgresql+psycopg://", "postgresql://"))
        with open_dossier(folder, write=True) as dossier:
            path = tmp_path / f"{folder.name}.jsonl"
            path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
            done = list(Adding(dossier, coder_json(coder.facts), coder, dossier.reading()).run([str(path)]))
            assert [one.outcome for one in done] == ["added"] * len(lines)
            if then:
                then(dossier)
            state = dossier.read(standing)
        with open_dossier(folder) as dossier:
            assert [found for found in verify(dossier) if not found.note and found.code != "file-unknown"] == []
        return state

    return build


def standing(conn):
    """Who stands with whom, what the incidents say, and what they rest on; without the ids, which may depend on history."""
    homes = {}
    for row in conn.execute(select(members.c.event, members.c.incident)):
        homes.setdefault(row.incident, set()).add(row.event)
    told = [json.dumps({**json.loads(text), "id": ""}, sort_keys=True) for text in conn.scalars(select(incidents.c.summary))]
    return {
        "clusters": {frozenset(keys) for keys in homes.values()},
        "told": sorted(told),
        "blocks": {tuple(row) for row in conn.execute(select(blocks))},
        "edges": {tuple(row) for row in conn.execute(select(edges))},
        "origins": {tuple(row) for row in conn.execute(select(origins.c.report, origins.c.origin, origins.c.publisher))},
    }


def shuffled(seed):
    lines = [line for line, _ in reports()]
    random.Random(seed).shuffle(lines)
    return lines


def few(block, held):
    del block
    return held > 5


def crowds(monkeypatch):
    """Blocks are full and vague strands are crowded when there are few of them."""
    monkeypatch.setattr(meeting, "crowded", few)
    limits = {**tables.limits(), "crowd of vague strands": 3, "sure ties of vague strands": 2}
    monkeypatch.setattr(tables, "limits", lambda: limits)


@pytest.mark.parametrize(("crowd", "seeds"), [(False, (1,)), (True, (1, 2))])
def test_any_order_gives_the_same_incidents(dossiers, monkeypatch, crowd, seeds):
    if crowd:
        crowds(monkeypatch)
    first = dossiers(shuffled(0))
    assert 3 < len(first["clusters"]) < 40
    assert max(map(len, first["clusters"])) > 3
    for seed in seeds:
        assert dossiers(shuffled(seed)) == first


def test_the_database_has_the_incidents_that_memory_has(dossiers):
    coded = []
    coder = Coder()

    def kept(items):
        for one in coder(items):
            coded.append(one)
            yield one

    kept.facts = FACTS
    found = dossiers(shuffled(0), kept)
    expected = together(coded)
    assert {frozenset(teller.account for teller in one.tellers) for one in expected.incidents} == found["clusters"]


@pytest.mark.parametrize("crowd", [False, True])
def test_a_verdict_that_is_taken_back_leaves_no_trace_in_the_incidents(dossiers, monkeypatch, crowd):
    if crowd:
        crowds(monkeypatch)

    def reject_and_undo(dossier):
        desk = DossierDesk(dossier)
        before = dossier.read(standing)
        events = sorted(key for keys in before["clusters"] for key in keys)
        given = [desk.record(Request("reject", "ana", event=key)) for key in events[::4]]
        assert dossier.read(standing)["clusters"] != before["clusters"]
        for verdict in given:
            desk.undo(verdict.id, "ana")
        assert dossier.read(standing) == before

    dossiers(shuffled(3), then=reject_and_undo)


def test_coding_anew_gives_the_incidents_of_a_dossier_that_was_coded_so_at_once(dossiers):
    second = Coder(replace(FACTS, version="2"))

    def code_anew(dossier):
        ids = stale(dossier, coder_json(second.facts))
        assert len(ids) == 30
        assert {one.status for one in recode(dossier, second, ids)} == {"coded"}

    assert dossiers(shuffled(4), then=code_anew) == dossiers(shuffled(5), second)
