"""Lines of the coding contract that come in with their own coding: kept as they are, or refused and coded anew. Reports are invented."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select

from publishing import exports_dossier, samples
from trucewatch.dossier.adding import Adding
from trucewatch.dossier.given import given
from trucewatch.dossier.handover import Handover
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.store.tables import codings, current
from trucewatch.dossier.verifying import verify_folder
from trucewatch.model import Coded, Mention, TrucewatchError, Unread
from trucewatch.model.contract import to_dict, to_json
from trucewatch.publishing.exports import exporter
from trucewatch.publishing.exports.shipping import ship
from trucewatch.reading import ReadOptions, read

TODAY = replace(samples.FACTS, version="9.9.9")


def code(items):
    """Today's coder: it finds one person in whatever has a text, and no events."""
    for item in items:
        if isinstance(item, Unread):
            yield Coded(item.id, item.status, item.reasons, item.report, coder=TODAY)
            continue
        at = item.text.find(exports_dossier.PRIVATE)
        persons = () if at < 0 else (Mention(at, at + len(exports_dossier.PRIVATE), exports_dossier.PRIVATE),)
        yield Coded(item.id, "partial" if item.notes else "coded", item.notes, item, coder=TODAY, persons=persons)


def add(folder, *sources):
    with open_dossier(folder, write=True) as dossier:
        return list(Adding(dossier, coder_json(TODAY), code, dossier.reading()).run([str(source) for source in sources]))


def export(folder, out, **options):
    with open_dossier(folder, write=True) as dossier:
        ship(Handover(dossier, **options), exporter("jsonl"), out)
    return out


@pytest.fixture
def home(tmp_path):
    init(tmp_path / "home", name="Home")
    return tmp_path / "home"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    return exports_dossier.make(tmp_path_factory.mktemp("theirs") / "karsh")


def lines(*records):
    return "".join(to_json(record) + "\n" for record in records)


def sample(**other):
    made = samples.coded(**other)
    return replace(made, report=replace(made.report, id=made.id))


# -- round trip ---------------------------------------------------------------------------------------------------------------------


def test_export_and_re_import_without_the_policy_lose_nothing_to_the_byte(theirs, home, tmp_path):
    out = export(theirs, tmp_path / "a.jsonl", unprotected="a copy")
    assert [added.outcome for added in add(home, out)] == ["added"] * 6 + ["failed"]
    again = export(home, tmp_path / "b.jsonl", unprotected="a copy")
    assert again.read_bytes() == out.read_bytes()
    assert list(verify_folder(home)) == []


def test_what_was_re_imported_is_protected_as_before(theirs, home, tmp_path):
    add(home, export(theirs, tmp_path / "a.jsonl", unprotected="a copy"))
    assert exports_dossier.PRIVATE not in export(home, tmp_path / "b.jsonl").read_text("utf-8")


def test_what_left_under_the_policy_comes_back_as_it_left(theirs, home, tmp_path):
    out = export(theirs, tmp_path / "a.jsonl")
    assert [added.outcome for added in add(home, out)] == ["added"] * 6 + ["failed"]
    before, after = (
        [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in (out, export(home, tmp_path / "b.jsonl"))
    )
    assert [{**line, "id": ""} for line in after] == [{**line, "id": ""} for line in before]


@pytest.mark.parametrize("attack", samples.ATTACKS)
def test_hostile_words_come_through_as_they_are(attack, home, tmp_path):
    text = f"{attack} Karsian gunners shelled Aldun.\u2028\u0085 {attack}"
    found = Mention(0, len(attack), attack)
    record = Coded(
        "x", "coded", (), samples.report(id="x", text=text, title=attack, publisher=attack, byline=(attack,), tags={attack: (attack,)}),
        claims=(replace(samples.claims()[0], source=(found,), cue=(), content=(), claimant=None),), coder=samples.FACTS,
    )  # fmt: skip
    source = tmp_path / "in.jsonl"
    source.write_text(lines(record), "utf-8")
    add(home, source)
    (line,) = export(home, tmp_path / "out.jsonl", unprotected="x").read_text("utf-8").splitlines()
    assert {**json.loads(line), "id": ""} == {**to_dict(record), "id": ""}


# -- whose coding it is -------------------------------------------------------------------------------------------------------------


def coders(folder):
    with open_dossier(folder) as dossier:
        query = select(codings.c.coder, current.c.coding.is_not(None)).join(
            current, current.c.coding == codings.c.id, isouter=True
        )
        return sorted(
            (json.loads(text)["version"], bool(now)) for text, now in dossier.read(lambda conn: list(conn.execute(query)))
        )


def test_the_coding_is_that_of_the_coder_that_it_names_and_the_chain_says_that_it_was_received(home, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(lines(sample()), "utf-8")
    (added,) = add(home, source)
    assert (added.outcome, added.events) == ("added", 3)
    assert coders(home) == [("0.1.0", True)]
    entries = [json.loads(line) for line in (home / "evidence" / "custody.jsonl").read_text("utf-8").splitlines()]
    assert next(entry for entry in entries if entry["action"] == "coded")["detail"]["received in"].startswith("k-")


def test_a_coding_of_a_report_that_is_here_is_kept_beside_todays(home, tmp_path):
    plain, coded = tmp_path / "plain.jsonl", tmp_path / "coded.jsonl"
    made = sample(report=samples.report(byline=(), origin=None, media=(), tags={}))
    report = made.report
    fields = {"id": "1", "text": report.text, "title": report.title, "publisher": report.publisher, "url": report.url}
    plain.write_text(json.dumps({**fields, "published": report.published, "language": "en"}) + "\n", "utf-8")
    coded.write_text(lines(made), "utf-8")
    assert [added.outcome for added in add(home, plain)] == ["added"]
    assert [added.outcome for added in add(home, coded)] == ["known"]
    assert coders(home) == [("0.1.0", False), ("9.9.9", True)]
    assert [added.outcome for added in add(home, coded)] == ["known"]
    assert list(verify_folder(home)) == []


def test_a_record_of_another_text_is_not_put_beside_a_report_whose_id_it_claims(home, tmp_path):
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text(lines(sample()), "utf-8")
    (added,) = add(home, first)
    second.write_text(lines(replace(samples.failed(added.report), coder=replace(samples.FACTS, version="7"))), "utf-8")
    assert [added.outcome for added in add(home, second)] == ["known"]
    assert coders(home) == [("0.1.0", True)]
    assert list(verify_folder(home)) == []


def test_a_line_without_a_coding_is_coded_here(home, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "1", "text": samples.TEXT, "language": "en"}) + "\n", "utf-8")
    assert [added.outcome for added in add(home, source)] == ["added"]
    assert coders(home) == [("9.9.9", True)]


