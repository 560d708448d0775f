"""What was in a list when a person let it go: that says nothing of what came to it later.

An approval that waits, for the next cycle or for iCloud, must not take along what somebody said on
a device meanwhile. So what was in the list then is remembered with it, and the list goes as long as
nothing else is in it; what left it since may have. An open reminder that was in no file here counts
only if the person was told that it is there. What a device says after the last look is heard
of when the list is gone: so that stays remembered, for as long as history is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from store.activity.journal import KEPT_MS
from store.base.bases import ListBase
from store.db import Store
from store.model import Field, Reminder
from store.values import mapping_to_json
from sync.cycle.planning.known import Known

__all__ = ["LET_GO", "SENT", "Gone", "forget_let_go", "news_in", "news_since", "note_let_go"]
__all__ += ["is_let_go", "keep_sent", "note_sent", "note_told", "rest_again", "sent_lists"]
__all__ += ["take_back", "unshown_in"]

LET_GO = "let-go"  # meta key: by list, by reminder, a digest of what it said
TOLD = "let-go-told"  # meta key: by list that may be let go, what was in no file, as it was told
SENT = "let-go-gone"  # meta key: by list of which the deletion is sent, a ``Gone``


@dataclass(frozen=True, slots=True)
class Gone:
    """A list as it was when its deletion was sent, with what was ``seen`` in it, as in ``LET_GO``.

    ``returns``: something else was in it, so that it is to live again.
    """

    base: ListBase
    seen: Mapping[str, str]
    at_ms: int
    returns: bool = False


def unshown_in(known: Known, list_id: str) -> list[Reminder]:
    """The open reminders in a list that were in no file here, by their titles."""
    found = (one for one in _within(known, list_id) if _is_unshown(known, one))
    return sorted(found, key=lambda one: (one.title, one.id))


def note_told(store: Store, known: Known, lists: Iterable[str]) -> None:
    """A person is told of these lists that they may be let go, with what was in no file."""
    told = {id: [one.id for one in found] for id in lists if (found := unshown_in(known, id))}
    store.meta.set(TOLD, json.dumps(told, sort_keys=True))


def note_let_go(store: Store, known: Known, lists: Iterable[str]) -> None:
    """A person lets these lists go, with all that is ``known`` to be in them now, and was told."""
    seen = _stored(store)
    told: dict[str, list[str]] = json.loads(store.meta.get(TOLD) or "{}")
    for id in lists:
        seen[id] = {
            one.id: _digest(known, one)
            for one in _within(known, id)
            if one.id in told.get(id, ()) or not _is_unshown(known, one)
        }
    store.meta.set(LET_GO, json.dumps(seen, sort_keys=True))


def is_let_go(store: Store, list_id: str, reminder_id: str) -> bool:
    """Whether a person let the list go with this reminder in it."""
    return reminder_id in _stored(store).get(list_id, ())


def forget_let_go(store: Store, approved: Collection[str]) -> None:
    """Only of lists that are ``approved`` to go anything has to be remembered."""
    seen = _stored(store)
    if seen.keys() - approved:
        kept = {id: one for id, one in seen.items() if id in approved}
        store.meta.set(LET_GO, json.dumps(kept, sort_keys=True))


def news_since(store: Store, known: Known, approved: Collection[str]) -> dict[str, str]:
    """Of the lists that were let go, those with something new in them: the title of one such."""
    seen = _stored(store)
    found: dict[str, str] = {}
    for id in sorted(approved & known.list_rows.keys()):
        news = news_in(known, id, seen.get(id, {}))
        if news is not None:
            found[id] = news
    return found


def news_in(known: Known, list_id: str, seen: Mapping[str, str]) -> str | None:
    """What is in a list and was not ``seen`` so: the first title of it."""
    news = (one.title for one in _within(known, list_id) if seen.get(one.id) != _digest(known, one))
    return min(news, default=None)


# ---- once the deletion is sent


def note_sent(store: Store, known: Known, lists: Iterable[str], now_ms: int) -> None:
    """The deletion of these lists is about to be sent, by what is ``known`` of them."""
    gone = sent_lists(store)
    for id in lists:
        base = store.bases.get_list(id)
        if base is not None:
            seen = {one.id: _digest(known, one) for one in _within(known, id)}
            gone[id] = Gone(base, seen, now_ms)
    keep_sent(store, {id: one for id, one in gone.items() if now_ms - one.at_ms < KEPT_MS})


def take_back(store: Store, id: str, gone: Gone, now_ms: int) -> None:
    """Let it rest without its file as it did before, approved with what was seen in it."""
    keep_sent(store, {**sent_lists(store), id: replace(gone, returns=True)})
    if rest_again(store, id, gone):
        store.attention.approve([id], now_ms)
        store.meta.set(LET_GO, json.dumps({**_stored(store), id: dict(gone.seen)}, sort_keys=True))


def rest_again(store: Store, id: str, gone: Gone) -> bool:
    """Whether it can: where another list has its file by now, it is a new one, with all in it."""
    others = {other: base.path for other, base in store.bases.all_lists().items() if other != id}
    if gone.base.path not in others.values():
        store.bases.set_list(id, gone.base)
        return True
    for reminder in gone.seen:
        base = store.bases.get(reminder)
        if base is not None and base.values.get(Field.LIST) == id:
            store.bases.drop(reminder)
            store.places.clear_vanished(reminder)
    return False


def sent_lists(store: Store) -> dict[str, Gone]:
    """The lists of which the deletion was sent, by id."""
    found = json.loads(store.meta.get(SENT) or "{}")
    return {id: Gone(**{**one, "base": ListBase(**one["base"])}) for id, one in found.items()}


def keep_sent(store: Store, gone: Mapping[str, Gone]) -> None:
    """Put these in the place of what ``sent_lists`` gives; to be called inside a commit."""
    told = {id: asdict(one) for id, one in gone.items()}
    store.meta.set(SENT, json.dumps(told, sort_keys=True))


def _is_unshown(known: Known, one: Reminder) -> bool:
    return one.done is None and one.id not in known.base


def _within(known: Known, list_id: str) -> Iterable[Reminder]:
    return (
        one
        for id, one in known.reminders.items()
        if one.list == list_id and not known.rows[id].deleted
    )


def _digest(known: Known, one: Reminder) -> str:
    """Of all that iCloud says of it; in which section it stood says nothing where its list goes.

    Where its images are in the folder, and whether they are, nobody says there.
    """
    blank = Reminder("").values()
    said = {name: value for name, value in one.values().items() if value != blank[name]}
    for name in (Field.SECTION, Field.IMAGES):
        said.pop(name, None)
    hanging = sorted(known.rows[one.id].attachment_ids)
    return sha256(json.dumps([mapping_to_json(said), hanging]).encode()).hexdigest()[:16]


def _stored(store: Store) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(store.meta.get(LET_GO) or "{}")
    return found
