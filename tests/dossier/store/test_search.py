from __future__ import annotations

import random
import sqlite3
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from tests.dossier.store.sample import WORDS, add_reports, prose, report

from trucewatch.dossier.store import rows, search
from trucewatch.dossier.store.tables import reports
from trucewatch.dossier.store.words import fold, rebuild, words_of
from trucewatch.model.errors import TrucewatchError

REPORTS = [
    report(1, "The army refused to withdraw from Aldun, the mission said.", "Army stays in Aldun", "Open Mirror"),
    report(
        2, "Shelling was heard near the village of Étape-sur-Mer. The cease-fire holds.", "Shelling heard", "Kestrian Courier"
    ),
    report(
        3, "The mission's patrol was blocked; soldiers withdrew 1.5 km. U.N. staff said: visit example.org/news", None, None
    ),
    report(4, "Withdraw the army? The army will not, said the mission.", "Denial", "Varenia State News"),
    report(5, "Дом разрушен. Ο σοφός ΛΌΓΟΣ. İstanbul, Straße, naïve café, naïve.", "Mixed", "Northern Voice"),
    report(6, "", "An empty report", "Open Mirror"),
]
QUERIES = {
    "army": {1, 4},
    "ARMY withdraw": {1, 4},
    '"refused to withdraw"': {1},
    '"withdraw the army"': {4},
    '"army withdraw"': set(),
    "mission -army": {3},
    "-army": set(),
    'mission -"withdraw the army"': {1, 3},
    "shelling OR patrol": {2, 3},
    "shelling OR army -aldun": {2, 4},
    "OR OR": set(),
    "or": set(),
    "with*": {1, 3, 4},
    "withd* -withdraw": {3},
    '"the mission s"': {3},
    "cease-fire": {2},
    "fire-cease": set(),
    "etape": {2},
    "ÉTAPE": {2},
    "sur mer": {2},
    "1.5": {3},
    "un": set(),
    "u.n.": {3},
    "example.org": {3},
    "cafe naive": {5},
    "CAFÉ": {5},
    "дом": {5},
    "ДОМ": {5},
    "σοφος": set(),  # only Latin letters lose their accents
    "σοφός": {5},
    "λόγος": {5},
    "istanbul": {5},
    "straße": {5},
    "strasse": set(),
    "open mirror": {1, 6},
    '"mirror the"': set(),  # no phrase runs from the publisher into the text
    '"aldun open"': set(),
    "kestrian": {2},
    "...": set(),
    "": set(),
    '"': set(),
    '"army': {1, 4},
    "army*": {1, 4},
    "*": set(),
    "ald* -kilometre": {1},
}


def found(store, query):
    with store.read() as conn:
        hits = search.search(conn, query, 1000)
        assert search.count(conn, query) == len(hits)
    return {int(hit.report[2:]) for hit in hits}


def test_queries(store):
    add_reports(store, REPORTS)
    assert {query: found(store, query) for query in QUERIES} == QUERIES


def test_both_databases_find_the_same_reports(both):
    rng = random.Random(7)
    made = [
        report(n, prose(rng, 40), prose(rng, 4), rng.choice([None, "Open Mirror", "Northern Voice"])) for n in range(1, 151)
    ]
    for store in both:
        add_reports(store, made)
    vocabulary = [word.folded for word in words_of(prose(rng, 200))]
    for number in range(100):
        some = rng.sample(vocabulary, 3)
        query = rng.choice(
            [
                "{0}",
                "{0} {1}",
                '"{0} {1}"',
                '"{0} {1}" {2}',
                "{0} -{1}",
                '{0} -"{1} {2}"',
                "{0} OR {1} {2}",
                "{0:.2}*",
                "{0:.3}* -{1:.1}*",
            ]
        ).format(*some)
        one, other = (found(store, query) for store in both)
        assert one == other, (number, query)


def test_long_reports_are_found_by_their_last_phrase(both):
    """A tsvector keeps 255 places of a word and none after the 16,383rd word."""
    long = "the road " * 12_000 + "lay quiet near Aldun until the shelling began"
    huge = " ".join(f"word{n}x{n * 7919}" for n in range(90_000)) + " at the very end"
    for store in both:
        add_reports(
            store,
            [report(1, long), report(2, huge), report(3, "the shelling ended"), report(4, "quiet lay Aldun near the end")],
        )
        assert found(store, '"quiet near aldun"') == {1}
        assert found(store, '"the shelling"') == {1, 3}
        assert found(store, 'the -"the shelling"') == {2, 4}
        assert found(store, '"very end"') == {2}
        assert found(store, "very") == {2}
        assert found(store, "ver* end") == {2}
        assert found(store, "word89999x712702081") == {2}
        assert found(store, 'end -"very end"') == {4}
        assert found(store, "quiet shelling") == {1}


