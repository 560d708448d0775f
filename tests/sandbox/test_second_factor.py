"""Codes go where they were asked for, are right once and in time, and are counted."""

from __future__ import annotations

from typing import Any

import pytest
from pyicloud import PyiCloudService
from pyicloud.exceptions import PyiCloudAPIResponseException, PyiCloudFailedLoginException

from tests.sandbox.serving import AUTH, CODE_OWED, LOGIN, PASSWORD_DONE, Serve, Served
from tests.sandbox.wires import Clock

VERIFY_PUSH = f"https://{AUTH}/verify/trusteddevice/securitycode"
PHONE = f"https://{AUTH}/verify/phone"


def asked(service: PyiCloudService, method: str, url: str, body: Any = None) -> Any:
    """One more request of a sign-in under way, with all that it echoes; never raises."""
    headers = service._get_auth_headers({"Accept": "application/json"})
    return service.session.request_raw(method, url, json=body, headers=headers)


def ways(served: Served) -> list[tuple[str, str]]:
    return [(each["how"], each["to"]) for each in served.shown()["codes"]]


def test_a_password_sends_one_code_to_trusted_devices(serve: Serve) -> None:
    served = serve("2fa")
    service, _ = served.start()
    assert ways(served) == [("push", "devices")]
    assert served.shown()["counts"]["passwords"] == 1
    assert service.validate_2fa_code(served.shown()["codes"][-1]["code"])
    served.account.revoke_web_tokens()
    served.start()
    assert ways(served) == [("push", "devices")]
    assert served.shown()["counts"]["passwords"] == 1


def test_a_paused_sign_in_sends_no_code(serve: Serve) -> None:
    served = serve("2fa")
    service, _ = served.client(pause_2fa=True)
    service.authenticate(force_refresh=True)
    assert ways(served) == []


def test_without_trusted_devices_a_code_is_sent_when_asked_for_only(serve: Serve) -> None:
    served = serve("2fa", by_sms=True)
    service, wire = served.client()
    service.request_2fa_code = lambda: False  # type: ignore[method-assign]
    service.authenticate()
    assert wire.seen == CODE_OWED
    assert ways(served) == []
    assert not service.validate_2fa_code(served.account.code)  # nobody was told it
    second, _ = served.start()
    assert ways(served) == [("sms", "phone 1")]
    assert second.validate_2fa_code(served.account.code)


def test_each_send_makes_the_codes_before_it_wrong(serve: Serve) -> None:
    served = serve("2fa", by_sms=True, fresh_codes=True)
    service, _ = served.start()
    asked(service, "PUT", PHONE, {"phoneNumber": {"id": 1}, "mode": "sms"})
    first, second = (each["code"] for each in served.shown()["codes"])
    assert first != second
    assert served.account.code == second
    assert not service.validate_2fa_code(first)
    assert service.validate_2fa_code(second)


def test_a_code_is_right_once(serve: Serve) -> None:
    served = serve("2fa")
    service, _ = served.start()
    body = {"securityCode": {"code": served.account.code}}
    assert asked(service, "POST", VERIFY_PUSH, body).status_code == 204
    assert asked(service, "POST", VERIFY_PUSH, body).status_code == 400


@pytest.mark.parametrize("status", [200, 204, 409])
def test_a_right_code_is_taken_in_several_ways(serve: Serve, status: int) -> None:
    served = serve("2fa", code_accepted=status)
    service, seen = served.start()
    assert service.validate_2fa_code(served.account.code)
    assert f"POST {AUTH}/verify/trusteddevice/securitycode {status}" in seen
    assert service.is_trusted_session


def test_a_right_code_may_look_refused(serve: Serve) -> None:
    served = serve("2fa", code_accepted=412)
    service, _ = served.start()
    body = {"securityCode": {"code": served.account.code}}
    answer = asked(service, "POST", VERIFY_PUSH, body)
    assert (answer.status_code, answer.json()["securityCode"]["valid"]) == (412, True)
    assert service.trust_session()  # pyicloud would have called it wrong


def test_a_code_expires(serve: Serve, clock: Clock) -> None:
    served = serve("2fa", code_lasts=60)
    service, _ = served.start()
    clock.now += 61
    assert not service.validate_2fa_code(served.account.code)
    assert asked(service, "PUT", VERIFY_PUSH).status_code == 202
    assert service.validate_2fa_code(served.account.code)


