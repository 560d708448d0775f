"""Small alphabets for the pure core: few values, so that equal ones meet often."""

from __future__ import annotations

import os
from datetime import date, datetime

from hypothesis import strategies as st

from store.model import (
    Absent,
    AllDay,
    Completion,
    Field,
    Present,
    Priority,
    Reminder,
    Unknown,
    Value,
    Zoned,
)
from sync.core.merging.merge import Side
from sync.core.snapshot import Evidence, ListView, LocalItem, Mode, Policy, RemoteItem, Snapshot
from sync.local.markdown import shown as shown_in_markdown

HOME = "Europe/Paris"
A, B = "LIST-A", "LIST-B"
IDS = ("R1",)  # each reminder is planned for itself
SOAK = bool(os.environ.get("REMINDERSD_SOAK"))
NOWHERE = "Not/AZone"  # a zone that no line can name
UNSAYABLE = Zoned(datetime(2026, 3, 2, 9), NOWHERE)

LISTS = {A: ListView(A, "A", "A.md"), B: ListView(B, "B", "B.md")}

REMOTE_VALUES: dict[Field, tuple[Value, ...]] = {
    Field.TITLE: ("milk", "milk ", "bread"),
    Field.NOTES: ("", "two bottles", "two bottles \n"),
    Field.DONE: (None, Completion(at_ms=1_772_400_000_000), Completion(at_ms=1_772_400_060_000)),
    Field.DUE: (None, AllDay(date(2026, 3, 2)), UNSAYABLE),
    Field.PRIORITY: (Priority.NONE, Priority.HIGH),
    Field.FLAGGED: (False, True),
    Field.LIST: (A, B),
    Field.PARENT: (None, "R3"),
}


def shown(reminder: Reminder) -> Reminder:
    """What a Markdown file shows of a reminder."""
    return shown_in_markdown(reminder, HOME)


def read(reminder: Reminder) -> Reminder:
    """What parsing gives of the line of a reminder: nothing is opaque that was merely left out."""
    words = shown(reminder)
    return Reminder(**{name.value: words.value(name) for name in Field}, id=reminder.id)


def reminder(id: str = "R1", **values: object) -> Reminder:
    return Reminder(**{"id": id, "title": "milk", "list": A, **values})  # type: ignore[arg-type]


def local(one: Reminder, **more: object) -> Present[LocalItem]:
    path = LISTS[one.list].path or ""
    return Present(LocalItem(one, path, 0, **more))  # type: ignore[arg-type]


def remote(one: Reminder, **more: object) -> Present[RemoteItem]:
    return Present(RemoteItem(one, **more))  # type: ignore[arg-type]


def policy(wins: Side = Side.CLOUD) -> Policy:
    return Policy(shown, wins)


def snapshot(
    *,
    here: object = None,
    there: object = None,
    base: Reminder | dict[Field, Value] | None = None,
    sent: dict[Field, tuple[Value, ...]] | None = None,
    lists: dict[str, ListView] | None = None,
    id: str = "R1",
) -> Snapshot:
    """A snapshot of one reminder; ``None`` is never heard of."""
    values = base.values() if isinstance(base, Reminder) else base
    return Snapshot(
        remote={} if there is None else {id: there},  # type: ignore[dict-item]
        local={} if here is None else {id: here},  # type: ignore[dict-item]
        base={} if values is None else {id: values},
        in_flight={} if sent is None else {id: Evidence(sent)},
        lists=LISTS if lists is None else lists,
    )


# ---- strategies ---------------------------------------------------------------------------------

opaque = st.sets(st.sampled_from([n for n in Field if n is not Field.LIST]), max_size=2).map(
    frozenset
)


def _made(id: str, values: dict[str, object], hidden: frozenset[Field]) -> Reminder:
    default = Reminder(id)
    blank = {name.value: default.value(name) for name in hidden}
    return Reminder(id=id, opaque=hidden, **{**values, **blank})  # type: ignore[arg-type]


def reminders(id: str, hidden: st.SearchStrategy[frozenset[Field]]) -> st.SearchStrategy[Reminder]:
    values = st.fixed_dictionaries(
        {name.value: st.sampled_from(options) for name, options in REMOTE_VALUES.items()}
    )
    return st.builds(_made, st.just(id), values, hidden)


NO_OPAQUE = st.just(frozenset[Field]())
MOSTLY_CLEAR = st.one_of(NO_OPAQUE, NO_OPAQUE, opaque)


def local_items(id: str) -> st.SearchStrategy[LocalItem]:
    return st.builds(
        lambda one, hidden, clean: LocalItem(
            _made(id, {n.value: read(one).value(n) for n in Field}, hidden),
            LISTS[one.list].path or "",
            0,
            clean and not hidden,
        ),
        reminders(id, NO_OPAQUE),
        MOSTLY_CLEAR,
        st.booleans(),
    )


def remote_items(id: str) -> st.SearchStrategy[RemoteItem]:
    return st.builds(RemoteItem, reminders(id, MOSTLY_CLEAR), st.booleans())


def bases(id: str) -> st.SearchStrategy[dict[Field, Value]]:
    def cut(one: Reminder, names: frozenset[Field]) -> dict[Field, Value]:
        return {name: value for name, value in one.values().items() if name not in names}

    return st.one_of(
        st.just({}),
        st.builds(cut, reminders(id, NO_OPAQUE), MOSTLY_CLEAR),
    )


def evidences() -> st.SearchStrategy[Evidence]:
    sent = {
        name: st.lists(st.sampled_from(options), min_size=1, max_size=2).map(tuple)
        for name, options in REMOTE_VALUES.items()
    }
    return st.builds(Evidence, st.fixed_dictionaries({}, optional=sent))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Any three states of three reminders, in lists of any mode."""

    def presences(items: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return st.one_of(
            items.map(Present), items.map(Present), st.just(Absent("gone")), st.just(Unknown("?"))
        )

    def some(make: object) -> dict[str, object]:
        ids = [id for id in IDS if draw(st.sampled_from((True, True, True, False)))]
        return {id: draw(make(id)) for id in ids}  # type: ignore[operator]

    modes = st.sampled_from([Mode.TWO_WAY, Mode.TWO_WAY, Mode.READ_ONLY, Mode.IGNORE])
    blocked = st.sampled_from(["", "", "", "its file cannot be read"])
    lists = {
        id: ListView(id, view.name, view.path, draw(modes), blocked=draw(blocked))
        for id, view in LISTS.items()
    }
    return Snapshot(
        remote=some(lambda id: presences(remote_items(id))),  # type: ignore[arg-type]
        local=some(lambda id: presences(local_items(id))),  # type: ignore[arg-type]
        base=some(bases),  # type: ignore[arg-type]
        in_flight=some(lambda _: evidences()),  # type: ignore[arg-type]
        lists=lists,
    )
