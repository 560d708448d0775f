"""What a person asks for beside a cycle: each act, and what has to be looked at before it.

The rules of an act are in a room of its own; here it is given what it needs, and the next cycle
is made to look. What an act writes is a run in the journal, and its files follow with the cycle.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath

from sync.core.actions import Hold
from sync.cycle.asked.carrying import Brought, Options, carry_in, read_entries
from sync.cycle.asked.copies import MergedCopy, merge_copy
from sync.cycle.asked.finishing import Finisher
from sync.cycle.asked.forgetting import Forgot, forget
from sync.cycle.asked.once import Once
from sync.cycle.asked.refiling import Refiled, refile
from sync.cycle.asked.refused import Refused, drop, retry
from sync.cycle.asked.relisting import Relisted, relist
from sync.cycle.asked.resolving import OTHER, Resolved, resolve, values_now
from sync.cycle.asked.restoring import Restored, restore
from sync.cycle.asked.setting import Setting, intend
from sync.cycle.asked.undoing import TRIGGER, Undoer, Undone, run_to_undo
from sync.cycle.asked.writing import Decide, Written, write_down
from sync.cycle.checking.verdict import VERIFIED, Verdict, Verified
from sync.cycle.checking.verifying import Checks, verify
from sync.cycle.observing import observe
from sync.cycle.observing.homecoming import FOLDER, take_back
from sync.cycle.observing.reading import LocalState
from sync.cycle.observing.settle import settle
from sync.cycle.parts import Parts
from sync.cycle.planning.planner import Planned
from sync.cycle.report import Report
from sync.errors import Busy, NetworkError, UsageError
from sync.local.claim import alone_in
from sync.remote.cloudkit import CloudKit

__all__ = ["ROUNDS", "Acts"]

ROUNDS = 20  # cycles of one call: files being saved, records changed meanwhile
WRITE_ROUNDS = 4  # looks at files that are being saved, before nothing is written

_SAVED = "a file is just being saved: try again in a moment"


class Acts(ABC):
    """The acts of an engine; what they need of its cycle is below, and is the engine's."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._wrote: int | None = None  # the run of what was written and no cycle carried on yet

    @abstractmethod
    def cycle(self, trigger: str, *, approve: bool = False, plan_only: bool = False) -> Report:
        """One full cycle."""

    @abstractmethod
    def _look_again(self) -> None:
        """See to it that the next cycle looks at everything."""

    @abstractmethod
    def _pull(self, cloud: CloudKit, report: Report) -> bool:
        """Bring the mirror up to date; whether anything came, or has to be looked at again."""

    @abstractmethod
    def _look_closely(self, local: LocalState, report: Report) -> tuple[LocalState, Planned] | None:
        """What the files say, with an id on every line, and a plan; ``None``: look again."""

    @abstractmethod
    def _push(self, cloud: CloudKit, report: Report) -> None:
        """Send what is queued."""

    def _finish_acts(self, cloud: CloudKit, report: Report) -> bool:
        """Go on with what was asked for and cut off; whether there was any of it."""
        if not self._parts.store.outbox.acts():
            return False
        parts = self._parts
        finished = Finisher(
            parts.store, cloud, parts.encoder, parts.chronicle, self._undoer(cloud), self._is_there
        ).finish()
        report.changes += finished.done
        report.refused += finished.problems
        report.problems += finished.problems
        return True

    def approve(self, keys: Sequence[str] = ()) -> list[Hold]:
        """Let what is held go ahead: the holds of these ids or paths, or all that can be.

        The key ``folder`` takes back a folder that lost its marker, if it can be recognised;
        raises UsageError if not.
        """
        parts = self._parts
        self._look_again()
        others = [key for key in keys if key != FOLDER]
        now_ns = int(parts.clock() * 1e9)
        taken = take_back(parts.home, parts.store, now_ns) if FOLDER in keys else []
        if keys and not others:
            return taken
        return taken + parts.committer.approve(others, parts.planner.known())

    def restore(self, key: str) -> Restored:
        """Bring the deleted reminder ``key`` back in iCloud; its line comes with the next cycle.

        Raises CannotRestore, and what the iCloud side raises.
        """
        parts = self._parts
        with self._going_on():
            cloud = self._up_to_date()
            parts.chronicle.begin(anew=True)
            return restore(parts.store, cloud, parts.encoder, key, parts.chronicle)

    def restore_file(self, path: str) -> Refiled:
        """Let a list's file that is gone or damaged be written again with the next cycle.

        Raises CannotRestore, UsageError.
        """
        parts = self._parts
        self._look_again()
        return refile(parts.store, parts.home, path, self._now_ms(), parts.step)

    def restore_list(self, key: str) -> Relisted:
        """Bring back a list: one deleted in iCloud, forgotten, or without its file.

        Raises CannotRestore, and what the iCloud side raises.
        """
        parts = self._parts
        with self._going_on():
            cloud = self._up_to_date()
            parts.chronicle.begin(anew=True)
            return relist(parts.store, cloud, parts.encoder, key, parts.chronicle, self._is_there)

    def forget(self, key: str) -> Forgot:
        """Keep a list whose file was deleted here no more; raises UsageError."""
        self._look_again()
        return forget(self._parts.store, self._parts.home, key, self._now_ms())

    def merge(self, path: str) -> MergedCopy:
        """Merge a sync tool's conflict copy into its file; raises CannotResolve."""
        self._look_again()
        return merge_copy(self._parts, path, self._now_ms())

    def verify(self, *, repair: bool = False) -> Verdict:
        """Compare files, mirror and iCloud completely; with ``repair`` mend what differs.

        Raises ``Damaged`` and what the iCloud side raises.
        """
        parts = self._parts
        self._look_again()
        cloud = parts.cloud()
        observe.known_zone(cloud, parts.store)
        checks = Checks(
            parts, lambda report: self._pull(cloud, report), lambda: self.cycle("verify")
        )
        return verify(cloud, checks, repair=repair)

    def verified(self) -> Verified:
        """When all was last compared; counted from now on, where it never was."""
        store = self._parts.store
        known = Verified.parse(store.meta.get(VERIFIED))
        if known is None:
            known = Verified(self._now_ms())
            with store.commit("verified"):
                store.meta.set(VERIFIED, known.text())
        return known

    def resolve(self, keys: Sequence[str], take: str) -> list[Resolved]:
        """Decide open conflicts (all without ``keys``): ``shown`` stays, or ``other`` is taken.

        What is taken is in iCloud when this is over, or durably on its way there; the files
        follow with the next cycle. Raises CannotResolve, and what the iCloud side raises.
        """
        if take == OTHER:
            self.cycle("resolve")  # so that nothing is decided on what is no longer there
        self._look_again()
        return resolve(self._parts.store, keys, take, self._now_ms(), self._set)

    def retry(self, numbers: Sequence[int]) -> list[Refused]:
        """Send again what iCloud refused (all without ``numbers``), with the next cycle.

        Raises CannotResolve for a number that is none of it.
        """
        self._look_again()
        return retry(self._parts.store, numbers)

    def drop(self, numbers: Sequence[int]) -> list[Refused]:
        """Give up what iCloud refused; the next cycle puts the files back to what iCloud has.

        Raises CannotResolve for a number that is none of it.
        """
        self._look_again()
        return drop(self._parts.store, numbers)

    def carry_in(self, data: bytes, path: PurePath, options: Options) -> Brought:
        """Carry in what stands in a file of that name; it is in iCloud then, or on its way there.

        The files follow with the next cycle. Raises UsageError for a file that cannot be read, and
        what the iCloud side raises.
        """
        entries = read_entries(data, path, options, self._parts.planner.settings.home_zone)
        self.cycle("import", plan_only=options.dry_run)  # so that all is known that is there
        self._look_again()
        return carry_in(self._parts, entries, options, self._push)

    def _set(self, settings: Sequence[Setting], trigger: str = "resolve") -> None:
        """Send what a person wishes, as a run of its own; its files are the next cycle's."""
        parts = self._parts
        report = Report(trigger, self._now_ms())
        before = values_now(parts.store, parts.planner.known(), [one.id for one in settings])
        parts.chronicle.begin()
        with parts.store.commit("wish"):
            parts.chronicle.note(trigger, intend(parts.store, settings, before, self._now_ms()))
        parts.step("engine:push")
        self._push(parts.cloud(), report)
        parts.chronicle.end(report)

    def write(
        self,
        decide: Decide,
        trigger: str,
        *,
        wait: Callable[[float], None],
        once: Once | None = None,
        dry_run: bool = False,
    ) -> Written:
        """Write into the files what ``decide`` wants, as edits of a person's; nothing is sent.

        The next cycle carries them to iCloud, and belongs to the same run. ``wait`` is given the
        seconds until files that are being saved are quiet; with ``dry_run`` no line of theirs is
        written. Raises CannotWrite, Busy, and what ``decide`` raises.
        """
        parts = self._parts
        self._look_again()
        with alone_in(parts.home.root):
            for left in reversed(range(WRITE_ROUNDS)):
                report = Report(trigger, self._now_ms())
                settle(parts.store, parts.filing.writer, parts.home, self._now_ms)
                local, _ = parts.reader.read()
                if local.retry_after_s is not None and left:
                    wait(local.retry_after_s)
                    continue
                try:
                    written = self._write(local, decide, report, once, dry_run)
                except UsageError as error:
                    if local.retry_after_s is None:
                        raise
                    raise Busy(f"{error.message}; nothing was written", _SAVED) from None
                if written is not None:
                    return written
                wait(report.retry_after_s or 0.0)
        raise Busy("files are being saved over and over; nothing was written", _SAVED)

    def _write(
        self, local: LocalState, decide: Decide, report: Report, once: Once | None, dry_run: bool
    ) -> Written | None:
        """One try, as a run that the next cycle carries on; ``None``: files were just saved."""
        chronicle = self._parts.chronicle
        # What is written before a cycle comes is carried on by that one, as one run.
        chronicle.begin(anew=self._wrote != chronicle.run)
        try:
            looked = self._look_closely(local, report)
            if looked is None:
                return None
            written = write_down(self._parts, *looked, decide, report, once=once, dry_run=dry_run)
            if written is not None:
                report.retry_after_s = 0.0
            return written
        finally:
            chronicle.end(report)
            self._wrote = chronicle.run

    def undo(self, run: int | None = None, *, dry_run: bool = False) -> Undone:
        """Take ``run`` back in iCloud, or the latest that changed something; files follow with
        the next cycle, in the same run. With ``dry_run`` only the mirror advances.

        Raises CannotUndo, and what the iCloud side raises.
        """
        parts = self._parts
        wanted = run_to_undo(parts.store, run)
        cloud = parts.cloud()
        undoer = self._undoer(cloud)
        try:
            if dry_run:
                observe.known_zone(cloud, parts.store)
                self._pull(cloud, Report(TRIGGER, self._now_ms()))
                return undoer.preview(wanted)
            with self._going_on():
                for _ in range(ROUNDS):  # what a person typed last is no part of what is taken back
                    if self.cycle("sync").retry_after_s != 0.0:
                        break
                parts.chronicle.begin(anew=True)
                return undoer.undo(wanted)
        finally:
            self._look_again()

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """Whoever is cut off is told that what is left is done by itself."""
        try:
            yield
        except NetworkError as error:
            if self._parts.store.outbox.acts():
                error.hint = "what is left of it is done with the next sync"
            raise

    def _undoer(self, cloud: CloudKit) -> Undoer:
        parts = self._parts

        def hear() -> None:
            self._pull(cloud, Report(TRIGGER, self._now_ms()))

        return Undoer(parts.store, cloud, parts.encoder, parts.chronicle, self._look, hear)

    def _is_there(self, path: str) -> bool:
        return os.path.lexists(self._parts.home.root / path)

    def _look(self) -> Planned:
        parts = self._parts
        local, _ = parts.reader.read()
        return parts.planner.plan(local, parts.committer.leaving())

    def _up_to_date(self) -> CloudKit:
        """The iCloud side, with the mirror brought up to it."""
        self._look_again()
        cloud = self._parts.cloud()
        observe.known_zone(cloud, self._parts.store)
        self._pull(cloud, Report("sync", self._now_ms()))
        return cloud

    def _now_ms(self) -> int:
        return int(self._parts.clock() * 1000)
