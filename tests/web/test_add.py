"""Adding through the page: what comes in, what is refused, what is said of it."""

from __future__ import annotations

import gzip
import threading
import time

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.conftest import REPORTS, token

from trucewatch.dossier import chain_rows
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.verifying import verify
from trucewatch.model import TrucewatchError
from trucewatch.web.jobs import Handed, Jobs, Url

TEXT = "Rebels shelled the village of Aldun on Monday, the army said in a statement. Two soldiers were killed in the attack."


def sent(client, *, files=None, **data):
    """Send the form, wait for the job, give its page and results."""
    answer = client.post("/add", data={"csrf": token(client), **data}, files=files)
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    home = client.app.state.house
    deadline = time.monotonic() + 60
    while not home.jobs.job(where.rsplit("/", 1)[-1]).over and time.monotonic() < deadline:
        time.sleep(0.05)
    return client.get(where).text, home.jobs.job(where.rsplit("/", 1)[-1])


def test_pasted_text_is_kept_coded_and_shown(client):
    before = client.get("/api/v1/status").json()["reports"]
    page, job = sent(client, text=TEXT, title="From the field", published="2031-05-20")
    assert [item.outcome for item in job.results] == ["added"]
    assert job.results[0].events
    assert "added" in page
    assert client.get("/api/v1/status").json()["reports"] == before + 1
    record = client.get(f"/api/v1/reports/{job.results[0].report}").json()
    assert record["report"]["published"] == "2031-05-20"


def test_files_are_uploaded_and_known_ones_recognised(client):
    files = [
        ("files", (REPORTS[0].name, REPORTS[0].read_bytes(), "text/html")),
        ("files", ("new.txt", TEXT.encode(), "text/plain")),
    ]
    _, job = sent(client, files=files)
    assert [item.outcome for item in job.results] == ["known", "added"]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/",
        "http://localhost:8765/api/v1/status",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://0x7f000001/",
        "http://2130706433/",
    ],
)
def test_an_address_inside_is_refused(client, address):
    page, job = sent(client, urls=address)
    assert [item.outcome for item in job.results] == ["failed"]
    assert job.results[0].reasons[0].code.startswith("fetch-")
    assert job.results[0].reasons[0].code in page


@pytest.mark.parametrize("word", ["/etc/passwd", "file:///etc/passwd", "-", "../secret.txt", "ftp://example.org/", "*.txt"])
def test_a_path_on_this_machine_is_no_address(client, word):
    answer = client.post("/add", data={"csrf": token(client), "urls": word})
    assert answer.status_code == 400
    assert "no address" in answer.text


def test_a_file_name_is_never_a_path(client):
    _, job = sent(client, files=[("files", ("../../../etc/passwd", TEXT.encode(), "text/plain"))])
    assert job.names == ("passwd",)


def test_what_cannot_be_read_is_named_with_the_reason(client):
    files = [
        ("files", ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "image/png")),
        ("files", ("empty.txt", b"", "text/plain")),
    ]
    page, job = sent(client, files=files)
    assert [item.reasons[0].code for item in job.results] == ["binary", "empty"]
    assert "picture.png" in page
    assert "binary" in page


def test_a_decompression_bomb_is_stopped(client):
    bomb = gzip.compress(bytes(200 << 20), 9)
    _, job = sent(client, files=[("files", ("bomb.gz", bomb, "application/gzip"))])
    assert [item.outcome for item in job.results] == ["failed"]


def test_nothing_to_add_and_a_wrong_date_are_said(client):
    assert "nothing to add" in client.post("/add", data={"csrf": token(client)}).text
    assert "ISO 8601" in client.post("/add", data={"csrf": token(client), "text": TEXT, "published": "soon"}).text


def test_htmx_gets_the_part_that_changes(client):
    headers = {"hx-request": "true", "x-csrf": token(client)}
    part = client.post("/add", data={"text": TEXT}, headers=headers)
    assert part.status_code == 200
    assert part.text.lstrip().startswith("<section")
    assert "<html" not in part.text


def test_an_unknown_job_is_not_found(client):
    assert client.get("/add/nothing").status_code == 404


def test_readers_read_while_reports_come_in_and_the_dossier_is_whole_after(app, client, folder):
    with app.state.house.write():
        assert client.get("/api/v1/status").status_code == 200
    sent(client, text=TEXT)
    app.state.house.close()
    with open_dossier(folder) as dossier:
        assert [found for found in verify(dossier) if not found.note] == []


def test_jobs_take_no_paths(tmp_path):
    jobs = Jobs(tmp_path)
    for source in (Url("/etc/passwd"), Url("file:///etc/passwd")):
        with pytest.raises(TrucewatchError, match="no address"):
            jobs.add([source])
    with pytest.raises(TrucewatchError, match="nothing to add"):
        jobs.add([])
    assert Handed("x", b"").content_type == "application/octet-stream"


def test_a_job_that_fails_says_so_and_the_worker_goes_on(app, client):
    def broken(_):
        raise TrucewatchError("no-model", "the model is not there")

    working, app.state.house.jobs.load = app.state.house.jobs.load, broken
    page, job = sent(client, text=TEXT)
    assert job.state == "failed"
    assert "the model is not there" in page
    app.state.house.jobs.load = working
    assert sent(client, text=TEXT)[1].state == "done"


def test_an_unused_writer_leaves_the_dossier_sealed(app, folder):
    house = app.state.house
    house.writer_idle = 0.05
    seal = folder / "seal.json"
    before = seal.read_bytes()
    with house.write() as dossier:
        dossier.write(lambda conn: chain_rows.enter(conn, "downloaded", {"capture": "k-test"}))
    deadline = time.monotonic() + 20
    while seal.exists() and seal.read_bytes() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert seal.read_bytes() != before
    with house.write() as dossier:
        assert dossier.writer is not None


def test_two_who_write_at_once_wait_for_each_other(app):
    house, entered = app.state.house, []

    def work(number):
        for _ in range(5):
            with house.write() as dossier:
                entered.append(dossier.write(lambda conn: chain_rows.enter(conn, "downloaded", {"capture": f"k-{number}"})))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(entered)) == 20
