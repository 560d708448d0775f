"""Codes, and the many ways in which a sign-in fails: each said as what it was."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from pyicloud.exceptions import (
    PyiCloud2SARequiredException,
    PyiCloudAcceptTermsException,
    PyiCloudAccountLockedException,
    PyiCloudConnectionException,
    PyiCloudEndpointGoneException,
    PyiCloudFailedLoginException,
    PyiCloudServiceNotActivatedException,
    PyiCloudTrustedDevicePromptException,
)
from pyicloud.hsa2_bridge import Hsa2BootContext

from sync.errors import (
    AccountUnusable,
    BadResponse,
    NetworkError,
    RemindersdError,
    ServiceError,
    SignInNeeded,
    Throttled,
    UsageError,
    WrongPassword,
)
from sync.remote.account import Account
from sync.remote.adapter import LastAnswer
from sync.remote.desk import SignInDesk
from sync.remote.limiter import Limiter
from sync.remote.refusals import FOREIGN, explained
from sync.remote.signin import SignIn
from sync.remote.stored import SessionStore
from tests.remote.conftest import Cloud, FakeTime, SessionMaker, log_in, typed_codes

PASSWORD_PATH = ["signin", "init", "complete", "accountLogin"]


def test_new_terms_are_for_the_person(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore
) -> None:
    cloud.world.account.terms_pending = True
    with pytest.raises(AccountUnusable, match="terms"):
        open_session().connect()
    signed_in.forget()
    with pytest.raises(AccountUnusable, match="terms"):
        open_session().connect()


@pytest.mark.parametrize("by_sms", [False, True])
def test_a_code_is_asked_for_until_it_is_right(
    open_session: SessionMaker, cloud: Cloud, by_sms: bool
) -> None:
    account = cloud.world.account
    account.mfa, account.by_sms = "2fa", by_sms
    ask, prompts = typed_codes("000000", "111111", f" {account.code[:3]} {account.code[3:]}\n")
    session = open_session(password=None)
    assert log_in(session, account.password, ask).dsid
    assert len(prompts) == 3
    assert ("text message" in prompts[0]) == by_sms
    assert "wrong" not in prompts[0]
    assert "wrong" in prompts[1]
    cloud.paths()
    session.connect()
    assert cloud.paths() == ["validate"]


def test_old_two_step_verification_works(open_session: SessionMaker, cloud: Cloud) -> None:
    account = cloud.world.account
    account.mfa = "2sv"
    ask, prompts = typed_codes("000000", account.code)
    session = open_session(password=None)
    assert log_in(session, account.password, ask).dsid
    assert "02" in prompts[0] or "07" in prompts[0]
    cloud.paths()
    session.connect()
    assert cloud.paths() == ["validate"]


def test_an_outage_while_the_code_is_checked_is_no_wrong_code(
    open_session: SessionMaker, cloud: Cloud, time_: FakeTime
) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    desk = SignInDesk(open_session())
    desk.attempt(account.password)
    cloud.world.faults.fail("status", "securitycode", status=503)
    with pytest.raises(Throttled):
        desk.submit(account.code)
    assert not desk.state().was_wrong
    time_.sleep(60)
    assert desk.submit(account.code).is_open


def test_a_salt_that_begins_with_zero_is_no_wrong_password(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    cloud.world.account.salt = bytes([0, 0, *range(1, 15)])
    assert open_session().connect().dsid


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("validate", 429, Throttled),
        ("validate", 503, Throttled),
        ("validate", 500, NetworkError),
        ("validate", 502, NetworkError),
        ("validate", 412, AccountUnusable),
        ("validate", 400, RemindersdError),
    ],
)
def test_an_outage_of_the_setup_service_costs_no_password(
    open_session: SessionMaker,
    cloud: Cloud,
    signed_in: SessionStore,
    path: str,
    status: int,
    expected: type[Exception],
) -> None:
    cloud.world.faults.fail("status", path, status=status, retry_after=60)
    session = open_session()
    with pytest.raises(expected):
        session.connect()
    assert cloud.paths() == [path]


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("signin/complete", 503, Throttled),
        ("signin/complete", 412, AccountUnusable),
        ("authorize/signin", 500, NetworkError),
        ("accountLogin", 503, Throttled),
    ],
)
def test_a_failed_sign_in_says_what_it_was(
    open_session: SessionMaker, cloud: Cloud, path: str, status: int, expected: type[Exception]
) -> None:
    cloud.world.faults.fail("status", path, status=status)
    with pytest.raises(expected) as caught:
        open_session().connect()
    assert type(caught.value) is expected
    assert cloud.world.account.password not in str(caught.value)


_A = "idmsa.apple.com/appleauth/auth/"
_W = "setup.icloud.com/setup/ws/1/"


@pytest.mark.parametrize(
    ("place", "status", "expected"),
    [
        (_A + "signin/init", 401, WrongPassword),
        (_A + "signin/init", 429, Throttled),
        (_A + "signin/init", 400, ServiceError),
        (_A + "signin/complete", 401, WrongPassword),
        (_A + "signin/complete", 403, AccountUnusable),
        (_A + "signin/complete", 409, SignInNeeded),
        (_A + "signin/complete", 412, AccountUnusable),
        (_A + "signin/complete", 423, AccountUnusable),
        (_A + "signin/complete", 429, Throttled),
        (_A + "signin/complete", 500, NetworkError),
        (_A + "authorize/signin", 302, BadResponse),
        (_W + "accountLogin", 401, SignInNeeded),
        (_W + "accountLogin", 421, SignInNeeded),
        (_W + "accountLogin", 450, SignInNeeded),
        (_W + "accountLogin", 502, NetworkError),
    ],
)
def test_the_last_answer_says_more_than_the_text_of_the_error(
    place: str, status: int, expected: type[Exception]
) -> None:
    error = PyiCloudFailedLoginException("Invalid email/password combination.")
    ours = explained(error, LastAnswer(status, place, 30.0))
    assert type(ours) is expected
    assert "Invalid email" not in str(ours)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PyiCloudFailedLoginException("No password set"), SignInNeeded),
        (PyiCloudConnectionException("x"), NetworkError),
        (PyiCloudAccountLockedException(-20209, requests.Response()), AccountUnusable),
        (PyiCloudAcceptTermsException("x"), AccountUnusable),
        (PyiCloudEndpointGoneException("x"), ServiceError),
        (PyiCloud2SARequiredException("x"), SignInNeeded),
        (PyiCloudTrustedDevicePromptException("x"), SignInNeeded),
        (PyiCloudServiceNotActivatedException("x"), AccountUnusable),
        (requests.ReadTimeout("x"), NetworkError),
        (requests.ConnectionError("x"), NetworkError),
        (requests.JSONDecodeError("x", "y", 0), BadResponse),
        (KeyError("salt"), BadResponse),
        (ConnectionResetError("x"), NetworkError),
        (ConnectionResetError(errno.ECONNRESET, "x"), NetworkError),
        (OSError(errno.ENOSPC, "x", "/state/session"), RemindersdError),
        (PermissionError(errno.EACCES, "x", "/state/session"), UsageError),
    ],
)
def test_every_foreign_error_has_one_of_ours(error: Exception, expected: type[Exception]) -> None:
    assert isinstance(error, FOREIGN)
    assert type(explained(error, None)) is expected


@pytest.mark.parametrize("kind", ["html", "gzip"])
def test_a_sign_in_that_makes_no_sense_is_not_a_wrong_password(
    open_session: SessionMaker, cloud: Cloud, kind: Any
) -> None:
    cloud.world.faults.fail(kind, "signin/init")
    with pytest.raises(BadResponse):
        open_session().connect()


@pytest.mark.parametrize("path", ["validate", "signin/init", "accountLogin"])
def test_a_cut_connection_is_a_network_error(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore, path: str
) -> None:
    if path != "validate":
        signed_in.forget()
    cloud.world.faults.fail("cut_before", path)
    session = open_session()
    with pytest.raises(NetworkError):
        session.connect()
    assert session.connect().dsid  # nothing is held against it


def test_an_account_of_the_other_region_is_told(
    open_session: SessionMaker, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.signing import setup as sandbox_setup

    monkeypatch.setattr(
        sandbox_setup, "login_document", lambda *_, **__: {"domainToUse": "iCloud.com.cn"}
    )
    with pytest.raises(AccountUnusable) as caught:
        open_session().connect()
    assert "china" in caught.value.hint


class Bridge:
    """Stands for the push prompt; ``legacy`` is one whose code any process can submit."""

    def __init__(self, *, legacy: bool) -> None:
        self.started = 0
        self._legacy = legacy

    def start(self, **_: Any) -> SimpleNamespace:
        self.started += 1
        return SimpleNamespace(uses_legacy_trusted_device_verifier=self._legacy)

    def validate_code(self, *, code: str, **_: Any) -> bool:
        return code == "123456"

    def close(self, _state: object) -> None:
        pass


@pytest.mark.parametrize("legacy", [False, True])
def test_a_push_prompt_can_be_sent_again(tmp_path: Path, limiter: Limiter, legacy: bool) -> None:
    account = Account("ada@example.test", "world", None)
    sign_in = SignIn(account, SessionStore(account, tmp_path), limiter)
    bridge = sign_in.service._trusted_device_bridge = Bridge(legacy=legacy)
    assert not sign_in.prompt()  # nothing was said of a bridge
    sign_in.service._hsa2_boot_context = Hsa2BootContext(
        "auth/bridge/step", has_trusted_devices=True, bridge_initiate_data={"apnsTopic": "x"}
    )
    for times in (1, 2):
        assert sign_in.prompt()
        assert (bridge.started, sign_in.has_prompt) == (times, not legacy)
        assert not sign_in.answer_prompt("000000")
        assert not sign_in.has_prompt
    assert sign_in.prompt()
    assert sign_in.answer_prompt("123456")
    sign_in.close()
