"""What is kept between requests: worked out once, never stale, and nothing that a reader may not see."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
import zlib
from contextlib import closing

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.conftest import logged_in, serving, token

from trucewatch.dossier import browse
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.verdicts.desk import Request as Wish
from trucewatch.dossier.verdicts.fields import field_named
from trucewatch.dossier.verdicts.forms import parse
from trucewatch.dossier.verdicts.queue import Filter as Wanted
from trucewatch.web import masks
from trucewatch.web.bases import Bases
from trucewatch.web.gate import Gate
from trucewatch.web.kept import Kept, Lately
from trucewatch.web.limits import Attempts
from trucewatch.web.masks import FILE, Masks


def test_many_who_ask_at_once_wait_for_one_to_work_it_out():
    kept, made, found = Kept(4), [], []

    def make():
        made.append(time.sleep(0.05))
        return len(made)

    threads = [threading.Thread(target=lambda: found.append(kept.of("key", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8
    kept.drop("key")
    assert kept.of("key", make) == 2


def test_a_failure_is_not_kept():
    kept = Kept(4)
    with pytest.raises(ZeroDivisionError):
        kept.of("key", lambda: 1 // 0)
    assert kept.of("key", lambda: 1) == 1


def test_only_the_last_ones_are_kept():
    kept = Kept(2)
    for number in range(3):
        kept.put(number, number)
    assert [kept.get(number) for number in range(3)] == [None, 1, 2]


def test_the_last_version_is_given_while_the_next_is_worked_out():
    lately, going = Lately(4, patience=0.05), threading.Event()
    assert lately.of("ledger", "one", lambda last: [last, "first"]) == ([None, "first"], True)

    def slow(last):
        going.wait(10)
        return [last[1], "second"]

    assert lately.of("ledger", "two", slow) == ([None, "first"], False)
    going.set()
    deadline = time.monotonic() + 10
    while not (found := lately.of("ledger", "two", slow))[1] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert found == (["first", "second"], True)
    lately.close()


def test_what_takes_long_rests_before_it_is_begun_again():
    now = [0.0]

    def slow(last):
        now[0] += 5.0
        return (last or 0) + 1

    lately = Lately(4, patience=1.0, clock=lambda: now[0])
    assert lately.of("ledger", "one", slow) == (1, True)
    assert lately.of("ledger", "two", slow) == (1, False)
    now[0] += 44.0
    assert lately.of("ledger", "two", slow) == (1, False)
    now[0] += 2.0
    assert lately.of("ledger", "two", slow) == (2, True)
    lately.close()


def test_who_comes_first_is_told_to_wait():
    lately, going = Lately(4, patience=0.01), threading.Event()
    assert lately.of("ledger", "one", lambda _: going.wait(10)) == (None, False)
    going.set()
    lately.close()


def test_masked_lines_outlive_the_program_until_what_they_rest_on_changes(tmp_path):
    one = Masks(tmp_path, "stamp")
    one.put({"a": ["x", []], "b": [None, []]})
    one.close()
    again = Masks(tmp_path, "stamp")
    assert again.get(["a", "b", "c"]) == {"a": ["x", []], "b": [None, []]}
    again.close()
    other = Masks(tmp_path, "another")
    assert other.get(["a"]) == {}
    other.close()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_damaged_store_is_made_anew_and_a_missing_one_done_without(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database" * 1000)
    store = Masks(tmp_path, "stamp")
    store.put({"a": 1})
    assert store.get(["a"]) == {"a": 1}
    store.close()
    nowhere = Masks(tmp_path / "nowhere", "stamp")
    nowhere.put({"a": 1})
    assert nowhere.get(["a"]) == {}
    nowhere.close()


def looked(client):
    """What a reader sees of lists and incidents."""
    ids = re.findall(r'data-id="([^"]+)"', client.get("/").text)
    paths = ("/", "/reports", "/reports?q=shelled", "/incidents.json", *(f"/incidents/{id_}" for id_ in ids))
    return [client.get(path).text.replace(token(client, "/account"), "") for path in paths]


def test_a_reader_sees_the_same_from_the_store_and_it_holds_no_masked_name(team, folder, code, monkeypatch):
    first = looked(logged_in(team, "rhea"))
    team.state.house.close()
    team.state.gate.close()
    with closing(sqlite3.connect(folder / FILE)) as store:
        kept = store.execute("SELECT value FROM kept WHERE key <> ''").fetchall()
    stored = b"".join([zlib.decompress(value) for (value,) in kept])
    assert b"Tessin" in stored
    for name in (b"Ysolde", b"Tarn", b"Lena", b"Marsh"):
        assert name not in stored
    monkeypatch.setattr(Gate, "_masked", lambda *_: pytest.fail("masked again"))
    for app in serving(folder, code, team=True):
        assert looked(logged_in(app, "rhea")) == first
        app.state.gate.close()


def test_a_verdict_tells_its_incident_anew_and_masks_no_report_again(team, monkeypatch):
    client = logged_in(team, "rhea")
    team.state.gate.warm(threading.Event())
    before = looked(client)
    monkeypatch.setattr(Gate, "_masked", lambda *_: pytest.fail("masked again"))
    with team.state.house.desk() as desk:
        truce = field_named("truce")
        cases = (item for item in desk.items(Wanted()) if item.case and item.values.truce != "shelling")
        item = next(item for item in cases if len(desk.incident(item.case.id).items) == 1 and item.case.headline in before[0])
        desk.record(Wish("correct", "vera", event=item.event, field=truce, value=parse(truce, "shelling"), saw=item.values))
    assert looked(client) != before


def test_another_program_masks_again(team, folder, code, monkeypatch):
    looked(logged_in(team, "rhea"))
    team.state.gate.close()
    monkeypatch.setattr(masks, "program", lambda: "another")
    monkeypatch.setattr("trucewatch.web.gate.program", lambda: "another")
    made = []
    plain = Gate._row
    monkeypatch.setattr(Gate, "_row", lambda *given: made.append(given) or plain(*given))
    for app in serving(folder, code, team=True):
        looked(logged_in(app, "rhea"))
        app.state.gate.close()
    assert made


def test_a_verdict_changes_what_a_reader_sees_at_once(team):
    client, truce = logged_in(team, "rhea"), field_named("truce")
    before = client.get("/").text
    with team.state.house.desk() as desk:
        cases = (item for item in desk.items(Wanted()) if item.case and item.values.truce != "shelling")
        item = next(item for item in cases if len(desk.incident(item.case.id).items) == 1 and item.case.headline in before)
        made = desk.record(
            Wish("correct", "vera", event=item.event, field=truce, value=parse(truce, "shelling"), saw=item.values)
        )
    assert client.get("/").text != before
    with team.state.house.desk() as desk:
        desk.undo(made.id, "vera")
    assert client.get("/").text == before


def test_a_verdict_that_changes_no_incident_leaves_lists_and_map_as_they_are(team, monkeypatch):
    client = logged_in(team, "vera")
    first, tag = client.get("/").text, client.get("/incidents.json").headers["etag"]
    with team.state.house.desk() as desk:
        item = next(item for item in desk.items(Wanted()) if item.case)
        desk.record(Wish("accept", "vera", event=item.event, saw=item.values))
    with monkeypatch.context() as patched:
        patched.setattr("trucewatch.web.pages.overview._counts", lambda *_: pytest.fail("counted again"))
        patched.setattr("trucewatch.web.view.View.rows", lambda *_, **__: pytest.fail("listed again"))
        assert client.get("/").text == first
        assert client.get("/incidents.json").headers["etag"] == tag
    with team.state.house.desk() as desk:
        desk.record(Wish("reject", "vera", event=item.event))
    assert client.get("/").text != first
    assert client.get("/incidents.json").headers["etag"] != tag


def test_a_verdict_marks_its_own_incident_alone(team):
    house, bases = team.state.house, Bases()
    before = house.read(bases.at)
    with house.desk() as desk:
        item = next(item for item in desk.items(Wanted()) if item.case)
        made = desk.record(Wish("accept", "vera", event=item.event, saw=item.values))
    after = house.read(bases.at)
    assert [id_ for id_ in before if before[id_] != after[id_]] == [item.case.id]
    with house.desk() as desk:
        desk.undo(made.id, "vera")
    assert house.read(bases.at)[item.case.id] not in {before[item.case.id], after[item.case.id]}, "verdicts are only ever added"
    with house.desk() as desk:
        desk.record(Wish("reject", "vera", event=item.event))
    assert house.read(bases.at) == house.read(Bases().at), "however it came to this state"


def test_what_is_worked_out_is_never_shown_for_another_state(team):
    """A verdict and its undoing lead back to the same lists: what was worked out in between must not stand for both."""
    house = team.state.house
    with house.desk() as desk:
        item = next(item for item in desk.items(Wanted()) if item.case)

    def rejected(conn):
        return browse.incident_of(conn, item.event) is None

    def remembered():
        return house.remembered(("rejected",), ("members",), rejected)

    seen = []
    with house.kept.turn(("rejected",)):
        asking = threading.Thread(target=lambda: seen.append(remembered()))
        asking.start()
        time.sleep(0.2)  # it has looked at the state, and waits for its turn
        with house.desk() as desk:
            made = desk.record(Wish("reject", "vera", event=item.event))
    asking.join()
    with house.desk() as desk:
        desk.undo(made.id, "vera")
    assert (seen, remembered()) == ([True], False)


def test_the_list_is_made_ready_ahead(team, monkeypatch):
    gate = team.state.gate
    gate.warm(threading.Event())
    monkeypatch.setattr(Gate, "_row", lambda *_: pytest.fail("not ready"))
    monkeypatch.setattr(Gate, "_text", lambda *_: pytest.fail("not ready"))
    client = logged_in(team, "rhea")
    assert "data-id" in client.get("/").text
    assert client.get("/reports").status_code == 200
    assert client.get("/incidents.json").json()["late"] is False


def test_only_what_is_new_is_made_ready_again(team, monkeypatch):
    gate = team.state.gate
    gate.warm(threading.Event())
    with team.state.house.desk() as desk:
        item = next(item for item in desk.items(Wanted()) if item.case)
        desk.record(Wish("note", "vera", event=item.event, text="x"))
    made = []
    monkeypatch.setattr(Gate, "_warmed", lambda _, __, ids: made.extend(ids))
    monkeypatch.setattr(Gate, "reports", lambda *_: pytest.fail("no report is new"))
    gate.warm(threading.Event())
    assert made == [item.case.id]


def test_what_is_not_ready_is_said_and_not_kept(team, monkeypatch):
    monkeypatch.setattr("trucewatch.web.pages.overview.MOST_MASKED", 2)
    client = logged_in(team, "rhea")
    seen, rounds = set(), 0
    while True:
        data = client.get("/incidents.json").json()
        found = {item["properties"]["id"] for item in data["incidents"]["features"]} | {one[0] for one in data["apart"]}
        assert found >= seen
        seen, rounds = found, rounds + 1
        if not data["late"]:
            break
    assert rounds > 2
    assert len(seen) == len(logged_in(team, "vera").get("/api/v1/incidents?limit=500").json()["items"])


def test_an_unchanged_map_is_not_sent_again(client):
    first = client.get("/incidents.json")
    again = client.get("/incidents.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with client.app.state.house.desk() as desk:
        event = next(item.event for item in desk.items(Wanted()) if item.case)
        desk.record(Wish("note", "vera", event=event, text="x"))
    again = client.get("/incidents.json", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304, "a note changes nothing on the map"
    with client.app.state.house.desk() as desk:
        desk.record(Wish("reject", "vera", event=event))
    assert client.get("/incidents.json", headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_the_ledger_is_worked_out_anew_only_where_something_changed(team, monkeypatch):
    held = []
    plain = "trucewatch.web.pages.ledger.leaving_leaves"
    from trucewatch.web.pages import ledger  # noqa: PLC0415 - the page's own name for it

    real = ledger.leaving_leaves
    monkeypatch.setattr(plain, lambda *given, only, **named: held.append(len(only)) or real(*given, only=only, **named))
    client = logged_in(team, "rhea")
    assert client.get("/ledger?agreement=karsh-2031").status_code == 200
    with team.state.house.desk() as desk:
        item = next(item for item in desk.items(Wanted()) if item.case)
        status = field_named("status")
        desk.record(Wish("correct", "vera", event=item.event, field=status, value=parse(status, "denied"), saw=item.values))
    assert client.get("/ledger?agreement=karsh-2031").status_code == 200
    assert held[0] > 10
    assert 1 <= held[1] < 4, "only the incident that was corrected"


def test_the_ledger_is_not_laid_out_anew_where_nothing_has_changed(team, monkeypatch):
    client = logged_in(team, "rhea")
    first = client.get("/ledger?agreement=karsh-2031").text
    with team.state.house.desk() as desk:
        item = next(item for item in desk.items(Wanted()) if item.case)
        desk.record(Wish("accept", "vera", event=item.event, saw=item.values))
    monkeypatch.setattr("trucewatch.web.pages.ledger.over_time", lambda *_, **__: pytest.fail("counted again"))
    monkeypatch.setattr("trucewatch.web.pages.ledger.text_of", lambda *_, **__: pytest.fail("laid out again"))
    assert client.get("/ledger?agreement=karsh-2031").text == first


def test_a_whole_team_may_log_in_from_one_address():
    attempts = Attempts(2, 60.0, clock=lambda: 0.0)
    for number in range(40):
        assert attempts.take("office", f"user {number}"), number
        attempts.forget("office", f"user {number}")


def test_overrides_are_on_record_also_when_the_line_was_kept(folder, code):
    toml = folder / "dossier.toml"
    allowed = '\n[[protection.allow]]\nname = "Ysolde Tarn"\nreason = "consents"\nby = "ada"\nat = "2031-06-01"\n'
    text = toml.read_text("utf-8")
    toml.write_text(text + allowed, "utf-8")
    for round_ in range(2):
        for app in serving(folder, code, team=True):
            client = logged_in(app, "rhea")
            assert "Ysolde Tarn" in re.sub(r"</?mark>", "", client.get("/reports?q=Ysolde").text), round_
            app.state.gate.close()
    with open_dossier(folder) as dossier:
        from sqlalchemy import select  # noqa: PLC0415

        from trucewatch.dossier.store.tables import custody  # noqa: PLC0415

        noted = dossier.read(
            lambda conn: [row.detail for row in conn.execute(select(custody).where(custody.c.action == "override"))]
        )
    assert len(noted) == 2, "once for each run of the application"
    assert all("Ysolde Tarn" in detail for detail in noted)


def test_a_costly_view_stays_at_its_state_for_a_while(app):
    house = app.state.house
    house.settle(("data",), "old", 5.0)
    assert not house.settled(("data",)), "nothing is costly in these tests"
    house.costly = 0.3
    house.settle(("data",), "old", 0.2)
    assert not house.settled(("data",))
    house.settle(("data",), "old", 5.0)
    assert house.settled(("data",)) == "old"
