"""A sign-in that ends soon is renewed, or else warned of in time."""

from __future__ import annotations

from daemon.running.trust import Trust
from sync.errors import NetworkError
from sync.remote.signing.states import Kind, SignInState
from tests.daemon.fakes import FakeDesk

DAY_S = 86400.0


def test_trust_that_ends_soon_is_renewed_or_else_warned_of() -> None:
    now, desk = 1000 * DAY_S, FakeDesk()
    trust = Trust(desk)
    assert trust.look(now) is None
    desk.now = SignInState(Kind.TRUST_EXPIRING, "", until=now + 5.5 * DAY_S)
    assert trust.look(now + 60) is None  # once an hour is enough
    warning = trust.look(now + 3600)
    assert warning is not None
    assert "in 5 days" in warning
    assert "login" in warning
    assert desk.calls == [("refresh",)]
    trust.look(now + 7200)
    assert desk.calls == [("refresh",)]  # asking Apple is for once a day
    desk.error = NetworkError("cut")
    assert trust.look(now + 1.5 * DAY_S) is not None
    desk.error, desk.now = None, SignInState(Kind.SIGNED_IN, "")
    assert trust.look(now + 2 * DAY_S) is None
