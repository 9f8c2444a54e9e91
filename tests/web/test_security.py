"""What stands between the dossier and whoever should not reach it."""

from __future__ import annotations

import hashlib
import re
import stat

import pytest
from sqlalchemy import select

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.conftest import PASSWORDS, SCRIPT, browser, logged_in, token

from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store.tables import custody
from trucewatch.model import TrucewatchError
from trucewatch.web.app import create
from trucewatch.web.guard import Bucket
from trucewatch.web.limits import Attempts
from trucewatch.web.pages.session import inside
from trucewatch.web.settings import Settings
from trucewatch.web.users import Users


def test_every_answer_carries_a_policy_without_inline_script(client):
    for path in ("/add", "/api/v1/status", "/nothing", "/static/map.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "user@localhost", "", "[::1"])
def test_a_foreign_name_is_refused(client, host):
    assert client.get("/api/v1/status", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "LOCALHOST"])
def test_loopback_names_are_answered(client, host):
    assert client.get("/api/v1/status", headers={"host": host}).status_code == 200


def test_a_form_without_token_is_refused(client):
    client.get("/add")
    assert client.post("/add", data={"text": "Rebels shelled Aldun."}).status_code == 403
    assert client.post("/add", data={"text": "Rebels shelled Aldun.", "csrf": "guessed"}).status_code == 403
    assert client.post("/add", data={"text": "x", "csrf": "café"}).status_code == 403


def test_a_token_of_another_session_is_refused(app):
    one, other = browser(app), browser(app)
    theirs = token(one)
    token(other)
    assert other.post("/add", data={"text": "x", "csrf": theirs}).status_code == 403


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
def test_a_change_asked_for_by_another_site_is_refused(client, headers):
    data = {"text": "Rebels shelled Aldun.", "csrf": token(client)}
    assert client.post("/add", data=data, headers=headers).status_code == 403


def test_a_page_that_hides_its_address_is_still_ours(client):
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert (
        client.post("/add", data={"text": "Rebels shelled Aldun.", "csrf": token(client)}, headers=headers).status_code == 303
    )


def test_a_head_is_a_get_without_its_body(client):
    whole, head = client.get("/static/map.css"), client.head("/static/map.css")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert client.head("/evidence/k-nothing").status_code == 405


def test_files_that_are_asked_for_by_their_hash_are_kept_for_long(client):
    page = client.get("/add").text
    address = re.search(r'src="(/static/add\.js\?v=[^"]+)"', page).group(1)
    found = client.get(address)
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("text/javascript")
    assert client.get("/static/add.js?v=other").headers["cache-control"] == "no-cache"
    assert client.get("/static/add.js", headers={"if-none-match": found.headers["etag"]}).status_code == 304


def test_the_map_has_its_files(client):
    assert client.get("/static/map/style-light.json").json()["version"] == 8
    layer = client.get("/static/map/land-world.geojson")
    assert layer.headers["content-type"] == "application/geo+json"
    assert client.get("/static/map/land-world.geojson", headers={"if-none-match": layer.headers["etag"]}).status_code == 304


def test_who_asks_too_often_is_told_to_wait(folder):
    app = create(folder, settings=Settings(per_second=0.001, burst=3))
    answers = [browser(app).get("/api/v1/status").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    app.state.house.close()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2fapp.py",
        "/static//etc/passwd",
        "/static/map/../../app.py",
        "/static/map/..%2f..%2fdata%2fdisputed.tsv",
        "/static/vendor/%2e%2e/%2e%2e/vendor.toml",
        "/evidence/..%2f..%2fdossier.toml",
        "/evidence/k-nothing",
    ],
)
def test_no_path_leads_out(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_a_team_logs_in(team):
    client = browser(team)
    assert client.get("/add").headers["location"] == "/login?next=%2Fadd"
    assert client.get("/api/v1/reports").status_code == 401
    assert logged_in(team, "rhea").get("/api/v1/reports").status_code == 200


def test_roles(team, folder):
    capture = reviewed(team)["provenance"][0]["capture"]
    for name, status in (("rhea", 403), ("vera", 200), ("ada", 200)):
        client = logged_in(team, name)
        assert client.get("/add").status_code == status
        assert client.get(f"/evidence/{capture}").status_code == status
    assert browser(team).get(f"/evidence/{capture}").status_code == 303


def reviewed(team):
    client = logged_in(team, "vera")
    report = client.get("/api/v1/reports").json()["items"][0]["id"]
    return client.get(f"/api/v1/reports/{report}").json()


def test_evidence_is_a_download_with_its_hash_and_on_record(team, folder):
    found = reviewed(team)["provenance"][0]
    answer = logged_in(team, "vera").get(f"/evidence/{found['capture']}")
    assert hashlib.sha256(answer.content).hexdigest() == found["sha256"] == answer.headers["x-content-sha256"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    with open_dossier(folder) as dossier:
        last = dossier.read(lambda conn: conn.execute(select(custody).order_by(custody.c.seq.desc())).first())
    assert last.action == "downloaded"
    assert "vera" in last.detail


def test_a_planted_session_is_worth_nothing_after_the_login(team):
    client = browser(team)
    csrf = token(client, "/login")
    planted = dict(client.cookies)
    client.post("/login", data={"csrf": csrf, "name": "vera", "password": PASSWORDS["vera"][1]})
    assert dict(client.cookies) != planted
    attacker = browser(team)
    attacker.cookies.update(planted)
    assert attacker.get("/add").status_code == 303
    assert client.post("/logout", data={"csrf": csrf}).status_code == 403


def test_a_forged_cookie_is_no_session(team):
    client = browser(team)
    token(client, "/login")
    name, value = next(iter(client.cookies.items()))
    forged = browser(team)
    forged.cookies.set(name, value.split(".")[0] + ".forged")
    assert forged.get("/login").headers["set-cookie"].split(";")[0] != f"{name}={value}"


def test_the_cookie_is_strict_and_not_for_scripts(team):
    cookie = browser(team).get("/login").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    secure = browser(team)
    secure.base_url = "https://localhost"
    cookie = secure.get("/login").headers["set-cookie"]
    assert "Secure" in cookie
    assert cookie.startswith("__Host-")


def test_logging_out_ends_the_session(team):
    client = logged_in(team, "vera")
    cookies = dict(client.cookies)
    assert client.post("/logout", data={"csrf": token(client)}).status_code == 303
    again = browser(team)
    again.cookies.update(cookies)
    assert again.get("/add").status_code == 303


def test_guessing_is_stopped(team):
    client = browser(team)
    for number in range(Settings().logins):
        data = {"csrf": token(client, "/login"), "name": "vera", "password": f"guess {number}"}
        assert client.post("/login", data=data).status_code == 403
    right = {"csrf": token(client, "/login"), "name": "vera", "password": PASSWORDS["vera"][1]}
    assert client.post("/login", data=right).status_code == 429


def test_attempts_are_counted_by_place_and_name_and_forgotten_in_time():
    now = [0.0]
    attempts = Attempts(2, 10.0, clock=lambda: now[0])
    assert [attempts.take("a", "vera") for _ in range(3)] == [True, True, False]
    assert attempts.take("b", "vera")
    now[0] = 11.0
    assert attempts.take("a", "vera")


def test_a_client_that_asks_too_often_waits():
    now = [0.0]
    bucket = Bucket(1.0, 2, clock=lambda: now[0])
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]
    assert bucket.take("b")
    now[0] = 1.0
    assert bucket.take("a")


def test_a_body_that_is_too_large_is_refused(folder, code):
    app = create(folder, settings=Settings(max_upload=10_000, max_body=1000))
    client = browser(app)
    csrf = token(client)
    assert client.post("/add", data={"csrf": csrf, "text": "x" * 20_000}).status_code == 413
    assert client.post("/login", data={"csrf": csrf, "name": "x" * 2000}).status_code == 413

    def endless():
        yield f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n--b\r\n'.encode()
        yield b'Content-Disposition: form-data; name="text"\r\n\r\n'
        for _ in range(30):
            yield b"x" * 1000

    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert client.post("/add", content=endless(), headers=headers).status_code == 413
    app.state.house.close()


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\n", "/\\/x"]
)
def test_a_login_leads_nowhere_else(target):
    assert inside(target) == "/"


