"""Keeps one account signed in: the stored session first, its tokens next, the password last.

Rules:

1. A password is sent only when Apple has rejected everything cheaper; an outage is not a rejection.
2. After a refused password sign-in no request at all is made, and the same error comes back, until
   ``login`` succeeds (in this process or another) or the password changes. Refusals that a person
   ends elsewhere, a locked account for one, are tried again after a while. Sessions that end as
   soon as they are opened stop it as well.
3. A code is asked for in ``login`` only, where somebody is there to type it.

Wire facts: docs/wire.md, "Session expiry".
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from http.cookiejar import LWPCookieJar
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, Any

from sync.errors import NetworkError, RemindersdError, SignInNeeded, WrongPassword
from sync.remote.account import Account, Connection
from sync.remote.limiter import Limiter
from sync.remote.setup import Setup, connection
from sync.remote.stored import SessionStore, web_token

if TYPE_CHECKING:
    from sync.remote.signin import SignIn

__all__ = ["Account", "Connection", "Session"]

_LOGIN_HINT = "run: remindersd login"
_PASSWORD_SIGN_INS = 3  # in an hour; more means that sessions do not hold
_REST_S = 900.0  # before a sign-in that failed for other reasons than the password is tried again


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
    means that there is none. ``clock`` gives monotonic seconds.
    """

    def __init__(
        self,
        account: Account,
        directory: Path,
        password: Callable[[], str | None],
        *,
        limiter: Limiter | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        account.redirect  # noqa: B018 - a bad endpoint is an error now, not at the first request
        self.account = account
        self._store = SessionStore(account, directory)
        self._password = password
        self._limiter = limiter or Limiter(time.monotonic, time.sleep, random)
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._refusal: _Refusal | None = None
        self._signed_in_at: deque[float] = deque(maxlen=_PASSWORD_SIGN_INS)
        self._current: Connection | None = None
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

    def login(self, password: str, ask_code: Callable[[str], str]) -> Connection:
        """Sign in while a person is there: ``ask_code(prompt)`` returns the code that they typed.

        A session that still holds is kept, whatever the password.
        Raises as ``connect`` does, SignInNeeded after three wrong codes.
        """
        with closing(self._sign_in(password)) as sign_in:
            document = sign_in.with_code(ask_code)
        self._refusal = None
        self._signed_in_at.clear()
        return self._open(document, self._store.cookies())

    def logout(self) -> None:
        """End the session at Apple, if it can be reached, and forget it here in any case."""
        jar = self._store.cookies()
        try:
            if web_token(jar):
                params = self._current.params if self._current else {}
                Setup(self.account, jar, self._limiter).logout(params)
        except NetworkError:
            pass  # what is forgotten here cannot be used any more; Apple's side expires
        finally:
            self._store.forget()
            self._current = self._jar = None

    def keep(self) -> None:
        """Store cookies that an answer has renewed."""
        if self._jar is not None:
            self._store.save_cookies(self._jar)

    def service(self) -> Any:
        """A signed-in ``PyiCloudService`` for the services that pyicloud speaks.

        Its requests are paced, limited in time and redirected as ours are. Raises as ``connect``
        does; what its own calls raise is pyicloud's.
        """
        self.connect()
        sign_in = self._sign_in(None)
        try:
            return sign_in.resumed()
        except RemindersdError:
            sign_in.close()
            raise

    def _climb(self, refused: Connection | None) -> Connection:
        """Go up the ladder (cookies, tokens, password) until something but ``refused`` holds."""
        self._raise_if_refused()
        tokens, jar = self._store.data(), self._store.cookies()
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
        return self._by_password()

    def _by_password(self) -> Connection:
        password = self._password()
        try:
            if not password:
                raise SignInNeeded("nobody is signed in and no password is set", _LOGIN_HINT)
            self._raise_if_none_holds()
            self._drop_session_token()
            with closing(self._sign_in(password)) as sign_in:
                document = sign_in.with_password()
            self._signed_in_at.append(self._clock())
        except NetworkError:
            raise
        except RemindersdError as error:
            self._refusal = _Refusal(
                error, self._digest(password), self._store.fingerprint(), self._clock()
            )
            raise
        return self._open(document, self._store.cookies())

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
        elif refusal.tokens != self._store.fingerprint():
            self._refusal = None  # somebody signed in from another process
        elif not hmac.compare_digest(refusal.password, self._digest(self._password())):
            self._refusal = None
        else:
            raise refusal.error.with_traceback(None)

    def _digest(self, password: str | None) -> bytes:
        return hmac.new(self._key, (password or "").encode(), sha256).digest()

    def _open(self, document: dict[str, Any], jar: LWPCookieJar) -> Connection:
        opened = connection(document, self._store.data(), jar)
        self._store.save_cookies(jar)
        self._jar, self._current = jar, opened
        return opened

    def _drop_session_token(self) -> None:
        """Spare pyicloud a request with a token that was just rejected."""
        data = self._store.data()
        if data.pop("session_token", None):
            self._store.save_data(data)

    def _sign_in(self, password: str | None) -> SignIn:
        # Imported late: it costs most of a second and 34 MB, and a good session needs none of it.
        from sync.remote.signin import SignIn

        return SignIn(self.account, self._store, self._limiter, password)
