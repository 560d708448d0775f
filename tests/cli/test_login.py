"""Signing in at a terminal and through a pipe: each state reached and left, and nothing told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.cli.signing import Codes, sign_in
from daemon.compose import open_desk
from daemon.settings.config import load_config
from sandbox.world import World
from sync.remote.signing.states import Kind
from tests.cli.conftest import FakeDaemon, Home, documents, served
from tests.cli.terminal import terminal


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud that the home's config leads to; codes are new each time."""
    with served("2fa") as (made, url):
        made.account.fresh_codes = True
        home.write(account={"endpoint": url})
        yield made


def secrets_of(world: World) -> set[str]:
    """All that nobody else may see."""
    account = world.account
    tokens = {*account.sessions, *account.trust_tokens, *account.browsers}
    return {account.password, *tokens, *(sent.code for sent in account.codes.sent)}


def kept(home: Home) -> str:
    """What is stored of the session."""
    files = [path for path in (home.state / "session").rglob("*") if path.is_file()]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def modes_of(home: Home) -> set[int]:
    """Who may read what is stored of the session."""
    return {path.stat().st_mode & 0o777 for path in (home.state / "session").rglob("*")}


def test_a_person_types_password_and_code(home: Home, world: World) -> None:
    account = world.account
    home.write(account={"password_command": None})
    with terminal(home, "login", afresh=True) as shown:
        shown.expect("Password of ada@example.test")
        assert not shown.echoes()
        shown.type(account.password)
        shown.expect("Apple shows a code on your devices")
        shown.expect("Code (? to get it another way)")
        assert account.password not in shown.arguments()
        shown.type("000000")
        shown.expect("That code was wrong")
        shown.expect("another way")
        shown.type("?")
        shown.expect("2  a text message to")
        shown.expect("Number")
        shown.type("2")
        shown.expect("Apple has sent a code by a text message to")
        shown.expect("another way")
        assert [sent.how for sent in account.codes.sent] == ["push", "sms"]
        shown.type(account.codes.sent[-1].code)
        shown.expect("signed in as ada@example.test")
        assert shown.end() == 0
        assert account.password not in shown.shown
        assert not any(token in shown.shown for token in account.sessions)
    assert account.counts["passwords"] == 1
    assert account.password not in kept(home)
    assert json.loads(home.run("status", "--json").stdout)["sign_in"]["state"] == "signed-in"


def test_a_code_can_be_typed_after_an_interruption(home: Home, world: World) -> None:
    account = world.account
    with terminal(home, "login") as shown:
        shown.expect("another way")
        shown.interrupt()
        assert shown.end() == 130
    told = json.loads(home.run("status", "--json").stdout)["sign_in"]
    assert (told["state"], told["sent_to"]) == ("code-required", "your devices")
    assert "shows a code" in home.run("status").stdout
    home.write(account={"password_command": ["false"]})  # no password is asked for now
    result = home.run("login", "--code", "-", stdin=f"{account.codes.sent[-1].code}\n")
    assert result.exit_code == 0, result.stderr
    assert (account.counts["passwords"], len(account.codes.sent)) == (1, 1)


def test_after_a_sync_by_nobody_a_text_is_sent_before_its_code_is_asked_for(
    home: Home, world: World
) -> None:
    account = world.account
    account.by_sms = True  # no device that would show a code unasked
    assert home.run("sync").exit_code == 11
    assert "has sent none yet" in home.run("status").stdout
    assert home.run("login").exit_code == 11  # nobody is here who could type it
    assert account.codes.sent == []
    with terminal(home, "login") as shown:
        shown.expect("Apple has sent a code by a text message to")
        shown.expect("another way")
        (sent,) = account.codes.sent
        shown.type(sent.code)
        shown.expect("signed in as")
        assert shown.end() == 0
    assert account.counts["passwords"] == 1


