"""A dossier from end to end, on both stores: what goes in, what becomes of it, what comes out. Reports are the demonstration's: invented."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from sqlalchemy import select

import trucewatch
from trucewatch.dossier import browse, keeping, open_desk
from trucewatch.dossier.adding import Adding, cut_off
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.leaving import report_ids
from trucewatch.dossier.passing import outgoing
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.recoding import recode, stale
from trucewatch.dossier.standing import standing
from trucewatch.dossier.store.tables import codings, custody, members, sightings
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verdicts.queue import Filter
from trucewatch.dossier.verifying import verify
from trucewatch.dossier.watching import Polled, Watch, due
from trucewatch.model import TrucewatchError
from trucewatch.model.contract import to_json

DEMO = Path(str(files("trucewatch").joinpath("demo")))
REPORTS = sorted((DEMO / "reports").glob("*.*"))


@pytest.fixture(scope="session")
def coder():
    return trucewatch.load(actors=[DEMO / "states.tsv", DEMO / "groups.tsv"], gazetteers=[DEMO / "places.tsv"])


@pytest.fixture(scope="session")
def coded(coder):
    """The records that the coder makes of texts, each made once."""
    known = {}

    def code(items, facts=None):
        for item in items:
            text = getattr(item, "text", None)
            if text not in known:
                known[text] = coder.code(item)
            made = known[text]
            report = item if text is not None else item.report
            made = (
                replace(made, id=item.id, report=report, coder=facts or coder.facts) if text is not None else coder.code(item)
            )
            yield made

    return code


@pytest.fixture
def home(tmp_path, store_url):
    folder = tmp_path / "karsh"
    init(folder, name="Karsh", url=store_url)
    return folder


def adding(dossier, coder, coded, **options):
    return Adding(dossier, coder_json(coder.facts), coded, dossier.reading(), **options)


def add(folder, coder, coded, *sources):
    with open_dossier(folder, write=True) as dossier:
        return list(adding(dossier, coder, coded).run([str(source) for source in sources]))


def partition(folder):
    """Incidents as sets of events, by what they say: ids of reports do not depend on the order of arrival."""
    with open_dossier(folder) as dossier:
        pairs = dossier.read(lambda conn: conn.execute(select(members.c.incident, members.c.event)).all())
    homes = {}
    for incident, event in pairs:
        homes.setdefault(incident, set()).add(event)
    return {frozenset(events) for events in homes.values()}


def troubles(folder):
    with open_dossier(folder) as dossier:
        return [found for found in verify(dossier) if not found.note]


def test_reports_come_in_once_and_the_dossier_is_whole(home, coder, coded):
    results = add(home, coder, coded, *REPORTS)
    assert [result.outcome for result in results] == ["added"] * len(REPORTS)
    assert {result.outcome for result in add(home, coder, coded, *REPORTS)} == {"known"}
    with open_dossier(home) as dossier:
        stands = standing(dossier)
    assert (stands.reports, stands.origins, stands.unread) == (len(REPORTS), len(REPORTS) - 1, ())
    assert stands.incidents > 3
    assert troubles(home) == []


def test_what_cannot_be_read_is_named_and_the_others_are_added(home, coder, coded, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    results = add(home, coder, coded, tmp_path / "nothing.txt", tmp_path / "empty.txt", tmp_path / "picture.png", REPORTS[0])
    assert [result.outcome for result in results] == ["failed", "failed", "failed", "added"]
    assert [result.reasons[0].code for result in results[:3]] == ["not-found", "empty", "binary"]
    with open_dossier(home) as dossier:
        actions = dossier.read(lambda conn: list(conn.scalars(select(custody.c.action).order_by(custody.c.seq))))
    assert actions.count("not received") == 2
    assert troubles(home) == []


def test_the_same_report_in_another_file_is_a_sighting(home, coder, coded, tmp_path):
    copy = tmp_path / "again.txt"
    copy.write_bytes(REPORTS[3].read_bytes() + b"\n")
    first = add(home, coder, coded, REPORTS[3])[0]
    second = add(home, coder, coded, copy)[0]
    assert (second.outcome, second.report) == ("known", first.report)
    with open_dossier(home) as dossier:
        met = dossier.read(lambda conn: conn.execute(select(sightings).where(sightings.c.report == first.report)).all())
        provenance = dossier.read(lambda conn: browse.provenance(conn, first.report))
    assert len(met) == 2
    assert [Path(item.member).name for item in provenance] == [REPORTS[3].name, "again.txt"]


def test_the_order_of_arrival_does_not_matter(tmp_path, coder, coded):
    found = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(REPORTS), 0, 120, 29)):
        folder = tmp_path / str(number)
        init(folder)
        add(folder, coder, coded, *order)
        found.add(frozenset(partition(folder)))
    assert len(found) == 1


def test_a_run_that_was_cut_off_goes_on(home, coder, coded, tmp_path):
    lines = tmp_path / "all.jsonl"
    texts = [
        f"Rebels shelled the town of Tessin on {day} May 2031, the army said. Nobody was hurt in the attack."
        for day in range(1, 9)
    ]
    lines.write_text(
        "".join(json.dumps({"id": str(n), "text": text, "published": "2031-05-20"}) + "\n" for n, text in enumerate(texts))
    )

    def breaking(items):
        for number, made in enumerate(coded(items)):
            if number == 3:
                raise KeyboardInterrupt
            yield made

    with open_dossier(home, write=True) as dossier, pytest.raises(KeyboardInterrupt):
        list(adding(dossier, coder, breaking).run([str(lines)]))
    with open_dossier(home) as dossier:
        stands = standing(dossier)
        notes = [found.code for found in verify(dossier) if found.note]
    assert (stands.reports, stands.unread) == (3, (str(lines),))
    assert "unread-input" in notes
    assert troubles(home) == []
    with open_dossier(home, write=True) as dossier:
        results = list(adding(dossier, coder, coded).unfinished(cut_off(dossier)))
    assert [result.outcome for result in results] == ["known"] * 3 + ["added"] * 5
    with open_dossier(home) as dossier:
        assert standing(dossier).unread == ()


def test_recoding_keeps_old_codings_and_verdicts(home, coder, coded):
    add(home, coder, coded, *REPORTS)
    with open_desk(home) as desk:
        item = next(desk.items(Filter(limit=1)))
        verdict = desk.record(Request("accept", "Ada", event=item.event))
    newer = replace(coder.facts, version="9.9")
    with open_dossier(home, write=True) as dossier:
        ids = stale(dossier, coder_json(newer))
        done = list(recode(dossier, lambda items: coded(items, newer), ids))
        again = stale(dossier, coder_json(newer))
        every = dossier.read(lambda conn: conn.execute(select(codings.c.id)).all())
    assert (len(done), again, len(every)) == (len(REPORTS), [], 2 * len(REPORTS))
    assert sum(item.lost for item in done) == 0
    with open_desk(home) as desk:
        assert [v.id for v in desk.verdicts()] == [verdict.id]
        assert desk.item(item.event).reasons[0][0] == "seen"
    assert troubles(home) == []


def test_verdicts_change_incidents_and_are_taken_back(home, coder, coded):
    add(home, coder, coded, *REPORTS)
    before = partition(home)
    alone = sorted(event for events in before if len(events) == 1 for event in events)
    one, other = alone[:2]
    with open_desk(home) as desk:
        desk.record(Request("merge", "Ada", event=one, other=other))
        assert any({one, other} <= events for events in partition(home))
        desk.undo("last", "Ada")
        assert partition(home) == before
        desk.record(Request("reject", "Ada", event=one, text="no event"))
        assert not any(one in events for events in partition(home))
        desk.undo("last", "Ada")
        assert partition(home) == before
        big = max(before, key=len)
        left, right = min(big), max(big)
        desk.record(Request("split", "Bela", event=left, other=right))
        assert not any({left, right} <= events for events in partition(home))
        desk.undo("last", "Bela")
    assert partition(home) == before
    assert troubles(home) == []


def test_an_incident_keeps_its_id_and_former_ids_lead_on(home, coder, coded):
    add(home, coder, coded, REPORTS[0])
    with open_dossier(home) as dossier:
        ids = dossier.read(lambda conn: set(conn.scalars(select(members.c.incident))))
    add(home, coder, coded, *REPORTS[1:])
    with open_dossier(home) as dossier:
        for id_ in ids:
            found = dossier.read(lambda conn, id_=id_: browse.resolve(conn, id_))
            assert found is not None
            summary, accounts = dossier.read(lambda conn, id_=id_: browse.incident(conn, id_))
            assert summary.id == found
            assert accounts


def test_names_of_threatened_persons_do_not_leave(home, coder, coded):
    add(home, coder, coded, *REPORTS)
    with open_dossier(home, write=True) as dossier:
        names = {
            risk.text
            for id_ in dossier.read(report_ids)
            for risk in dossier.read(lambda conn, i=id_: keeping.load(conn, i)).at_risk
        }
        out = [made.coded for made in outgoing(dossier, dossier.read(report_ids))]
    assert names
    text = " ".join(to_json(record) for record in out)
    assert not [name for name in names if name.split()[-1] in text]


def test_an_override_is_on_record(home, coder, coded):
    add(home, coder, coded, *REPORTS)
    with open_dossier(home) as dossier:
        name = next(
            r.text for i in dossier.read(report_ids) for r in dossier.read(lambda conn, i=i: keeping.load(conn, i)).at_risk
        )
    toml = home / "dossier.toml"
    allow = f'\n[[protection.allow]]\nname = "{name}"\nreason = "asked to be named"\nby = "Ada"\nat = "2031-05-21"\n'
    toml.write_text(toml.read_text("utf-8") + allow, "utf-8")
    with open_dossier(home, write=True) as dossier:
        list(outgoing(dossier, dossier.read(report_ids)))
        entries = dossier.read(lambda conn: list(conn.scalars(select(custody.c.detail).where(custody.c.action == "override"))))
    assert len(entries) == 1
    assert "asked to be named" in entries[0]
    assert troubles(home) == []


def test_a_second_init_changes_nothing(home):
    before = (home / "dossier.toml").read_bytes()
    with pytest.raises(TrucewatchError, match="there is a dossier here already"):
        init(home)
    assert (home / "dossier.toml").read_bytes() == before


def test_an_init_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(TrucewatchError):
        init(tmp_path / "x", url="mysql://nobody@localhost/x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("jobs = 0", "coder.jobs"),
        ('feeds = "x"', "watch.feeds"),
        ("every = 5", "watch.every"),
        ("colour = 1", "colour"),
        ("jobs = [", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path, line, said):
    init(tmp_path / "d")
    toml = tmp_path / "d" / "dossier.toml"
    text = toml.read_text("utf-8")
    key = line.split(" = ")[0]
    toml.write_text(
        "\n".join(line if row.startswith(f"{key} =") else row for row in text.splitlines())
        + ("" if key in text else f"\n{line}\n")
    )
    with pytest.raises(TrucewatchError) as caught, open_dossier(tmp_path / "d"):
        pass
    assert caught.value.code in {"bad-config", "bad-protection"}
    assert said in caught.value.line()
    assert "\n" not in caught.value.line()


def test_a_dossier_of_a_newer_version_is_refused(home):
    toml = home / "dossier.toml"
    toml.write_text(toml.read_text("utf-8").replace("format = 1", "format = 2"), "utf-8")
    with pytest.raises(TrucewatchError, match="made by a newer Trucewatch"), open_dossier(home, write=True):
        pass


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Valley Herald</title><link>{base}</link>
<item><title>Shelling at Tessin</title><link>{base}/one</link><pubDate>Tue, 20 May 2031 08:00:00 GMT</pubDate>
<description>Rebels shelled the town of Tessin on Monday, the army said.</description></item></channel></rss>"""
PAGE = """<html lang="en"><head><title>Shelling at Tessin</title></head><body><article><h1>Shelling at Tessin</h1>
<p>Rebels shelled the town of Tessin on Monday, the army said. Two people were wounded and a school was damaged in the attack.</p>
<p>The Northern Front denied that its fighters had fired on the town. The monitors asked both sides for their reports.</p></article></body></html>"""


