"""Settling: what earlier writes of files really came to, told by their receipts.

A write that was planned and never confirmed (we died) is judged by what it displaced; a displaced
file that an editor wrote to afterwards goes back to the person, and the base goes back with it.
Safe to be interrupted and to be done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from store.db import Store
from store.journal import HistoryRow
from store.renders import Render
from store.values import NO_VALUE
from sync.local.outcome import Replaced
from sync.local.receipts import Receipt, State
from sync.local.swap import Writer

__all__ = ["Settled", "settle"]


@dataclass(slots=True)
class Settled:
    """``open`` counts receipts that are not quiet yet; ``returned`` files given back."""

    open: int = 0
    returned: int = 0


def settle(
    store: Store, writer: Writer, root: Path, now_ms: Callable[[], int], *, run: int | None = None
) -> Settled:
    """Judge every unconfirmed write and every receipt; raises ``OSError`` for a sick disk."""
    receipts = {receipt.key: receipt for receipt in writer.receipts()}
    renders = {render.key: render for render in store.places.renders()}
    result = Settled()
    for key, render in renders.items():
        if key not in receipts:
            _judge_alone(store, root, render)
    for key, receipt in receipts.items():
        _judge(store, writer, receipt, renders.get(key), result, now_ms, run)
    return result


def _judge_alone(store: Store, root: Path, render: Render) -> None:
    """No receipt: it never began, or it is long settled; the file itself says which."""
    with store.commit("settle"):
        if not render.finished and _digest(root / render.path) == render.new_sha:
            store.places.finish_render(render.key)
        store.places.drop_render(render.key)


def _judge(
    store: Store,
    writer: Writer,
    receipt: Receipt,
    render: Render | None,
    result: Settled,
    now_ms: Callable[[], int],
    run: int | None,
) -> None:
    if receipt.state is State.FOREIGN:
        _return(store, writer, receipt, render, result, now_ms, run)
        return
    if render is not None:
        with store.commit("settle"):
            if receipt.state is State.CLEAN:
                store.places.finish_render(render.key)
            else:
                store.places.undo_render(render.key)
    if not receipt.quiet:
        result.open += 1
        return
    writer.drop(receipt)
    if render is not None:
        with store.commit("settle"):
            store.places.drop_render(render.key)


def _return(
    store: Store,
    writer: Writer,
    receipt: Receipt,
    render: Render | None,
    result: Settled,
    now_ms: Callable[[], int],
    run: int | None,
) -> None:
    """The person's words were displaced: they go back, or into the history if newer ones stand."""
    outcome = writer.give_back(receipt)
    if isinstance(outcome, Replaced):
        result.returned += 1
        if render is not None:
            with store.commit("settle"):
                store.places.undo_render(render.key)
        result.open += 1
        return
    if not receipt.quiet or receipt.file is None:
        result.open += 1
        return
    data = receipt.file.read_bytes()
    kept = HistoryRow(
        run=run,
        at_ms=now_ms(),
        side="file",
        id="",
        field="displaced",
        before=data.decode("utf-8", "replace"),
        after=NO_VALUE,
        path=receipt.path,
    )
    with store.commit("settle"):
        store.journal.record([kept])
        if render is not None:
            store.places.drop_render(render.key)
    writer.drop(receipt, kept_sha256=hashlib.sha256(data).hexdigest())


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
