"""Knows who the account's owner is and which tokens still open it.

Three kinds of token stand between a password and a reminder, each living longer than the next:
a trust token spares the code, a session token spares the password, a web token opens the services.
Every one is random, remembered here, and can be revoked, so that each way of being signed out can
be had on purpose. Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from starlette.requests import HTTPConnection

from sandbox.signing import srp
from sandbox.signing.codes import Codes
from sandbox.signing.consent import Consent
from sandbox.switches import Switches, check

NEVER = 253_402_300_799.0
"""When what has no end ends, in seconds since 1970: with the year 9999."""

WEB_TOKEN_COOKIE = "X-APPLE-WEBAUTH-TOKEN"
HALF_OPEN_COOKIE = "X-APPLE-WEBAUTH-HSA-LOGIN"
_ITERATIONS = 20_064  # as recorded; a real cost for whoever guesses


@dataclass(slots=True)
class SessionGrant:
    """What one session token is worth: `verified` once the code was right, `trusted` to log in."""

    verified: bool
    trusted: bool


@dataclass(slots=True)
class SignIn:
    """One sign-in after its password was right; `scnts` are the values the client may echo.

    `repair_token` is what an account to be repaired has instead of a session token.
    """

    session_id: str
    session_token: str
    repair_token: str = ""
    scnts: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Browser:
    """One login at the setup service, known by the token in its cookie."""

    token: str
    trusted: bool
    session_token: str
    trust_token: str


@dataclass
class Account(Switches):
    """The one account of a sandbox; tests change its public fields at will.

    What can be switched about it is in `Switches`. `dsid` is decimal text; `owner` the CloudKit
    user record name; `salt` 16 octets. `codes`, `sign_ins` under way and `counts` of what was tried
    live as long as the process; the rest is kept.
    """

    apple_id: str
    password: str
    full_name: str = "Ada Lovelace"
    dsid: str = "10867285877"
    owner: str = "_5f1e0c9b7a3d48269bd4c1a07e6f2358"
    protocol: str = "s2k"
    salt: bytes = field(default=b"", repr=False)
    wrong_passwords: int = 0  # in a row
    mint: Callable[[], str] = field(default=lambda: secrets.token_hex(24), repr=False)
    sessions: dict[str, SessionGrant] = field(default_factory=dict, repr=False)
    trust_tokens: dict[str, float] = field(default_factory=dict, repr=False)  # when each ends
    browsers: dict[str, Browser] = field(default_factory=dict, repr=False)
    consent: Consent = field(default_factory=Consent, repr=False)
    codes: Codes = field(init=False, repr=False, compare=False)
    sign_ins: dict[str, SignIn] = field(default_factory=dict, repr=False)  # by session id
    counts: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    def __post_init__(self) -> None:
        check(self.switched())
        self.codes = Codes(self, self.mint)
        # A first octet of 0 would sign out clients on one common SRP library.
        self.salt = self.salt or bytes([1 + secrets.randbelow(255)]) + secrets.token_bytes(15)

    def verifier(self) -> srp.Verifier:
        """Derive the SRP verifier of the password as it is now."""
        return srp.make_verifier(self.password, self.salt, _ITERATIONS, self.protocol)

    def is_named(self, account_name: str) -> bool:
        """Say whether `account_name` means this account; letter case does not count."""
        return account_name.strip().lower() == self.apple_id.lower()

    # --- session tokens and trust tokens: what the sign-in service hands out

    def grant_session(self, *, verified: bool, trusted: bool) -> str:
        """Issue a session token."""
        token = self.mint()
        self.sessions[token] = SessionGrant(verified=verified, trusted=trusted)
        return token

    def grant_trust(self, ends: float = NEVER) -> str:
        """Issue a trust token, with which later sign-ins need no code until `ends`."""
        token = "HSARMTKNSRVX" + self.mint()
        self.trust_tokens[token] = ends
        return token

    def settle(self, now: float) -> None:
        """Let go of trust that has ended, and of every session that it was given to."""
        for token in [token for token, ends in self.trust_tokens.items() if ends <= now]:
            del self.trust_tokens[token]
            for browser in [each for each in self.browsers.values() if each.trust_token == token]:
                self._forget(browser)

    # --- browsers: what the setup service opens for a session token

    def open_browser(self, session_token: str, trust_token: str) -> Browser | None:
        """Log a browser in, trusted or half open; None for a dead session token."""
        grant = self.sessions.get(session_token)
        if grant is None:
            return None
        trusted = grant.trusted or trust_token in self.trust_tokens
        browser = Browser(self.mint(), trusted, session_token, trust_token)
        self.browsers[browser.token] = browser
        return browser

    def close_browser(self, browser: Browser, *, keep_trusted: bool, everywhere: bool) -> None:
        """Log `browser` out, or with `everywhere` all of them; forget its trust unless kept."""
        if not keep_trusted:
            self.trust_tokens.pop(browser.trust_token, None)
        if everywhere:
            self.revoke_web_tokens()
            self.revoke_session_tokens()
            return
        self._forget(browser)

    def _forget(self, browser: Browser) -> None:
        self.browsers.pop(browser.token, None)
        self.sessions.pop(browser.session_token, None)

    def browser_of(self, request: HTTPConnection) -> Browser | None:
        """Find the trusted browser that sent `request` by its web token cookie."""
        browser = self.browsers.get(_token_in(request.cookies.get(WEB_TOKEN_COOKIE, "")))
        return browser if browser is not None and browser.trusted else None

    def half_open_browser_of(self, request: HTTPConnection) -> Browser | None:
        """Find the browser that sent `request`, one still owing its code included."""
        half_open = self.browsers.get(_token_in(request.cookies.get(HALF_OPEN_COOKIE, "")))
        return self.browser_of(request) or half_open

    def is_signed_in(self, request: HTTPConnection) -> bool:
        """Say whether the services are open to `request`: a living web token, quoted or not."""
        return self.browser_of(request) is not None

    # --- revoking: each a way in which a real session ends

    def revoke_web_tokens(self) -> None:
        """End every browser's login; its session token can open a new one."""
        self.browsers.clear()

    def revoke_session_tokens(self) -> None:
        """Forget every session token; the next accountLogin needs the password again."""
        self.sessions.clear()

    def revoke_trust(self) -> None:
        """Forget every trusted browser; the next password sign-in needs a code."""
        self.trust_tokens.clear()

    def revoke_sign_ins(self) -> None:
        """Forget the sign-ins under way; a code typed for one comes too late."""
        self.sign_ins.clear()

    # --- keeping

    def dump(self) -> dict[str, Any]:
        """Return everything that is kept as a JSON-able document, secrets included."""
        kept = self.switched() | {name: getattr(self, name) for name in _PLAIN_FIELDS}
        return kept | {
            "salt": self.salt.hex(),
            "sessions": {token: asdict(grant) for token, grant in self.sessions.items()},
            "trust_tokens": dict(sorted(self.trust_tokens.items())),
            "browsers": [asdict(browser) for browser in self.browsers.values()],
            "consent": asdict(self.consent),
        }

    @classmethod
    def load(cls, document: dict[str, Any]) -> Self:
        """Make the account that `dump` described; switches that it did not know are as usual."""
        special = {"salt", "sessions", "trust_tokens", "browsers", "consent"}
        account = cls(**{name: document[name] for name in document.keys() - special})
        account.salt = bytes.fromhex(document["salt"])
        account.sessions = {t: SessionGrant(**grant) for t, grant in document["sessions"].items()}
        account.trust_tokens = dict(document["trust_tokens"])
        account.browsers = {entry["token"]: Browser(**entry) for entry in document["browsers"]}
        account.consent = Consent(**document.get("consent", {}))
        return account


_PLAIN_FIELDS = ("apple_id", "full_name", "dsid", "owner", "protocol", "wrong_passwords")


def _token_in(cookie: str) -> str:
    """Take the token out of a cookie value such as `v=2:t=abc`."""
    return cookie.strip('"').rpartition("t=")[2]