def test_one_of_several_telephones_is_chosen(serve: Serve) -> None:
    served = serve("2fa", phones=["07", "02"], fresh_codes=True)
    service, _ = served.start()
    listed = asked(service, "GET", f"https://{AUTH}").json()
    assert [each["id"] for each in listed["trustedPhoneNumbers"]] == [1, 2]
    assert [each["lastTwoDigits"] for each in listed["trustedPhoneNumbers"]] == ["07", "02"]
    assert listed["noTrustedDevices"] is False

    wanted = {"phoneNumber": {"id": 2}, "mode": "sms"}
    assert asked(service, "PUT", PHONE, wanted).status_code == 200
    assert ways(served) == [("push", "devices"), ("sms", "phone 2")]
    answer = {"securityCode": {"code": served.account.code}, "mode": "sms"}
    other = asked(service, "POST", f"{PHONE}/securitycode", answer | {"phoneNumber": {"id": 1}})
    assert other.status_code == 400
    right = asked(service, "POST", f"{PHONE}/securitycode", answer | {"phoneNumber": {"id": 2}})
    assert (right.status_code, right.json()["securityCode"]["valid"]) == (409, True)
    assert service.trust_session()


def test_a_code_can_be_told_by_a_call(serve: Serve) -> None:
    served = serve("2fa")
    service, _ = served.start()
    wanted = {"phoneNumber": {"id": 1}, "mode": "voice"}
    assert asked(service, "PUT", PHONE, wanted).status_code == 200
    assert ways(served)[-1] == ("voice", "phone 1")


@pytest.mark.parametrize("wanted", [{"phoneNumber": {"id": 9}}, {}, {"phoneNumber": {"id": "1"}}])
def test_an_unknown_telephone_is_refused(serve: Serve, wanted: dict[str, Any]) -> None:
    served = serve("2fa")
    service, _ = served.start()
    assert asked(service, "PUT", PHONE, wanted | {"mode": "sms"}).status_code == 412
    assert ways(served) == [("push", "devices")]


