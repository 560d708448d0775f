"""Keeps a file of what is due today in the folder, and does what is ticked there.

It follows `remindersd today`, and is written only when it would say something else, by the same
exchange as every file of the person's. What is ticked leaves the file first and is done then, so a
crash in between shows it again and never does it twice. A file in which more than ticks was
changed is a person's, and is not touched until that is undone or the file is gone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import date, datetime
from datetime import time as wall_time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from daemon.query.answers import NoMirror
from daemon.settings.config import Config
from sync.errors import RemindersdError
from sync.local.files import Signature, Unsettled, read_stable, settle_s
from sync.local.outcome import ChangedMeanwhile, Refused, Replaced
from sync.local.receipts import State
from sync.local.swap import Writer
from sync.local.today import Item, is_made, is_untouched, ticked, written

__all__ = ["TodayFile"]

_AGAIN_S = 1.0
Document = dict[str, Any]
_log = logging.getLogger(__name__)


class TodayFile:
    """The file that the config names, if it names one.

    ``due`` gives the document of GET /today, ``done`` ticks reminders by their short ids, and
    ``writer`` has receipts of its own.
    """

    def __init__(
        self,
        config: Config,
        writer: Writer,
        due: Callable[[], Future[Document]],
        done: Callable[[Sequence[str]], Future[Any]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._writer = writer
        self._due = due
        self._done = done
        self._clock = clock
        self._leaving: dict[str, str] = {}  # ticked, as it was shown, until that changes
        self._undone: SimpleQueue[str] = SimpleQueue()
        self._said = ""
        self._inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="today", daemon=True)

    # ---- for any thread

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; the file stays."""
        self._inbox.put(None)
        self._thread.join()

    def adopt(self, config: Config) -> None:
        """Another config is in use."""

        def take() -> None:
            self._config = config

        self._inbox.put(take)

    def changed(self) -> None:
        """Something may be due, or done, or ticked."""
        if self._config.today_file is not None:  # or nobody need be woken
            self._inbox.put(lambda: None)

    # ---- in its own thread

    def _run(self) -> None:
        wait_s: float | None = None
        while True:
            try:
                work = self._inbox.get(timeout=wait_s)
                while work is not None:
                    work()
                    work = self._inbox.get_nowait()
                return
            except Empty:
                wait_s = self.look()

    def look(self) -> float | None:
        """Look at everything once, in one thread; in how many seconds to do so again, if soon."""
        if self._config.today_file is None:
            return None
        path = Path(self._config.today_file)
        while not self._undone.empty():  # it stands in the file again, without its tick
            self._leaving.pop(self._undone.get(), None)
        try:
            self._settle()
            document = self._due().result()
            shown = {item.block: item.at for item in _items(document)}
            self._leaving = {one: at for one, at in self._leaving.items() if shown.get(one) == at}
            return self._follow(path, document)
        except NoMirror:
            return None  # the first cycle makes it
        except RemindersdError as error:
            self._say(f"{path} cannot be kept up to date: {error.code}")
        except OSError as error:
            self._say(f"{path} cannot be kept up to date: {error.strerror}")
        return None

    def _settle(self) -> None:
        """Give back what was saved into what we replaced; what is quiet may go."""
        for receipt in self._writer.receipts():
            if receipt.state is State.FOREIGN:
                self._writer.give_back(receipt)
            elif receipt.quiet:
                self._writer.drop(receipt)

    def _follow(self, path: Path, document: Document) -> float | None:
        place = self._config.folder / path
        try:
            signature = Signature.of(place.stat())
        except FileNotFoundError:
            new = _content(document, self._leaving)
            return self._told(self._writer.create(path, new, _key()))
        wait_s = settle_s(signature, int(self._clock() * 1e9), None)
        if wait_s > 0:
            return wait_s
        read = read_stable(place.resolve())
        if isinstance(read, Unsettled):
            if read.retry_after_s is None:
                self._say(f"{path} {read.reason}")
            return read.retry_after_s
        if not is_made(read.data):
            self._say(f"{path} is there and not made by remindersd: it is left alone")
            return None
        if not is_untouched(read.data):
            self._say(f"more than ticks was changed in {path}: it is left alone")
            return None
        return self._write_over(path, read.data, read.sha256, document)

    def _write_over(self, path: Path, data: bytes, sha256: str, document: Document) -> float | None:
        shown = {item.block: item for item in _items(document)}
        ticks = ticked(data)
        # One that is shown otherwise by now, since it was done elsewhere, is not done once more.
        wanted = {
            block: at for block, at in ticks.items() if block in shown and shown[block].at == at
        }
        leaving = self._leaving | wanted
        new = _content(document, leaving)
        if new == data:
            return None
        outcome = self._writer.replace(path, new, sha256, _key())
        if isinstance(outcome, Replaced):
            self._said, self._leaving = "", leaving
            self._grant(list(wanted))
        return self._told(outcome)

    def _grant(self, blocks: list[str]) -> None:
        """Have it done, each by itself: one that cannot be done keeps no other back."""
        for block in blocks:
            asked = self._done([block])

            def heard(answer: Future[Any], block: str = block) -> None:
                error = answer.exception()
                if error is not None:
                    code = (
                        error.code if isinstance(error, RemindersdError) else type(error).__name__
                    )
                    _log.warning(
                        "%s was ticked in %s, and is not done: %s", block, self._name, code
                    )
                    self._undone.put(block)
                    self.changed()

            asked.add_done_callback(heard)

    @property
    def _name(self) -> str:
        return str(self._config.today_file)

    def _told(self, outcome: Replaced | ChangedMeanwhile | Refused) -> float | None:
        if isinstance(outcome, Refused):
            self._say(f"{self._name} cannot be written: {outcome.reason}")
        return _AGAIN_S if isinstance(outcome, ChangedMeanwhile) else None

    def _say(self, sentence: str) -> None:
        """Once, until it was written again."""
        if sentence != self._said:
            self._said = sentence
            _log.warning("%s", sentence)


def _content(document: Document, leaving: Mapping[str, str]) -> bytes:
    """What the file is to say, but for what was ticked in it already."""
    items = [item for item in _items(document) if leaving.get(item.block) != item.at]
    return written(items, date.fromisoformat(document["day"]))


def _items(document: Document) -> list[Item]:
    """What can be ticked here, as a phone shows it."""
    zone = ZoneInfo(document["time_zone"])
    return [
        Item(one["block"], one["title"] or "", one["list"] or "", *_shown(one, zone))
        for one in document["reminders"]
        if one["block"] is not None and one["file"] is not None
    ]


def _shown(entry: Document, zone: ZoneInfo) -> tuple[date, wall_time | None]:
    shown = str(entry["shown"] or entry["due"])
    if len(shown) == len("2026-03-02"):
        return date.fromisoformat(shown), None
    moment = datetime.fromisoformat(shown)
    there = moment if moment.tzinfo is None else moment.astimezone(zone)
    return there.date(), there.time()


def _key() -> str:
    return uuid4().hex
