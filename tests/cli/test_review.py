"""`trucewatch review`: keys at the screen, answers from a file, verdicts one by one, and what is written out."""

from __future__ import annotations

import io
import json
import re
import sys

import click
import pytest
from click.testing import CliRunner

from dossier.verdicts.samples import MemoryDesk
from publishing import samples
from training import own_events
from trucewatch.cli import review, run
from trucewatch.cli.screen import KEYS, Keyboard, Session, console_on, field_of
from trucewatch.dossier.verdicts.kinds import check
from trucewatch.dossier.verdicts.queue import Filter
from trucewatch.model import TrucewatchError

SHELLED, FIRED, BOUNTY = "r-1/e-1111111111", "r-1/e-2222222222", "r-1/e-3333333333"


@pytest.fixture
def desk(monkeypatch):
    made = MemoryDesk()
    monkeypatch.setattr(review, "open_desk", lambda _: made)
    return made


def call(*arguments, answers=""):
    result = CliRunner().invoke(review.command, ["mission", "--reviewer", "Ana", *arguments], input=answers)
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kinds(desk):
    return [(v.kind, v.event) for v in desk.said]


# --- at the screen ----------------------------------------------------------------------------------------------------------------------


def test_a_screen_shows_the_words_who_says_so_the_codes_and_the_alternatives(desk):
    output = call("--truce", "shelling", "--reason", "disputed", answers="k\nq\n").output
    assert "Shelling · Karsian gunners → the village of Aldun · Aldun · 2031-05-04" in output
    assert "Karsian gunners [[shelled]] the village of Aldun" in " ".join(output.split())
    for part in (
        "disputed: reports contradict each other on whether", "the Aldun Front [asserts]", "ASSAULT/artillery", "killed 3 (militants) @aldun-front",
        "0.91", "type MOBILIZE, for which head spoke, 0.06", "Free Aldun Post · 6 May 2031", "Southern Wire", "i-1 Shelling of Aldun",
    ):  # fmt: skip
        assert part in output


def test_a_person_at_risk_is_flagged_without_another_naming(desk):
    output = call(answers="q\n").output
    assert "at risk: a person is named in a threat" in output
    assert "AT RISK" in output
    assert output.count("Mira Tolen") == 2  # the quote and the recipient as coded


def test_accept_reject_and_skip_go_on(desk):
    result = call(answers="a\nr\nit is quoted\nk\n")
    assert kinds(desk) == [("accept", BOUNTY), ("reject", FIRED)]
    assert desk.said[1].payload.text == "it is quoted"
    assert "nothing more to review" in result.output
    assert "trucewatch: Ana: 1 accept, 1 reject" in result.stderr


def test_correct_asks_for_field_and_value_and_shows_what_is_allowed(desk):
    output = call("--type", "THREATEN", answers="c\nstatus\nmaybe\nplanned\na\n").output
    assert "happened" in output
    assert "not a value of status" in output
    assert output.count("kept: v-") == 2
    corrected, accepted = desk.said
    assert (corrected.payload.field, corrected.payload.value, corrected.payload.saw.status) == (
        "status",
        "planned",
        "threatened",
    )
    assert accepted.payload.saw.status == "planned"
    assert re.search(r"^status +planned", output, re.MULTILINE)


def test_a_field_may_be_named_by_number_or_its_beginning_and_left_again(desk):
    call(answers="c\n2\nshelling\nc\nti\n-\nc\n\nc\nplace\n\nq\n")
    assert [(v.payload.field, v.payload.value) for v in desk.said] == [("truce", "shelling"), ("time", None)]
    with pytest.raises(TrucewatchError, match="no field 't'"):
        field_of("t")


def test_merge_takes_an_event_an_incident_or_words(desk):
    call(answers=f"m\n{SHELLED}\nm\ni-1\nm\nfired\nm\n\nq\n")
    assert [(v.kind, v.event, v.other) for v in desk.said] == [
        ("merge", BOUNTY, SHELLED),
        ("merge", BOUNTY, FIRED),  # the incident's first account
        ("merge", BOUNTY, FIRED),
    ]


def test_several_hits_are_listed_to_choose_from(desk):
    result = call(answers="m\nthe\n9\nm\nthe\n2\nq\n")
    assert "there is no number '9'" in result.output
    assert [v.other for v in desk.said] == [SHELLED]


def test_nothing_found_is_said(desk):
    assert "nothing else is found for 'zebra'" in call(answers="m\nzebra\nq\n").output
    assert desk.said == []


def test_split_lists_the_other_accounts_of_the_incident(desk):
    call(answers="k\ns\nq\n")
    assert [(v.kind, v.event, v.other) for v in desk.said] == [("split", FIRED, SHELLED)]


def test_note_and_grade_stay_on_the_event(desk):
    call(answers="n\nask the mission\ng\nB2\nk\ng\ni C\nq\n")
    assert [(v.kind, v.event, v.report, v.incident) for v in desk.said] == [
        ("note", BOUNTY, "r-1", None),
        ("grade", None, "r-1", None),
        ("grade", None, None, "i-1"),
    ]
    assert [(v.payload.reliability, v.payload.credibility) for v in desk.said[1:]] == [("B", 2), ("C", None)]


