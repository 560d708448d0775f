"""Drives one sign-in from the password to trust, and keeps it on disk while a code is owed.

A half session has files of its own (``SessionStore.half``): one that is given up spoils nothing,
and one that becomes whole replaces the session in one step. What has to outlive the process is in
there; only the push prompt of newer devices cannot, and then another code has to be asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync.errors import AccountUnusable, BadResponse, SignInNeeded
from sync.remote.account import Account
from sync.remote.limiter import Limiter
from sync.remote.setup import Setup, is_two_step, is_whole, params_of
from sync.remote.signing.challenge import DEVICE, two_step_ways
from sync.remote.signing.idmsa import Idmsa
from sync.remote.signing.states import Way
from sync.remote.signing.underway import UnderWay, Verdict, judge_code
from sync.remote.stored import SessionStore

if TYPE_CHECKING:
    from sync.remote.signin import SignIn

__all__ = ["Half", "SignInOver"]

_HINT = "run: remindersd login"
_SEND_HINT = "have one sent: `remindersd login` does"
Document = dict[str, Any]


class SignInOver(SignInNeeded):
    """The sign-in under way has ended at Apple; a new one is needed."""

    code = "sign-in-over"


class Half:
    """The sign-in under way of ``account``, whose whole session is in ``store``.

    ``clock`` gives Unix seconds. What a method returns is the login document of the session that
    has become whole, or what is still owed.
    """

    def __init__(
        self, account: Account, store: SessionStore, limiter: Limiter, clock: Callable[[], float]
    ) -> None:
        self._account = account
        self._store = store
        self._half = store.half()
        self._limiter = limiter
        self._clock = clock
        self._live: SignIn | None = None

    def under_way(self) -> UnderWay | None:
        """What is owed, or ``None`` where no sign-in is under way."""
        under = UnderWay.load(self._half.standing())
        return None if under is None or under.is_over(self._clock()) else under

    def begin(self, password: str) -> Document | UnderWay:
        """Send the password; no code is asked to be sent, and one already sent is void.

        Raises WrongPassword, SignInNeeded, AccountUnusable, NetworkError, Throttled, BadResponse.
        """
        from sync.remote.signin import SignIn

        self.close()
        self._store.begin()
        self._live = SignIn(self._account, self._half, self._limiter, password)
        try:
            return self._passed(self._live)
        except BaseException:
            self.forget()
            raise

    def _passed(self, live: SignIn) -> Document | UnderWay:
        passed = live.password_round()
        if passed.repair is not None:
            self._idmsa().repair(passed.repair)
        if passed.challenge is None:
            return self._opened()
        if passed.challenge.keys:
            raise AccountUnusable(
                "this account is guarded by a security key, which is not supported",
                "remove the key, or use another account",
                "security-key",
            )
        sent = DEVICE if passed.challenge.is_shown else None
        return self._noted(UnderWay(passed.challenge.ways, self._clock(), sent=sent))

    def send(self, way: Way) -> UnderWay:
        """Have a code sent by ``way``; SignInNeeded where that cannot be, and for outages."""
        under = self._owed()
        if under.two_step:
            answer = self._two_step(under, "/sendVerificationCode", way.body)
            if answer.get("success") is not True:
                raise SignInNeeded(f"Apple could not send a code to {way.label}", _HINT)
            return self._noted(under.sent_by(way))
        by_prompt = way.key == DEVICE and self._live is not None and self._live.prompt()
        if not by_prompt:
            self._idmsa().send(way)
        in_memory = by_prompt and self._live is not None and self._live.has_prompt
        return self._noted(under.sent_by(way, in_memory=in_memory))

    def submit(self, code: str) -> Document | UnderWay:
        """Type ``code``; raises SignInOver where it came too late, and for outages."""
        under = self._owed()
        if not under.takes_code:
            raise SignInNeeded("no code has been sent yet that this could be", _SEND_HINT)
        verdict = Verdict.RIGHT if under.verified else self._judged(under, code)
        match verdict:
            case Verdict.RIGHT:
                self._noted(under.accepted())  # an outage now must not cost another code
                return self._trusted()
            case Verdict.OVER:
                self.forget()
                raise SignInOver("the sign-in took too long, Apple ended it", _HINT)
            case Verdict.LOCKED:
                raise AccountUnusable(
                    "too many wrong codes: Apple takes none for now",
                    "wait some hours, then run: remindersd login",
                    "locked",
                )
            case Verdict.UNCLEAR:
                raise BadResponse("the answer to the code cannot be understood", "try again later")
        wrong = self._noted(under.refused())
        if under.in_memory and under.sent:
            way = under.way(under.sent)
            # A prompt that was answered wrongly is spent; a code on a screen is not.
            return self._noted(self.send(way).refused()) if way else wrong
        return wrong

    def forget(self) -> None:
        """Give the sign-in under way up."""
        self.close()
        self._half.forget()

    def close(self) -> None:
        """Let go of connections; what is on disk stays."""
        live, self._live = self._live, None
        if live is not None:
            live.close()

    # ---- the steps

    def _judged(self, under: UnderWay, code: str) -> Verdict:
        way = under.way(under.sent) if under.sent else None
        if under.two_step:
            body = {**(way.body if way else {}), "verificationCode": code, "trustBrowser": True}
            answer = self._two_step(under, "/validateVerificationCode", body)
            number = str(answer.get("errorCode") or "")
            return judge_code(200, answer, number)
        if under.in_memory and self._live is not None and self._live.has_prompt:
            return Verdict.RIGHT if self._live.answer_prompt(code) else Verdict.WRONG
        return self._idmsa().submit(way, code)

    def _trusted(self) -> Document:
        self._idmsa().trust()
        document = self._opened()
        if isinstance(document, UnderWay):
            self.forget()
            raise SignInNeeded("Apple took the code but does not trust this computer", _HINT)
        return document

    def _opened(self) -> Document | UnderWay:
        """Turn the session token into a session; a whole one is the account's from now on."""
        jar = self._half.cookies()
        setup = Setup(self._account, jar, self._limiter)
        document = setup.half_login(self._half.data())
        self._half.save_cookies(jar)
        if document is None:
            raise SignInNeeded("Apple has ended the session as soon as it began", _HINT)
        if is_whole(document):
            self.close()
            self._store.adopt(self._half)
            return document
        if is_two_step(document):
            return self._choice(document)
        if not document["dsInfo"].get("hsaVersion"):
            raise AccountUnusable(
                "Apple does not trust sign-ins to an account without two-factor authentication",
                "turn on two-factor authentication on a device",
                "two-factor",
            )
        raise SignInNeeded("Apple wants a code before this computer may go on", _HINT)

    def _choice(self, document: Document) -> UnderWay:
        under = UnderWay((), self._clock(), two_step=True, dsid=str(document["dsInfo"]["dsid"]))
        ways = two_step_ways(self._two_step(under, "/listDevices", None))
        if not ways:
            raise SignInNeeded("Apple could not send a code to any device of this account", _HINT)
        return self._noted(UnderWay(ways, under.began, two_step=True, dsid=under.dsid))

    def _two_step(self, under: UnderWay, path: str, body: Any) -> Document:
        jar = self._half.cookies()
        params = params_of(self._half.data().get("client_id"), under.dsid)
        setup = Setup(self._account, jar, self._limiter)
        answer = setup.ask("GET" if body is None else "POST", path, params, body)
        self._half.save_cookies(jar)
        if answer is None:
            self.forget()
            raise SignInOver("the sign-in took too long, Apple ended it", _HINT)
        return answer

    def _owed(self) -> UnderWay:
        under = self.under_way()
        if under is None:
            raise SignInNeeded("no sign-in is under way that a code could be for", _HINT)
        return under

    def _noted(self, under: UnderWay) -> UnderWay:
        self._half.note(**under.dump())
        return under

    def _idmsa(self) -> Idmsa:
        return Idmsa(self._account, self._half, self._limiter)
