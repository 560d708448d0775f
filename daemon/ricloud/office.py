"""Does what the ricloud API is asked for: attempts to sign in, polls, and what is kept of both.

Each is a resource that is pending until a worker has done it. The workers talk to iCloud, one for
sign-ins and one for polls; the ledger and the files of results belong to a third, which never waits
for the network. So neither who asks nor the reminders' own loop is held up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from daemon.process.worker import Worker
from daemon.ricloud import keeping
from daemon.ricloud.cabinet import Cabinet
from daemon.ricloud.desks import Attempt, Poller, SignIn
from daemon.ricloud.documents import Documents
from daemon.ricloud.mistakes import Mistake, invalid, unknown
from daemon.ricloud.outcomes import attempt_failed, failed_error, missing_document, sentence
from daemon.ricloud.reading import Wish
from store.activity.ledger import Event, Ledger, Poll, Result, Session, Source, User
from store.errors import Damaged
from store.file.ledgerfile import open_ledger
from sync.errors import ConsentNeeded, SignInNeeded
from sync.polls.asked import PollOutcome, PollRequest, PollResult

__all__ = ["TYPE", "Office", "Outside"]

TYPE = "icloud.account"
_LEDGER_END_S = 5.0
_WORK_END_S = 1.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the office takes from around it.

    ``account`` is the Apple ID that is configured, ``clock`` gives Unix seconds, ``mint`` ids of
    digits, letters and dashes.
    """

    sign_in: SignIn
    poller: Poller
    account: Callable[[], str]
    clock: Callable[[], float]
    mint: Callable[[], str]


class _Pending(Protocol):
    @property
    def id(self) -> str:
        """By which it is known."""


P = TypeVar("P", bound=_Pending)