@pytest.fixture
def server():
    """A site with a feed that knows conditional requests; ``asked`` lists status codes by path."""

    class Handler(BaseHTTPRequestHandler):
        asked: ClassVar[list] = []

        def do_GET(self):
            base = f"http://127.0.0.1:{self.server.server_port}"
            if self.path == "/robots.txt":
                self.send_response(404)
                self.end_headers()
                return
            body = (FEED.format(base=base) if self.path == "/feed" else PAGE).encode()
            same = self.headers.get("If-None-Match") == '"1"' and self.path == "/feed"
            self.asked.append((self.path, 304 if same else 200))
            self.send_response(304 if same else 200)
            self.send_header("ETag", '"1"')
            if not same:
                self.send_header("Content-Type", "application/rss+xml" if self.path == "/feed" else "text/html")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not same:
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}", Handler.asked
    httpd.shutdown()


def test_a_feed_is_polled_politely(home, coder, coded, server):
    base, asked = server
    toml = home / "dossier.toml"
    text = toml.read_text("utf-8").replace("feeds = []", f'feeds = ["{base}/feed"]')
    toml.write_text(text.replace("private_hosts = []", f'private_hosts = ["{base.removeprefix("http://")}"]'), "utf-8")
    at = datetime(2031, 5, 21, 9, 0, tzinfo=UTC)
    with open_dossier(home, write=True) as dossier:
        options = replace(dossier.reading(follow_links=True), fetch=replace(dossier.reading().fetch, min_delay=0.0))
        work = Adding(dossier, coder_json(coder.facts), coded, options)
        watch = Watch(dossier, work, clock=lambda: at)
        first = list(watch.poll(due(dossier, at)))
        assert due(dossier, at) == []
        later = at + timedelta(hours=1)
        second = list(Watch(dossier, work, clock=lambda: later).poll(due(dossier, later)))
    assert [item.outcome for item in first] == ["added", "new"]
    assert [item.outcome for item in second if isinstance(item, Polled)] == ["unchanged"]
    assert asked == [("/feed", 200), ("/one", 200), ("/feed", 304)]
    with open_dossier(home) as dossier:
        stands = standing(dossier)
        kept = dossier.read(browse.report_rows)
    assert (stands.captures, stands.reports, stands.unread) == (2, 1, ())
    assert kept[0].title == "Shelling at Tessin"
    assert troubles(home) == []


