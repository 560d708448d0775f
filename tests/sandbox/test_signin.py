"""An unmodified pyicloud signs in to the sandbox, in each way in which one can or cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyicloud.exceptions import (
    PyiCloudAcceptTermsException,
    PyiCloudAccountLockedException,
    PyiCloudAPIResponseException,
    PyiCloudFailedLoginException,
)
from starlette.requests import Request

from sandbox.signing.account import WEB_TOKEN_COOKIE, Account
from tests.sandbox.redirect import client
from tests.sandbox.serving import (
    AUTH,
    CODE_OWED,
    LOGIN,
    LOGIN_DEAD,
    PASSWORD_DONE,
    PASSWORD_STEPS,
    SETUP,
    TRUSTED,
    VALIDATE,
    VALIDATE_DEAD,
    Serve,
)


@pytest.mark.parametrize("protocol", ["s2k", "s2k_fo"])
def test_a_password_is_enough_without_a_second_factor(serve: Serve, protocol: str) -> None:
    served = serve("none")
    served.account.protocol = protocol
    service, seen = served.start()
    assert seen == PASSWORD_DONE
    assert service.is_trusted_session
    assert not service.requires_2fa
    assert service.params["dsid"] == served.account.dsid


def test_proxies_of_the_environment_are_not_used(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    _, seen = serve("none").start()
    assert seen == PASSWORD_DONE


def test_services_keep_their_https_names(serve: Serve) -> None:
    service, _ = serve("none").start()
    assert service.get_webservice_url("ckdatabasews") == ("https://p42-ckdatabasews.icloud.com:443")


def test_cookies_are_filed_under_icloud_quoted_and_secure(serve: Serve) -> None:
    service, _ = serve("none").start()
    [cookie] = [each for each in service.session.cookies if each.name == WEB_TOKEN_COOKIE]
    assert (cookie.domain, cookie.path, cookie.secure) == (".icloud.com", "/", True)
    assert cookie.value is not None
    assert cookie.value.startswith('"v=2:t=')
    assert cookie.value.endswith('"')
    assert not cookie.is_expired()


def test_a_wrong_password_is_refused(serve: Serve) -> None:
    served = serve("none")
    service, wire = served.client("not the password")
    with pytest.raises(PyiCloudFailedLoginException, match="Invalid email/password"):
        service.authenticate()
    assert wire.seen == [*PASSWORD_STEPS, f"POST {AUTH}/signin/complete 401"]
    assert not served.account.sessions


def test_an_unknown_name_is_refused_like_a_wrong_password(serve: Serve, tmp_path: Path) -> None:
    served = serve("none")
    service, wire = client(served.url, tmp_path, "eve@example.test", served.account.password)
    with pytest.raises(PyiCloudFailedLoginException, match="Invalid email/password"):
        service.authenticate()
    service.session.close()
    assert wire.seen == [*PASSWORD_STEPS, f"POST {AUTH}/signin/complete 401"]


def test_the_name_may_be_typed_in_capitals(serve: Serve, tmp_path: Path) -> None:
    served = serve("none")
    name = served.account.apple_id.upper()
    service, _ = client(served.url, tmp_path, name, served.account.password)
    service.authenticate()
    service.session.close()
    assert service.is_trusted_session


def test_a_changed_password_is_the_one_that_counts(serve: Serve) -> None:
    served = serve("none")
    served.account.password = "new"
    with pytest.raises(PyiCloudFailedLoginException):
        served.start("correct horse battery")
    service, _ = served.start("new")
    assert service.is_trusted_session


def test_a_locked_account_is_named_as_such(serve: Serve) -> None:
    served = serve("none")
    served.account.locked = True
    with pytest.raises(PyiCloudAccountLockedException):
        served.start()


def test_new_terms_must_be_accepted_once(serve: Serve) -> None:
    served = serve("none")
    served.account.terms_pending = True
    with pytest.raises(PyiCloudAcceptTermsException):
        served.start()
    served.account.revoke_web_tokens()
    service, seen = served.start(accept_terms=True)
    assert seen[-3:] == [f"GET {SETUP}/getTerms 200", f"GET {SETUP}/repairDone 200", LOGIN]
    assert service.is_trusted_session
    assert not served.account.terms_pending


def test_two_factor_takes_the_right_code_only(serve: Serve) -> None:
    served = serve("2fa")
    service, seen = served.start()
    assert seen == CODE_OWED
    assert service.requires_2fa
    verify = f"POST {AUTH}/verify/trusteddevice/securitycode"

    assert not service.validate_2fa_code("999999")
    assert seen == [*CODE_OWED, f"{verify} 400"]
    assert service.requires_2fa

    assert service.validate_2fa_code(served.account.code)
    assert seen == [*CODE_OWED, f"{verify} 400", f"{verify} 204", *TRUSTED]
    assert service.is_trusted_session


def test_two_factor_by_text_message(serve: Serve) -> None:
    served = serve("2fa")
    served.account.by_sms = True
    service, seen = served.start()
    assert seen == [*CODE_OWED, f"PUT {AUTH}/verify/phone 200"]
    assert service.two_factor_delivery_method == "sms"
    verify = f"POST {AUTH}/verify/phone/securitycode"
    assert not service.validate_2fa_code("999999")
    assert service.validate_2fa_code(served.account.code)
    assert seen[len(CODE_OWED) + 1 :] == [f"{verify} 400", f"{verify} 409", *TRUSTED]


def test_the_code_may_come_from_a_second_process_without_a_password(serve: Serve) -> None:
    served = serve("2fa")
    served.start()
    second, wire = served.client(None)
    assert second.validate_2fa_code(served.account.code)
    assert wire.seen == [f"POST {AUTH}/verify/trusteddevice/securitycode 204", *TRUSTED]


def test_a_code_without_a_sign_in_under_way_is_refused(serve: Serve) -> None:
    served = serve("2fa")
    service, wire = served.client(None)
    assert not service.validate_2fa_code(served.account.code)
    assert wire.seen == [f"POST {AUTH}/verify/trusteddevice/securitycode 401"]


def test_trust_cannot_be_had_without_the_code(serve: Serve) -> None:
    served = serve("2fa")
    service, seen = served.start()
    assert not service.trust_session()
    assert seen[-1] == f"GET {AUTH}/2sv/trust 401"
    assert not served.account.trust_tokens


def test_before_the_code_a_login_is_half_open(serve: Serve) -> None:
    served = serve("2fa")
    service, wire = served.client(pause_2fa=True)
    service.authenticate()
    assert wire.seen[-1] == LOGIN
    assert not service.is_trusted_session
    assert WEB_TOKEN_COOKIE not in service.session.cookies.keys()  # noqa: SIM118


@pytest.mark.parametrize("mfa", ["none", "2fa"])
def test_a_second_start_only_validates(serve: Serve, mfa: str) -> None:
    served = serve(mfa)
    served.signed_in()
    service, seen = served.start(None)
    assert seen == [VALIDATE]
    assert service.is_trusted_session


def test_a_dead_web_token_is_renewed_without_the_password(serve: Serve) -> None:
    served = serve("2fa")
    served.signed_in()
    served.account.revoke_web_tokens()
    _, seen = served.start()
    assert seen == [VALIDATE_DEAD, LOGIN]


def test_a_dead_session_token_takes_the_password_but_no_code(serve: Serve) -> None:
    served = serve("2fa")
    served.signed_in()
    served.account.revoke_web_tokens()
    served.account.revoke_session_tokens()
    service, seen = served.start()
    assert seen == [VALIDATE_DEAD, LOGIN_DEAD, *PASSWORD_DONE]
    assert service.is_trusted_session


def test_a_dead_trust_token_takes_a_code_again(serve: Serve) -> None:
    served = serve("2fa")
    served.signed_in()
    served.account.revoke_web_tokens()
    served.account.revoke_session_tokens()
    served.account.revoke_trust()
    service, seen = served.start()
    assert seen == [VALIDATE_DEAD, LOGIN_DEAD, *CODE_OWED]
    assert service.requires_2fa


def test_two_step_verification(serve: Serve) -> None:
    served = serve("2sv")
    service, seen = served.start()
    assert seen == PASSWORD_DONE
    assert service.requires_2sa
    [device] = service.trusted_devices
    assert device["deviceType"] == "SMS"
    assert service.send_verification_code(device)
    assert not service.validate_verification_code(dict(device), "999999")
    assert service.requires_2sa

    assert service.validate_verification_code(dict(device), served.account.code)
    assert seen[-3:] == [f"POST {SETUP}/validateVerificationCode 200", *TRUSTED]
    _, again = served.start(None)
    assert again == [VALIDATE]


def test_two_step_verification_needs_the_account_number(serve: Serve) -> None:
    service, _ = serve("2sv").start()
    del service.params["dsid"]
    with pytest.raises(PyiCloudAPIResponseException, match="Authentication required"):
        _ = service.trusted_devices


def test_logging_out_ends_the_session_and_its_trust(serve: Serve) -> None:
    served = serve("2fa")
    served.signed_in()
    service, _ = served.start()
    assert service.logout()["remote_logout_confirmed"]
    assert not served.account.browsers
    assert not served.account.trust_tokens
    _, seen = served.start()
    assert seen == CODE_OWED


def request_with(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})


@pytest.mark.parametrize("quote", ["", '"'])
def test_services_are_open_to_a_living_web_token_only(quote: str) -> None:
    account = Account("ada@example.test", "secret")
    browser = account.open_browser(account.grant_session(verified=True, trusted=True), "")
    assert browser is not None
    right = request_with(f"{WEB_TOKEN_COOKIE}={quote}v=2:t={browser.token}{quote}")
    assert account.is_signed_in(right)
    assert not account.is_signed_in(request_with(f"{WEB_TOKEN_COOKIE}={quote}v=2:t=x{quote}"))
    assert not account.is_signed_in(request_with(""))
    account.revoke_web_tokens()
    assert not account.is_signed_in(right)


def test_a_half_open_login_opens_no_service() -> None:
    account = Account("ada@example.test", "secret", mfa="2fa")
    browser = account.open_browser(account.grant_session(verified=False, trusted=False), "")
    assert browser is not None
    request = request_with(f'{WEB_TOKEN_COOKIE}="v=2:t={browser.token}"')
    assert not account.is_signed_in(request)


def test_salts_never_start_with_zero() -> None:
    salts = [Account("ada@example.test", "secret").salt for _ in range(2000)]
    assert all(len(salt) == 16 and salt[0] for salt in salts)


def test_an_unknown_second_factor_is_refused() -> None:
    with pytest.raises(ValueError, match="2fa"):
        Account("ada@example.test", "secret", mfa="sms")


def test_an_account_survives_being_kept() -> None:
    account = Account("ada@example.test", "secret", mfa="2fa")
    session = account.grant_session(verified=True, trusted=True)
    account.open_browser(session, account.grant_trust())
    again = Account.load(account.dump())
    assert again.dump() == account.dump()
    assert again.verifier() == account.verifier()