def test_a_code_that_nobody_has_sent_is_not_tried_and_a_text_is_sent(
    home: Home, world: World
) -> None:
    account = world.account
    account.by_sms = True
    assert home.run("sync").exit_code == 11
    result = home.run("login", "--code", "-", stdin="000000\n")
    assert result.exit_code == 11
    assert "no code had been sent yet" in result.stderr
    assert "a text message to" in result.stderr
    (sent,) = account.codes.sent
    tried = [each for each in world.faults.requests if "securitycode" in str(each)]
    assert tried == []
    assert home.run("login", "--code", "-", stdin=f"{sent.code}\n").exit_code == 0
    assert (account.counts["passwords"], len(account.codes.sent)) == (1, 1)


def test_the_older_verification_asks_which_device(home: Home, world: World) -> None:
    account = world.account
    account.mfa, account.phones, account.devices = "2sv", ["07", "02"], []
    with terminal(home, "login") as shown:
        shown.expect("Where shall Apple send the code?")
        shown.expect("2  ********02")
        assert account.codes.sent == []
        shown.type("2")
        shown.expect("Apple has sent a code to ********02")
        shown.expect("another way")
        shown.type(account.codes.sent[-1].code)
        shown.expect("signed in as")
        assert shown.end() == 0
    assert len(account.codes.sent) == 1


def test_three_wrong_codes_end_a_login_and_not_the_code(home: Home, world: World) -> None:
    account = world.account
    result = home.run("login", "--code", "-", stdin="000000\n" * 4)
    assert result.exit_code == 11
    assert "three times" in result.stderr
    code = account.codes.sent[-1].code
    assert home.run("login", "--code", "-", stdin=f"{code}\n").exit_code == 0
    assert (account.counts["passwords"], len(account.codes.sent)) == (1, 1)


def test_a_wrong_code_is_called_wrong(home: Home, world: World) -> None:
    result = home.run("login", "--code", "-", stdin="000000\n")
    assert result.exit_code == 11
    assert "that code was wrong" in result.stderr


def test_without_a_terminal_no_device_is_chosen(home: Home, world: World) -> None:
    world.account.mfa, world.account.phones = "2sv", ["07", "02"]
    result = home.run("login")
    assert result.exit_code == 11
    assert "which device" in result.stderr
    assert world.account.codes.sent == []


@pytest.mark.parametrize(
    ("switch", "value", "words"),
    [
        ("terms_pending", True, "icloud.com"),
        ("web_access", False, "Access iCloud Data on the Web"),
        ("locked", True, "iforgot"),
        ("security_keys", ["Blue key"], "security key"),
        ("region", "china", "account.region to china"),
    ],
)
def test_what_only_the_owner_can_put_right_ends_with_13(
    home: Home, world: World, switch: str, value: object, words: str
) -> None:
    if switch != "security_keys":
        world.account.mfa = "none"
    setattr(world.account, switch, value)
    result = home.run("login", "--json")
    assert result.exit_code == 13
    (told,) = documents(result)
    assert told["error"]["code"] == "account"
    assert words in result.stderr
    assert words in home.run("status").stdout


def test_an_app_specific_password_is_named_and_not_sent(home: Home, world: World) -> None:
    home.write(account={"password_command": ["echo", "abcd-efgh-ijkl-mnop"]})
    result = home.run("login")
    assert result.exit_code == 12
    assert "app-specific" in result.stderr
    assert "abcd" not in result.output + result.stderr
    assert not world.faults.requests


def test_login_as_json_is_one_document(home: Home, world: World) -> None:
    world.account.mfa = "none"
    (told,) = documents(home.run("login", "--json"))
    assert (told["schema"], told["sign_in"]["state"]) == (1, "signed-in")
    (told,) = documents(home.run("logout", "--json"))
    assert told["sign_in"]["state"] == "signed-out"
    result = home.run("sync")
    assert result.exit_code == 11
    assert "signed out" in result.stderr
    assert secrets_of(world) & set(kept(home).split('"')) == set()


