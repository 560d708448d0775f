"""What goes wrong on the machine and in the account, outside of single requests."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from daemon.process.lock import held_lock
from sandbox.cloud.zone import Zone
from store.errors import Locked, StoreError, Unwritable
from sync.cycle.report import Report
from sync.errors import Busy, MirrorDamaged
from tests.simulation.chance import YEAR_S
from tests.simulation.oracle import STRICT, recorded
from tests.simulation.reading import Said, doubled, in_files, on_phone
from tests.simulation.tale import MARK, words_in

if TYPE_CHECKING:
    from tests.simulation.history import History
    from tests.simulation.machine import Machine

_PAGE = 4096
UNKNOWN = "FieldOfTomorrow"
_DISK = {
    "disk full once": errno.ENOSPC,
    "disk full for long": errno.ENOSPC,
    "disk fails once": errno.EIO,
    "no access once": errno.EACCES,
    "disk read-only once": errno.EROFS,
}
_SQL: dict[str, tuple[type[StoreError], str]] = {
    "database full": (Unwritable, "database or disk is full"),
    "database locked": (Locked, "database is locked"),
}
_SUMMER_ENDS_S = datetime(2031, 10, 26, 1, tzinfo=UTC).timestamp()
LAG_S = 20.0
"""Longer than it takes from one cycle to the next."""
_LEAPS = {
    "clock ten years ahead": 10 * YEAR_S,
    "clock ten years back": -10 * YEAR_S,
    "clock an hour back": -3600.0,
    "clock right": 0.0,
}


class Trouble:
    """The faults of one history that last, or that wait for their place."""

    def __init__(self, history: History) -> None:
        self._h = history
        self.skips = False
        self._disk: tuple[str, int] | None = None
        self._refusal = ""
        self._sown: dict[str, tuple[object, object]] = {}
        self.away: Path | None = None
        """The folder that is away, if one is."""

    # ---- at a seam

    def happen(self, what: str, dice: Random, where: str) -> None:
        """Let it happen, or wait for the step where it can."""
        if what in _DISK:
            self._disk = (what, _DISK[what])
            return
        if what in _SQL:
            self._refusal = what
            return
        self._h.verdict.struck[what] += 1
        self._h.tale.tell(f"    {what}{where}")
        if what in _LEAPS or what == "clock leaps meanwhile":
            self._h.tale.leapt = True
        if what in _LEAPS:
            self._leap(_LEAPS[what])
        elif what == "clock leaps meanwhile":
            self._leap(dice.choice([*_LEAPS.values()]))
        else:
            getattr(self, "_" + what.replace(" ", "_").replace(",", ""))()

    def at_step(self, name: str) -> None:
        """Raise what waited for such a step."""
        if self._refusal and name.startswith("commit:") and name.endswith(":before"):
            kind, reason = _SQL[self._refusal]
            self._strike(self._refusal, name)
            self._refusal = ""
            raise kind(self._h.machine.database, reason)
        if self._disk is not None and name.startswith("swap:"):
            what, code = self._disk
            if what != "disk full for long":
                self._disk = None
            self._strike(what, name)
            self._h.tale.unsure = True
            raise OSError(code, os.strerror(code), str(self._h.machine.folder))

    def _strike(self, what: str, name: str) -> None:
        self._h.verdict.struck[what] += 1
        self._h.tale.tell(f"    {what} at {name}")

    # ---- between cycles

    def _token_expired(self) -> None:
        self._h.world.zone.expire_tokens()

    def _token_expired_told_by_HTTP(self) -> None:
        self._h.world.faults.token_expiry = "http"
        self._h.world.zone.expire_tokens()

    def _token_of_another_account(self) -> None:
        theirs = Zone("_another", self._h.clock.true, random=Random(1)).token()
        with self.looking():
            store = self._h.machine.store
            row = store.mirror.zone()
            if row is not None and row.sync_token:
                with store.commit("another"):
                    store.mirror.set_zone(replace(row, sync_token=theirs))

    def _more_is_coming_for_ever(self) -> None:
        self._h.world.faults.empty_pages = 1_000_000

    def _more_is_coming_same_token(self) -> None:
        self._h.world.faults.stuck_tokens = 1_000_000

    def _signed_out_for_a_cycle(self) -> None:
        self._h.network.signed_out = True

    def _second_daemon(self) -> None:
        """Another one of the same profile does not get as far as the database."""
        with self.looking():
            self._h.machine.start()
        with suppress(Busy), held_lock(self._h.machine.state):
            self._h.verdict.wrong.append("two daemons on one profile")

    def _asleep_for_ten_minutes(self) -> None:
        self._h.clock.wait(600)

    def _clock_at_the_end_of_summer_time(self) -> None:
        self._h.tale.leapt = True  # to that day
        self._leap(_SUMMER_ENDS_S - 5 - self._h.clock.true())

    def _zone_gone_for_a_cycle(self) -> None:
        self._h.world.zone.present = False

    def _zone_emptied(self) -> None:
        """What was in iCloud alone is gone with it."""
        phone = self._h.callers[0].phone
        phone.sync()
        there = {word for _, said in on_phone(phone) for word in words_in(str(said))}
        there |= {word for one in phone.lists() for word in words_in(one.name)}
        here = {word for said in self._in_files() for word in words_in(str(said))}
        self._h.tale.retract(there - here)
        self._h.tale.emptied = True
        self._h.world.zone.recreate()
        self._sown.clear()

    def _read_lag(self) -> None:
        """What was written lately is not seen yet; what was once seen stays seen."""
        self._h.world.faults.read_lag = LAG_S

    def _process_restarted(self) -> None:
        self._h.machine.end()

    def _database_lost(self) -> None:
        if self._is_away():
            return
        self._remember()
        for path in self._h.machine.state.glob("mirror.db*"):
            path.unlink()
        self._h.machine.first_plan = True

    def _database_corrupt(self) -> None:
        """Pages of it are garbage: it is put aside, and made anew as a person would."""
        machine = self._h.machine
        if self._is_away() or self._h.machine.first_plan:
            return
        self._remember()
        data = bytearray(machine.database.read_bytes())
        for page in range(2, len(data) // _PAGE, 3):
            data[page * _PAGE : page * _PAGE + 64] = b"\xa5" * 64
        machine.database.write_bytes(data)
        with self.looking():
            try:
                machine.start()
                self._h.verdict.wrong.append("a corrupt database was opened")
            except MirrorDamaged:
                machine.rebuild()
            machine.stop()
        self._h.machine.first_plan = True

    def _database_of_before(self) -> None:
        copy = self._copy()
        if copy.exists():
            self._remember()
            for path in self._h.machine.state.glob("mirror.db*"):
                path.unlink()
            shutil.copyfile(copy, self._h.machine.database)

    def _database_copied(self) -> None:
        self._h.machine.stop()
        if self._h.machine.database.exists():
            # Not the file alone: who has the database open yet keeps what is new beside it.
            with (
                closing(sqlite3.connect(self._h.machine.database)) as now,
                closing(sqlite3.connect(self._copy())) as then,
            ):
                now.backup(then)

    def _copy(self) -> Path:
        return self._h.home / f"{self._h.machine.name}.db"

    def _remember(self) -> None:
        """What the database keeps for a person was kept; with the database it goes."""
        self._h.tale.forgotten = True
        lines = [*in_files(self._h.machine.folder)]
        twice = doubled(block for block, _ in lines)
        self._h.tale.copied |= {
            mark for id, said in lines if id in twice for mark in MARK.findall(said.title)
        }
        self._h.witness.forgets()
        for caller in self._h.callers:  # what it held of records that are gone goes as well
            caller.phone.sync()
        self._h.machine.stop()
        self._keep(self._h.machine)

    def _leap(self, seconds: float) -> None:
        """Set the clock: what is kept for thirty days may be over them."""
        for machine in self._h.machines:
            self._keep(machine)
        self._h.clock.leap(seconds)

    def _keep(self, machine: Machine) -> None:
        """What it keeps for a person by now was kept, whatever becomes of it."""
        if machine.database.exists():
            self._h.kept |= recorded(machine, strict=STRICT in self._h.story.traits)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Nothing happens while the simulator itself has the database open."""
        self._h.looked_at = True
        yield
        self._h.looked_at = False

    def _folder_away_for_a_cycle(self) -> None:
        """In half of all stories an empty directory is left, as where a disk is mounted."""
        # A machine that knows nothing yet would make the folder anew.
        folder = self._h.machine.folder
        if self._is_away() or self._h.machine.first_plan:
            return
        folder.rename(self._h.home / "away")
        self.away = folder
        if self._h.story.seed % 2:
            folder.mkdir()

    def overreached(self, report: Report) -> Iterator[str]:
        """What a cycle made of a folder that is away; of that it knows nothing."""
        if self.away is not None and self.away == self._h.machine.folder:
            asked = [hold.reason for hold in report.new_holds if hold.id != "folder"]
            if asked or report.files:
                yield f"judged by a folder that is away: {asked}, {report.files} files written"

    def _is_away(self) -> bool:
        return self.away is not None or not self._h.machine.folder.is_dir()

    def _events_missed(self) -> None:
        self.skips = True

    def after_cycle(self) -> None:
        """What lasts for a cycle is over."""
        world, away = self._h.world, self._h.home / "away"
        world.zone.present = True
        world.faults.read_lag = 0.0
        world.faults.token_expiry = "zone"
        world.faults.empty_pages = world.faults.stuck_tokens = 0
        self._h.network.signed_out = False
        self.skips, self._refusal = False, ""
        self._disk = None
        if self.away is not None:
            shutil.rmtree(self.away, ignore_errors=True)  # what is beneath a mount is not seen
            away.rename(self.away)
            self.away = None

    def end(self) -> None:
        """No more trouble."""
        self.after_cycle()
        if self._h.tale.leapt:
            self._leap(0.0)
            # No process sees that, so it may count as months, after which texts of what was deleted
            # for good are let go: who missed such an end would read a new text beside the old one.
            for caller in self._h.callers:
                caller.phone.sync()
        self._h.world.faults.clear()
        for machine in self._h.machines:
            machine.network.rest()
            machine.end()

    # ---- people, and what they see

    def retract(self, report: Report, ids: Sequence[str]) -> set[str]:
        """A person let go of what was held under these ids; whose marks these are."""
        phone = self._h.callers[0].phone
        phone.sync()  # another one may have renamed a list
        titles = {str(report.names[id].title) for id in ids if id in report.names}
        titles |= {one.name for one in phone.lists() if one.id in ids}
        gone = {word for title in titles for word in words_in(title)}
        marks = {word for word in gone if MARK.fullmatch(word)}
        for said in (*(said for _, said in on_phone(phone)), *self._in_files()):
            if marks & words_in(f"{said.title} {said.parent}") or said.place in titles:
                gone |= words_in(str(said))
        self._h.tale.retract(gone)
        files = {id.removesuffix(".md") for id in ids}
        gone |= {
            word
            for _, said in on_phone(phone)
            if said.place in files
            for word in said.title.split()
        }
        return {word for word in gone if MARK.fullmatch(word)}

    def _in_files(self) -> Iterator[Said]:
        for machine in self._h.machines:
            yield from (said for _, said in in_files(machine.folder))

    # ---- fields that nobody knows

    def sow(self) -> None:
        """Give records a field from the future."""
        zone = self._h.world.zone
        for number, record in enumerate(zone.live("Reminder")):
            value = f"value {number}"
            field = {UNKNOWN: {"value": value, "type": "STRING"}}
            name, tag = record["recordName"], record["recordChangeTag"]
            written = {"recordName": name, "recordChangeTag": tag, "fields": field}
            zone.modify([{"operationType": "update", "record": written}], by="D9")
            self._sown[name] = value, zone.records[name].created

    def reaped(self) -> Iterator[str]:
        """Whether they are as they were."""
        records = self._h.world.zone.records
        for name, (value, created) in self._sown.items():
            record = records.get(name)
            if record is not None and not record.deleted and record.created == created:
                found = record.fields.get(UNKNOWN, {}).get("value")
                if found != value:
                    yield f"{name}: {UNKNOWN} is {found!r}, not {value!r}"


def crash_at(step: str) -> str:
    """Where a crash strikes that comes before this effect."""
    kind, _, when = step.partition(":")
    if kind == "commit":
        return f"commit, {when.rpartition(':')[2]}"
    return {"swap": "change of a file"}.get(kind, "turn of the cycle")