def test_a_feed_that_fails_is_asked_less_and_less_often(home, coder, coded):
    toml = home / "dossier.toml"
    toml.write_text(toml.read_text("utf-8").replace("feeds = []", 'feeds = ["http://127.0.0.1:9/feed"]'), "utf-8")
    waits = []
    at = datetime(2031, 5, 21, 9, 0, tzinfo=UTC)
    with open_dossier(home, write=True) as dossier:
        for _ in range(3):
            polled = list(Watch(dossier, adding(dossier, coder, coded), clock=lambda: at).poll(dossier.config.feeds))[-1]
            waits.append(datetime.fromisoformat(polled.due) - at)
    assert polled.outcome == "failed"
    assert "not a public address" in polled.said
    assert waits[0] < waits[1] < waits[2]


def test_the_chain_is_stamped_where_an_authority_is_named(home, coder, coded):
    pytest.importorskip("rfc3161_client")
    from tests.dossier.evidence.authority import LocalAuthority  # noqa: PLC0415 - needs the extra

    from trucewatch.dossier.stamping import stamp  # noqa: PLC0415

    add(home, coder, coded, REPORTS[3])
    with open_dossier(home, write=True) as dossier:
        assert stamp(dossier) is None
        token = stamp(dossier, LocalAuthority())
        assert token.exists()
        assert stamp(dossier, LocalAuthority()) is None
    assert troubles(home) == []
    data = token.read_bytes()
    token.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert [found.code for found in troubles(home)] == ["timestamp-changed"]
