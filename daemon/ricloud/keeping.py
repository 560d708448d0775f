"""Decides what ledger and results no longer hold: what was left undone, is old, or too much."""

from __future__ import annotations

from dataclasses import replace

from daemon.ricloud.cabinet import Cabinet, overdue
from store.activity.ledger import Ledger, Result, User

__all__ = ["FIRST_USER", "FORGOTTEN_MS", "begin", "tidy"]

FIRST_USER = "1"
"""The user that a fresh daemon has."""

FORGOTTEN_MS = 30 * 86400 * 1000


def begin(ledger: Ledger, cabinet: Cabinet, now_ms: int) -> None:
    """Make the first user, end what an earlier process left undone, forget what is long past."""
    with ledger.commit("api-start"):
        if ledger.users.get(FIRST_USER) is None:
            ledger.users.add(User(FIRST_USER, "local", now_ms))
        for session in ledger.sessions.all(state="pending"):
            ended = replace(session, state="failed", error="interrupted", ended_ms=now_ms)
            ledger.sessions.put(ended)
        for poll in ledger.polls.all(state="pending"):
            cut = replace(poll, state="failed", error="interrupted", completed_ms=now_ms)
            ledger.polls.put(cut)
        _forget(ledger, now_ms - FORGOTTEN_MS)
    cabinet.keep_only({result.id for result in _kept(ledger)})


def tidy(ledger: Ledger, cabinet: Cabinet, now_ms: int) -> None:
    """Remove the bytes of results that are old, or that there is no room for."""
    gone = overdue(_kept(ledger), now_ms)
    if not gone:
        return
    for result in gone:
        cabinet.remove(result.id)
    with ledger.commit("api-tidy"):
        for result in gone:
            ledger.results.put(replace(result, state="expired", deleted_ms=now_ms))


def _forget(ledger: Ledger, before_ms: int) -> None:
    ledger.events.forget(before_ms)
    ledger.results.forget(before_ms, state="expired")
    for state in ("failed", "expired"):
        ledger.sessions.forget(before_ms, state=state)
    for state in ("completed", "failed"):
        ledger.polls.forget(before_ms, state=state)


def _kept(ledger: Ledger) -> tuple[Result, ...]:
    """The results whose bytes are there."""
    return ledger.results.page({"state": ("available", "consumed")}).rows