def test_a_wrong_grade_is_told_and_the_event_stays(desk):
    output = call(answers="g\nZ9\ng\ni B2\ng\nfine\na\nq\n").output
    assert "no reliability is called 'Z'" in output
    assert "stands in no incident" in output
    assert "'fine' is no grade" in output
    assert kinds(desk) == [("accept", BOUNTY)]


def test_what_became_of_a_threat_is_kept_and_can_be_taken_back(desk):
    output = call(answers="o\n2\nnobody came\no\nmaybe\no\n\nu\nq\n").output
    assert [(v.kind, v.event) for v in desk.said] == [("resolve", BOUNTY), ("undo", None)]
    assert (desk.said[0].payload.outcome, desk.said[0].payload.text) == ("did not", "nobody came")
    assert "no outcome is called 'maybe'" in output


def test_undo_goes_back_to_the_event(desk):
    output = call(answers="r\nslip\nu\na\nq\n").output
    assert kinds(desk) == [("reject", BOUNTY), ("undo", None), ("accept", BOUNTY)]
    assert desk.said[1].undoes == desk.said[0].id
    assert output.count("offered a bounty]]") == 2


def test_undoing_a_correction_shows_the_event_once_more_as_it_was_and_then_the_next(desk):
    call(answers="c\nstatus\nplanned\nu\na\na\nq\n")
    assert kinds(desk) == [("correct", BOUNTY), ("undo", None), ("accept", BOUNTY), ("accept", FIRED)]
    assert desk.said[2].payload.saw.status == "threatened"


def test_undo_with_nothing_to_undo_says_so(desk):
    assert "no verdict of Ana stands" in call(answers="u\nq\n").output


def test_help_and_unknown_keys(desk):
    output = call(answers="?\nz\nq\n").output
    assert "no key 'z'" in output
    for key, (name, _) in KEYS.items():
        assert f"{key} {name}" in output


def test_answers_that_end_in_the_middle_keep_what_was_said(desk):
    result = call(answers="a\nr\n")
    assert kinds(desk) == [("accept", BOUNTY)]
    assert "no more answers" in result.output
    assert result.exit_code == 0


def test_an_empty_queue_is_said(desk):
    result = call("--truce", "none such")
    assert "nothing more to review" in result.output
    assert "no verdict" in result.stderr


def test_blind_hides_what_others_said(desk):
    call("--reviewer", "Ben", "--correct", "e-3333333333", "status=planned")
    assert "planned" not in call("--blind", "--type", "THREATEN", answers="q\n").output


def test_a_lost_verdict_may_be_taken_back_but_not_accepted(monkeypatch):
    lost = MemoryDesk()
    monkeypatch.setattr(review, "open_desk", lambda _: lost)
    call("--accept", SHELLED)
    lost.codings_by_report = {"r-1": samples.coded(events=())}
    lost.chain.subjects = []
    result = call(answers="a\nc\nm\ns\nn\ngone\nr\n")
    assert "lost: no event of a kind" in result.output
    assert result.output.count("no event is coded there any more") == 4
    assert [(v.kind, v.event, v.report) for v in lost.said[1:]] == [("note", None, "r-1"), ("undo", None, None)]
    assert "nothing more to review" in call(answers="").output


def test_control_codes_of_a_report_do_not_reach_the_terminal(monkeypatch):
    evil = MemoryDesk(
        {"r-1": samples.coded(report=samples.report(title="\x1b]0;pwned\x07Title\u202e", publisher="[bold]x[/bold]"))}
    )
    monkeypatch.setattr(review, "open_desk", lambda _: evil)
    output = call(answers="q\n").output
    assert not set(output) & {"\x1b", "\x07", "\u202e"}
    assert "[bold]x[/bold]" in output


def test_the_keyboard_gives_keys_and_lines(desk, monkeypatch):
    keys, lines = iter("cq"), iter([" status ", "planned"])
    monkeypatch.setattr(click, "getchar", lambda: next(keys))
    monkeypatch.setattr(click, "prompt", lambda *_, **__: next(lines))
    stream = io.StringIO()
    Session(desk, "Ana", Keyboard(), console_on(stream), clear=True).run(Filter())
    assert [(v.payload.field, v.payload.value) for v in desk.said] == [("status", "planned")]
    assert "kept: v-" in stream.getvalue()


# --- one by one -------------------------------------------------------------------------------------------------------------------------


