"""How two reports depend on each other, and what keeps look-alikes apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trucewatch.ledger.origins import align, ghost_of, ghosts, known_as, plausible, relation, unlike
from trucewatch.ledger.origins.publishers import address_key, publisher_key
from trucewatch.model import Origin

from .stories import LOOK_ALIKE, OTHER, STORY, declared, report, text


def link(a, b):
    return relation(a, b, align(a.text, b.text))


FIRST = report("a", STORY)


def later(name, sentences, **about):
    return report(name, sentences, "2031-05-14", **about)


# --- kinds ---------------------------------------------------------------------------------------------------------------------------


def test_a_verbatim_reprint():
    found = link(FIRST, later("b", STORY))
    assert (found.kind, found.joins, found.earlier, found.ground) == ("verbatim", True, "a", "published")
    assert found.score > 0.99
    assert "100% of the words" in found.words


def test_the_same_text_under_another_title():
    assert link(FIRST, later("b", STORY, title="Three traders die as war comes back to the valley")).kind == "retitled"


def test_a_shortened_reprint():
    found = link(FIRST, later("b", STORY[:6]))
    assert (found.kind, found.earlier, found.piece) == ("trimmed", "a", None)


def test_an_excerpt():
    found = link(FIRST, later("b", STORY[4:7]))
    assert (found.kind, found.joins, found.piece) == ("excerpt", True, "b")


def test_a_light_edit_names_the_toll_that_grew():
    changed = text(STORY).replace("killing three", "killing five").replace("wounding eleven", "wounding twelve")
    found = link(FIRST, later("b", changed))
    assert (found.kind, found.joins) == ("edited", True)
    assert [(change.a, change.b) for change in found.changes] == [("three", "five"), ("eleven", "twelve")]
    assert "other figures (five for three, twelve for eleven)" in found.words


def test_sentences_reordered_dropped_and_reworded_are_still_a_copy():
    told = (STORY[0], STORY[2], STORY[1], *STORY[4:8])
    reworded = text(told).replace("wounding", "hurting").replace("blaze", "fire").replace("evening", "dusk")
    assert link(FIRST, later("b", reworded)).joins


def test_boilerplate_around_it_does_not_hide_a_copy():
    around = (
        "Subscribe to our newsletter and get the news in your inbox.\n\n" + text(STORY) + "\n\nCopyright. All rights reserved."
    )
    assert link(FIRST, later("b", around)).kind == "verbatim"


def test_a_passage_quoted_in_a_report_of_ones_own_joins_nothing():
    found = link(FIRST, later("b", (*OTHER, STORY[1], STORY[2])))
    assert (found.kind, found.joins) == ("quoted", False)


def test_two_papers_with_one_long_quotation_are_not_copies():
    speech = "“" + " ".join(STORY[1:5]) + "”"
    one = report("a", f"The speaker took the floor at noon in a full house. {speech}", title="Noon")
    other = report("b", f"Radio Lumen carried what he had to say, in full, at six. {speech}", title="Six")
    assert 0.5 < align(one.text, other.text).share_a < 0.9
    assert link(one, other).kind == "quoted"


def test_other_reports_are_not_linked():
    assert link(FIRST, later("b", OTHER)) is None


# --- look-alikes -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("publisher", ["Paper a", "Paper b"])
def test_another_shelling_told_by_the_same_template_is_another_story(publisher):
    other = report("b", LOOK_ALIKE, "2031-06-20", title="Shells hit Orsova market", publisher=publisher)
    assert align(FIRST.text, other.text).share_a > 0.75
    assert link(FIRST, other) is None
    why = unlike(FIRST, other, align(FIRST.text, other.text))
    assert "other names (Orsova for Tessin" in why
    assert "Friday for Tuesday" in why


def test_unlike_has_nothing_to_say_of_copies_and_of_texts_that_share_little():
    assert unlike(FIRST, later("b", STORY), align(FIRST.text, FIRST.text)) == ""
    assert unlike(FIRST, later("b", OTHER), align(FIRST.text, text(OTHER))) == ""


DAILY = (
    "Between the evenings of {d} and {e} May, the Mission recorded {a} ceasefire violations in the Karsh sector, among them {b} explosions. "
    "In the Aldun sector the Mission recorded {c} violations, including {f} bursts of heavy machine-gun fire. "
    "In violation of withdrawal lines the Mission observed {g} howitzers near Brod and {h} tanks near Orl. "
    "The Mission's freedom of movement was restricted at the checkpoint near Aldun, where an armed man did not allow the patrol to pass. "
    "The monitoring and freedom of movement of the Mission depend on the conditions of the ground."
)


def daily(name, day, **figures):
    told = DAILY.format(d=day - 1, e=day, **figures)
    return report(name, told, f"2031-05-{day:02d}", title=f"Daily report {100 + day}", publisher="Karsh Monitoring Mission")


def test_daily_reports_of_a_mission_are_not_copies_of_one_another():
    one = daily("a", 13, a=40, b=11, c=7, f=3, g=2, h=5)
    other = daily("b", 14, a=61, b=24, c=19, f=8, g=6, h=9)
    assert align(one.text, other.text).share_a > 0.8
    assert link(one, other) is None
    assert link(one, replace(one, id="c", publisher="Open Mirror", published="2031-05-14")).kind == "verbatim"


def test_stock_prose_without_a_name_or_figure_proves_nothing_unless_it_is_long():
    stock = "The monitoring and freedom of movement of the observers depend on conditions on the ground that the sides alone can change for the good."
    assert link(report("a", stock, title=None), report("b", stock, title=None)) is None
    long = " ".join(
        f"{stock} {word} is what everybody hears from the men who guard the bridges and the mills."
        for word in ("peace", "bread", "sleep")
    )
    assert link(report("a", long, title=None), report("b", long, title=None)).joins


def test_a_cheap_look_tells_stories_that_name_other_things():
    assert plausible(text(STORY), text(STORY[3:]))
    assert not plausible(text(STORY), text(OTHER))
    assert plausible("no names at all", text(STORY))


# --- direction -------------------------------------------------------------------------------------------------------------------------


def test_the_order_of_the_two_does_not_matter():
    one, other = FIRST, later("b", STORY[:5])
    assert link(one, other) == link(other, one)


def test_what_a_report_declares_comes_before_dates():
    reprint = report("b", STORY, "2031-05-12", origin=declared("Paper a"))
    found = link(FIRST, reprint)
    assert (found.earlier, found.ground) == ("a", "declared")
    assert "declares: first published by Paper a" in found.words


def test_hours_of_one_day_do_not_settle_it_but_containment_does():
    whole, piece = report("a", STORY, "2031-05-13T18:00"), report("b", STORY[:5], "2031-05-13T08:00")
    found = link(whole, piece)
    assert (found.earlier, found.ground) == ("a", "containment")


def test_nothing_settles_two_equals_of_one_day():
    found = link(FIRST, report("b", STORY))
    assert (found.earlier, found.ground) == (None, "undecided")
    assert link(FIRST, report("b", STORY, None)).earlier is None


# --- declared origins ------------------------------------------------------------------------------------------------------------------


ARABIC = report(
    "a",
    "نص التقرير الأصلي عن القصف",
    title="ar",
    language="ar",
    publisher="Hill Tribune",
    url="https://www.hill.example/2031/7/",
)


def test_a_translation_is_linked_by_publisher_and_day_or_by_address():
    by_day = later("b", STORY, origin=declared("hill.example", "2031-05-13", relation="translated"))
    assert link(ARABIC, by_day) is None  # the name of the host is not the publisher's
    by_name = later("b", STORY, origin=declared("The Hill Tribune", "2031-05-13", relation="translated"))
    assert (link(ARABIC, by_name).kind, link(ARABIC, by_name).earlier) == ("translation", "a")
    by_address = later("b", STORY, origin=declared(None, None, "http://hill.example/2031/7", relation="translated"))
    assert link(ARABIC, by_address).kind == "translation"


def test_a_rewritten_text_that_says_where_it_comes_from():
    source = report("a", STORY, url="https://a.example/1")
    rewritten = later("b", OTHER, origin=declared("Paper a", None, "https://a.example/1"))
    found = link(source, rewritten)
    assert (found.kind, found.joins, found.earlier) == ("declared", True, "a")


def test_another_article_of_the_declared_publisher_and_day_is_not_the_origin():
    assert link(report("a", OTHER), later("b", STORY, origin=declared("Paper a", "2031-05-13"))) is None


def test_a_declared_publisher_does_not_make_look_alikes_copies():
    other = later("b", LOOK_ALIKE, title="Shells hit Orsova market", origin=declared("Paper a", "2031-05-13"))
    assert link(FIRST, other) is None


def test_two_reprints_of_an_absent_original():
    one = report("b", STORY[:3], origin=declared("South Front", "2020-03-16"))
    other = report("c", (STORY[8], *STORY[2:4], *OTHER[:4]), origin=declared("South Front", "2020-03-16"))
    assert align(one.text, other.text).share_a < 0.5
    assert link(one, other).joins
    assert [found.ghost for found in ghosts(one)] == ["South Front, 2020-03-16"]
    assert ghosts(one)[0].other is None
    assert "first published by South Front, 16 March 2020" in ghosts(one)[0].words


def test_two_articles_of_one_absent_publisher_and_day_are_two():
    one = report("b", STORY, origin=declared("South Front", "2020-03-16"))
    other = report("c", OTHER, origin=declared("South Front", "2020-03-16"))
    assert link(one, other) is None


def test_an_original_knows_by_what_names_it_may_be_declared():
    original = report("a", STORY, "2020-03-16T10:00", publisher="South Front", url="https://southfront.example/x/")
    copy = report("b", STORY, origin=declared("South Front", "2020-03-16"))
    assert ghost_of(copy) in known_as(original)
    assert ghosts(original) == ()


def test_a_dateline_and_a_quoted_origin_name_no_article():
    signed = report("b", "LUMEN (Meridian) - " + text(STORY), origin=Origin("Meridian", None, None, "republished", 7, 15))
    assert ghosts(signed) == ()
    assert ghosts(report("c", STORY, origin=declared("Reuters", "2031-05-13", relation="quoted"))) == ()


def test_two_cuts_of_one_agency_dispatch_join_with_less_text():
    origin = Origin("Meridian", None, None, "republished", 7, 15)
    one = report("b", "LUMEN (Meridian) - " + text((*STORY[:3], *OTHER[:3])), origin=origin)
    other = report("c", "LUMEN (Meridian) - " + text((*STORY[:3], OTHER[4], *STORY[5:8])), origin=origin)
    found = link(one, other)
    assert found.joins
    assert "both are signed by Meridian" in found.words
    assert link(replace(one, origin=None), replace(other, text=text((*OTHER[3:], *STORY[5:8])))) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reuters", "reuters.com"),
        ("AFP", "Agence France-Presse"),
        ("The Hill Tribune", "Hill Tribune"),
        ("Hill-Post", "hillpost.org"),
    ],
)
def test_spellings_of_one_publisher(one, other):
    assert publisher_key(one) == publisher_key(other) != ""


def test_a_missing_publisher_is_nobody_and_a_front_page_no_article():
    assert publisher_key(None) == publisher_key(" ") == ""
    assert address_key("https://www.hill.example/") == ""
    assert address_key("https://www.hill.example/a/?utm=1") == "hill.example/a"
    assert address_key("http://[broken") == ""
