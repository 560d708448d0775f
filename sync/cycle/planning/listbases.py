"""What iCloud and the files last agreed on of each list: as kept, and as what was sent shows.

An answer may be lost, and a person may rename a file again before the next look. So a value that
was sent and is there now is agreed on; and so is the place that the file with an agreed name had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from store.db import Store
from store.model import ListInfo, Presence, Present
from sync.core.listplan import ListBase, ListPlan, directory_of
from sync.cycle.planning.known import Known
from sync.local.layout import Layout
from sync.local.names import list_name

__all__ = ["learn_bases", "list_bases"]


def list_bases(
    store: Store, known: Known, remote: Mapping[str, Presence[ListInfo]], layout: Layout
) -> dict[str, ListBase]:
    """The base of every list and group, by id."""
    sent: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for intent in store.outbox.in_flight():
        if intent.kind == "update-list":
            sent[intent.id].update(intent.texts)
    places: defaultdict[str, set[str]] = defaultdict(set)
    for path, id in known.list_at.items():
        places[id].add(layout.place_of(path))
    found = _stored(store)
    for id in found.keys() & sent.keys():
        state = remote.get(id)
        if isinstance(state, Present):
            found[id] = _heard(found[id], sent[id], state.value)
    groups = {id: base.name for id, base in found.items() if not base.path}
    for id, base in found.items():
        if base.path and len(places[id]) == 1:
            (place,) = places[id]
            says = (layout.named(place), list_name(directory_of(place)))
            if says == (base.name, groups.get(base.group or "", "")):
                found[id] = replace(base, path=place)
    return found


def learn_bases(store: Store, bases: Mapping[str, ListBase], lists: ListPlan) -> None:
    """Let the plan keep what these bases have beyond what was kept."""
    for id, base in _stored(store).items():
        if bases[id] != base and id not in lists.ended:
            lists.learned.setdefault(id, bases[id])


def _stored(store: Store) -> dict[str, ListBase]:
    return {
        id: ListBase(base.name, base.group, base.path or "", base.color, base.emblem)
        for id, base in store.bases.all_lists().items()
    }


def _heard(base: ListBase, sent: Mapping[str, str | None], there: ListInfo) -> ListBase:
    """The base with what was sent, of which the answer was lost, where iCloud shows it."""
    name, group = sent.get("name"), sent.get("group", base.group)
    color, emblem = sent.get("color"), sent.get("emblem")
    return ListBase(
        name if name is not None and name == there.name else base.name,
        group if group == there.group else base.group,
        base.path,
        color if color is not None and color == there.color else base.color,
        emblem if emblem is not None and emblem == there.emblem else base.emblem,
    )