def test_reading_a_coded_line_for_coding_takes_its_title_and_says_why_it_was_not_coded(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(lines(sample(), samples.failed()), "utf-8")
    report, unread = read([str(source)])
    assert (report.title, report.publisher, report.line) == ("Guns fall on Aldun", "Free Aldun Post", None)
    assert [reason.code for reason in unread.reasons] == ["no-text"]
    assert [item.line is None for item in read([str(source)], options=ReadOptions(keep_lines=True))] == [False, False]


# -- what is refused ----------------------------------------------------------------------------------------------------------------


def broken(change):
    line = to_dict(sample())
    change(line)
    return json.dumps(line)


BROKEN = {
    "an offset": lambda line: line["events"][0]["predicate"].update(start=1),
    "other words": lambda line: line["events"][0]["predicate"].update(text="kissed"),
    "an offset that is no number": lambda line: line["events"][0].update(start="0"),
    "an offset beyond the end": lambda line: line["sentences"][0].update(end=10**6),
    "a type that is none": lambda line: line["events"][0].update(type="SHELL" * 9),
    "a category that is none": lambda line: line["events"][0].update(truce="war" * 20),
    "a status that is none": lambda line: line["events"][0].update(status="surely"),
    "a place that is not there": lambda line: line["events"][0].update(place=7),
    "a claim that is not there": lambda line: line["events"][0].update(claim="c9"),
    "an id twice": lambda line: line["events"][1].update(id=line["events"][0]["id"]),
    "an id that is a path": lambda line: line["events"][1].update(id="../x"),
    "a latitude": lambda line: line["places"][0].update(latitude=136.5),
    "no number": lambda line: line["events"][0].update(confidence=float("nan")),
    "a date": lambda line: line["times"][0].update(begin="soon"),
    "a field that is missing": lambda line: line["events"][0].pop("quad"),
    "a field that is unknown": lambda line: line.update(mood="grim"),
    "a changed text": lambda line: line["report"].update(sha256="0" * 64),
    "a coder without a version": lambda line: line["coder"].pop("version"),
    "no report": lambda line: line.update(report=None),
    "nonsense": lambda line: line.update(events=[[[[]]]]),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_coding_that_does_not_hold_is_refused(change):
    with pytest.raises(TrucewatchError) as error:
        given(broken(change))
    assert error.value.code == "coding-not-kept"
    assert error.value.why


def test_a_report_whose_coding_is_refused_is_coded_anew_and_its_record_says_why(home, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(broken(BROKEN[name]) + "\n" for name in ("other words", "nonsense")), "utf-8")
    first, second = add(home, source)
    assert (first.outcome, second.outcome) == ("partial", "known")
    assert "coding-not-kept" in {reason.code for reason in first.reasons}
    assert coders(home) == [("9.9.9", True)]
    assert list(verify_folder(home)) == []


def test_what_the_samples_hold_is_kept():
    assert given(to_json(sample())) == replace(sample(), persons=())


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JUNK = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5
)


@for_all(st.data())
@settings(max_examples=80, deadline=None)
def test_whatever_stands_in_a_field_it_is_kept_or_refused_in_one_way(data):
    line = to_dict(sample())
    holder = line
    while True:
        key = data.draw(st.sampled_from(sorted(holder)) if isinstance(holder, dict) else st.integers(0, len(holder) - 1))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            holder[key] = data.draw(JUNK)
            break
        holder = inner
    try:
        kept = given(json.dumps(line))
    except TrucewatchError as error:
        assert error.code == "coding-not-kept"  # noqa: PT017 - or it is kept
    else:
        assert json.loads(to_json(kept)) == json.loads(json.dumps(line))


def test_a_line_longer_than_the_limit_is_told(home, tmp_path):
    source = Path(tmp_path / "in.jsonl")
    source.write_text("{" + '"x":' * 3, "utf-8")
    assert [added.outcome for added in add(home, source)] == ["failed"]