def test_consent_on_a_device_is_waited_for(home: Home, world: World) -> None:
    account = world.account
    account.mfa, account.adp = "none", True
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            account.consent.grant(world.clock() + account.consent_lasts)

    desk = open_desk(load_config(home.config))
    codes = Codes(from_input=False, may_ask=True, sleep=sleep)
    state = sign_in(desk, lambda: account.password, codes)
    assert state.kind is Kind.SIGNED_IN
    assert len(slept) == 3  # once more for the key
    assert account.consent.asked == 1


def test_without_a_terminal_consent_is_left_to_the_daemon(home: Home, world: World) -> None:
    world.account.mfa, world.account.adp = "none", True
    result = home.run("login", "--json")
    assert result.exit_code == 11
    (told,) = documents(result)
    assert told["error"]["code"] == "consent"
    assert "allow it" in home.run("status").stdout


def test_at_a_terminal_each_state_is_reached_and_left(home: Home, world: World) -> None:
    account = world.account
    account.mfa, account.locked, account.terms_pending, account.adp = "none", True, True, True
    account.pcs_waits, account.trust_lasts = 0, 5 * 86400

    def ends(code: int, *words: str) -> None:
        with terminal(home, "login") as shown:
            for word in words:
                shown.expect(word)
            assert shown.end() == code

    ends(13, "locked this account", "iforgot.apple.com")
    account.locked = False
    ends(13, "terms have changed", "icloud.com once and accept them")
    account.terms_pending, account.web_access = False, False
    ends(13, "does not allow web access", "Access iCloud Data on the Web")
    account.web_access = True
    with terminal(home, "login") as shown:
        shown.expect("a device has to allow access to encrypted data")
        shown.interrupt()
        assert shown.end() == 130
    assert state_of(home) == "consent-needed"
    account.consent.grant(world.clock() + account.consent_lasts)
    ends(0, "signed in as")
    assert state_of(home) == "signed-in"
    assert home.run("logout").exit_code == 0
    assert state_of(home) == "signed-out"
    account.mfa, account.adp = "2fa", False
    with terminal(home, "login") as shown:
        shown.expect("another way")
        shown.type(account.codes.sent[-1].code)
        assert shown.end() == 0
    assert state_of(home) == "trust-expiring"


def state_of(home: Home) -> str:
    """How the sign-in stands."""
    state: str = json.loads(home.run("status", "--json").stdout)["sign_in"]["state"]
    return state


def test_status_warns_before_trust_ends(home: Home, fake_daemon: FakeDaemon) -> None:
    sign_in = {
        "state": "trust-expiring",
        "sentence": "Apple's trust in this computer ends soon",
        "hint": "run: remindersd login",
        "until": (datetime.now(UTC) + timedelta(days=5, hours=1)).isoformat(),
    }
    fake_daemon.answers["GET /status"] = (200, home.status(sign_in=sign_in))
    shown = home.run("status").stdout
    assert "ends soon (in 5 days): run: remindersd login" in shown


def test_nothing_of_a_sign_in_is_told(home: Home, world: World, tmp_path: Path) -> None:
    """All words of a debugging login, its failures among them, hold no secret."""
    account = world.account
    words = ""
    for typed in ("000000\n", "", f"{account.code}\n"):
        result = home.run("--debug", "login", "--code", "-", stdin=typed or None)
        words += result.output + result.stderr
        assert modes_of(home) == {0o600, 0o700}  # with a sign-in under way, too
    code = account.codes.sent[-1].code
    result = home.run("--debug", "login", "--code", "-", stdin=f"{code}\n")
    words += result.output + result.stderr + home.run("status", "--json").output
    assert result.exit_code == 0
    assert len(secrets_of(world)) >= 4
    assert [secret for secret in secrets_of(world) if secret in words] == []
    assert modes_of(home) == {0o600, 0o700}