def test_the_index_follows_the_reports(store):
    add_reports(store, REPORTS)
    store.in_write(lambda conn: rows.update_row(conn, reports, {"id": "r-1"}, {"text": "Nothing was heard."}))
    assert found(store, "refused") == set()
    assert found(store, "nothing") == {1}
    store.in_write(lambda conn: rows.upsert(conn, reports, [report(2, "A quiet day.", "Quiet")]))
    assert found(store, "shelling") == set()
    assert found(store, "quiet") == {2}
    store.in_write(lambda conn: conn.execute(delete(reports).where(reports.c.id == "r-4")))
    assert found(store, "denial") == set()
    assert store.in_write(lambda conn: rows.insert_new(conn, reports, [report(1, "Unseen."), report(9, "Curfew.")])) == 1
    assert found(store, "unseen") == set()
    assert found(store, "curfew") == {9}


def test_what_was_rolled_back_is_not_found(store):
    add_reports(store, REPORTS)

    def failing(conn):
        rows.insert(conn, reports, [report(10, "Armistice.")])
        raise KeyError

    with pytest.raises(KeyError):
        store.in_write(failing)
    assert found(store, "armistice") == set()


def test_vacuum_does_not_part_words_from_reports(tmp_path, both):
    store = both[0]
    add_reports(store, REPORTS)
    store.in_write(lambda conn: conn.execute(delete(reports).where(reports.c.seq < 3)))
    with sqlite3.connect(store.engine.url.database, isolation_level=None) as raw:
        raw.execute("VACUUM")
    raw.close()
    assert found(store, "patrol") == {3}
    store.in_write(
        lambda conn: conn.exec_driver_sql("INSERT INTO report_words (report_words, rank) VALUES ('integrity-check', 1)")
    )


def test_words_that_were_lost_can_be_made_anew(store):
    add_reports(store, [*REPORTS, *(report(n, "A quiet day.") for n in range(20, 150))])
    gone = (
        "DELETE FROM report_words"
        if store.engine.dialect.name != "sqlite"
        else "INSERT INTO report_words (report_words) VALUES ('delete-all')"
    )
    store.in_write(lambda conn: conn.execute(text(gone)))
    assert found(store, "army") == set()
    store.in_write(rebuild)
    assert found(store, "army") == {1, 4}
    assert len(found(store, "quiet")) == 130


def test_a_hit_shows_where_the_words_stand(store):
    body = "Nothing happened for days. " * 30 + "Then the army refused to withdraw from Café Étape. " + "All was quiet. " * 30
    add_reports(store, [report(1, body, "Title", "Open Mirror")])
    with store.read() as conn:
        (hit,) = search.search(conn, '"refused to withdraw" etape')
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["refused to withdraw", "Étape"]
    assert body[hit.start : hit.start + len(hit.snippet)] == hit.snippet
    assert len(hit.snippet) <= 240
    assert (hit.report, hit.title, hit.publisher, hit.published) == ("r-1", "Title", "Open Mirror", "2031-05-14")
    assert hit.score > 0


def test_marks_in_a_long_text_are_those_of_a_short_one(monkeypatch):
    """Long texts are looked through part by part; phrases run over the parts' borders, and letters with accents count."""
    rng = random.Random(11)
    content = " ".join(
        rng.choice([*WORDS, "Straße", "ETAPE", "E\u0301tape", "Ǆ", "ᾳ", "İstanbul", "quiet"]) for _ in range(8000)
    )
    monkeypatch.setattr(search, "MARKS", 10_000)
    for query in ("army", '"said mission"', "etap*", "straße", '"patrol shelling road"', "istanbul OR дом", "ǆ ᾳ", "absent"):
        sought = [term for group in search.read_query(query) for term in group.wanted]
        monkeypatch.setattr(search, "STRETCH", 1_000_000)
        whole = [(mark.start, mark.end) for mark in search._marks(content, sought)]
        monkeypatch.setattr(search, "STRETCH", 300)
        assert [(mark.start, mark.end) for mark in search._marks(content, sought)] == whole
        assert '"' in query or bool(whole) == (query != "absent"), query


def test_letters_that_fold_oddly_are_all_known():
    odd = [letter for letter in SETTLED if fold(letter) != letter.casefold() and words_of_is_one(letter)]
    assert [letter for letter in odd if not search._FOLDS.search(letter)] == []
    assert len(odd) > 500


def words_of_is_one(letter):
    return len(list(words_of(letter))) == 1


def test_a_hit_in_the_title_alone_shows_the_beginning(store):
    add_reports(store, [report(1, "The day was quiet.", "Shelling")])
    with store.read() as conn:
        (hit,) = search.search(conn, "shelling")
    assert (hit.snippet, hit.marks) == ("The day was quiet.", ())


