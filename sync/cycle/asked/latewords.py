"""A list that was deleted here, in which a device said something before it heard so, lives again.

An edit beats a deletion; and who edits cannot know how close it was. So what comes of it is what
would have come of it a moment sooner: the list rests without its file, and a person is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping

from store.db import Store
from sync.cycle.asked.relisting import undelete
from sync.cycle.parts import Parts
from sync.cycle.planning.known import Known
from sync.cycle.planning.letgo import (
    SENT,
    Gone,
    keep_sent,
    news_in,
    rest_again,
    sent_lists,
    take_back,
)
from sync.cycle.planning.tables import read_lists
from sync.cycle.report import Report
from sync.cycle.sending.push import Sender
from sync.errors import CannotRestore, ServiceError

__all__ = ["LateWords"]


class LateWords:
    """Listens from cycle to cycle; looks only when the mirror has changed since it last did."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._heard: int | None = None  # the mirror's cursor

    def hear(self, cloud: Sender, report: Report) -> bool:
        """Bring back lists with something in them that was not there when their deletion was sent.

        The mirror must be up to date. Says whether there was any. Raises where iCloud cannot be
        reached: then the next call goes on with it.
        """
        store = self._parts.store
        if store.meta.get(SENT) in (None, "{}"):
            return False
        gone = _gone_lists(store)
        now = store.mirror.cursor()
        if not gone or now == self._heard:
            return False
        self._heard = None
        late = self._late(gone)
        for id, one, news in late:
            self._bring_back(id, one, news, cloud, report)
        self._heard = now
        return bool(late)

    def _late(self, gone: Mapping[str, Gone]) -> list[tuple[str, Gone, str | None]]:
        known = self._known(gone)
        found = ((id, one, news_in(known, id, one.seen)) for id, one in gone.items())
        return [late for late in found if late[1].returns or late[2] is not None]

    def _known(self, lists: Mapping[str, Gone]) -> Known:
        return self._parts.planner.known(read_lists(self._parts.store, lists.keys(), (), ()))

    def _bring_back(
        self, id: str, gone: Gone, news: str | None, cloud: Sender, report: Report
    ) -> None:
        parts = self._parts
        with parts.store.commit("late word"):
            take_back(parts.store, id, gone, parts.chronicle.now_ms)
        try:
            undelete(parts.store, cloud, parts.encoder, id, parts.chronicle)
        except (CannotRestore, ServiceError) as error:
            report.problems.append(f"a list that is to come back: {error.message}")
        else:
            what = f"“{news}” changed there" if news is not None else "something changed there"
            report.changes.append(f"iCloud: + list “{gone.base.name}” (deleted here, {what})")


def _gone_lists(store: Store) -> dict[str, Gone]:
    """The lists that went; one that lives was not deleted, or is back already, and is let be."""
    sent = sent_lists(store)
    gone = {id: one for id, one in sent.items() if _is_deleted(store, id)}
    if gone != sent:
        with store.commit("not gone"):
            for id in sent.keys() - gone.keys():
                # Brought back by a process that died then, it rests as it did before.
                if sent[id].returns and store.bases.get_list(id) is None:
                    rest_again(store, id, sent[id])
            keep_sent(store, gone)
    return gone


def _is_deleted(store: Store, id: str) -> bool:
    row = store.mirror.list(id)
    return row is not None and row.deleted
