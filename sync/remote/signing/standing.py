"""Reads from what is stored how a sign-in stands: nobody in, in, ending soon, or the owner's turn.

No network. When trust ends is seen from the outside only by the age of the cookies: the cookie of
the trusted browser, where Apple gives it an end, else the one that opens the services.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sync.errors import AccountUnusable
from sync.remote.signing.consent import consent_asked, consent_needed
from sync.remote.signing.states import EXPIRES_SOON_S, NOBODY, Kind, SignInState
from sync.remote.signing.underway import UnderWay, state_of
from sync.remote.stored import WEB_TOKEN, SessionStore, web_token

if TYPE_CHECKING:
    from http.cookiejar import LWPCookieJar

__all__ = ["needs_person", "read_standing", "stored_standing", "trust_ends"]

_TRUST = "X-APPLE-WEBAUTH-HSA-TRUST"
_HINT = "run: remindersd login"


def needs_person(error: AccountUnusable) -> dict[str, str]:
    """What is noted of a refusal that only the owner can put right."""
    return {"sentence": error.message, "hint": error.hint, "reason": error.reason}


def stored_standing(store: SessionStore, now: float) -> SignInState:
    """The state by what is in ``store``, also of a sign-in under way; ``now`` in Unix seconds."""
    under = UnderWay.load(store.half().standing())
    if under is not None and not under.is_over(now):
        return state_of(under)
    return read_standing(store, now)


def read_standing(store: SessionStore, now: float) -> SignInState:
    """The state by what is in ``store``, where no sign-in is under way; ``now`` in Unix seconds."""
    person = store.standing().get("person")
    if isinstance(person, Mapping):
        return SignInState(
            Kind.NEEDS_PERSON,
            _text(person.get("sentence")) or "Apple refuses sign-ins to this account",
            _text(person.get("hint")),
            reason=_text(person.get("reason")),
        )
    if store.standing().get("owed"):
        return SignInState(
            Kind.CODE_REQUIRED, "Apple wants a code before this computer may go on", _HINT
        )
    if store.is_empty():  # known without loading what reads cookies
        return NOBODY
    jar = store.cookies()
    if not store.data().get("session_token") and not web_token(jar):
        return NOBODY
    note = consent_asked(store)
    if note.get("asked"):
        error = consent_needed(note)
        return SignInState(Kind.CONSENT_NEEDED, error.message, error.hint, reason=error.reason)
    until = trust_ends(jar)
    if until is not None and until - now <= EXPIRES_SOON_S:
        return SignInState(
            Kind.TRUST_EXPIRING,
            "Apple's trust in this computer ends soon"
            if until > now
            else "Apple's trust has ended",
            _HINT,
            until=until,
        )
    return SignInState(Kind.SIGNED_IN, "signed in", until=until)


def trust_ends(cookies: LWPCookieJar) -> float | None:
    """When the session ends at the latest, in Unix seconds, as far as its cookies tell."""
    ends = {cookie.name: cookie.expires for cookie in cookies if cookie.expires is not None}
    end = ends.get(_TRUST, ends.get(WEB_TOKEN))
    return None if end is None else float(end)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
