"""The web page in a real browser: each of its actions, seen on the phone, in files, on the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daemon.control.token import find_token
from tests.daemon.test_tcp import free
from tests.e2e.browser import Browser
from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import append, in_place

pytestmark = pytest.mark.needs("chromium", "chromedriver")


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    home = making.home(sandbox)
    home.configure(deletions={"hold_above": 2, "grace": "0s"})
    home.write(
        control={**home.config.get("control", {}), "listen": free().url.removeprefix("http://")}
    )
    return home


@pytest.fixture(scope="module")
def daemon(home: Home) -> Daemon:
    return home.daemon()


@pytest.fixture(scope="module")
def url(home: Home, daemon: Daemon) -> str:
    return f"http://{home.config['control']['listen']}/"


@pytest.fixture(scope="module")
def token(home: Home, daemon: Daemon) -> str:
    return find_token(home.state)


@pytest.fixture(scope="module")
def chromium(making: Making) -> Iterator[Browser]:
    browser = Browser(making.place())
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser, url: str, token: str) -> Iterator[Browser]:
    """Opened, and with nothing to complain of in the end."""
    chromium.go(f"{url}#token={token}")
    chromium.shows("Today", "main")
    chromium.complaints()
    yield chromium
    assert chromium.complaints() == []


def test_a_stranger_is_asked_for_the_token(chromium: Browser, url: str, token: str) -> None:
    chromium.go(url)
    chromium.ask("sessionStorage.clear()")
    chromium.go(url)
    chromium.type("#token", "wrong")
    chromium.press("Open")
    chromium.shows("token", "#said")
    chromium.type("#token", token)
    chromium.press("Open")
    chromium.shows("Today")
    chromium.complaints()  # of the answer 401


def test_the_token_of_a_link_goes_from_the_address(page: Browser, token: str) -> None:
    assert token not in str(page.ask("return location.href"))
    assert token not in page.driver.page_source


def test_a_task_is_ticked_and_unticked(page: Browser, sandbox: Sandbox, home: Home) -> None:
    page.turn("reminders")
    _list(page, "Groceries")
    page.click('input[aria-label="Done: Milk"]')
    until(lambda: sandbox.shown("Milk")["done"])
    until(lambda: "[x]" in home.line("Groceries.md", "Milk"))
    page.click('button[data-key="done"]')
    page.click('li.done input[aria-label="Done: Milk"]')
    until(lambda: not sandbox.shown("Milk")["done"])


def test_a_task_is_added_in_words(page: Browser, sandbox: Sandbox) -> None:
    _list(page, "Groceries")
    page.type('input[aria-label="New reminder"]', "Rye bread tomorrow 9am #bakery")
    page.press("Add")
    page.shows("Rye bread")
    shown = until(lambda: sandbox.shown("Rye bread"))
    assert shown["list"] == "Groceries"
    assert shown["tags"] == ["bakery"]


def test_fields_are_changed_and_others_stay(page: Browser, sandbox: Sandbox) -> None:
    id = sandbox.create("Work", "Write the report", notes="for Ada")
    _list(page, "Work")
    page.shows("Write the report")
    page.click('button[aria-label="Edit Write the report"]')
    page.type("#e-title", "Write the long report")
    page.click("#e-flagged")
    page.ask("document.querySelector('#e-day').value = '2031-03-02'")
    page.press("Save", "dialog")
    shown = until(lambda: sandbox.shown("Write the long report"))
    assert (shown["id"], shown["notes"], shown["flagged"]) == (id, "for Ada", True)
    assert str(shown["due"]).startswith("2031-03-02")
    page.shows("Write the long report")


def test_a_task_is_deleted_after_a_question(page: Browser, sandbox: Sandbox) -> None:
    sandbox.create("Work", "Nobody needs this")
    _list(page, "Work")
    page.click('button[aria-label="Edit Nobody needs this"]')
    page.press("Delete", "dialog")
    page.agree()
    page.lacks("Nobody needs this")


def test_what_the_phone_does_is_shown_by_itself(page: Browser, sandbox: Sandbox) -> None:
    _list(page, "Groceries")
    sandbox.create("Groceries", "From the phone")
    page.press("Sync now")
    page.shows("From the phone")


def test_what_a_person_types_into_a_file_is_text_and_no_markup(page: Browser, home: Home) -> None:
    append(home.folder / "Groceries.md", "- [ ] <img src=x onerror=document.title='run'> cake")
    _list(page, "Groceries")
    page.shows("onerror=document.title")
    assert page.driver.title == "remindersd"


def test_many_pages_are_open_and_each_is_current_when_it_is_looked_at(
    page: Browser, url: str, token: str, daemon: Daemon, sandbox: Sandbox
) -> None:
    first = page.driver.current_window_handle
    _list(page, "Groceries")
    for _ in range(7):  # a browser has six connections for one address
        page.driver.switch_to.new_window("tab")
        page.go(f"{url}#token={token}")
        page.shows("Today")
    sandbox.create("Groceries", "While nobody looked")
    daemon.sync()
    for tab in page.driver.window_handles:
        if tab != first:
            page.driver.switch_to.window(tab)
            page.driver.close()
    page.driver.switch_to.window(first)
    page.shows("While nobody looked")


def test_a_button_stays_while_it_is_pressed(
    page: Browser, daemon: Daemon, sandbox: Sandbox
) -> None:
    id = sandbox.create("Work", "Slow hands")
    daemon.sync()
    _list(page, "Work")
    page.shows("Slow hands")
    asked = "return performance.getEntriesByName(location.origin + '/lists').length"
    before = page.ask(asked)
    page.hold('button[aria-label="Edit Slow hands"]')
    sandbox.edit(id, flagged=True)
    daemon.sync()
    page.when(lambda: page.ask(asked) > before)
    page.let_go()
    page.find("#e-title")
    page.press("Cancel", "dialog")


def test_a_conflict_is_decided_side_by_side(
    page: Browser, home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    id = sandbox.create("Work", "Two minds")
    daemon.sync()
    path = home.folder / "Work.md"
    with daemon.frozen():
        in_place(path, path.read_text().replace("Two minds", "Two minds, says the file"))
        sandbox.edit(id, title="Two minds, says the phone")
    daemon.sync()
    page.turn("decide")
    page.shows("says the phone")
    page.shows("says the file")
    page.shows("In the file, kept\nTwo minds, says the file")
    page.press("Take the other")
    page.shows("Nothing waits for you")
    until(lambda: sandbox.shown("Two minds, says the file"))


def test_a_conflict_is_left_as_it_is_shown(
    page: Browser, home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    id = sandbox.create("Work", "Second thoughts")
    daemon.sync()
    path = home.folder / "Work.md"
    with daemon.frozen():
        in_place(path, path.read_text().replace("Second thoughts", "Second thoughts, typed"))
        sandbox.edit(id, title="Second thoughts, tapped")
    until(lambda: daemon.sync()["open_conflicts"] == 1)
    page.turn("decide")
    page.shows("Second thoughts, typed")
    page.press("Keep what is shown")
    page.shows("Nothing waits for you")
    assert daemon.sync()["open_conflicts"] == 0
    assert sandbox.shown("Second thoughts, tapped")
    assert home.line("Work.md", "Second thoughts, tapped")


def test_what_icloud_refused_is_tried_again_and_given_up(
    page: Browser, home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    for title in ("Soap", "Towel"):
        sandbox.create("Home", title)
    daemon.sync()
    bad = [{"code": "BAD_REQUEST", "match": "Reminder/", "reason": "because", "times": 1000}]
    sandbox.faults(items=bad)
    path = home.folder / "Family" / "Home.md"
    in_place(path, path.read_text().replace("] Soap", "] Soft soap").replace("] To", "] Bath to"))
    until(lambda: daemon.sync()["parked"] == 2)
    sandbox.faults(items=[])
    page.turn("decide")
    page.shows("Refused by iCloud (2)")
    page.shows("BAD_REQUEST: because\ntitle: Soft soap")
    page.press("Try again", 'section[aria-label="Refused: Soap"]')
    page.shows("Refused by iCloud (1)")
    until(lambda: sandbox.shown("Soft soap"))
    page.press("Give it up", 'section[aria-label="Refused: Towel"]')
    page.agree()
    page.shows("Nothing waits for you")
    until(lambda: home.line("Family/Home.md", "] Towel"))


def test_held_deletions_go_ahead_when_told(
    page: Browser, home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    names = [f"Many {number}" for number in range(4)]
    for name in names:
        sandbox.create("Work", name)
    daemon.sync()
    path = home.folder / "Work.md"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "Many" not in line))
    until(lambda: daemon.sync() and daemon.status()["held"] >= 4)
    page.turn("decide")
    page.shows("Held (4)")
    for left in (3, 2, 1):
        page.press("Let it go ahead")
        page.shows(f"Held ({left})")
    page.press("Let it go ahead")
    until(lambda: not any(name in sandbox.titles("Work") for name in names))


def test_a_run_is_told_and_taken_back(page: Browser, home: Home, sandbox: Sandbox) -> None:
    id = sandbox.create("Groceries", "Oat milk")
    page.press("Sync now")
    until(lambda: home.mark("Groceries.md", "Oat milk"))
    sandbox.edit(id, title="Oat milk, two")
    page.press("Sync now")
    until(lambda: home.line("Groceries.md", "Oat milk, two"))
    page.turn("runs")
    page.click("tbody a")
    page.shows("Oat milk, two")
    page.press("Take this run back")
    page.agree()
    until(lambda: sandbox.shown("Oat milk"))


def test_devices_stand_on_a_plot_and_in_a_table(page: Browser) -> None:
    page.turn("devices")
    page.press("Locate them now")
    page.shows("51.50745", "table")  # what it says when asked, and not what was known
    page.shows("John's iPhone 11", "svg.plot")


def test_photos_are_thumbnails(page: Browser, daemon: Daemon) -> None:
    daemon.ask("/poll", {"service": "photos"})
    page.turn("photos")
    page.shows("IMG_0002.HEIC")
    loaded = "const i = document.querySelector('.photos img'); return Boolean(i && i.naturalWidth)"
    page.when(lambda: page.ask(loaded))


def test_everything_can_be_reached_by_keyboard_and_has_a_name(page: Browser) -> None:
    nameless = """
        return [...document.querySelectorAll('button, input, select, textarea, a[href], img')]
          .filter((one) => one.offsetParent !== null || one.tagName === 'A')
          .filter((one) => !(one.getAttribute('aria-label') || one.labels?.length
            || one.textContent.trim() || one.hasAttribute('alt')))
          .map((one) => one.outerHTML)"""
    for name in ("reminders", "decide", "runs", "account", "devices", "photos"):
        page.turn(name)
        page.find("main h1")
        assert page.ask(nameless) == [], name
        assert page.ask("return document.querySelectorAll('main h1').length") == 1
        assert page.ask("return document.querySelectorAll('nav [aria-current]').length") == 1


def test_signing_out_and_in_with_a_code(page: Browser, daemon: Daemon, sandbox: Sandbox) -> None:
    sandbox.account(mfa="2fa")
    page.turn("account")
    page.press("Sign out")
    page.agree()
    page.shows("nobody is signed in", "#sign-in")
    page.press("Sign in")
    page.type("#code", "000000")
    page.press("Confirm")
    page.shows("that code was wrong", "#sign-in")  # drawn anew: what is typed from now on stays
    page.type("#code", sandbox.invitation["code"])
    page.press("Confirm")
    page.shows("Sign out")
    page.press("Sync now")
    until(lambda: daemon.status()["state"] in ("ok", "attention"))


def test_who_has_several_devices_chooses_where_the_code_goes(
    page: Browser, daemon: Daemon, sandbox: Sandbox
) -> None:
    sandbox.account(mfa="2sv", devices=["Ada's iPad"], phones=["07"])
    page.turn("account")
    page.press("Sign out")
    page.agree()
    page.press("Sign in")
    page.shows("Where shall the code be sent?")
    chosen = daemon.ask("/account").document["sign_in"]["choices"][-1]
    page.press(chosen)
    page.type("#code", sandbox.invitation["code"])
    page.press("Confirm")
    page.shows("Sign out")
    assert sandbox.ask("GET", "/sandbox/account")["codes"][-1]["how"] in ("push", "sms")


def test_no_other_address_was_asked(page: Browser, url: str) -> None:
    page.turn("photos")
    page.find(".photos img")
    names = page.ask("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert isinstance(names, list)
    assert [one for one in names if one.endswith("/page/main.js")]
    assert [one for one in names if not one.startswith((url, f"blob:{url}"))] == []


def _list(page: Browser, name: str) -> None:
    page.turn("reminders")
    page.when(
        lambda: (
            next(
                one
                for one in page.driver.find_elements("css selector", ".lists a")
                if name in one.text
            ).click()
            or True
        )
    )
    page.shows(name, "h1")