def test_verdicts_one_by_one(desk):
    call("--accept", "e-1111111111", "--why", "checked")
    call("--reject", SHELLED, "--why", "a match")
    call("--correct", FIRED, "status=happened", "--correct", FIRED, "place=Aldun @36.1,37.2 /1")
    call("--merge", SHELLED, FIRED)
    call("--split", SHELLED, BOUNTY)
    call("--note", SHELLED, "words")
    call("--grade", "r-1", "B2")
    call("--grade", "i-1", "4")
    result = call("--undo", "last")
    assert [v.kind for v in desk.said] == [
        "accept",
        "reject",
        "correct",
        "correct",
        "merge",
        "split",
        "note",
        "grade",
        "grade",
        "undo",
    ]
    assert desk.said[0].payload.text == "checked"
    assert desk.said[3].payload.value.precision == 1
    assert desk.said[-1].undoes == desk.said[-2].id
    assert result.output.startswith(f"{desk.said[-1].id} ")
    assert check(desk.said) == ()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--correct", SHELLED, "status"), "FIELD=VALUE"),
        (("--correct", SHELLED, "status="), "FIELD=VALUE"),
        (("--correct", SHELLED, "status=maybe"), "allowed: happened"),
        (("--correct", SHELLED, "colour=red"), "one of type"),
        (("--accept", "e-9"), "there is no event 'e-9'"),
        (("--undo", "v-9"), "no verdict 'v-9' stands"),
        (("--grade", "r-1", "Z"), "A completely reliable"),
        (("--merge", SHELLED, SHELLED), "itself"),
    ],
)
def test_what_cannot_be_recorded_is_refused(desk, arguments, says):
    with pytest.raises(TrucewatchError, match=says):
        call(*arguments)
    assert desk.said == []


def test_a_slip_stops_all_before_any_is_recorded(desk):
    with pytest.raises(TrucewatchError):
        call("--accept", SHELLED, "--correct", FIRED, "status=maybe")
    assert desk.said == []


def test_an_error_is_one_line_and_exit_code_2(desk, capsys):
    assert run(["review", "mission", "--accept", "e-9"]) == 2
    assert capsys.readouterr().err == "trucewatch: there is no event 'e-9'\n"


def test_the_reviewer_is_the_environments_else_the_login(desk, monkeypatch):
    monkeypatch.setenv("TRUCEWATCH_REVIEWER", "Ben B.")
    assert review.whoami() == "Ben B."
    monkeypatch.delenv("TRUCEWATCH_REVIEWER")
    monkeypatch.setattr(review, "getuser", lambda: "carla")
    assert review.whoami() == "carla"

    def nobody():
        raise OSError

    monkeypatch.setattr(review, "getuser", nobody)
    with pytest.raises(TrucewatchError, match="--reviewer"):
        review.whoami()


# --- written out ------------------------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_undone(desk):
    call("--accept", SHELLED)
    call("--reviewer", "Ben", "--reject", SHELLED)
    call("--undo", desk.said[0].id)
    every = CliRunner().invoke(review.command, ["mission", "--list"]).output.splitlines()
    assert [line[:2] for line in every] == ["x ", "  ", "  "]
    assert "Ben reject" in every[1]
    assert len(CliRunner().invoke(review.command, ["mission", "--list", "--reviewer", "Ben"]).output.splitlines()) == 1


def test_agreement_is_a_row_a_field(desk):
    pytest.importorskip("nltk")
    call("--accept", SHELLED, "--accept", FIRED)
    call("--reviewer", "Ben", "--accept", SHELLED, "--correct", FIRED, "status=happened")
    rows = {line.split()[0]: line for line in call("--agreement").output.splitlines()}
    assert rows["status"].split()[1:] == ["2", "2", "0.000", "50%"]
    assert "no unit was judged by two reviewers" in rows["link"]
    assert "no variation" in rows["event"]


def test_corrections_are_written_as_lines(desk, tmp_path):
    call("--accept", SHELLED, "--correct", FIRED, "status=happened")
    out = tmp_path / "verdicts.jsonl"
    assert "2 verdicts written" in call("--corrections", str(out)).stderr
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(line["kind"], line["field"]) for line in lines] == [("accept", None), ("correct", "status")]


def test_corrections_are_written_as_annotated_texts(desk, tmp_path):
    call("--correct", SHELLED, "type=ASSAULT/heavy-weapons")
    call("--accept", SHELLED, "--correct", FIRED, "status=happened")
    result = call("--corrections", str(tmp_path / "ours.txt"))
    (example,) = own_events.examples(tmp_path)
    assert [example.text[slice(*act.predicate)] for act in example.acts] == ["shelled"]
    assert "1 sentences written, 1 left out" in result.stderr
    assert "nobody accepted or corrected type" in result.stderr


def test_a_file_that_cannot_be_written_is_named(desk, tmp_path):
    with pytest.raises(TrucewatchError, match="cannot be written"):
        call("--corrections", str(tmp_path / "no" / "such.jsonl"))


def test_help_needs_no_dossier_and_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk", None)
    result = CliRunner().invoke(review.command, ["--help"])
    assert result.exit_code == 0
    assert "Examples" in result.output


def test_what_became_of_a_threat_is_recorded_and_listed(desk):
    output = call("--resolve", BOUNTY, "Did not", "--why", "she is well").output
    assert [(v.kind, v.event, v.payload.outcome, v.payload.text) for v in desk.said] == [
        ("resolve", BOUNTY, "did not", "she is well")
    ]
    assert f"resolve {BOUNTY} did not: she is well" in output


def test_an_outcome_that_is_none_stops_every_action(desk):
    with pytest.raises(TrucewatchError, match="allowed: came true, did not, partly, cannot be told"):
        call("--accept", SHELLED, "--resolve", BOUNTY, "perhaps")
    assert desk.said == []
