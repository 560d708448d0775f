"""The pure side of signing in: what a challenge offers, what an answer to a code means."""

from __future__ import annotations

from typing import Any

import pytest

from sync.remote.signing.challenge import read_challenge, two_step_ways
from sync.remote.signing.states import Kind, Way
from sync.remote.signing.underway import LASTS_S, UnderWay, Verdict, judge_code, state_of

PHONE = {"id": 1, "nonFTEU": True, "pushMode": "sms", "numberWithDialCode": "+1 (•••) •••-••07"}
OTHER = {"id": 2, "pushMode": "voice", "obfuscatedNumber": "•••02"}
VALID = {"securityCode": {"valid": True}}
INVALID = {"securityCode": {"valid": False}}


@pytest.mark.parametrize(
    ("status", "body", "number", "verdict"),
    [
        (204, {}, "", Verdict.RIGHT),
        (200, {}, "", Verdict.RIGHT),
        (409, VALID, "", Verdict.RIGHT),
        (412, VALID, "", Verdict.RIGHT),
        (200, {"success": True}, "", Verdict.RIGHT),
        (400, {"service_errors": [{"code": "-21669"}]}, "-21669", Verdict.WRONG),
        (409, INVALID, "", Verdict.WRONG),
        (200, INVALID, "", Verdict.WRONG),
        (409, {}, "", Verdict.WRONG),
        (200, {"success": False, "errorCode": -21669}, "-21669", Verdict.WRONG),
        (401, {}, "", Verdict.OVER),
        (421, {}, "", Verdict.OVER),
        (423, {}, "", Verdict.LOCKED),
        (400, {}, "-21670", Verdict.LOCKED),
        (400, {"securityCode": {"securityCodeLocked": True}}, "", Verdict.LOCKED),
        (302, {}, "", Verdict.UNCLEAR),
    ],
)
def test_what_an_answer_to_a_code_means(
    status: int, body: dict[str, Any], number: str, verdict: Verdict
) -> None:
    assert judge_code(status, body, number) is verdict


@pytest.mark.parametrize(
    ("answer", "page", "keys"),
    [
        ({"trustedPhoneNumbers": [PHONE, OTHER]}, {}, ["device", "sms:1", "sms:2"]),
        ({"trustedPhoneNumbers": [PHONE], "noTrustedDevices": True}, {}, ["sms:1"]),
        (
            {"trustedPhoneNumbers": [PHONE, OTHER], "trustedPhoneNumber": OTHER},
            {"route": "auth/verify/phone"},
            ["sms:2", "sms:1", "device"],
        ),
        (
            {"phoneNumberVerification": {"trustedPhoneNumbers": [PHONE]}},
            {"has_devices": False},
            ["sms:1"],
        ),
        ({}, {}, ["device"]),
        ({}, {"has_devices": False}, ["device"]),  # a code that is read there can be typed
        ({"trustedPhoneNumbers": [None, 7, {"id": []}, {}], "keyNames": 3}, {}, ["device"]),
        ({"trustedPhoneNumbers": "x", "phoneNumberVerification": 1}, {}, ["device"]),
    ],
)
def test_the_ways_to_get_a_code(
    answer: dict[str, Any], page: dict[str, Any], keys: list[str]
) -> None:
    assert [way.key for way in read_challenge(answer, **page).ways] == keys


def test_a_telephone_is_asked_in_the_way_that_it_is_known_for() -> None:
    _, sms, voice = read_challenge({"trustedPhoneNumbers": [PHONE, OTHER]}).ways
    assert sms.body == {"phoneNumber": {"id": 1, "nonFTEU": True}, "mode": "sms"}
    assert voice.body == {"phoneNumber": {"id": 2}, "mode": "voice"}
    assert voice.label == "a call to •••02"


def test_a_code_counts_as_shown_only_where_the_page_shows_it() -> None:
    assert read_challenge({}, route="auth/verify/trusteddevice").is_shown
    assert not read_challenge({}, route="auth/bridge/step").is_shown
    assert not read_challenge({}).is_shown


def test_security_keys_are_named() -> None:
    assert read_challenge({"keyNames": ["Blue key"], "fsaChallenge": {}}).keys == ("Blue key",)
    assert read_challenge({"fsaChallenge": {"challenge": "x"}}).keys == ("a security key",)
    assert read_challenge({}).keys == ()


def test_what_others_wrote_is_one_short_line() -> None:
    name = "Ada's\n\x1b[31miPhone" + "x" * 200
    (way,) = two_step_ways({"devices": [{"deviceName": name, "deviceId": "1"}, "nonsense"]})
    assert "\n" not in way.label
    assert "\x1b" not in way.label
    assert len(way.label) <= 60


def test_devices_of_one_name_can_be_told_apart() -> None:
    devices = [{"deviceName": "iPhone", "deviceId": str(number)} for number in (1, 2)]
    ways = two_step_ways({"devices": devices})
    assert len({way.label for way in ways}) == 2
    assert [way.body["deviceId"] for way in ways] == ["1", "2"]


def test_a_sign_in_under_way_is_read_as_it_was_kept() -> None:
    ways = (Way("device", "your devices"), Way("sms:1", "a text message to 07", {"mode": "sms"}))
    under = UnderWay(ways, 1000.0, dsid="1").sent_by(ways[1]).refused()
    kept = {name: value for name, value in under.dump().items() if value is not None}
    assert UnderWay.load(kept) == under
    fresh = UnderWay(ways, 1000.0)
    kept = {name: value for name, value in fresh.dump().items() if value is not None}
    assert UnderWay.load(kept) == fresh


@pytest.mark.parametrize(
    "kept", [{}, {"ways": 3}, {"ways": [{}], "began": 1.0}, {"ways": [], "began": "soon"}]
)
def test_what_cannot_be_read_is_no_sign_in(kept: dict[str, Any]) -> None:
    assert UnderWay.load(kept) is None


def test_a_sign_in_under_way_ends_by_itself() -> None:
    under = UnderWay((), 1000.0)
    assert not under.is_over(1000.0 + LASTS_S - 1)
    assert under.is_over(1000.0 + LASTS_S)
    assert under.is_over(999.0)  # the clock was set back: nobody knows how old it is


def test_each_thing_that_is_owed_is_a_state_with_a_way_out() -> None:
    way = Way("2sv:1", "Ada's iPhone")
    owed = UnderWay((way,), 0.0, two_step=True)
    assert state_of(owed).kind is Kind.CHOICE_REQUIRED
    assert state_of(owed).choices == ("Ada's iPhone",)
    sent = state_of(owed.sent_by(way))
    assert (sent.kind, sent.sent_to) == (Kind.CODE_REQUIRED, "Ada's iPhone")
    assert state_of(owed.sent_by(way).refused()).was_wrong
    for state in (state_of(owed), sent):
        assert state.sentence
        assert "login" in state.hint