class Office:
    """The API's resources, kept in ``state`` (api.sqlite and results/); made as they are needed.

    Everything but ``ask``, ``pending`` and ``close`` is for jobs that are given to ``ask``.
    """

    def __init__(self, state: Path, outside: Outside) -> None:
        self._state = state
        self._out = outside
        self._cabinet = Cabinet(state / "results")
        self._desk = Worker("ricloud")
        self._signing = Worker("ricloud-sign-in")
        self._polling = Worker("ricloud-polls")
        self._ledger: Ledger | None = None
        self._pending: dict[str, Future[None]] = {}

    # ---- for any thread

    def ask(self, job: Callable[[], T]) -> Future[T]:
        """What ``job`` gives, done beside the ledger; raises what it raises, StoreError too."""
        return self._desk.do(lambda: self._guarded(job))

    def pending(self, id: str) -> Future[None] | None:
        """Ends when the sign-in or the poll of this id has; ``None`` where it has already."""
        return self._pending.get(id)

    def close(self) -> None:
        """Let go of the ledger; what waits for iCloud is left, and is told of at the next start."""
        self._signing.close(_WORK_END_S)
        self._polling.close(_WORK_END_S)
        self._desk.do(self._let_go)
        self._desk.close(_LEDGER_END_S)

    # ---- beside the ledger

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened and put in order when it is first asked for."""
        if self._ledger is None:
            self._ledger = open_ledger(self._state / "api.sqlite")
            keeping.begin(self._ledger, self._cabinet, self._now_ms())
        return self._ledger

    @property
    def documents(self) -> Documents:
        """How rows are shown."""
        return Documents(self.ledger, str(self._cabinet.directory.absolute()))

    def user(self, identifier: str) -> User:
        """The user of this name, made if there is none."""
        known = self.ledger.users.first(identifier=identifier)
        if known is not None:
            return known
        number = self.ledger.users.page({}).total + 1
        made = User(str(number), identifier, self._now_ms())
        with self.ledger.commit("api-user"):
            self.ledger.users.add(made)
        return made

    def source(self, user: str, kind: str, identifier: str) -> Source:
        """The user's source, made if there is none; raises Mistake for what is not the account."""
        if self.ledger.users.get(user) is None:
            raise invalid("source.user", "unknown", f"there is no user {user[:80]}")
        if kind != TYPE:
            message = f"there is no source of type {kind[:80]} here, only {TYPE}"
            raise invalid("source.type", "unsupported", message)
        account = self._out.account()
        if identifier.strip().casefold() != account.casefold():
            raise invalid(
                "source.identifier",
                "not-configured",
                "that is not the account in this daemon's config, and it signs in to no other",
            )
        known = self.ledger.sources.first(user=user, type=kind, identifier=account)
        if known is not None:
            return known
        made = Source(self._out.mint(), user, kind, account, "unvalidated", self._now_ms())
        with self.ledger.commit("api-source"):
            self.ledger.sources.add(made)
        return made

    def begin_session(self, wish: Wish) -> Session:
        """Begin an attempt to sign in; raises Mistake."""
        source = self.source(wish.user, wish.type, wish.identifier)
        session = Session(self._out.mint(), source.id, source.user, "pending", self._now_ms())
        with self.ledger.commit("api-session"):
            self.ledger.sessions.add(session)
        attempt = partial(self._out.sign_in.attempt, wish.password, wish.code, wish.choice)
        self._hand_over(self._signing, session, attempt, self._end_session)
        return session

    def begin_poll(
        self, session_id: str, source_id: str | None, payload: dict[str, Any], request: PollRequest
    ) -> Poll:
        """Begin to look for what is asked for; raises Mistake."""
        self.notice_end()
        session = self.ledger.sessions.get(session_id)
        if session is None:
            raise invalid("session", "unknown", "session is unknown")
        if source_id not in (None, session.source):
            raise invalid("source", "other", "`source` is not that of the session")
        if session.state == "expired":
            raise Mistake(400, "session-expired", f"session {session.id} has ended; make a new one")
        if session.state != "succeeded":
            message = f"session {session.id} is {session.state}, so nothing can be asked with it"
            raise invalid("session", session.state, message)
        poll = Poll(
            *(self._out.mint(), session.id, session.source, session.user, "pending"),
            created_ms=self._now_ms(),
            payload=payload,
        )
        with self.ledger.commit("api-poll"):
            self.ledger.polls.add(poll)
            self._tell("poll", "created", poll)
        ask = partial(self._find, poll.id, request)
        self._hand_over(self._polling, poll, ask, self._end_poll)
        return poll

    def end_session(self, id: str) -> Session:
        """Let a session be used no more; the account stays signed in. Raises Mistake."""
        session = self.ledger.sessions.get(id)
        if session is None:
            raise unknown("session", id)
        if session.state == "pending":
            raise Mistake(409, "pending", "the session is still being made")
        if session.state == "succeeded":
            self._expire([session], "api")
        return self.ledger.sessions.get(id) or session

    def notice_end(self) -> None:
        """Expire the sessions whose sign-in is known to have ended, by ``logout`` for one."""
        held = self.ledger.sessions.all(state="succeeded")
        if held and self._out.sign_in.ended():
            self._expire(held, "service")

    def acknowledge(self, id: str) -> Result:
        """Mark a result as consumed: of all, its bytes go first. Raises Mistake."""
        result = self.ledger.results.get(id)
        if result is None:
            raise unknown("result", id)
        if result.state != "available":
            return result
        taken = replace(result, state="consumed", consumed_ms=self._now_ms())
        with self.ledger.commit("api-ack"):
            self.ledger.results.put(taken)
        return taken

    def tidy(self) -> None:
        """Remove the bytes of results that are old, or that there is no room for."""
        keeping.tidy(self.ledger, self._cabinet, self._now_ms())

    # ---- what the workers bring

    def _hand_over(
        self,
        worker: Worker,
        row: P,
        job: Callable[[], T],
        end: Callable[[str, T | BaseException], None],
    ) -> None:
        """Let ``worker`` do the job, and ``end`` write down what came of it."""
        done: Future[None] = Future()
        self._pending[row.id] = done

        def settle(outcome: Future[T]) -> None:
            error = outcome.exception()
            came: T | BaseException = outcome.result() if error is None else error
            self.ask(lambda: end(row.id, came)).add_done_callback(release)

        def release(written: Future[None]) -> None:
            if error := written.exception():
                _log.warning("what came of %s could not be kept: %s", row.id, sentence(error))
            self._pending.pop(row.id, None)
            done.set_result(None)

        worker.do(job).add_done_callback(settle)

    def _end_session(self, id: str, came: Attempt | BaseException) -> None:
        attempt = came if isinstance(came, Attempt) else attempt_failed(came)
        session = self.ledger.sessions.get(id)
        if session is None:
            return
        state = "succeeded" if attempt.error is None else "failed"
        info: dict[str, Any] | None = None
        if attempt.choices:
            info = {"choices": list(attempt.choices)}
        elif attempt.message:
            info = {"message": attempt.message, "hint": attempt.hint}
        ended = replace(
            session, state=state, error=attempt.error, error_info=info, ended_ms=self._now_ms()
        )
        with self.ledger.commit("api-session-end"):
            self.ledger.sessions.put(ended)
            source = self.ledger.sources.get(session.source)
            if attempt.error is None and source is not None:
                self.ledger.sources.put(replace(source, state="active"))
            self._tell("session", state, ended)
        _log.info("a sign-in over the API %s%s", state, f": {ended.error}" if ended.error else "")

    def _find(self, poll: str, request: PollRequest) -> tuple[list[Result], PollOutcome]:
        """Ask iCloud, and put away what was found; in the thread of the polls."""
        outcome = self._out.poller.run(request)
        results: list[Result] = []
        try:
            results.extend(self._filed(poll, found) for found in outcome.results)
        except OSError:
            for result in results:  # the disk is full, it may be
                self._cabinet.remove(result.id)
            raise
        return results, outcome

    def _filed(self, poll: str, found: PollResult) -> Result:
        id = self._out.mint()
        filed = self._cabinet.put(id, found.content)
        return Result(
            *(id, poll, found.identifier, found.type, filed.checksum, filed.size),
            state="available",
            created_ms=self._now_ms(),
        )

    def _end_poll(self, id: str, came: tuple[list[Result], PollOutcome] | BaseException) -> None:
        poll = self.ledger.polls.get(id)
        if poll is None:
            return
        if _shows_the_end(came):
            self._expire(self.ledger.sessions.all(state="succeeded"), "service")
        with self.ledger.commit("api-poll-end"):
            if isinstance(came, BaseException):
                error = missing_document(failed_error(came), "", sentence(came))
                ended = replace(poll, state="failed", error=error["error"], errors=[error])
            else:
                results, outcome = came
                for result in results:
                    self.ledger.results.add(result)
                errors = [missing_document(e.error, e.target, e.message) for e in outcome.errors]
                ended = replace(poll, state="completed", errors=errors)
            ended = replace(ended, completed_ms=self._now_ms())
            self.ledger.polls.put(ended)
            self._tell("poll", ended.state, ended)
        self.tidy()

    # ----

    def _expire(self, sessions: Sequence[Session], reason: str) -> None:
        with self.ledger.commit("api-expire"):
            for session in sessions:
                expired = replace(session, state="expired", error=reason, ended_ms=self._now_ms())
                self.ledger.sessions.put(expired)
                self._tell("session", "expired", expired)

    def _tell(self, kind: str, action: str, row: Session | Poll) -> None:
        data = self.documents.of(row)
        self.ledger.events.add(Event(self._out.mint(), kind, action, self._now_ms(), data))

    def _guarded(self, job: Callable[[], T]) -> T:
        """Do a job; a ledger that turns out to be damaged is opened anew by the next one."""
        try:
            return job()
        except Damaged:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _now_ms(self) -> int:
        return int(self._out.clock() * 1000)


def _shows_the_end(came: tuple[list[Result], PollOutcome] | BaseException) -> bool:
    """Whether a poll has found out that nobody is signed in any more."""
    if isinstance(came, BaseException):
        return isinstance(came, SignInNeeded) and not isinstance(came, ConsentNeeded)
    return any(error.error == SignInNeeded.code for error in came[1].errors)