def test_where_the_bridge_is_refused_a_text_message_is_asked_for(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyicloud.exceptions import PyiCloudTrustedDevicePromptException

    served = serve("2fa", bridge=True)
    service, _ = served.client()

    def refuse(**_: object) -> None:
        raise PyiCloudTrustedDevicePromptException("no push connection")

    monkeypatch.setattr(service._trusted_device_bridge, "start", refuse)
    service.authenticate()
    assert service.two_factor_delivery_notice
    assert ways(served) == [("sms", "phone 1")]
    assert service.validate_2fa_code(served.account.code)


def test_too_many_wrong_codes_end_it_for_a_while(serve: Serve, clock: Clock) -> None:
    served = serve("2fa", code_tries=2, code_rest=600)
    service, _ = served.start()
    wrong = {"securityCode": {"code": "999999"}}
    first = asked(service, "POST", VERIFY_PUSH, wrong)
    assert (first.status_code, first.headers["X-Apple-I-Ercd"]) == (400, "-21669")
    second = asked(service, "POST", VERIFY_PUSH, wrong)
    assert (second.status_code, second.headers["X-Apple-I-Ercd"]) == (423, "-21670")
    assert second.json()["securityCode"]["securityCodeLocked"] is True
    right = {"securityCode": {"code": served.account.code}}
    assert asked(service, "POST", VERIFY_PUSH, right).status_code == 423
    assert served.shown()["counts"]["wrong_codes"] == 3
    clock.now += 600
    asked(service, "PUT", VERIFY_PUSH)
    assert service.validate_2fa_code(served.account.code)


def test_too_many_codes_sent_end_it_for_a_while(serve: Serve, clock: Clock) -> None:
    served = serve("2fa", code_sends=2)
    service, _ = served.start()
    assert asked(service, "PUT", VERIFY_PUSH).status_code == 202
    refused = asked(service, "PUT", PHONE, {"phoneNumber": {"id": 1}, "mode": "sms"})
    assert (refused.status_code, refused.headers["X-Apple-I-Ercd"]) == (423, "-28248")
    assert refused.json()["securityCode"]["tooManyCodesSent"] is True
    served.start()
    assert len(ways(served)) == 2
    assert served.control("account", {"forget": ["limits"]}).status_code == 200
    assert asked(service, "PUT", VERIFY_PUSH).status_code == 202


def test_a_sign_in_under_way_can_end(serve: Serve) -> None:
    served = serve("2fa")
    service, seen = served.start()
    assert served.control("account", {"revoke": ["sign_in"]}).status_code == 200
    assert not service.validate_2fa_code(served.account.code)
    assert seen[-1] == f"POST {AUTH}/verify/trusteddevice/securitycode 401"


def test_trust_ends_by_the_clock_and_its_cookie_says_when(serve: Serve, clock: Clock) -> None:
    served = serve("2fa", trust_lasts=3600)
    served.signed_in()
    service, _ = served.start()
    [cookie] = [each for each in service.session.cookies if each.name.endswith("HSA-TRUST")]
    assert cookie.expires is not None
    clock.now += 3601
    again, seen = served.start()
    assert seen[-3:] == CODE_OWED[-3:]
    assert again.requires_2fa
    assert ways(served) == [("push", "devices")] * 2


def test_two_step_verification_offers_its_devices(serve: Serve) -> None:
    served = serve("2sv", phones=["07", "02"], devices=["Ada's iPhone"], fresh_codes=True)
    service, seen = served.start()
    assert seen == PASSWORD_DONE
    assert ways(served) == []  # a device is to be chosen first
    offered = service.trusted_devices
    assert [each.get("deviceName") or each["phoneNumber"] for each in offered] == [
        "********07",
        "********02",
        "Ada's iPhone",
    ]
    assert service.send_verification_code(offered[2])
    assert ways(served) == [("push", "device 3")]
    code = served.account.code
    assert not service.validate_verification_code(dict(offered[0]), code)
    assert service.validate_verification_code(dict(offered[2]), code)
    assert service.is_trusted_session


def test_two_step_verification_may_give_trust_with_the_code(serve: Serve) -> None:
    served = serve("2sv", trust_missing=True)
    service, seen = served.start()
    [device] = service.trusted_devices
    service.send_verification_code(device)
    assert not service.validate_verification_code(dict(device), served.account.code)
    assert seen[-1] == f"GET {AUTH}/2sv/trust 404"
    again, seen = served.start()
    assert seen == [LOGIN]
    assert again.is_trusted_session


def test_two_step_verification_sends_nothing_to_a_stranger(serve: Serve) -> None:
    served = serve("2sv")
    service, _ = served.start()
    assert not service.send_verification_code({"deviceType": "SMS", "deviceId": "9"})
    assert ways(served) == []


def test_two_step_verification_sends_so_many_codes(serve: Serve) -> None:
    served = serve("2sv", code_sends=1)
    service, _ = served.start()
    [device] = service.trusted_devices
    assert service.send_verification_code(device)
    assert not service.send_verification_code(device)
    assert ways(served) == [("sms", "phone 1")]


def test_two_step_verification_takes_so_many_wrong_codes(serve: Serve) -> None:
    served = serve("2sv", code_tries=1)
    service, _ = served.start()
    [device] = service.trusted_devices
    service.send_verification_code(device)
    with pytest.raises(PyiCloudAPIResponseException) as caught:
        service.validate_verification_code(dict(device), "999999")
    assert caught.value.code == -21670


def test_a_security_key_replaces_the_code(serve: Serve) -> None:
    served = serve("2fa", security_keys=["Blue key"])
    service, _ = served.start()
    assert service.security_key_names == ["Blue key"]
    assert service.two_factor_delivery_method == "security_key"
    assert ways(served) == []
    assert not service.validate_2fa_code(served.account.code)


def test_an_account_without_a_second_factor_may_have_to_be_repaired(serve: Serve) -> None:
    served = serve(repair=True)
    service, wire = served.client()
    with pytest.raises(PyiCloudFailedLoginException):  # pyicloud does not know the step
        service.authenticate()
    assert wire.seen[-1] == f"POST {AUTH}/signin/complete 412"
    assert not served.account.sessions
    repaired = asked(service, "POST", f"https://{AUTH}/repair/complete", {})
    assert repaired.status_code == 200
    assert repaired.headers["X-Apple-Session-Token"] in served.account.sessions
    service._authenticate_with_token(require_trust=False)
    assert wire.seen[-1] == LOGIN
    assert "hsaTrustedBrowser" not in service.data
    assert "hsaVersion" not in service.data["dsInfo"]
    assert len(served.account.browsers) == 1
    assert asked(service, "POST", f"https://{AUTH}/repair/complete", {}).status_code == 401


def test_wrong_passwords_lock_the_account(serve: Serve) -> None:
    served = serve(password_tries=2)
    for status in (401, 403, 403):
        service, wire = served.client("not the password")
        with pytest.raises(PyiCloudFailedLoginException):
            service.authenticate()
        assert wire.seen[-1] == f"POST {AUTH}/signin/complete {status}"
    assert served.shown()["locked"] is True
    assert served.shown()["counts"]["wrong_passwords"] == 3


def test_a_right_password_forgives_the_wrong_ones(serve: Serve) -> None:
    served = serve(password_tries=2)
    for password in ("wrong", served.account.password, "wrong"):
        service, _ = served.client(password)
        if password != "wrong":
            service.authenticate(force_refresh=True)
            continue
        served.account.revoke_session_tokens()
        with pytest.raises(PyiCloudFailedLoginException):
            service.authenticate(force_refresh=True)
    assert not served.account.locked
