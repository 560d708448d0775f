"""The sign-in desk: every state reached and left, and no code sent that nobody asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sync.errors import NetworkError, SignInNeeded, WrongPassword
from sync.remote.desk import SignInDesk
from sync.remote.signing.states import Kind
from tests.remote.conftest import Cloud, SessionMaker

Desks = Callable[[], SignInDesk]
ASKED = "requestWebAccessState"
PASSWORD_ROUND = ["signin", "init", "complete"]


@pytest.fixture
def new_desk(open_session: SessionMaker, cloud: Cloud) -> Iterator[Desks]:
    """Each call is another process: nothing but the session directory is shared."""
    made: list[SignInDesk] = []

    def make() -> SignInDesk:
        made.append(SignInDesk(open_session(password=None)))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


def test_signed_out_until_the_password_is_enough(new_desk: Desks, cloud: Cloud) -> None:
    desk = new_desk()
    assert desk.state().kind is Kind.SIGNED_OUT
    assert "login" in desk.state().hint
    assert desk.attempt(cloud.world.account.password).kind is Kind.SIGNED_IN
    assert new_desk().state().kind is Kind.SIGNED_IN
    desk.logout()
    assert new_desk().state().kind is Kind.SIGNED_OUT


def test_a_code_is_sent_once_and_taken_from_another_process(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    state = new_desk().attempt(account.password)
    assert state.kind is Kind.CODE_REQUIRED
    assert state.sent_to == "your devices"
    assert cloud.paths() == [*PASSWORD_ROUND, "auth", "auth"]
    later = new_desk()
    assert later.state() == state
    wrong = later.submit("000000")
    assert wrong.kind is Kind.CODE_REQUIRED
    assert wrong.was_wrong
    assert cloud.paths() == ["securitycode"]
    assert new_desk().submit(f"{account.code[:3]} {account.code[3:]}").kind is Kind.SIGNED_IN
    assert cloud.paths() == ["securitycode", "trust", "accountLogin", ASKED]


def test_an_attempt_with_a_code_sends_for_none(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    state = new_desk().attempt(account.password, "000000")
    assert state.was_wrong
    sent = [each for each in cloud.world.faults.requests if each["method"] == "PUT"]
    assert sent == []
    cloud.paths()
    assert new_desk().attempt(account.password, account.code).is_open
    assert cloud.paths() == ["securitycode", "trust", "accountLogin", ASKED]


def test_text_me_instead(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    new_desk().attempt(account.password)
    cloud.paths()
    state = new_desk().send_code("sms")
    assert "07" in state.sent_to
    assert cloud.paths() == ["phone"]
    assert new_desk().submit(account.code).is_open  # to where that code was sent
    with pytest.raises(SignInNeeded, match="no sign-in is under way"):
        new_desk().send_code("sms")


def test_a_way_that_is_not_offered_is_refused(new_desk: Desks, cloud: Cloud) -> None:
    cloud.world.account.mfa = "2fa"
    new_desk().attempt(cloud.world.account.password)
    cloud.paths()
    with pytest.raises(SignInNeeded) as caught:
        new_desk().send_code("pigeon")
    assert "device" in caught.value.hint
    assert cloud.paths() == []


def test_two_step_asks_for_a_device_first(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa = "2sv"
    state = new_desk().attempt(account.password)
    assert state.kind is Kind.CHOICE_REQUIRED
    assert state.choices == ("********07 - SMS to Phone Number",)
    assert "sendVerificationCode" not in cloud.paths()
    assert new_desk().attempt(account.password, choice="a pigeon").kind is Kind.CHOICE_REQUIRED
    assert cloud.paths() == []
    state = new_desk().attempt(account.password, choice=state.choices[0])
    assert state.kind is Kind.CODE_REQUIRED
    assert cloud.paths() == ["sendVerificationCode"]
    assert new_desk().submit("000000").was_wrong
    assert new_desk().attempt(account.password, code=account.code).is_open
    assert new_desk().state().kind is Kind.SIGNED_IN


def test_a_code_is_not_tried_where_none_was_sent(
    open_session: SessionMaker, new_desk: Desks, cloud: Cloud
) -> None:
    account = cloud.world.account
    account.mfa, account.by_sms = "2fa", True
    with pytest.raises(SignInNeeded):
        open_session(password=account.password).connect()  # the daemon, which asks for no code
    cloud.paths()
    with pytest.raises(SignInNeeded, match="no code has been sent"):
        new_desk().submit(account.code)
    state = new_desk().attempt(account.password, code=account.code)
    assert (state.kind, state.sent_to, state.was_wrong) == (Kind.CODE_REQUIRED, "", False)
    assert "none yet" in state.sentence
    assert cloud.paths() == []
    assert "text message" in new_desk().send_code("sms").sent_to
    assert new_desk().submit(account.code).is_open


def test_a_code_that_came_too_late_begins_anew_where_the_password_is(
    new_desk: Desks, cloud: Cloud
) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    new_desk().attempt(account.password)
    account.revoke_session_tokens()
    with pytest.raises(SignInNeeded, match="too long"):
        new_desk().submit(account.code)
    assert new_desk().state().kind is Kind.SIGNED_OUT
    new_desk().attempt(account.password)
    account.revoke_session_tokens()
    cloud.paths()
    assert new_desk().attempt(account.password, account.code).is_open
    assert cloud.paths()[:4] == ["securitycode", *PASSWORD_ROUND]


def test_an_outage_after_the_right_code_costs_no_other_code(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    new_desk().attempt(account.password)
    cloud.world.faults.fail("status", "accountLogin", status=500)
    with pytest.raises(NetworkError):
        new_desk().submit(account.code)
    cloud.paths()
    assert new_desk().submit(account.code).is_open
    assert cloud.paths() == ["trust", "accountLogin", ASKED]


def test_a_half_sign_in_spoils_no_session(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    first = new_desk()
    first.attempt(account.password)
    account.revoke_web_tokens()
    account.mfa = "2fa"
    cloud.world.faults.fail("status", "accountLogin", status=421)
    assert new_desk().attempt(account.password).kind is Kind.CODE_REQUIRED
    cloud.paths()
    assert new_desk().attempt(account.password).is_open  # what is stored holds after all
    assert cloud.paths() == ["validate", "accountLogin", ASKED]


@pytest.mark.parametrize("typed", ["abcd-efgh-ijkl-mnop", " abcd-efgh-ijkl-mnop\n"])
def test_an_app_specific_password_is_not_sent(
    new_desk: Desks, cloud: Cloud, open_session: SessionMaker, typed: str
) -> None:
    with pytest.raises(WrongPassword, match="app-specific") as caught:
        new_desk().attempt(typed)
    assert "abcd" not in str(caught.value) + caught.value.hint
    with pytest.raises(WrongPassword, match="app-specific"):
        open_session(password=typed).connect()
    assert cloud.paths() == []


def test_terms_are_a_state_that_ends_when_they_are_accepted(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.terms_pending = True
    state = new_desk().attempt(account.password)
    assert (state.kind, state.reason) == (Kind.NEEDS_PERSON, "terms")
    assert "icloud.com" in state.hint
    assert new_desk().state() == state
    account.terms_pending = False
    assert new_desk().attempt(account.password).is_open


def test_what_the_daemon_finds_out_is_a_state_too(
    new_desk: Desks, cloud: Cloud, open_session: SessionMaker
) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    with pytest.raises(SignInNeeded, match="code"):
        open_session().connect()
    state = new_desk().state()
    assert state.kind is Kind.CODE_REQUIRED
    assert state.sent_to == "your devices"
    cloud.paths()
    with pytest.raises(SignInNeeded, match="code"):
        open_session().connect()  # after a restart: the password would have another code sent
    assert cloud.paths() == []
    assert new_desk().send_code("device").sent_to == "your devices"
    assert new_desk().submit(account.code).is_open
    assert open_session().connect().dsid
