"""Knows who the account's owner is and which tokens still open it.

Three kinds of token stand between a password and a reminder, each living longer than the next:
a trust token spares the code, a session token spares the password, a web token opens the services.
Every one is random, remembered here, and can be revoked, so that each way of being signed out can
be had on purpose. Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from starlette.requests import HTTPConnection

from sandbox import srp

MFA_KINDS = ("none", "2fa", "2sv")
WEB_TOKEN_COOKIE = "X-APPLE-WEBAUTH-TOKEN"
HALF_OPEN_COOKIE = "X-APPLE-WEBAUTH-HSA-LOGIN"
_ITERATIONS = 20_064  # as recorded; a real cost for whoever guesses


@dataclass(slots=True)
class SessionGrant:
    """What one session token is worth: `verified` once the code was right, `trusted` to log in."""

    verified: bool
    trusted: bool


@dataclass(frozen=True, slots=True)
class Browser:
    """One login at the setup service, known by the token in its cookie."""

    token: str
    trusted: bool
    session_token: str
    trust_token: str


@dataclass
class Account:
    """The one account of a sandbox; tests change its public fields at will.

    `mfa` is "none", "2fa" or "2sv"; `code` the six digits that are right, as text, since leading
    zeros count; `dsid` decimal text; `owner` the CloudKit user record name. With `by_sms` the code
    of a 2fa account goes to a telephone instead of to trusted devices. `locked` and `terms_pending`
    are the two states in which a right password is not enough.
    """

    apple_id: str
    password: str
    code: str = "042137"
    mfa: str = "none"
    full_name: str = "Ada Lovelace"
    dsid: str = "10867285877"
    owner: str = "_5f1e0c9b7a3d48269bd4c1a07e6f2358"
    protocol: str = "s2k"
    salt: bytes = field(default=b"", repr=False)
    by_sms: bool = False
    locked: bool = False
    terms_pending: bool = False
    mint: Callable[[], str] = field(default=lambda: secrets.token_hex(24), repr=False)
    sessions: dict[str, SessionGrant] = field(default_factory=dict, repr=False)
    trust_tokens: set[str] = field(default_factory=set, repr=False)
    browsers: dict[str, Browser] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.mfa not in MFA_KINDS:
            raise ValueError(f"mfa is {self.mfa!r}; it can be {', '.join(MFA_KINDS)}")
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

    def grant_trust(self) -> str:
        """Issue a trust token, with which later sign-ins need no code."""
        token = "HSARMTKNSRVX" + self.mint()
        self.trust_tokens.add(token)
        return token

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
            self.trust_tokens.discard(browser.trust_token)
        if everywhere:
            self.revoke_web_tokens()
            self.revoke_session_tokens()
            return
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

    # --- keeping

    def dump(self) -> dict[str, Any]:
        """Return everything as a JSON-able document, secrets included."""
        kept = {name: getattr(self, name) for name in _PLAIN_FIELDS}
        return kept | {
            "salt": self.salt.hex(),
            "sessions": {token: asdict(grant) for token, grant in self.sessions.items()},
            "trust_tokens": sorted(self.trust_tokens),
            "browsers": [asdict(browser) for browser in self.browsers.values()],
        }

    @classmethod
    def load(cls, document: dict[str, Any]) -> Self:
        """Make the account that `dump` described."""
        account = cls(**{name: document[name] for name in _PLAIN_FIELDS})
        account.salt = bytes.fromhex(document["salt"])
        account.sessions = {t: SessionGrant(**grant) for t, grant in document["sessions"].items()}
        account.trust_tokens = set(document["trust_tokens"])
        account.browsers = {entry["token"]: Browser(**entry) for entry in document["browsers"]}
        return account


_PLAIN_FIELDS = (
    "apple_id",
    "password",
    "code",
    "mfa",
    "full_name",
    "dsid",
    "owner",
    "protocol",
    "by_sms",
    "locked",
    "terms_pending",
)


def _token_in(cookie: str) -> str:
    """Take the token out of a cookie value such as `v=2:t=abc`."""
    return cookie.strip('"').rpartition("t=")[2]
