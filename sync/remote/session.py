"""Keeps one account signed in: the stored session first, its tokens next, the password last.

Rules:

1. A password is sent only when Apple has rejected everything cheaper; an outage is not a rejection.
2. After a refused password sign-in no request at all is made, and the same error comes back, until
   ``login`` succeeds (in this process or another) or the password changes; another process, which
   cannot tell whether it has, sends none for an hour. Refusals that a person
   ends elsewhere, a locked account for one, are tried again after a while. Sessions that end as
   soon as they are opened stop it as well.
3. No code is asked to be sent; the half sign-in that owes one is kept for whoever has it
   (``desk.py``).

Wire facts: docs/wire.md, "Session expiry".
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from http.cookiejar import Cookie, LWPCookieJar
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, Any

from sync.errors import AccountUnusable, NetworkError, RemindersdError, SignInNeeded, WrongPassword
from sync.remote.account import Account, Connection
from sync.remote.limiter import Limiter
from sync.remote.setup import Setup, connection
from sync.remote.signing.consent import Consent
from sync.remote.signing.half import Half
from sync.remote.signing.passwords import refuse_app_password
from sync.remote.signing.standing import needs_person
from sync.remote.signing.underway import UnderWay
from sync.remote.stored import SessionStore, web_token

if TYPE_CHECKING:
    from sync.remote.signin import SignIn

__all__ = ["Account", "Connection", "Session"]

_LOGIN_HINT = "run: remindersd login"
_KEYS = "X-APPLE-WEBAUTH-PCS-"
_PASSWORD_SIGN_INS = 3  # in an hour; more means that sessions do not hold
_WRONG_S = 3600.0  # in which another process sends no password after a wrong one
_REST_S = 900.0  # before a sign-in that failed for other reasons than the password is tried again


class _WrongBefore(WrongPassword):
    """It was refused before, and not sent again."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A refused sign-in, with all that has to change before another one makes sense."""

    error: RemindersdError
    password: bytes
    tokens: str
    at: float


