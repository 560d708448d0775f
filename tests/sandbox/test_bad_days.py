"""Sign-ins that fail for other reasons than a code, and how the account is switched to each."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyicloud.exceptions import PyiCloudAPIResponseException, PyiCloudFailedLoginException

from sandbox.signing.account import Account
from sandbox.signing.securitykey import challenge, fits
from sandbox.state import load_world, save_world
from sandbox.switches import read
from sandbox.world import make_world
from tests.sandbox.serving import AUTH, PASSWORD_DONE, PASSWORD_STEPS, Serve


@pytest.mark.parametrize(
    ("trouble", "after"),
    [
        ({"status": 429, "retry_after": 30}, "30"),
        ({"status": 503, "text": "Service Temporarily Unavailable"}, None),
    ],
)
def test_a_throttled_sign_in_says_when_to_come_back_or_not(
    serve: Serve, trouble: dict[str, Any], after: str | None
) -> None:
    served = serve()
    fault = {"kind": "status", "path": "signin/init", **trouble}
    assert served.control("faults", {"http": [fault]}, "PUT").status_code == 200
    service, wire = served.client()
    with pytest.raises(PyiCloudFailedLoginException, match="Failed to initiate") as caught:
        service.authenticate()
    assert wire.seen[-1] == f"POST {AUTH}/signin/init {trouble['status']}"
    cause = caught.value.__cause__
    assert isinstance(cause, PyiCloudAPIResponseException)
    assert served.shown()["counts"]["passwords"] == 0
    answer = service.session.request_raw("POST", f"https://{AUTH}/signin/init", json={})
    assert answer.status_code == 400  # it struck once


def test_a_plain_refusal_is_sent_word_for_word(serve: Serve) -> None:
    served = serve()
    fault = {"kind": "status", "path": "init", "status": 503, "text": "Busy", "retry_after": 9}
    served.control("faults", {"http": [fault]}, "PUT")
    service, _ = served.client()
    answer = service.session.request_raw("POST", f"https://{AUTH}/signin/init", json={})
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "Busy", "9")


def test_an_app_specific_password_is_a_wrong_one(serve: Serve) -> None:
    served = serve()
    service, wire = served.client("abcd-efgh-ijkl-mnop")
    with pytest.raises(PyiCloudFailedLoginException):
        service.authenticate()
    assert wire.seen == [*PASSWORD_STEPS, f"POST {AUTH}/signin/complete 401"]
    assert served.shown()["counts"]["wrong_passwords"] == 1


def test_a_salt_can_begin_with_zeros(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    import srp._pysrp  # what sync uses; the code in C drops the zeros

    monkeypatch.setattr("pyicloud.base.srp", srp._pysrp)
    served = serve()
    salt = "0000" + "0a" * 14
    assert served.control("account", {"salt": salt}).status_code == 200
    assert served.account.salt == bytes.fromhex(salt)
    _, seen = served.start()
    assert seen == PASSWORD_DONE


@pytest.mark.parametrize("salt", ["00", "zz" * 16, 7])
def test_a_salt_that_is_none_changes_nothing(serve: Serve, salt: object) -> None:
    served = serve()
    before = served.account.dump()
    answer = served.control("account", {"salt": salt, "locked": True})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("salt: ")
    assert served.account.dump() == before


def test_what_was_tried_can_be_forgotten(serve: Serve) -> None:
    served = serve("2fa")
    served.start()
    shown = served.control("account", {"forget": ["counts", "codes"]}).json()
    assert shown["codes"] == []
    assert set(shown["counts"].values()) == {0}
    assert shown["living"]["sign_in"] == 1


def test_switches_consent_and_trust_outlive_the_process(tmp_path: Path) -> None:
    world = make_world(mfa="2fa", reminders=0)
    account = world.account
    account.change({"adp": True, "phones": ["07", "02"], "trust_lasts": 60})
    token = account.grant_trust(world.clock() + 60)
    account.consent.grant(world.clock() + 60)
    key = account.consent.request("reminders", 0)
    save_world(world, tmp_path / "state")
    again = load_world(tmp_path / "state").account
    assert again.switched() == account.switched()
    assert again.trust_tokens == {token: account.trust_tokens[token]}
    assert again.consent.keys == {"reminders": key}
    assert again.consent.until == account.consent.until


def test_time_can_be_let_pass(serve: Serve) -> None:
    served = serve("2fa", trust_lasts=3600)
    served.signed_in()
    before = served.control("clock", method="GET").json()
    assert before == {"now": served.world.clock(), "ahead": 0}
    assert served.shown()["living"]["trust"] == 1
    assert served.control("clock", {"forward": 3600}).json()["now"] == before["now"] + 3600
    assert served.shown()["living"] == {"web": 0, "session": 1, "trust": 0, "sign_in": 1}
    assert served.control("clock", {"forward": 0.5}).json()["ahead"] == 3600.5


@pytest.mark.parametrize("wanted", [{}, {"forward": -1}, {"forward": "1"}, {"forward": True}])
def test_time_goes_forward_only(serve: Serve, wanted: dict[str, Any]) -> None:
    served = serve()
    answer = served.control("clock", wanted)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("forward: ")
    assert served.control("clock", method="GET").json()["ahead"] == 0


def test_a_clock_that_somebody_else_moves_is_left_alone(serve: Serve) -> None:
    served = serve()
    served.world.clock = lambda: 1.0
    assert served.control("clock", {"forward": 1}).status_code == 409


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("adp=true", "adp", True),
        ("code=042137", "code", "042137"),
        ("code=123456", "code", "123456"),
        ("mfa=2fa", "mfa", "2fa"),
        ("session_ended=450", "session_ended", 450),
        ('phones=["07", "02"]', "phones", ["07", "02"]),
        ("password=12=34", "password", "12=34"),
    ],
)
def test_settings_are_read(setting: str, name: str, value: object) -> None:
    assert read(setting) == (name, value)


@pytest.mark.parametrize(
    "setting",
    ["adp", "adp=yes", "adp=1", "code=12", "phones=07", 'phones=["7"]', "session_ended=true"],
)
def test_wrong_settings_are_refused_by_name(setting: str) -> None:
    with pytest.raises(ValueError, match=f"^{setting.partition('=')[0]}: must be "):
        read(setting)


def test_an_unknown_switch_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"^colour: unknown; there are password, .*adp"):
        read("colour=red")


def test_every_switch_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    missing = [name for name in Account("a", "b").switched() if f"`{name}`" not in page]
    assert missing == []


def assertion(account: Account) -> dict[str, Any]:
    """What a browser sends when a key was touched."""
    asked = challenge(account)
    client = {
        "type": "webauthn.get",
        "challenge": asked["challenge"],
        "origin": "https://apple.com",
        "crossOrigin": False,
    }
    handle = hashlib.sha256(account.security_keys[0].encode()).digest()
    assert urlsafe_b64encode(handle).decode().rstrip("=") == asked["keyHandles"][0]
    authenticator = hashlib.sha256(b"apple.com").digest() + b"\x01\x00\x00\x00\x01"
    return {
        "challenge": asked["challenge"],
        "clientData": b64encode(orjson.dumps(client)).decode(),
        "authenticatorData": b64encode(authenticator).decode(),
        "signatureData": b64encode(b"signature").decode(),
        "userHandle": None,
        "credentialID": b64encode(handle).decode(),
        "rpId": "apple.com",
    }


def test_a_touched_key_earns_trust(serve: Serve) -> None:
    served = serve("2fa", security_keys=["Blue key"])
    service, _ = served.start()
    fsa = service._auth_data["fsaChallenge"]
    assert fsa == challenge(served.account)
    service._submit_webauthn_assertion_response(assertion(served.account))
    assert service.trust_session()
    assert service.is_trusted_session


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge": "other"},
        {"clientData": b64encode(b"{}").decode()},
        {"clientData": "%"},
        {"authenticatorData": b64encode(b"other").decode()},
        {"credentialID": b64encode(b"other").decode()},
        {"signatureData": None},
    ],
)
def test_a_key_has_to_answer_what_was_asked(wrong: dict[str, Any]) -> None:
    account = Account("ada@example.test", "secret", mfa="2fa", security_keys=["Blue key"])
    assert fits(account, assertion(account))
    assert not fits(account, assertion(account) | wrong)
