"""Tells a person what is news about the daemon: on the desktop, and to the hooks, in order.

A thread of its own, since a hook may take its time. What is news is decided, and remembered as
told, in one commit by the thread that owns the mirror; then it is told.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Protocol

from daemon.process.bus import NoBus
from daemon.query.decided import conflict_entries, parked_entries
from daemon.reminding.desktop import Notice
from daemon.reminding.happenings import Happening, Memory, Standing, news_of
from daemon.reminding.hooks import Hooks
from daemon.running.outcome import Outcome
from daemon.settings.config import Config
from daemon.wording.instants import instant
from store.db import Store
from sync.core.actions import Hold, HoldKind
from sync.cycle.naming import names_of
from sync.cycle.report import FOR_A_PERSON
from sync.errors import RemindersdError

__all__ = ["Telling"]

TOLD = "told_of_daemon"  # meta key

_ABOUT = "daemon:"
_TITLES = {
    "sign-in": "remindersd: sign-in needed",
    "trust": "remindersd: the sign-in ends soon",
    "failing": "remindersd cannot sync",
    "held": "remindersd: held back until you say so",
    "conflict": "remindersd: changed on both sides",
    "parked": "remindersd: refused by iCloud",
}
_OVER = ("sign-in", "failing")  # what a cycle that goes through puts an end to
_log = logging.getLogger(__name__)

Lend = Callable[[Callable[[Store], Any]], Future[Any]]


class Shows(Protocol):
    """What is needed of ``daemon.reminding.desktop.Desktop``."""

    def show(self, notice: Notice) -> None:
        """Show it; raises NoBus."""

    def take_back(self, about: str) -> None:
        """Take a notice away."""


class Telling:
    """Tells what is news after each cycle, and passes on what others have to tell to hooks."""

    def __init__(
        self,
        config: Config,
        lend: Lend,
        shows: Shows,
        hooks: Hooks,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._lend = lend
        self._shows = shows
        self._hooks = hooks
        self._clock = clock
        self._waiting: dict[str, Notice] = {}  # until there is a desktop
        self._inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="telling", daemon=True)

    # ---- for any thread

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is not told then was either told before or is news again."""
        self._inbox.put(None)
        self._hooks.stop()
        self._thread.join()

    def adopt(self, config: Config) -> None:
        """Another config is in use."""
        self._config = config

    def heard(self, outcome: Outcome) -> None:
        """A cycle has ended."""
        asked = self._lend(lambda store: remembered(store, outcome))
        asked.add_done_callback(self._found)

    def _found(self, answer: Future[list[Happening]]) -> None:
        """Nothing is news after most cycles: then nobody is woken."""
        if answer.exception() is not None or answer.result() or self._waiting:
            self._inbox.put(lambda: self._learn(answer))

    def happened(self, event: str, sentence: str, details: Mapping[str, Any]) -> None:
        """Something that is for the hooks alone."""
        happening = Happening(event, sentence, details=dict(details))
        self._inbox.put(lambda: self._hook(happening))

    # ---- in its own thread

    def _run(self) -> None:
        while (work := self._inbox.get()) is not None:
            work()

    def _learn(self, answer: Future[list[Happening]]) -> None:
        error = answer.exception()
        if error is not None:
            if isinstance(error, RemindersdError):
                _log.debug("what is news cannot be said: %s", error.code)
            else:
                _log.error("telling: this is a bug: %s", type(error).__name__)
            return
        for happening in answer.result():
            self._hook(happening)
            self._show(happening)
        self._flush()

    def _hook(self, happening: Happening) -> None:
        config = self._config
        document = {
            "schema": 1,
            "event": happening.event,
            "at": instant(self._clock()),
            "profile": config.profile,
            "account": config.account.apple_id,
            "sentence": happening.sentence,
            "hint": happening.hint,
            **happening.details,
        }
        self._hooks.run(happening.event, document)

    def _show(self, happening: Happening) -> None:
        if happening.event == "recovered":
            for event in _OVER:
                self._waiting.pop(_ABOUT + event, None)
                self._shows.take_back(_ABOUT + event)
        elif happening.needs_person and self._config.notify.problems:
            about = _ABOUT + happening.event
            said = f"{happening.sentence}. {happening.hint}".removesuffix(". ")
            self._waiting[about] = Notice(about, _TITLES[happening.event], said)

    def _flush(self) -> None:
        """Show what waits; where there is no desktop it goes on waiting."""
        for about, notice in list(self._waiting.items()):
            try:
                self._shows.show(notice)
            except NoBus:
                return
            del self._waiting[about]


def remembered(store: Store, outcome: Outcome) -> list[Happening]:
    """What is news after a cycle, which counts as told from now on."""
    before = Memory.of(json.loads(store.meta.get(TOLD) or "{}"))
    now = outcome.failure or _standing(store, outcome.trust)
    news, after = news_of(before, now)
    if after != before:
        with store.commit("told"):
            store.meta.set(TOLD, json.dumps(after.document()))
    return news


def _standing(store: Store, trust: str | None) -> Standing:
    wanted = {kind.value for kind in FOR_A_PERSON}
    holds = [hold for hold in store.attention.holds() if hold.kind in wanted]
    conflicts = [one.number for one in store.attention.open_conflicts()]
    parked = [one.seq for one in store.outbox.parked()]
    names = names_of([Hold(one.id, HoldKind(one.kind), one.reason) for one in holds], store)
    held = {
        hold.key: {
            "key": hold.key,
            "kind": hold.kind,
            "id": hold.id,
            "title": names[hold.id].title if hold.id in names else None,
            "reason": hold.reason,
        }
        for hold in holds
    }
    return Standing(
        trust,
        held,
        {one["number"]: one for one in conflict_entries(store)} if conflicts else {},
        {one["number"]: one for one in parked_entries(store)} if parked else {},
    )
