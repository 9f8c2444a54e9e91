"""A team in real browsers: reviewers by keyboard, two at once without losing a verdict; who may do what; passwords."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.conftest import ATTEMPTS, PASSWORDS
from tests.web.live import Visitor
from tests.web.test_in_browser import WHY, look

pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)


@pytest.fixture(scope="module")
def people(chromium, team_site):
    """One visitor for each user, logged in once."""
    found = {}
    for name, (_, password) in PASSWORDS.items():
        found[name] = Visitor(chromium, team_site)
        found[name].log_in(name, password)
    yield found
    for one in found.values():
        one.context.close()
    for one in found.values():
        one.quiet()


@pytest.fixture
def vera(people):
    return people["vera"]


@pytest.fixture
def ada(people):
    return people["ada"]


def event(one):
    """The key of the event on the screen."""
    return one.page.locator("form input[name=event]").first.get_attribute("value")


def said(one):
    return one.page.inner_text(".flash span")


def press(one, key):
    """Press a key and wait for the page it leads to."""
    with one.page.expect_navigation():
        one.page.keyboard.press(key)


def history(one, key):
    """What is said of an event: reviewer and verdict."""
    one.go(f"/review?event={key}&seen=1")
    lines = one.page.locator("h2:text('Said before') + ul li").all_inner_texts()
    return [re.sub(r"^\S+ \S+ ", "", line).strip() for line in lines]


def test_the_queue_by_keyboard(vera):
    vera.go("/review")
    first = event(vera)
    press(vera, "a")
    assert said(vera) == "Accepted."
    assert event(vera) != first
    press(vera, "u")
    assert said(vera) == "Taken back."
    assert event(vera) == first
    press(vera, "r")
    assert said(vera) == "Rejected."
    press(vera, "u")
    assert event(vera) == first
    press(vera, "j")
    second = event(vera)
    assert second != first
    press(vera, "k")
    assert event(vera) == first
    vera.page.keyboard.press("?")
    assert vera.page.locator("dialog[open]").count() == 1
    vera.page.keyboard.press("Escape")
    assert vera.page.locator("dialog[open]").count() == 0
    press(vera, "o")
    assert "/reports/" in vera.page.url


def test_a_field_is_corrected_and_a_wrong_value_refused(vera):
    vera.go("/review")
    key = event(vera)
    vera.page.keyboard.press("c")
    assert vera.page.evaluate("() => document.activeElement.id") == "field"
    vera.page.select_option("#field", "status")
    vera.page.fill("#value", "perhaps")
    with vera.page.expect_navigation():
        vera.page.press("#value", "Enter")
    assert "there is no status" in vera.page.inner_text(".warn[role=alert]")
    vera.page.keyboard.press("c")
    vera.page.select_option("#field", "status")
    vera.page.fill("#value", "planned")
    with vera.page.expect_navigation():
        vera.page.press("#value", "Enter")
    assert said(vera) == "Corrected."
    assert event(vera) == key, "a correction stays at its event"
    assert "planned" in vera.page.inner_text("tr.changed")
    vera.shot("review-corrected")
    press(vera, "u")
    assert vera.page.locator("tr.changed").count() == 0


def test_accounts_are_merged_and_split_and_both_taken_back(vera):
    vera.go("/review?reason=disputed&seen=1")
    assert vera.page.locator(".queue a").count() > 2
    key = event(vera)
    vera.page.keyboard.press("m")
    vera.page.fill("#merge input[name=q]", "hospital")
    with vera.page.expect_navigation():
        vera.page.press("#merge input[name=q]", "Enter")
    with vera.page.expect_navigation():
        vera.page.locator("main article button").last.click()
    assert said(vera) == "Put together."
    assert event(vera) == key
    joined = vera.page.locator("#split select option").count()
    assert joined >= 1
    press(vera, "u")
    assert said(vera) == "Taken back."
    incident = vera.page.locator("article a[href*='/incidents/']").get_attribute("href").rpartition("/")[2]
    vera.go(f"/review?incident={incident}&seen=1")
    key = event(vera)
    vera.page.keyboard.press("s")
    with vera.page.expect_navigation():
        vera.page.locator("#split button").click()
    assert said(vera) == "Set apart."
    press(vera, "u")
    assert [line.partition(":")[0] for line in history(vera, key)] == ["vera"] * len(history(vera, key))


def test_two_reviewers_at_one_event_lose_no_verdict(vera, ada):
    vera.go("/review?reason=disputed")
    key = event(vera)
    ada.go(f"/review?event={key}")
    assert event(ada) == key
    press(vera, "a")
    press(ada, "r")  # her page is from before
    assert said(vera) == "Accepted."
    assert said(ada) == "Rejected."
    assert history(vera, key)[-2:] == ["vera: accept", "ada: reject"]
    assert "reviewers differ" in vera.page.inner_text(".badges")
    press(ada, "u")
    assert history(vera, key)[-3:] == ["vera: accept", "ada: reject", "ada: undo"] or history(vera, key)[-1].startswith(
        "vera: accept"
    )


def test_who_accepts_an_old_page_loses_no_correction(vera, ada):
    vera.go("/review?reason=unseen")
    key = event(vera)
    ada.go(f"/review?event={key}")
    vera.page.keyboard.press("c")
    vera.page.select_option("#field", "status")
    vera.page.fill("#value", "planned")
    with vera.page.expect_navigation():
        vera.page.press("#value", "Enter")
    press(ada, "a")  # her page shows the status as it was
    lines = history(ada, key)
    assert any(line.startswith("vera: correct status to planned") for line in lines), lines
    assert lines[-1].startswith("ada: accept")
    assert "reviewers differ" in ada.page.inner_text(".badges"), (
        "the latest counts, and the difference comes back into the queue"
    )


def test_verdicts_of_two_at_once_are_all_kept(vera, ada):
    given = []
    for one in (vera, ada):
        one.go("/review?reason=unseen")
    for _ in range(3):
        given += [(event(vera), "vera"), (event(ada), "ada")]
        vera.page.evaluate("() => { setTimeout(() => document.querySelector('[data-key=a]').click(), 0); }")
        press(ada, "r")  # while hers is on its way
        vera.page.wait_for_selector(".flash")
        vera.page.wait_for_load_state()
        vera.go("/review?reason=unseen")
    for key, name in given:
        assert any(line.startswith(f"{name}: ") for line in history(vera, key)), (key, name)


# Who may do what


def test_a_reader_sees_what_the_policy_lets_through(people):
    rhea = people["rhea"]
    rhea.go("/")
    assert rhea.page.locator(".top nav a").all_inner_texts() == ["Overview", "Reports", "Ledger", "Sources", "rhea"]
    rhea.go("/reports?q=bounty")
    rhea.page.locator("main a").first.click()
    text = rhea.page.inner_text("main")
    assert "Lena" not in text
    assert "[a journalist]" in text
    assert rhea.page.locator("a[download], a.button").count() == 0
    rhea.shot("reader")
    for path in ("/review", "/add", "/users"):
        assert rhea.go(path).status == 403
        assert "does not allow" in rhea.page.inner_text("main")
    look(rhea, "forbidden")
    rhea.go("/sources")
    assert "for reviewers" in rhea.page.inner_text("main")
    rhea.go("/ledger")
    assert "Lena" not in rhea.page.inner_text("main")


def test_a_reviewer_does_not_decide_who_may_log_in(vera):
    assert vera.go("/users").status == 403
    vera.go("/review")
    assert vera.page.locator(".top nav a").all_inner_texts()[-3:] == ["Review", "Add", "vera"]


def test_an_admin_adds_changes_and_removes_a_user(ada, visitor, team_site):
    ada.go("/account")
    ada.page.click("text=Who may log in")
    form = ada.page.locator("form.sheet")
    form.locator("[name=name]").fill("nils")
    form.locator("[name=password]").fill("short but long enough")
    with ada.page.expect_navigation():
        form.locator("button").click()
    assert "Added." in ada.page.inner_text(".flash")
    look(ada, "users")
    nils = visitor(team_site)
    nils.log_in("nils", "short but long enough")
    assert nils.go("/review").status == 403
    ada.page.locator("[data-user=nils] select").select_option("reviewer")
    with ada.page.expect_navigation():
        ada.page.locator("[data-user=nils] td:nth-child(2) button").click()
    assert nils.go("/review").status == 200, "a role holds from the next request on"
    with ada.page.expect_navigation():
        ada.page.locator("[data-user=nils] button.quiet").click()
    nils.go("/review")
    assert "/login" in nils.page.url, "who is removed is out at once"
    ada.page.locator("[data-user=ada] select").select_option("reader")
    with ada.page.expect_navigation():
        ada.page.locator("[data-user=ada] td:nth-child(2) button").click()
    assert "only admin" in ada.page.inner_text(".warn")


def test_a_password_is_changed_and_other_sessions_end(people, visitor, team_site):
    rhea, elsewhere = people["rhea"], visitor(team_site)
    elsewhere.log_in("rhea", PASSWORDS["rhea"][1])
    rhea.go("/account")
    look(rhea, "account")
    for old, new, again, answer in (
        ("not it", "another long word", "another long word", "not your password"),
        (PASSWORDS["rhea"][1], "another long word", "another wrong word", "two ways"),
        (PASSWORDS["rhea"][1], "aaaaaaaaaaaa", "aaaaaaaaaaaa", "not all alike"),
        (PASSWORDS["rhea"][1], "another long word", "another long word", "is changed"),
    ):
        for field, value in (("old", old), ("new", new), ("again", again)):
            rhea.page.fill(f"[name={field}]", value)
        with rhea.page.expect_navigation():
            rhea.page.click("form.sheet button")
        assert answer in rhea.page.inner_text("main")
    elsewhere.go("/reports")
    assert "/login" in elsewhere.page.url
    assert rhea.go("/reports").status == 200
    elsewhere.log_in("rhea", "another long word")


def test_a_wrong_password_and_too_many_are_told(visitor, team_site):
    one = visitor(team_site)
    one.go("/login?next=%2Freports")
    look(one, "login")
    for number in range(ATTEMPTS + 1):
        one.page.fill("#name", "vera")
        one.page.fill("#password", f"guess {number}")
        with one.page.expect_navigation():
            one.page.press("#password", "Enter")
        told = one.page.inner_text("#error")
        assert ("do not fit" in told) == (number < ATTEMPTS), told
    assert "Too many" in told
