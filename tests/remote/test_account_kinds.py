"""Each kind of account, and what stands in the way of it: signed in, or told what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sync.errors import AccountUnusable, ConsentNeeded, SignInNeeded, Throttled
from sync.remote.desk import SignInDesk, error_of
from sync.remote.limiter import Limiter
from sync.remote.session import Account
from sync.remote.signin import SignIn
from sync.remote.signing.states import Kind
from sync.remote.transport import Transport
from tests.remote.conftest import Cloud, FakeTime, SessionMaker

Desks = Callable[..., SignInDesk]


@pytest.fixture
def new_desk(open_session: SessionMaker) -> Iterator[Desks]:
    """Each call is another process."""
    made: list[SignInDesk] = []

    def make(**given: Any) -> SignInDesk:
        made.append(SignInDesk(open_session(**{"password": None, **given})))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def database(open_session: SessionMaker, limiter: Limiter) -> Iterator[Transport]:
    """The daemon's way to the database, by what is stored."""
    made = Transport(open_session(password=None), limiter)
    yield made
    made.close()


def grant(cloud: Cloud) -> None:
    """The owner says yes on a device."""
    account = cloud.world.account
    account.consent.grant(cloud.world.clock() + account.consent_lasts)


# ---- without a second factor


def test_an_account_that_apple_wants_to_repair_signs_in(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.repair = True
    assert new_desk().attempt(account.password).is_open
    assert account.counts["repairs"] == 1
    assert account.counts["passwords"] == 1
    cloud.paths()
    assert new_desk().attempt(account.password).is_open  # though nothing says that it is trusted
    assert cloud.paths()[0] == "validate"
    assert account.counts["passwords"] == 1


@pytest.mark.parametrize(("ours", "theirs"), [("world", "china"), ("china", "world")])
def test_an_account_of_the_other_region_is_told_which(
    new_desk: Desks, cloud: Cloud, ours: str, theirs: str
) -> None:
    account = cloud.world.account
    account.region = theirs
    settings = Account(account.apple_id, ours, cloud.url)
    state = new_desk(account=settings).attempt(account.password)
    assert (state.kind, state.reason) == (Kind.NEEDS_PERSON, "region")
    assert state.hint == f"set account.region to {theirs} in the config"
    settings = Account(account.apple_id, theirs, cloud.url)
    assert new_desk(account=settings).attempt(account.password).is_open


# ---- what only the owner can put right


@pytest.mark.parametrize(
    ("switch", "value", "reason", "way_out"),
    [
        ("terms_pending", True, "terms", "www.icloud.com"),
        ("web_access", False, "web-access", "Access iCloud Data on the Web"),
        ("locked", True, "locked", "iforgot.apple.com"),
    ],
)
def test_the_owners_turn_is_a_state_until_it_is_done(
    new_desk: Desks, cloud: Cloud, switch: str, value: object, reason: str, way_out: str
) -> None:
    account = cloud.world.account
    before = getattr(account, switch)
    setattr(account, switch, value)
    state = new_desk().attempt(account.password)
    assert (state.kind, state.reason) == (Kind.NEEDS_PERSON, reason)
    assert way_out in state.hint
    assert new_desk().state() == state
    assert isinstance(error_of(state), AccountUnusable)
    setattr(account, switch, before)
    assert new_desk().attempt(account.password).is_open


def test_a_security_key_is_named(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.security_keys = "2fa", ["Blue key"]
    state = new_desk().attempt(account.password)
    assert (state.kind, state.reason) == (Kind.NEEDS_PERSON, "security-key")
    account.security_keys = []
    assert new_desk().attempt(account.password).kind is Kind.CODE_REQUIRED


def test_too_many_wrong_codes_are_not_a_wrong_code(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.code_tries = "2fa", 2
    new_desk().attempt(account.password)
    assert new_desk().submit("000000").was_wrong
    states = [new_desk().submit("000000") for _ in range(2)]
    assert (states[-1].kind, states[-1].reason) == (Kind.NEEDS_PERSON, "locked")
    assert "code" in states[-1].sentence


def test_too_many_codes_sent_names_another_way(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.code_sends = "2fa", 2
    new_desk().attempt(account.password)
    new_desk().send_code("sms")
    with pytest.raises(SignInNeeded, match="no more codes"):
        new_desk().send_code("sms")


def test_a_throttled_sign_in_is_no_state(new_desk: Desks, cloud: Cloud) -> None:
    cloud.world.faults.fail("status", "signin/init", status=503, retry_after=60)
    with pytest.raises(Throttled):
        new_desk().attempt(cloud.world.account.password)
    assert new_desk().state().kind is Kind.SIGNED_OUT


# ---- where the code goes


def test_each_telephone_can_be_chosen(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.phones, account.fresh_codes = "2fa", ["07", "02"], True
    state = new_desk().attempt(account.password)
    assert [way.key for way in state.ways] == ["device", "sms:1", "sms:2"]
    assert len(account.codes.sent) == 1  # by the challenge itself
    state = new_desk().send_code("sms:2")
    assert "02" in state.sent_to
    assert account.codes.sent[-1].to == "phone 2"
    assert new_desk().submit(account.codes.sent[-1].code).is_open
    assert len(account.codes.sent) == 2


def test_without_devices_a_text_message_is_sent_at_once(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.by_sms, account.fresh_codes = "2fa", True, True
    state = new_desk().attempt(account.password)
    assert [way.key for way in state.ways] == ["sms:1"]
    assert "07" in state.sent_to
    assert [sent.how for sent in account.codes.sent] == ["sms"]
    assert new_desk().submit(account.codes.sent[-1].code).is_open


def test_devices_that_show_a_code_only_if_asked_are_asked(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.bridge, account.fresh_codes = "2fa", True, True
    state = new_desk().attempt(account.password)
    assert state.sent_to == "your devices"
    assert [sent.how for sent in account.codes.sent] == ["push"]
    assert new_desk().submit(account.codes.sent[-1].code).is_open


def test_a_push_prompt_is_answered_where_it_was_sent_from(
    new_desk: Desks, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = cloud.world.account
    account.mfa, account.bridge = "2fa", True
    prompts = []

    class Prompted(SignIn):
        """The devices ask, and only this object can tell whether a code is right."""

        has_prompt = True

        def prompt(self) -> bool:
            prompts.append(self)
            return True

        def answer_prompt(self, code: str) -> bool:
            for grant in account.sessions.values():
                grant.verified = code == "555555"
            return code == "555555"

    monkeypatch.setattr("sync.remote.signin.SignIn", Prompted)
    desk = new_desk()
    assert desk.attempt(account.password).sent_to == "your devices"
    assert desk.submit("000000").was_wrong
    assert len(prompts) == 2  # a prompt that was answered wrongly is spent
    assert not account.codes.sent
    later = new_desk().submit("555555")  # another process cannot know, and asks anew
    assert later.was_wrong
    assert [sent.how for sent in account.codes.sent] == ["push"]
    assert new_desk().submit(account.code).is_open


def test_two_step_sends_to_the_device_that_was_chosen(new_desk: Desks, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa, account.devices, account.phones = "2sv", ["Ada's iPhone"], ["07", "02"]
    state = new_desk().attempt(account.password)
    assert len(state.choices) == 3
    assert account.codes.sent == []
    choice = next(each for each in state.choices if "02" in each)
    assert choice == "********02 - SMS to Phone Number"
    state = new_desk().attempt(account.password, choice=choice)
    assert state.sent_to == choice
    assert account.codes.sent[-1].to == "device 2" or "2" in account.codes.sent[-1].to
    assert new_desk().attempt(account.password, code=account.code).is_open
    assert account.counts["passwords"] == 1


# ---- Advanced Data Protection


def test_consent_is_asked_for_once_and_waited_for(
    new_desk: Desks, cloud: Cloud, database: Transport
) -> None:
    account = cloud.world.account
    account.adp = True
    state = new_desk().attempt(account.password)
    assert (state.kind, state.reason) == (Kind.CONSENT_NEEDED, "consent")
    assert "iPhone" in state.hint
    assert not state.is_open
    for _ in range(2):
        with pytest.raises(ConsentNeeded):
            database.post("private/zones/list", {})
    assert new_desk().refresh() == state
    assert account.consent.asked == 1
    grant(cloud)
    with pytest.raises(ConsentNeeded) as caught:
        database.post("private/zones/list", {})
    assert caught.value.reason == "keys"
    assert database.post("private/zones/list", {})["zones"]
    assert new_desk().state().kind is Kind.SIGNED_IN
    assert account.consent.asked == 1


def test_a_device_that_says_yes_at_once_opens_it(
    new_desk: Desks, cloud: Cloud, database: Transport
) -> None:
    account = cloud.world.account
    account.adp, account.consent_answer, account.pcs_waits = True, "grant", 0
    assert new_desk().attempt(account.password).kind is Kind.SIGNED_IN
    assert database.post("private/zones/list", {})["zones"]


@pytest.mark.parametrize("form", [403, 423])
def test_consent_that_has_ended_is_renewed(
    new_desk: Desks, cloud: Cloud, database: Transport, form: int
) -> None:
    account = cloud.world.account
    account.adp, account.consent_answer, account.pcs_waits = True, "grant", 0
    account.pcs_refused = form
    new_desk().attempt(account.password)
    database.post("private/zones/list", {})
    account.consent_answer = "wait"
    account.consent.end()
    with pytest.raises(ConsentNeeded) as caught:
        database.post("private/zones/list", {})
    assert caught.value.reason == "renewal"
    assert new_desk().state().reason == "renewal"
    assert account.consent.asked == 2
    with pytest.raises(ConsentNeeded):
        database.post("private/zones/list", {})
    assert account.consent.asked == 2
    account.consent_answer = "grant"
    assert new_desk().attempt(account.password).is_open  # a person asks: the devices, too
    assert account.consent.asked == 3


def test_web_access_switched_off_later_is_told(
    new_desk: Desks, cloud: Cloud, database: Transport
) -> None:
    new_desk().attempt(cloud.world.account.password)
    database.post("private/zones/list", {})
    cloud.world.account.web_access = False
    with pytest.raises(AccountUnusable, match="web access"):
        database.post("private/zones/list", {})
    assert new_desk().state().reason == "web-access"


# ---- trust


def test_trust_that_ends_soon_is_told(
    open_session: SessionMaker, cloud: Cloud, time_: FakeTime
) -> None:
    account = cloud.world.account
    account.mfa, account.trust_lasts = "2fa", 30 * 86400
    now = [cloud.world.clock()]
    desk = SignInDesk(open_session(password=None), clock=lambda: now[0])
    assert desk.attempt(account.password, account.code).kind is Kind.SIGNED_IN
    now[0] += 23.5 * 86400
    state = desk.state()
    assert state.kind is Kind.TRUST_EXPIRING
    assert state.is_open
    assert state.until is not None
    assert 6 * 86400 < state.until - now[0] < 7 * 86400
    desk.close()
