"""Encrypted data needs consent on a device, then keys; sessions end in either of two ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyicloud import PyiCloudService
from pyicloud.exceptions import (
    PyiCloudAPIResponseException,
    PyiCloudPCSTimeoutException,
)

from tests.sandbox.redirect import redirect
from tests.sandbox.serving import LOGIN, SETUP, Serve, Served
from tests.sandbox.wires import Clock

STATE = f"POST {SETUP}/requestWebAccessState 200"
ASK = f"POST {SETUP}/enableDeviceConsentForPCS 200"
KEYS = f"POST {SETUP}/requestPCS 200"
DATABASE = "https://p42-ckdatabasews.icloud.com/database/1/com.apple.reminders/production/private"


PHOTOS = "https://p42-ckdatabasews.icloud.com/database/1/com.apple.photos.cloud/production/private"


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens while pyicloud waits: one thing for each time, then nothing."""
    happenings: list[Callable[[], object]] = []
    monkeypatch.setattr(
        "pyicloud.base.time.sleep", lambda _: happenings.pop(0)() if happenings else None
    )
    return happenings


def shown(served: Served) -> Any:
    return served.shown()["consent"]


def zones(service: PyiCloudService, database: str = DATABASE) -> Any:
    """The answer of a database to a first question."""
    return service.session.request_raw("POST", f"{database}/zones/list", json={})


def test_without_protection_no_consent_is_needed(serve: Serve) -> None:
    service, seen = serve().start()
    _ = service.reminders
    assert STATE in seen
    assert not {ASK, KEYS} & set(seen)
    assert zones(service).status_code == 200


def test_consent_and_keys_open_the_database(
    serve: Serve, between: list[Callable[[], object]]
) -> None:
    served = serve(adp=True)
    service, seen = served.start()
    refused = zones(service)
    assert refused.status_code == 403
    assert refused.json()["serverErrorCode"] == "ACCESS_DENIED"
    assert refused.json()["uuid"]

    del seen[:]
    between += [lambda: None, lambda: served.control("consent", {"answer": "grant"})]
    service._request_pcs_for_service("reminders")
    assert seen == [STATE, ASK, STATE, STATE, KEYS, KEYS]
    assert zones(service).status_code == 200
    assert shown(served) == {"asked": 1, "pending": False, "granted": True, "apps": ["reminders"]}


def test_consent_for_one_app_opens_no_other(
    serve: Serve, between: list[Callable[[], object]]
) -> None:
    served = serve(adp=True, consent_answer="grant", pcs_waits=0)
    service, _ = served.start()
    service._request_pcs_for_service("photos")
    assert zones(service, PHOTOS).status_code == 200
    assert zones(service).status_code == 403
    service._request_pcs_for_service("reminders")
    assert zones(service).status_code == 200
    assert shown(served)["asked"] == 1


def test_a_denied_consent_opens_nothing(serve: Serve, between: list[Callable[[], object]]) -> None:
    served = serve(adp=True)
    service, _ = served.start()
    between += [lambda: served.control("consent", {"answer": "deny"})]
    with pytest.raises(PyiCloudPCSTimeoutException):
        service._request_pcs_for_service("reminders")
    assert zones(service).status_code == 403
    assert shown(served) == {"asked": 1, "pending": False, "granted": False, "apps": []}


def test_consent_ends_by_the_clock_and_has_to_be_renewed(
    serve: Serve, clock: Clock, between: list[Callable[[], object]]
) -> None:
    served = serve(adp=True, consent_answer="grant", consent_lasts=600, pcs_waits=0)
    service, seen = served.start()
    service._request_pcs_for_service("reminders")
    state = service._check_pcs_consent()
    assert state["isICDRSDisabled"] is True
    assert state["deviceConsentForPCSExpiry"] == (clock.now + 600) * 1000
    clock.now += 600
    assert shown(served)["apps"] == []
    assert zones(service).status_code == 403
    assert service._check_pcs_consent()["isDeviceConsentedForPCS"] is False
    service.session.post(f"https://{SETUP}/enableDeviceConsentForPCS", params=service.params)
    assert shown(served)["granted"]
    assert zones(service).status_code == 403  # the key that it still has is of the old consent
    del seen[:]
    service._request_pcs_for_service("reminders")
    assert seen == [STATE, KEYS]
    assert zones(service).status_code == 200
    assert shown(served)["asked"] == 2


