"""The agreements that come with the package, and the tables that terms draw on."""

from __future__ import annotations

from datetime import date

import pytest
from jsonschema import Draft202012Validator

from trucewatch.ledger.agreements import DEMO, desks, find, lint, load, schema, shipped
from trucewatch.ledger.agreements.defaults import duties, matches, word_lists
from trucewatch.ledger.agreements.nodes import parse
from trucewatch.ledger.areas import relation
from trucewatch.model.agreement import BEARINGS, bearers_among, belongs_to
from trucewatch.model.incident import Party, Spot
from trucewatch.ontology import load as load_ontology


def loaded(name):
    path = find(name)
    return load(path, *desks(path))


def raw(node, form="agreement"):
    """The file as JSON has it, numbers and flags as such."""
    if node.kind == "map":
        return {key: raw(value) for key, value in node.pairs.items()}
    if node.kind == "list":
        return [raw(item) for item in node.items]
    if not node.quoted and node.text in {"true", "false"}:
        return node.text == "true"
    try:
        return node.text if node.quoted else float(node.text) if "." in node.text else int(node.text)
    except ValueError:
        return node.text


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_agreement_passes_the_linter(name):
    path = find(name)
    assert [problem.text() for problem in lint(path, *desks(path))] == []


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_agreement_fits_the_schema(name):
    validator = Draft202012Validator(schema())
    assert [error.message for error in validator.iter_errors(raw(parse(find(name).read_bytes(), ".yaml")))] == []


def test_the_schema_is_sound_and_refuses_what_the_form_does():
    Draft202012Validator.check_schema(schema())
    good = raw(parse(find("syr-moscow-2020").read_bytes(), ".yaml"))
    for change in ({"stage": "Truce"}, {"terms": []}, {"plaice": "x"}, {"date": "spring"}, {"sources": None}):
        assert list(Draft202012Validator(schema()).iter_errors({**good, **change}))


@pytest.mark.parametrize("name", shipped())
def test_every_fact_has_a_source_and_every_doubt_a_reason(name):
    agreement = loaded(name)
    for term in agreement.terms:
        assert term.certainty == "sure" or len(term.why) > 20
        assert term.origin or all(1 <= number <= len(agreement.sources) for number in term.sources)
        if duties()[term.obligations[0]].needs_area:
            assert term.area is not None
    assert agreement.fictional == (name == DEMO)
    assert all(source.url is None or source.url.startswith("https://") for source in agreement.sources)


def test_moscow_says_what_was_agreed():
    agreement = loaded("syr-moscow-2020")
    fire, corridor, patrols = (
        agreement.term(name) for name in ("cease-military-actions", "security-corridor", "joint-patrols")
    )
    assert fire.period.begin == "2020-03-06T00:01"
    assert (corridor.area.form, corridor.area.km) == ("corridor", 6)
    assert patrols.period.begin == "2020-03-15"
    assert patrols.bearers == ("TUR", "RUS")
    weapons = agreement.term("syr-sochi-2018/withdraw-heavy-weapons")
    assert (weapons.origin, weapons.period.deadline, weapons.certainty) == ("syr-sochi-2018", "2018-10-10", "to be verified")
    assert weapons.area.id == "zone-of-2020"
    assert agreement.term("syr-sochi-2018/open-m4-m5").area.id == "m4-and-m5"
    assert not any("withdrawal" in name for term in agreement.terms if not term.origin for name in term.obligations)


def test_the_idlib_report_s_places_lie_where_they_should():
    agreement = loaded("syr-moscow-2020")
    saraqib = Spot("Saraqib", "Saraqib", "town", "SYR", "Idlib", 35.8645, 36.8059, 164816, 2)
    m4 = Spot("M4 highway", "M4 highway", "road", "SYR", None, 35.80, 36.65, None, 5)
    far = Spot("Ras al-Ayn", "Ra’s al ‘Ayn", "town", "SYR", "Al-Hasakah", 36.8503, 40.0706, 165509, 1)
    idlib = Spot("Idlib", "Idlib", "admin1", "SYR", "Idlib", 35.853, 36.683, 169387, 4)
    corridor = agreement.term("security-corridor").area
    assert relation(corridor, saraqib).kind == "partly"
    assert relation(corridor, m4).kind == "partly"
    assert "M4 highway runs through the area" in relation(corridor, m4).words
    assert relation(corridor, idlib).kind == "unknown"
    for term in agreement.terms:
        if term.area is not None and term.area.form != "country":
            assert relation(term.area, far).kind == "outside"
            assert relation(term.area, far).km > 200


