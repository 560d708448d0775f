"""Bugs of what is written down, and when: the base, receipts, files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from store.local.renders import BaseChange, Renders
from sync.cycle import engine
from sync.cycle.files.committing import Committer
from sync.cycle.files.filing import Filing
from sync.cycle.observing import comeback
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.planner import Planned
from sync.cycle.report import Report
from sync.local import disk, swap
from sync.local.outcome import Outcome, Replaced
from sync.local.receipts import Entry, Ledger, State, _Finding
from tests.simulation.planted.bug import Bed, Swap

EFFECTS = Bed()
DYING = ("crash",)
EDITED = ("process restarted",)


@EFFECTS.plant(
    "base rows not prepared",
    "What a write means for the base is not known if we die in it.",
    often=DYING,
)
def _no_pending() -> Iterable[Swap]:
    real = Renders.add_render

    def add(self: Renders, key: str, path: str, old: str, new: str, _: object) -> None:
        real(self, key, path, old, new, ())

    yield Renders, "add_render", add


@EFFECTS.plant(
    "base committed before the file", "The base says what the file will say.", often=DYING
)
def _base_first() -> Iterable[Swap]:
    real = Renders.add_render

    def add(
        self: Renders, key: str, path: str, old: str, new: str, changes: Iterable[BaseChange]
    ) -> None:
        real(self, key, path, old, new, changes)
        self.finish_render(key)

    yield Renders, "add_render", add


@EFFECTS.plant(
    "send before stamp", "A new line is sent before its id stands in the file.", often=DYING
)
def _send_first() -> Iterable[Swap]:
    real = engine.Engine._mark

    def mark(
        self: engine.Engine, planned: Planned, local: LocalState, report: Report
    ) -> tuple[LocalState, Planned] | None:
        store = self._parts.store
        with store.commit("early"):
            store.outbox.replace_queued(planned.intents)
        self._push(self._parts.cloud(), report)
        return real(self, planned, local, report)

    yield engine.Engine, "_mark", mark


@EFFECTS.plant(
    "sent without its id", "A line goes out though its file was saved meanwhile.", often=EDITED
)
def _unstamped() -> Iterable[Swap]:
    real = Filing._stamp

    def stamp(self: Filing, planned: Planned, local: LocalState, report: Report) -> LocalState:
        return real(self, planned, local, report) or local

    yield Filing, "_stamp", stamp


@EFFECTS.plant(
    "identity not remembered",
    "Which line is which is chosen, and not written down before its id stands in the file.",
    often=DYING,
    harmless="the id follows from list and title, and what is not sent yet is nobody's",
)
def _no_identity() -> Iterable[Swap]:
    def identities(self: Committer, planned: Planned, *_: object) -> None:
        with self._store.commit("identities"):
            self._commit_lists(planned.lists)

    yield Committer, "commit_identities", identities


@EFFECTS.plant(
    "write without displaced-file check",
    "What came out of an exchange is thrown away unseen.",
    often=EDITED,
)
def _unseen() -> Iterable[Swap]:
    def examine(self: swap.Writer, entry: Entry, _: Path) -> Outcome:
        self._step("swap:examine")
        self._ledger.discard(entry)
        return Replaced(entry.ours)

    yield swap.Writer, "_examine", examine


@EFFECTS.plant(
    "receipts ignored at start-up", "What a process left half done, the next one does not read.",
    often=DYING,
)  # fmt: skip
def _ignored() -> Iterable[Swap]:
    real = swap.Writer.receipts
    left: dict[swap.Writer, set[str]] = {}

    def receipts(self: swap.Writer) -> list[Any]:
        found = real(self)
        before = left.setdefault(self, {one.stem for one in found})
        return [one for one in found if one.stem not in before]

    yield swap.Writer, "receipts", receipts


@EFFECTS.plant(
    "receipt dropped before base commit",
    "The proof of a write goes before what it proves.",
    often=DYING,
    likes=("retitle",),
)
def _dropped() -> Iterable[Swap]:
    real = swap.Writer._examine

    def examine(self: swap.Writer, entry: Entry, target: Path) -> Outcome:
        outcome = real(self, entry, target)
        if isinstance(outcome, Replaced):
            self._ledger.discard(entry)
        return outcome

    yield swap.Writer, "_examine", examine


@EFFECTS.plant(
    "recovery not idempotent", "A file that was given back counts as written, if we die then.",
    often=DYING, play="conflicts: crash@13#0",
)  # fmt: skip
def _twice() -> Iterable[Swap]:
    real = Ledger._compare

    def compare(self: Ledger, entry: Entry, file: Path) -> _Finding:
        found = real(self, entry, file)
        if found.state is State.OURS:
            return _Finding(State.CLEAN, found.file, found.sha256)
        return found

    yield Ledger, "_compare", compare


@EFFECTS.plant(
    "base per record, not per field",
    "While a field of a reminder is on its way, no other field of it is agreed on.",
    often=EDITED,
    likes=("retitle", "due"),
)
def _per_record() -> Iterable[Swap]:
    real = Renders._move

    def move(self: Renders, changes: Iterable[Any]) -> None:
        waits = {id for (id,) in self._db.all("SELECT id FROM outbox")}
        real(self, [change for change in changes if change[0] not in waits])

    yield Renders, "_move", move


@EFFECTS.plant(
    "writes are believed", "The base follows though the file was not written.", often=EDITED
)
def _believed() -> Iterable[Swap]:
    real = Filing._forget

    def forget(self: Filing, key: str, write: Any) -> None:
        with self._store.commit("believed"):
            self._store.places.finish_render(key)
        real(self, key, write)

    yield Filing, "_forget", forget


@EFFECTS.plant(
    "a stale save is an edit",
    "An old buffer saved over our write undoes it everywhere.",
    often=EDITED,
    likes=("stale",),
)
def _stale() -> Iterable[Swap]:
    yield comeback, "forgive", lambda *_, **__: ([], [])


# ---- what the model of this system found harmless


@EFFECTS.plant(
    "hash check before the swap off", "Only what came out of the exchange is looked at.",
    harmless="what comes out is compared, and goes straight back: the check before saves time",
)  # fmt: skip
def _no_check() -> Iterable[Swap]:
    real = swap.Writer._replace

    def replaced(self: swap.Writer, path: Path, new: bytes, expected: str, key: str) -> Outcome:
        looks = iter((expected, expected))

        def digest(target: Path) -> str:
            return next(looks, None) or disk.digest(target)

        setattr(swap, "digest", digest)  # noqa: B010 - it is no part of what the module offers
        try:
            return real(self, path, new, expected, key)
        finally:
            setattr(swap, "digest", disk.digest)  # noqa: B010

    yield swap.Writer, "_replace", replaced


@EFFECTS.plant(
    "id-allocation match off", "A line whose id was chosen but not written gets another one.",
    harmless="an id is sent only once it stands in the file: one that does not is nobody's",
)  # fmt: skip
def _no_allocation() -> Iterable[Swap]:
    real = Committer.commit_identities

    def identities(self: Committer, planned: Planned, local: LocalState, trigger: str) -> None:
        real(self, planned, local, trigger)
        unsent = [id for id in planned.world.matched.ids.values() if id not in planned.known.base]
        with self._store.commit("unnamed"):
            self._store.places.drop_lines(*unsent)

    yield Committer, "commit_identities", identities