def test_a_stored_script_stays_text_on_pages(app, client):
    data = {
        "csrf": token(client),
        "text": f"Rebels shelled Aldun on 18 May 2031. {SCRIPT}",
        "title": "<img src=x onerror=alert(1)>",
    }
    job = client.post("/add", data=data).headers["location"]
    page = client.get(job).text
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert SCRIPT not in client.get("/add").text
    answer = client.get(f"/nothing/{SCRIPT}")
    assert SCRIPT not in answer.text


def test_users_are_kept_as_hashes_for_the_owner_alone(folder):
    users = Users(folder)
    key = users.add_token("notebook", "reviewer")
    text = users.path.read_text("utf-8")
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    assert key not in text
    assert all(password not in text for _, password in PASSWORDS.values())
    assert "$argon2id$" in text
    assert users.bearer(key).role == "reviewer"
    assert users.bearer("tw_wrong") is None
    assert users.check("vera", PASSWORDS["vera"][1]).role == "reviewer"
    assert users.check("vera", "wrong") is None
    assert users.check("nobody", "wrong") is None
    assert users.remove("vera")
    assert users.user("vera") is None


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa"])
def test_a_weak_password_is_refused(folder, password):
    with pytest.raises(TrucewatchError, match="at least 10"):
        Users(folder).add("eve", "reader", password)


def test_a_removed_user_is_out_at_once(team, folder):
    client = logged_in(team, "vera")
    Users(folder).remove("vera")
    assert client.get("/add").status_code == 303
