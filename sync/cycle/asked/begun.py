"""Acts of a person that take several requests: in the outbox from the first of them to the last.

What each request says is decided on what there is by then, so that the outbox cannot say it
beforehand. It says what was asked for: in the commit in which the history says what is written
over. If we die, or iCloud cannot be reached, the next cycle goes on with it (``finishing``).
"""

from __future__ import annotations

from collections.abc import Mapping

from store.activity.outbox import ACTS, Intent
from store.db import Store

__all__ = ["act", "begin", "begun", "end", "run_of"]

_BY = "by"  # the run that does it


def act(kind: str, id: str, run: int | None, texts: Mapping[str, str] | None = None) -> Intent:
    """What stands in the outbox; ``run`` is the run of the history that does it."""
    by = {} if run is None else {_BY: str(run)}
    return Intent(id, kind, texts={**(texts or {}), **by})


def begin(store: Store, intent: Intent) -> None:
    """It is asked for; within the commit before its next request."""
    before = begun(store, intent.kind, intent.id)
    if before is None or before.texts != intent.texts:
        end(store, intent.kind, intent.id)
        store.outbox.add([intent])


def end(store: Store, kind: str, id: str) -> None:
    """It is over, done or not; within a commit."""
    assert kind in ACTS
    store.outbox.drop_many(one.seq for one in store.outbox.of(id) if one.kind == kind)


def begun(store: Store, kind: str, id: str) -> Intent | None:
    """The act as it stands in the outbox, if it does."""
    return next((one for one in store.outbox.of(id) if one.kind == kind), None)


def run_of(intent: Intent) -> int | None:
    """The run of the history that has done the first of it."""
    by = intent.texts.get(_BY)
    return None if by is None else int(by)