def test_minsk_and_stockholm_have_their_dates():
    minsk, stockholm = loaded("ukr-minsk-2015"), loaded("yem-stockholm-2018")
    assert len(minsk.terms) == 16
    assert minsk.term("ceasefire").period.begin == "2015-02-15T00:00"
    assert [minsk.term(f"withdraw-{name}").area.km for name in ("artillery", "rocket-launchers", "long-range")] == [25, 35, 70]
    start = date.fromisoformat(stockholm.term("hodeidah-ceasefire").period.begin)
    assert (date.fromisoformat(stockholm.term("redeployment").period.deadline) - start).days == 21


def test_the_demonstration_s_agreement_knows_the_invented_valley():
    agreement = loaded(DEMO)
    orl = Spot("Orl", "Orl", "village", "XVA", "North", 30.28, -40.15, None, 1)
    lumen = Spot("Lumen", "Lumen", "city", "XVA", "Centre", 29.70, -40.40, None, 1)
    assert {term.id: relation(term.area, orl).kind for term in agreement.terms if term.area} == dict.fromkeys(
        ("ceasefire", "withdraw-weapons", "joint-patrols", "open-road", "monitors", "civilians", "aid"), "inside"
    )
    assert relation(agreement.term("ceasefire").area, lumen).kind == "outside"


def test_the_tables_hang_together():
    ontology = load_ontology()
    obligations = {entry.id for entry in ontology.obligations}
    categories = {truce.id: truce for truce in ontology.truces}
    assert set(duties()) == obligations
    assert {name for name, _ in matches()} == obligations - {"political measures"}
    for (name, bearing), found in matches().items():
        assert bearing in BEARINGS
        assert len(found) == len(set(found)), name
        for match in found:
            assert match.category in categories
            assert match.type is None or match.type in categories[match.category].types
            assert not any(word.startswith("@") for word in match.words)
    assert all(words for words in word_lists().values())


def test_no_default_both_keeps_and_breaks():
    for name in duties():
        kept = {(m.category, m.type, m.status) for b in ("fulfils", "fulfils in part") for m in matches().get((name, b), ())}
        broken = {(m.category, m.type, m.status) for m in matches().get((name, "breaches"), ())}
        assert not kept & broken, name


@pytest.mark.parametrize(
    ("party", "bearer", "is_its_own"),
    [
        (Party("x", "TUR", type="state", country="TUR"), "TUR", True),
        (Party("x", "TUR-MIL", type="military", country="TUR"), "TUR", True),
        (Party("x", "TUR-MIL", type="military", country="TUR"), "TUR-GOV", True),
        (Party("x", "TUR", type="state", country="TUR"), "TUR-MIL", False),
        (Party("x", "syr.tiger", type="military", country="SYR"), "SYR-MIL", True),
        (Party("x", "syr.tiger", type="military", country="SYR"), "SYR", True),
        (Party("x", "syr.hts", type="rebel", country="SYR"), "SYR", False),
        (Party("x", "syr.hts.red-bands", type="rebel", country="SYR"), "syr.hts", True),
        (Party("x", "SYR-CVL", type="civilian", country="SYR"), "SYR-GOV", False),
        (Party("x", "syr.htsx", type="rebel", country="SYR"), "syr.hts", False),
        (Party("x", None), "SYR", False),
    ],
)
def test_whose_act_it_is(party, bearer, is_its_own):
    assert belongs_to(party, bearer) is is_its_own
    assert bearers_among([party], ["QQQ", bearer]) == ((bearer,) if is_its_own else ())


def test_civilians_are_not_the_state_that_the_id_begins_with():
    assert not belongs_to(Party("residents", "SYR-CVL", type="civilian", country="SYR"), "SYR")