class Session:
    """The session of ``account``, kept below ``directory`` (made 0700).

    ``password`` is called when a password is needed, and to see whether it has changed; ``None``
    means that there is none. ``clock`` gives monotonic seconds, ``wall`` Unix seconds.
    """

    def __init__(
        self,
        account: Account,
        directory: Path,
        password: Callable[[], str | None],
        *,
        limiter: Limiter | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        account.redirect  # noqa: B018 - a bad endpoint is an error now, not at the first request
        self.account = account
        self.store = SessionStore(account, directory)
        self._password = password
        self._limiter = limiter or Limiter(time.monotonic, time.sleep, random)
        self.half = Half(account, self.store, self._limiter, wall)
        self._clock = clock
        self._wall = wall
        self._key = secrets.token_bytes(32)
        self._refusal: _Refusal | None = None
        self._signed_in_at: deque[float] = deque(maxlen=_PASSWORD_SIGN_INS)
        self._current: Connection | None = None
        self._document: Mapping[str, Any] = {}
        self._jar: LWPCookieJar | None = None

    def connect(self) -> Connection:
        """Open the session: by the stored cookies, else the stored tokens, else the password.

        Raises SignInNeeded (no password, or a code is owed), WrongPassword, AccountUnusable,
        NetworkError, Throttled, BadResponse, ServiceError.
        """
        return self._climb(refused=None)

    def renew(self) -> Connection:
        """Open the session anew after a service refused it; the database may have moved.

        Cookies that are still called good do not count as renewed when neither the web token nor
        the address has changed. Raises as ``connect`` does.
        """
        return self._climb(refused=self._current)

    def reopen(self) -> Connection | None:
        """Open the session by what is stored, without a password; ``None`` if it holds no more.

        For a person who asks: what was refused before does not count. Raises as ``connect`` does.
        """
        found = self._by_tokens(refused=None)
        if found is not None:
            self._refusal = None
        return found

    def entered(self, document: Mapping[str, Any]) -> Connection:
        """A person has signed in, and this is the login document; nothing is held against it."""
        self._refusal = None
        self._signed_in_at.clear()
        return self._open(document, self.store.cookies())

    def logout(self) -> None:
        """End the session at Apple, if it can be reached, and forget it here in any case."""
        jar = self.store.cookies()
        try:
            if web_token(jar):
                params = self._current.params if self._current else {}
                Setup(self.account, jar, self._limiter).logout(params)
        except NetworkError:
            pass  # what is forgotten here cannot be used any more; Apple's side expires
        finally:
            self.store.forget()
            self.store.note(out=True)  # a password that is at hand must not sign in again
            self._current = self._jar = None

    def admit(self, app: str, *, again: bool = False) -> Connection:
        """Get the key of an app's encrypted data, where there is such a thing; the connection.

        ``again`` has the devices asked though they were before. Raises ConsentNeeded as long as
        a device has not allowed it, and as ``connect`` does.
        """
        opened = self._current or self.connect()
        assert self._jar is not None
        setup = Setup(self.account, self._jar, self._limiter)
        try:
            had = Consent(setup, self.store, opened.params).open(app, again=again)
            if not had and not again:
                setup.validate()  # somebody was refused, and terms that wait look as this does
        except AccountUnusable as error:
            self.store.note(person=needs_person(error))
            raise
        self.store.save_cookies(self._jar)
        return opened

    def keep(self) -> None:
        """Store cookies that an answer has renewed."""
        jar = self._jar
        if jar is None or not self.store.cookie_path.exists():
            return  # signed out, perhaps by another process
        for stored in self.store.cookies():
            # Another session of this account may have got newer ones, or the key of encrypted data.
            ours = next((c for c in jar if _same_place(c, stored)), None)
            is_key = stored.name.startswith(_KEYS)
            if is_key if ours is None else (ours.expires or 0) < (stored.expires or 0):
                jar.set_cookie(stored)
        self.store.save_cookies(jar)

    def service(self) -> Any:
        """A signed-in ``PyiCloudService`` for the services that pyicloud speaks.

        Its requests are paced, limited in time and redirected as ours are. Raises as ``connect``
        does; what its own calls raise is pyicloud's.
        """
        self.connect()
        return self._sign_in().resumed(self._document)

    def _climb(self, refused: Connection | None) -> Connection:
        """Go up the ladder (cookies, tokens, password) until something but ``refused`` holds."""
        self._raise_if_refused()
        if self.store.standing().get("out"):
            raise SignInNeeded("the account was signed out here", _LOGIN_HINT)
        try:
            return self._by_tokens(refused) or self._by_password()
        except AccountUnusable as error:
            self.store.note(person=needs_person(error))
            raise

    def _by_tokens(self, refused: Connection | None) -> Connection | None:
        tokens, jar = self.store.data(), self.store.cookies()
        setup = Setup(self.account, jar, self._limiter)
        if web_token(jar):
            before = web_token(jar)
            document = setup.validate()
            if document is not None:
                opened = self._open(document, jar)
                moved = refused is None or opened.database_url != refused.database_url
                if moved or web_token(jar) != before:
                    return opened
        if tokens.get("session_token"):
            document = setup.account_login(tokens)
            if document is not None:
                return self._open(document, jar)
        return None

    def _by_password(self) -> Connection:
        password = self._password()
        try:
            if not password:
                self._raise_if_owed()
                raise SignInNeeded("nobody is signed in and no password is set", _LOGIN_HINT)
            self._raise_if_none_holds()
            refuse_app_password(password)
            self._raise_if_owed()
            self._raise_if_wrong()
            with closing(self.half) as half:
                document = half.begin(password)
            if isinstance(document, UnderWay):
                self.store.note(owed=True)
                raise _owes_code()
            self._signed_in_at.append(self._clock())
        except NetworkError:
            raise
        except RemindersdError as error:
            if type(error) is WrongPassword:
                self.store.note(wrong=self._wall())
            self._refusal = _Refusal(
                error, self._digest(password), self.store.fingerprint(), self._clock()
            )
            raise
        return self._open(document, self.store.cookies())

    def _raise_if_owed(self) -> None:
        """A password that led to a code once would only have another one sent."""
        if self.half.under_way() is not None or self.store.standing().get("owed"):
            raise _owes_code()

    def _raise_if_wrong(self) -> None:
        """What starts again and again must not send a wrong password again and again."""
        at = self.store.standing().get("wrong")
        if isinstance(at, float) and 0 <= self._wall() - at < _WRONG_S:
            raise _WrongBefore(
                "Apple refused the password when it was sent last, and it is not sent again now",
                _LOGIN_HINT,
            )

    def _raise_if_none_holds(self) -> None:
        times = self._signed_in_at
        if len(times) == _PASSWORD_SIGN_INS and self._clock() - times[0] < 3600:
            raise SignInNeeded(
                "Apple ends each session soon after it began",
                "on a device, check Access iCloud Data on the Web; then run: remindersd login",
            )

    def _raise_if_refused(self) -> None:
        refusal = self._refusal
        if refusal is None:
            return
        lasting = isinstance(refusal.error, SignInNeeded | WrongPassword)
        if not lasting and self._clock() - refusal.at >= _REST_S:
            self._refusal = None
        elif refusal.tokens != self.store.fingerprint():
            self._refusal = None  # somebody signed in from another process
        elif not hmac.compare_digest(refusal.password, self._digest(self._password())):
            self._refusal = None
            self.store.note(wrong=None)
        else:
            raise refusal.error.with_traceback(None)

    def _digest(self, password: str | None) -> bytes:
        return hmac.new(self._key, (password or "").encode(), sha256).digest()

    def _open(self, document: Mapping[str, Any], jar: LWPCookieJar) -> Connection:
        opened = connection(document, self.store.data(), jar)
        self.store.save_cookies(jar)
        self.store.note(person=None, owed=None, out=None, wrong=None)
        self._jar, self._current, self._document = jar, opened, document
        return opened

    def _sign_in(self) -> SignIn:
        # Imported late: it costs most of a second and 34 MB, and a good session needs none of it.
        from sync.remote.signin import SignIn

        return SignIn(self.account, self.store, self._limiter)


def _same_place(one: Cookie, other: Cookie) -> bool:
    return (one.domain, one.path, one.name) == (other.domain, other.path, other.name)


def _owes_code() -> SignInNeeded:
    return SignInNeeded("Apple wants a code before this computer may go on", _LOGIN_HINT)
