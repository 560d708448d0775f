"""An engine that does as a test says, and a loop around it in a thread."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from daemon.running.feed import Event
from daemon.running.loop import Loop
from daemon.running.requests import Request, Surroundings
from daemon.running.state import Board
from daemon.running.tally import Tally
from daemon.settings.config import Config
from sync.core.actions import Hold, HoldKind
from sync.cycle.asked.carrying import Brought, Options
from sync.cycle.asked.copies import MergedCopy
from sync.cycle.asked.forgetting import Forgot
from sync.cycle.asked.refiling import Refiled
from sync.cycle.asked.relisting import Relisted
from sync.cycle.asked.restoring import Restored
from sync.cycle.asked.writing import Written
from sync.cycle.checking.verdict import Verdict, Verified
from sync.cycle.report import Report
from sync.errors import CannotResolve, CannotRestore, RemindersdError, UsageError
from sync.polls.asked import DataQuery, Item, PollOutcome, PollRequest
from sync.polls.downloading import Downloaded
from sync.remote.signing.states import Kind as SignInKind
from sync.remote.signing.states import SignInState

PATIENCE_S = 60  # only ever used up by a test that fails


class FakePolls:
    """Answers each poll with ``answer``, which may be an error, and remembers what was asked."""

    def __init__(self, answer: list[Item] | Exception | None = None) -> None:
        self.answer = answer if answer is not None else []
        self.asked: list[DataQuery] = []

    def items(self, query: DataQuery) -> Future[list[Item]]:
        self.asked.append(query)
        found: Future[list[Item]] = Future()
        if isinstance(self.answer, Exception):
            found.set_exception(self.answer)
        else:
            found.set_result(self.answer)
        return found

    def download(self) -> Future[Downloaded]:
        found: Future[Downloaded] = Future()
        found.set_result(Downloaded("/pictures", 2, 10, ("a.jpg: gone",)))
        return found

    def document(self) -> dict[str, Any]:
        return {}


class FakeEngine:
    """Ends each cycle with the next of ``results``, then with idle reports."""

    def __init__(self, *results: Report | Exception) -> None:
        self.results: list[Report | Exception] = list(results)
        self.calls: list[tuple[str, bool, bool]] = []
        self.steps: list[str] = []
        self.on_step: Callable[[str], None] = lambda _name: None
        self.ran: queue.Queue[str] = queue.Queue()
        self.last_verified = Verified(int(time.time() * 1000))
        self.opened = 0
        self.closed = 0
        self.threads: set[int] = set()
        self.gate: threading.Event | None = None
        self.entered = threading.Event()

    def cycle(self, trigger: str, *, approve: bool = False, plan_only: bool = False) -> Report:
        self.threads.add(threading.get_ident())
        self.entered.set()
        if self.gate is not None:
            assert self.gate.wait(PATIENCE_S)
        self.calls.append((str(trigger), approve, plan_only))
        for name in self.steps:
            self.on_step(name)
        result = self.results.pop(0) if self.results else report(trigger)
        self.ran.put(str(trigger))
        if isinstance(result, Exception):
            raise result
        return result

    def lend(self, work: Callable[[Any], Any]) -> Any:
        self.threads.add(threading.get_ident())
        return work(self)

    def approve(self, keys: Sequence[str] = ()) -> list[Hold]:
        return [Hold(key, HoldKind.DELETIONS, "six deletions at once") for key in keys]

    def restore(self, key: str) -> Restored:
        if key == "nobody":
            raise CannotRestore("no reminder is known by nobody", "name it by its UUID")
        return Restored(key, "Milk", "Groceries", anew=True, lost=("a picture",))

    def restore_list(self, key: str) -> Relisted:
        self.calls.append(("restore_list", key, False))
        return Relisted("L", key, deleted=True)

    def restore_file(self, path: str) -> Refiled:
        self.calls.append(("restore_file", path, False))
        return Refiled(path, "Work", ".remindersd/replaced/Work.md")

    def merge(self, path: str) -> MergedCopy:
        if path != "A.copy.md":
            raise CannotResolve(f"{path} is no conflict copy in the folder", "merge one")
        return MergedCopy(path, "A.md", ".remindersd/replaced/A.copy.md", ["Milk"])

    def forget(self, key: str) -> Forgot:
        if key == "Kept":
            raise UsageError("“Kept” has its file Kept.md, so it is kept")
        return Forgot(key, None, is_list=True)

    def carry_in(self, data: bytes, path: PurePath, options: Options) -> Brought:
        return Brought(options.dry_run, added=[("A", data.decode(), options.list or path.stem)])

    def write(self, _decide: object, verb: str, **_how: object) -> Written:
        raise UsageError(f"there is nothing to {verb}", "`remindersd lists` shows what there is")

    def verify(self, *, repair: bool = False) -> Verdict:
        self.calls.append(("verify", repair, False))
        self.ran.put("verify")
        self.last_verified = Verified(int(time.time() * 1000), "agrees")
        return Verdict(1, 2, records=3)

    def verified(self) -> Verified:
        return self.last_verified

    @contextmanager
    def open(self, _config: Config) -> Iterator[FakeEngine]:
        self.opened += 1
        try:
            yield self
        finally:
            self.closed += 1


class NoFiles:
    """Has no file of any photo."""

    def run(self, request: PollRequest) -> PollOutcome:
        return PollOutcome((), ())


class FakeDesk:
    """Is in ``now``; every call is remembered, and raises ``error`` if there is one."""

    def __init__(self, now: SignInState | None = None) -> None:
        self.now = now or SignInState(SignInKind.SIGNED_IN, "signed in")
        self.error: RemindersdError | None = None
        self.calls: list[tuple[str, ...]] = []

    def state(self) -> SignInState:
        return self.now

    def attempt(
        self, password: str, code: str | None = None, choice: str | None = None
    ) -> SignInState:
        return self._called("attempt", password, code or "", choice or "")

    def send_code(self, how: str) -> SignInState:
        return self._called("send_code", how)

    def submit(self, code: str) -> SignInState:
        return self._called("submit", code)

    def refresh(self) -> SignInState:
        return self._called("refresh")

    def logout(self) -> None:
        self._called("logout")

    def _called(self, *call: str) -> SignInState:
        self.calls.append(call)
        if self.error is not None:
            raise self.error
        return self.now


def report(trigger: str = "timer", **values: Any) -> Report:
    return Report(str(trigger), started_ms=1, finished_ms=2, **values)


def config(tmp_path: Path, **values: Any) -> Config:
    return Config.model_validate(
        {
            "account": {"apple_id": "you@example.com"},
            "folder": str(tmp_path / "Todo"),
            "source": tmp_path / "config.yaml",
            "reminders": {"verify": None},
            **values,
        }
    )


class Running:
    """A loop in a thread of its own; ``states`` and ``cycles`` queue what it says."""

    def __init__(
        self,
        config: Config,
        engine: FakeEngine,
        *,
        read_config: Callable[[], Config] | None = None,
        **around: Any,
    ) -> None:
        self.api: Any = None
        self.engine = engine
        self.board = Board()
        self.states: queue.Queue[tuple[str, str]] = queue.Queue()
        self.cycles: queue.Queue[dict[str, Any]] = queue.Queue()
        self.error: BaseException | None = None
        self.asked = threading.Event()
        around.setdefault("open_engine", engine.open)
        self.tally = around.setdefault("tally", Tally())
        self.events: queue.Queue[Event] = queue.Queue()
        self.loop = Loop(
            config,
            Surroundings(read_config=read_config or (lambda: config), board=self.board, **around),
        )
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Running:
        self._listening = self.board.listening(self._hear)
        self._listening.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.stop()
        if self.engine.gate is not None:
            self.engine.gate.set()
        self.join()
        self._listening.__exit__(None, None, None)

    def join(self) -> None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def ask(self, **values: Any) -> Future[Any]:
        return self.loop.ask(Request(**values))

    def pass_on(self, request: Request) -> Future[Any]:
        """``ask`` as the socket does it; ``asked`` tells that it was done."""
        answer = self.loop.ask(request)
        self.asked.set()
        return answer

    def until(self, state: str) -> str:
        """Wait for a state; its reason."""
        while True:
            name, reason = self.states.get(timeout=PATIENCE_S)
            if name == state:
                return reason

    def _hear(self, event: Event) -> None:
        self.events.put(event)
        if event.name == "state":
            self.states.put((event.data["state"], event.data["reason"]))
        elif event.name == "cycle":
            self.cycles.put(event.data)

    def _run(self) -> None:
        try:
            self.loop.run()
        except RemindersdError as error:
            self.error = error
