"""The review queue: what is at stake goes first, and a person is never a way to ask."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from dossier.verdicts.samples import CASES, REPORT, Chain, subjects
from publishing import samples
from trucewatch.dossier.verdicts.attach import settle
from trucewatch.dossier.verdicts.queue import Case, Filter, heard, queue
from trucewatch.dossier.verdicts.state import anchors, effective

CODED = samples.coded()


def shown(chain=None, wanted=None, found=None, cases=CASES, coded=CODED):
    chain = chain or Chain()
    said = heard(chain.verdicts, wanted or Filter())
    held = effective(said, settle(anchors(said), coded))
    return list(queue(found or subjects(coded), cases, held, wanted))


def test_persons_at_risk_then_disputed_incidents_the_least_sure_first():
    items = shown()
    assert [(item.anchor.text, item.reasons[0][0]) for item in items] == [
        ("offered a bounty", "at risk"),
        ("fired", "disputed"),
        ("shelled", "disputed"),
    ]
    assert items[1].reasons[0][1] == "reports contradict each other on whether"


def test_without_a_dispute_low_confidence_goes_before_what_nobody_has_seen():
    found = subjects()
    found[0] = replace(found[0], account=replace(found[0].account, confidence=0.31))
    items = shown(found=found, cases=[Case("i-1", "calm")])
    assert [[reason for reason, _ in item.reasons] for item in items] == [
        ["at risk", "unseen"],
        ["low confidence", "unseen"],
        ["unseen"],
    ]
    assert items[1].confidence == 0.31


def test_a_lost_verdict_comes_before_all_with_what_its_reviewer_held():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "correct", 1, field="status", value="ongoing")
    coded = replace(CODED, events=CODED.events[2:])
    first, second = shown(chain, coded=coded, found=[subjects()[2]])
    assert (first.lost, first.reasons[0][0], first.confidence) == (True, "lost", None)
    assert "no event of a kind" in first.reasons[0][1]
    assert (first.values.status, first.values.truce, first.event) == ("ongoing", "shelling", "r-1/e-1111111111")
    assert [v.kind for v in first.verdicts] == ["accept", "correct"]
    assert not second.lost


def test_a_lost_verdict_without_what_was_seen_still_comes():
    chain = Chain()
    verdict = chain.add("Ana", "correct", 1, field="status", value="ongoing")
    chain.verdicts[0] = replace(verdict, payload=replace(verdict.payload, saw=None))
    first = shown(chain, coded=replace(CODED, events=()), found=[subjects()[2]])[0]
    assert (first.lost, first.values.type.type, first.values.status) == (True, "ASSAULT", "ongoing")


def test_what_was_reviewed_leaves_the_queue_unless_it_is_asked_for():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "reject", 3)
    assert [item.anchor.text for item in shown(chain)] == ["fired"]
    everything = shown(chain, Filter(seen=True))
    assert [item.reasons[0] for item in everything[1:]] == [("seen", "reviewed by Ana")] * 2
    assert [item.rejected for item in everything] == [False, True, False]


def test_a_note_alone_does_not_take_an_event_from_the_queue():
    chain = Chain()
    chain.add("Ana", "note", 1, text="ask")
    assert len(shown(chain)) == 3


def test_reviewers_who_differ_bring_it_back():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ben", "reject", 1)
    item = next(i for i in shown(chain) if i.anchor.text == "shelled")
    assert item.reasons == (("reviewers differ", "event: Ana has keeps, Ben has rejects"),)


def test_a_blind_reviewer_sees_nothing_of_the_others():
    chain = Chain()
    chain.add("Ana", "correct", 1, field="status", value="denied")
    mine = chain.add("Ben", "accept", 2)
    blind = shown(chain, Filter(reviewer="Ben", blind=True))
    assert [item.anchor.text for item in blind] == ["offered a bounty", "shelled"]
    assert (blind[1].values.status, blind[1].verdicts, blind[1].marks) == ("happened", (), ())
    chain.undo(mine, "Ana")
    assert len(shown(chain, Filter(reviewer="Ben", blind=True))) == 3


def test_an_undo_of_an_undo_of_a_blind_reviewers_verdict_counts_for_them():
    chain = Chain()
    mine = chain.add("Ben", "accept", 2)
    chain.undo(chain.undo(mine, "Ana"), "Ana")
    assert len(heard(chain.verdicts, Filter(reviewer="Ben", blind=True))) == 3


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Filter(truce="shelling"), ["fired", "shelled"]),
        (Filter(type="THREATEN"), ["offered a bounty"]),
        (Filter(incident="i-1"), ["fired", "shelled"]),
        (Filter(incident="i-9"), []),
        (Filter(report="r-9"), []),
        (Filter(report=REPORT, limit=1), ["offered a bounty"]),
        (Filter(reasons=("disputed",)), ["fired", "shelled"]),
        (Filter(reasons=("seen",)), []),
    ],
)
def test_items_may_be_asked_for(wanted, words):
    assert [item.anchor.text for item in shown(wanted=wanted)] == words


def test_there_is_no_way_to_ask_for_a_person():
    assert {f.name for f in fields(Filter)} == {
        "reviewer",
        "blind",
        "seen",
        "reasons",
        "report",
        "incident",
        "type",
        "truce",
        "limit",
    }


def test_an_item_holds_what_a_screen_shows():
    item = shown()[2]
    before, focus, after = item.quote
    assert (before, focus) == ("On 4 May, Karsian gunners ", "shelled")
    assert after.endswith("the Aldun Front said.")
    assert item.headline == "Shelling · Karsian gunners → the village of Aldun · Aldun · 2031-05-04"
    assert item.says == "the Aldun Front [asserts]"
    assert dict(item.codes)["harm"] == "killed 3 (militants) @aldun-front"
    assert [(a.field, a.value) for a in item.alternatives] == [("type", "MOBILIZE")]
    assert (item.title, item.publisher, item.published, item.case) == (
        "Guns fall on Aldun",
        "Free Aldun Post",
        "2031-05-06",
        CASES[0],
    )
    assert shown()[0].says == "the report itself"
    assert shown()[0].at_risk == ("Mira Tolen",)


def test_the_quote_is_found_also_where_the_words_stand_twice():
    account = subjects()[0].account
    start = account.end - len("militants")
    twice = replace(account, predicate=samples.mention("militants"), sentence=account.quote + " said the militants.")
    item = shown(found=[replace(subjects()[0], account=twice)])[0]
    assert len(item.quote[0]) == start - account.start
    assert item.quote[1] == "militants"


def test_a_correction_shows_in_values_and_marks_and_the_machines_stay():
    chain = Chain()
    chain.add("Ana", "correct", 1, field="truce", value="small arms")
    item = next(i for i in shown(chain, Filter(seen=True)) if i.anchor.text == "shelled")
    assert (item.values.truce, item.machine.truce) == ("small arms", "shelling")
    assert [m.field for m in item.marks] == ["truce"]
    assert item.headline.startswith("Small-arms fire")


def test_a_category_of_another_ontology_is_shown_as_it_stands():
    found = [replace(subjects()[0], account=replace(subjects()[0].account, truce="sorcery"))]
    assert shown(found=found)[0].headline.startswith("sorcery")