def test_keys_come_late(serve: Serve, between: list[Callable[[], object]]) -> None:
    served = serve(adp=True, consent_answer="grant", pcs_waits=2)
    service, _ = served.start()
    service._check_pcs_consent()
    service.session.post(f"https://{SETUP}/enableDeviceConsentForPCS", params=service.params)
    told = [service._send_pcs_request("reminders", derived_from_user_action=False) for _ in "123"]
    assert [each["message"] for each in told] == [
        "Requested the device to upload cookies.",
        "Cookies not available yet on server.",
        "Cookies attached.",
    ]


@pytest.mark.parametrize("app", ["notes", "", "contacts"])
def test_an_unknown_app_gets_no_key(serve: Serve, app: str) -> None:
    service, _ = serve(adp=True, consent_answer="grant").start()
    told = service._send_pcs_request(app, derived_from_user_action=True)
    assert told == {"status": "failure", "message": "Unknown app requested"}


def test_no_device_is_asked_where_web_access_is_off(serve: Serve) -> None:
    served = serve(adp=True, web_access=False)
    service, _ = served.start()
    assert service.data["dsInfo"]["isWebAccessAllowed"] is False
    with pytest.raises(PyiCloudAPIResponseException, match="Unable to request PCS access"):
        service._request_pcs_for_service("reminders")
    assert served.account.consent.asked == 0
    assert zones(service).status_code == 403


def test_an_answer_that_nobody_asked_for_is_refused(serve: Serve) -> None:
    served = serve(adp=True)
    assert served.control("consent", {"answer": "grant"}).status_code == 409
    assert served.control("consent", {"answer": "perhaps"}).status_code == 400
    assert not shown(served)["granted"]


def test_missing_keys_can_be_told_as_423(serve: Serve) -> None:
    service, _ = serve(adp=True, pcs_refused=423).start()
    refused = zones(service)
    assert refused.status_code == 423
    assert refused.json()["errorReason"] == "Missing PCS cookies from the request"


def test_terms_that_wait_look_like_missing_keys(serve: Serve) -> None:
    served = serve()
    service, _ = served.start()
    served.account.terms_pending = True
    assert zones(service).status_code == 403


@pytest.mark.parametrize("status", [421, 450])
def test_a_session_ends_in_its_middle(serve: Serve, status: int) -> None:
    served = serve(session_ended=status)
    service, seen = served.start()
    assert zones(service).status_code == 200
    served.account.revoke_web_tokens()
    refused = zones(service)
    assert refused.status_code == status
    assert refused.json()["serverErrorCode"] == "AUTHENTICATION_REQUIRED"
    again, seen = served.start()
    assert seen == [f"POST {SETUP}/validate {status}", LOGIN]
    assert again.is_trusted_session
    assert zones(again).status_code == 200


def test_a_session_ends_with_the_trust_that_opened_it(serve: Serve, clock: Clock) -> None:
    served = serve("2fa", trust_lasts=3600)
    served.signed_in()
    service, _ = served.start()
    clock.now += 3599
    assert zones(service).status_code == 200
    clock.now += 1
    assert zones(service).status_code == 421


def test_an_account_of_the_other_region_is_sent_there(serve: Serve) -> None:
    served = serve(region="china")
    _, wire = served.client()
    service, seen = served.start()
    assert seen[-1] == f"POST {SETUP}/accountLogin 302"
    assert service.data == {"domainToUse": "iCloud.com.cn"}

    there = PyiCloudService(
        served.account.apple_id,
        served.account.password,
        cookie_directory=str(served.home / "china"),
        authenticate=False,
        china_mainland=True,
    )
    wire = redirect(there.session, served.url)
    there.authenticate()
    assert wire.seen[-1] == "POST setup.icloud.com.cn/setup/ws/1/accountLogin 200"
    assert there.is_trusted_session
    assert ".cn:443" in there.get_webservice_url("ckdatabasews")
    assert zones(there, DATABASE.replace("icloud.com", "icloud.com.cn")).status_code == 200
    there.session.close()
