"""Composition, acronyms, dates, longest match: what a user of the actor file sees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from trucewatch.knowledge.actors import ACTOR_TYPES, ROLE_CODES, ActorFile, Setting, is_medium
from trucewatch.language.analysis import Analysis, Sentence, Token, from_conllu
from trucewatch.language.words import words
from trucewatch.model import ActorRef, TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path

ACTORS = ActorFile.load()
VERBS = {"met", "said", "left", "advanced", "arrived", "spoke", "hit"}


def analyse(text: str) -> Analysis:
    """An analysis with words and sentences only, every word a noun."""
    tokens, sentences, first = [], [], 0
    cut = words(text)
    for i, (start, end) in enumerate(cut):
        word = text[start:end]
        upos = "VERB" if word in VERBS else "NOUN"
        tokens.append(Token(i, start, end, word, word.lower(), upos, "", -1, "root", len(sentences)))
        if word in {".", "?", "!"} or i == len(cut) - 1:
            sentences.append(Sentence(len(sentences), tokens[first].start, end, first, i + 1))
            first = i + 1
    return Analysis(text, tuple(tokens), tuple(sentences))


def ids(text, **context):
    return [ref.id for ref in ACTORS.resolve_all(text, **context)]


def found(text, **options):
    return [(text[m.start : m.end], m.ref.id) for m in ACTORS.find(analyse(text), **options)]


def test_turkish_soldiers_are_the_military_of_turkey():
    assert ACTORS.resolve("two Turkish soldiers") == ActorRef("TUR-MIL", "Turkey: military", "military", "TUR", "TURMIL")


@pytest.mark.parametrize(
    ("words_", "actor", "code"),
    [
        ("the Turkish Defense Ministry", "TUR-GOV", "TURGOV"),
        ("Syrian Armed Forces", "SYR-MIL", "SYRMIL"),
        ("the Turkish Army", "TUR-MIL", "TURMIL"),
        ("Turkish top officials", "TUR-GOV", "TURGOV"),
        ("the Turkish leadership", "TUR-GOV", "TURGOV"),
        ("the Turkish military column", "TUR-MIL", "TURMIL"),
        ("the Russian side", "RUS-GOV", "RUSGOV"),
        ("Russian war correspondents", "RUS-MED", "RUSMED"),
        ("Colombian police", "COL-COP", "COLCOP"),
        ("Israel's army", "ISR-MIL", "ISRMIL"),
        ("the IDF", "ISR-MIL", "ISRMIL"),
        ("U.S. troops", "USA-MIL", "USAMIL"),
        ("the government of Syria", "SYR-GOV", "SYRGOV"),
        ("soldiers from Turkey", "TUR-MIL", "TURMIL"),
        ("the president of Armenia", "ARM-GOV", "ARMGOV"),
        ("Putin's troops", "RUS-MIL", "RUSMIL"),
        ("President Erdogan's spokesman", "TUR-GOV", "TURGOV"),
        ("the Erdogan government", "TUR-GOV", "TURGOV"),
        ("the Iraqi House of Representatives", "IRQ-LEG", "IRQLEG"),
        ("three Palestinian civilians", "PSE-CVL", "PSECVL"),
        ("Palestinian gunmen", "PSE-UAF", "PSEUAF"),
        ("European leaders", "reg.europe-GOV", "EURGOV"),
        ("UN peacekeepers", "org.un-PKO", "IGOUNOMIL"),
        ("Kurdish fighters", "UAF.kur", "UAFkur"),
        ("Syrian Kurdish forces", "SYR-UAF.kur", "SYRUAFkur"),
        ("militants", "UAF", "UAF"),
        ("insurgents", "REB", "REB"),
        ("local residents", "CVL", "CVL"),
        ("the army spokesman", "MIL", "MIL"),
        ("rebel forces", "REB", "REB"),
        ("hospital staff", "HLH", "HLH"),
        ("anti-government protesters", "OPP", "OPP"),
        ("the Russians", "RUS", "RUS"),
    ],
)
def test_a_role_takes_the_country_it_stands_with(words_, actor, code):
    ref = ACTORS.resolve(words_)
    assert ref is not None
    assert (ref.id, ref.code) == (actor, code)
    assert ref.type in ACTOR_TYPES


def test_coordinated_countries_share_their_role():
    assert ids("Russian and Turkish forces") == ["RUS-MIL", "TUR-MIL"]
    assert ids("joint Turkish-Russian patrols") == ["TUR-MIL", "RUS-MIL"]
    assert ids("Russian, Turkish and Iranian officials") == ["RUS-GOV", "TUR-GOV", "IRN-GOV"]
    assert ids("three militants and two Turkish soldiers") == ["UAF", "TUR-MIL"]


def test_a_name_before_and_does_not_share_the_role():
    assert ids("Israel and Hamas fighters") == ["ISR", "pse.hamas"]
    assert ids("US and Turkish forces") == ["USA-MIL", "TUR-MIL"]
    assert found("Vladimir Putin and Turkish officials met.") == [
        ("Vladimir Putin", "person.rus.vladimir-putin"),
        ("Turkish officials", "TUR-GOV"),
    ]


def test_several_at_once_are_not_one():
    assert ACTORS.resolve("Russian and Turkish forces") is None


def test_a_backer_is_not_the_actor():
    assert ids("Turkish-led forces") == ["UAF"]
    assert ids("a military convoy of Turkish-led forces") == ["MIL"]
    assert ids("Iran-backed Iraqi militia") == ["IRQ-UAF"]
    assert ids("pro-Russian separatists") == ["REB"]
    assert ids("Rwandan-backed M23 rebels") == ["cod.m23"]
    assert ids("the Houthi-controlled port") == []


def test_a_part_of_a_group_is_the_group_but_its_supporters_are_not():
    assert ids("Hezbollah fighters") == ["lbn.hezbollah"]
    assert ids("members of Hamas") == ["pse.hamas"]
    assert ids("Hayat Tahrir al-Sham's special forces unit") == ["syr.hts"]
    assert ids("Hezbollah supporters") == ["LBN-SUP"]


def test_apposition_keeps_the_name():
    assert ids("the Lebanese group Hezbollah") == ["lbn.hezbollah"]
    assert ids("Russian President Vladimir Putin") == ["person.rus.vladimir-putin"]
    assert ids("Hamas leader Yahya Sinwar") == ["person.pse.yahya-sinwar"]


@pytest.mark.parametrize(
    "text", ["Hay'at Tahrir al-Sham", "Hay’at Tahrir ash-Sham", "Hayat Tahrir Al Sham", "HAYAT TAHRIR AL-SHAM"]
)
def test_spellings_of_one_name(text):
    assert ids(text) == ["syr.hts"]


def test_longest_match_wins():
    assert ids("the Syrian National Army") == ["syr.sna"]
    assert ids("the U.N. Security Council") == ["org.un.sc"]
    assert ids("Islamic State West Africa Province") == ["nga.iswap"]
    assert ids("Bosnian Serb army") == ["bih.vrs"]


def test_acronyms_count_only_in_capitals():
    assert ids("WHO") == ["org.un.who"]
    assert ids("who") == []
    assert found("It is us who said so.") == []
    assert found("IS said the US did it.") == [("IS", "int.isis"), ("US", "USA")]
    assert found("WHO IS TO BLAME FOR US TROOPS LEAVING SYRIA NOW?")[-1] == ("SYRIA", "SYR")
    assert ids("Nato") == ["org.nato"]


def test_common_words_are_not_countries():
    assert ids("polish and turkey") == []


def test_short_forms_need_their_country_in_the_text():
    assert found("The SNA advanced.") == []
    assert ("SNA", "syr.sna") in found("The SNA advanced in northern Syria.")
    assert ("SNA", "SOM-MIL") in found("The SNA advanced in central Somalia.")
    assert ids("the PDF", country_context="MMR") == ["mmr.pdf"]


def test_a_surname_counts_once_the_person_was_named():
    text = "Geir Pedersen arrived. Pedersen spoke."
    assert found(text)[-1] == ("Pedersen", "person.int.geir-pedersen")
    assert found("Pedersen spoke.") == []
    setting = ACTORS.setting(analyse(text))
    assert ids("Pedersen", setting=setting) == ["person.int.geir-pedersen"]


def test_dates_pick_the_bearer():
    assert ids("President Bush", date="1990-08-02", country_context="USA") == ["person.usa.george-h-w-bush"]
    assert ids("President Bush", date="2003-03-20", country_context="USA") == ["person.usa.george-w-bush"]
    assert ids("SPLA", date="2018-10-02") == ["ssd.spla-gov"]
    assert ids("SPLA", date="1995") == ["ssd.spla"]
    assert ids("SPLA", date="2014-01-05") == ["ssd.spla-gov"]
    assert ids("Assad", date="1985-05-01", country_context="SYR") == ["person.syr.hafez-al-assad"]


def test_phases_change_what_an_actor_is():
    before, after = (
        ACTORS.resolve("Syrian government", date="2020-03-15"),
        ACTORS.resolve("Syrian government", date="2025-03-01"),
    )
    assert before is not None
    assert after is not None
    assert before.id == after.id == "SYR-GOV"
    assert "Assad" in before.name
    assert "transitional" in after.name
    assert [ACTORS.resolve("Taliban", date=d).code for d in ("2000", "2015-01-01", "2022-01-01")] == [
        "AFGGOV",
        "AFGREB",
        "AFGGOV",
    ]


def test_out_of_office_keeps_the_country_only():
    assert ACTORS.resolve("Barack Obama", date="2012-01-01").code == "USAGOV"
    assert ACTORS.resolve("Barack Obama", date="2019-01-01").code == "USA"


def test_a_name_of_two_bearers_stays_open_where_nothing_tells():
    assert ids("the Northern Alliance") == []
    assert ids("the Northern Alliance", country_context="AFG") == ["afg.northern-alliance"]
    assert ids("Sudan People's Liberation Army") == []


def test_a_capital_and_a_force_are_the_state_s_force():
    assert ids("Beijing police") == ["CHN-COP"]
    assert ids("a Kremlin spokesman") == ["RUS-GOV"]
    assert ids("IDF soldiers") == ["ISR-MIL"]


def test_metonyms_are_flagged():
    for text, actor in [
        ("Ankara", "TUR-GOV"),
        ("Moscow", "RUS-GOV"),
        ("the Kremlin", "RUS-GOV"),
        ("the White House", "USA-GOV"),
    ]:
        (resolution,) = ACTORS.resolutions(text)
        assert resolution.ref.id == actor
        assert resolution.metonym


def test_loaded_words_resolve_neutrally_and_are_flagged():
    (terrorists,) = ACTORS.resolutions("terrorists")
    assert (terrorists.ref.code, terrorists.loaded) == ("UAF", True)
    (forces,) = ACTORS.resolutions("Syrian regime forces")
    assert (forces.ref.id, forces.loaded) == ("SYR-MIL", True)
    assert "regime" not in forces.ref.name


def test_country_context_owns_bare_roles_only_where_given():
    assert ACTORS.resolve("the government").country is None
    assert ACTORS.resolve("the government", country_context="SYR").id == "SYR-GOV"
    assert ACTORS.resolve("aid workers", country_context="SYR").country is None


def test_unknown_stays_none():
    for text in ("", "the weather", "a quantity of free time", "nobody in particular", "members", "Xyzzy Liberation Choir"):
        assert ACTORS.resolve(text) is None


def test_somebody_of_a_country_is_unspecified_not_the_state():
    ref = ACTORS.resolve("a Lebanese juggler")
    assert (ref.id, ref.type, ref.code) == ("LBN-UNK", "unspecified", "LBN")


def test_head_lemma_picks_the_part():
    assert ids("the army base of the rebels", head_lemma="base") == ["MIL"]


def test_find_gives_exact_offsets_and_skips_bare_roles():
    text = "Turkish soldiers met the soldiers of the Syrian Democratic Forces."
    mentions = ACTORS.find(analyse(text))
    assert [(text[m.start : m.end], m.ref.id) for m in mentions] == [
        ("Turkish soldiers", "TUR-MIL"),
        ("soldiers of the Syrian Democratic Forces", "syr.sdf"),
    ]
    assert all(m.first < m.last for m in mentions)
    assert found("The soldiers left.") == []
    assert found("The soldiers left.", roles=True) == [("soldiers", "MIL")]


def test_an_adjective_of_country_before_something_else_is_no_actor():
    analysis = from_conllu(
        "1 The the DET _ _ 3 det\n2 Turkish Turkish ADJ _ _ 3 amod\n3 economy economy NOUN _ _ 4 nsubj\n4 grew grow VERB _ _ 0 root"
    )
    assert ACTORS.find(analysis) == ()


def test_media_and_public_persons():
    assert is_medium(ACTORS.resolve("Reuters"))
    assert is_medium(ACTORS.resolve("Syrian state media"))
    assert not is_medium(ACTORS.resolve("Turkey"))
    assert not is_medium(None)
    assert ACTORS.is_person_public("Vladimir Putin")
    assert ACTORS.is_person_public("President Emmanuel Macron")
    assert not ACTORS.is_person_public("Ivan Example Nobody")


def test_country_of():
    assert ACTORS.country_of("Türkiye") == "TUR"
    assert ACTORS.country_of("Burkinabe") == "BFA"
    assert ACTORS.country_of("Narnia") is None


def test_role_codes_are_typed():
    assert set(ROLE_CODES.values()) <= set(ACTOR_TYPES)


def test_own_actor_file(tmp_path: Path):
    own = tmp_path / "mine.tsv"
    columns = "id\tname\taliases\tnear\ttype\tcountry\tcode\tsince\tuntil\tsource"
    own.write_text(f"# ours\n{columns}\nxyz.front\tXyzzy Front\tXYZF\t\trebel\tSYR\tSYRREB\t\t\town\n", encoding="utf-8")
    actors = ActorFile.load([own])
    assert actors.resolve("Xyzzy Front fighters").id == "xyz.front"
    assert actors.version != ACTORS.version
    assert ActorFile.load().resolve("Xyzzy Front fighters").id == "UAF"


def test_a_broken_actor_file_is_one_clear_line(tmp_path: Path):
    own = tmp_path / "mine.tsv"
    own.write_text("id\tname\nonly one cell\n", encoding="utf-8")
    with pytest.raises(TrucewatchError, match=r"mine.tsv:2: the actor table cannot be read") as caught:
        ActorFile.load([own])
    assert caught.value.code == "actor-file-broken"
    own.write_text("colour\tsound\n", encoding="utf-8")
    with pytest.raises(TrucewatchError) as unknown:
        ActorFile.load([own])
    assert unknown.value.code == "actor-file-unknown"


def test_the_idlib_words():
    text = (
        "On March 15, Russian and Turkish forces conducted a first joint patrol. The Russian military said so. "
        "The National Front for Liberation, Hayat Tahrir al-Sham and the so-called Red Bands recruited. "
        "An IED hit a convoy of Turkish-led forces. Two Turkish soldiers were killed."
    )
    assert [actor for _, actor in found(text, date="2020-03-17")] == [
        "RUS-MIL",
        "TUR-MIL",
        "RUS-MIL",
        "syr.nfl",
        "syr.hts",
        "syr.hts.red-bands",
        "TUR-MIL",
    ]


def test_same_input_same_answer_and_setting_is_immutable():
    analysis = analyse("Syria and the SNA said Turkish soldiers left Ankara.")
    assert ACTORS.find(analysis) == ACTORS.find(analysis)
    assert Setting() == Setting(None, frozenset(), frozenset())


def test_finding_is_linear_in_length():
    long = analyse("Turkish soldiers met Hezbollah fighters near the town. " * 100)
    start = time.process_time()
    assert len(ACTORS.find(long)) == 200
    assert time.process_time() - start < 2