def test_markup_in_a_report_stays_words(store):
    add_reports(store, [report(1, "<script>alert('army')</script>")])
    with store.read() as conn:
        (hit,) = search.search(conn, "army")
    assert hit.snippet == "<script>alert('army')</script>"


def test_the_title_weighs_more(store):
    filler = "It was a quiet day on the line, and nothing else happened there. " * 3
    add_reports(
        store,
        [
            report(1, f"{filler} The shelling ended. {filler}", "A quiet day"),
            report(2, f"{filler} {filler}", "Shelling"),
            report(3, filler, "Other"),
        ],
    )
    with store.read() as conn:
        assert [hit.report for hit in search.search(conn, "shelling")] == ["r-2", "r-1"]


def test_pages_follow_one_another_and_leave_nothing_out(store, monkeypatch):
    rng = random.Random(3)
    add_reports(store, [report(n, prose(rng, 30)) for n in range(1, 61)])
    for ranked in (2000, 10):  # the best first; and of many, the newest first
        monkeypatch.setattr(search, "RANKED", ranked)
        with store.read() as conn:
            whole = [hit.report for hit in search.search(conn, "army OR patrol", 100)]
            pages = [hit.report for at in range(0, 80, 7) for hit in search.search(conn, "army OR patrol", 7, at)]
        assert len(whole) > 40
        assert pages == whole
    assert whole == sorted(whole, key=lambda name: -int(name[2:]))


def test_a_query_of_many_words_is_refused_in_a_word(store):
    with store.read() as conn, pytest.raises(TrucewatchError) as caught:
        search.search(conn, "word " * 65)
    assert caught.value.code == "query-too-long"


HOSTILE = [
    "'; DROP TABLE reports; --", 'a" OR "b', "NEAR(a b, 5)", "title:army", "{title text}:army", "^army", "a AND", "AND", "NOT", "( ( (", ")", "a + b",
    "army & ! | <->", ":*", "'army'", "\\", "%", "_", "\0", "a\0b", "\ud800", "🙂", "-", "--", "-*", '-"', '""', '"" ""', "OR", "a OR", "OR a", "-a -b",
    "é" * 3000, "x" * 100_000, "\u0301", "a\u0301\u0301\u0301", "*" * 500, '"' * 501, "(" * 5000, ":query", "%(query)s", "?",
]  # fmt: skip


def test_hostile_queries_raise_nothing(store):
    add_reports(store, REPORTS)
    for query in HOSTILE:
        found(store, query)
    with store.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM reports")).scalar_one() == len(REPORTS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(st.one_of(st.characters(), st.sampled_from("\"*-()& |!:<>'\\ OR")), max_size=60))
def test_any_query_finds_the_same_on_both(both_with_reports, query):
    one, other = (found(store, query) for store in both_with_reports)
    assert one == other


@pytest.fixture
def both_with_reports(both):
    for store in both:
        add_reports(store, REPORTS)
    return both


#: Letters and signs that are what they were in Unicode 3.2: SQLite's tables are older than Python's, and newer letters may differ.
SETTLED = [
    letter
    for letter in map(chr, range(1, 0x30000))
    if unicodedata.category(letter) == unicodedata.ucd_3_2_0.category(letter) not in {"Cn", "Cs"}
]
#: Letters with two marks, of which SQLite takes none or both, and nobody's alphabet has.
ODD = {"Ǡ", "ǡ", "ẛ"}


def words_of_sqlite(texts):
    raw = sqlite3.connect(":memory:")
    raw.execute("CREATE VIRTUAL TABLE f USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
    raw.execute("CREATE VIRTUAL TABLE v USING fts5vocab(f, instance)")
    raw.executemany("INSERT INTO f (rowid, x) VALUES (?, ?)", enumerate(texts))
    told = {number: [] for number in range(len(texts))}
    for word, number in raw.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
        told[number].append(word)
    raw.close()
    return list(told.values())


def test_every_letter_is_what_it_is_to_sqlite():
    texts = [f"q{letter}z" for letter in SETTLED]
    other = [
        text[1]
        for text, told in zip(texts, words_of_sqlite(texts), strict=True)
        if [word.folded for word in words_of(text)] != told
    ]
    assert len(texts) > 70_000
    assert set(other) <= ODD


@settings(max_examples=300, deadline=None)
@given(st.text(st.one_of(st.sampled_from(SETTLED), st.sampled_from("aé\u0301\u0316 -'")), max_size=40))
def test_words_are_those_of_sqlite(content):
    content = "".join(letter for letter in content if letter not in ODD)
    assert [[word.folded for word in words_of(content)]] == words_of_sqlite([content])
