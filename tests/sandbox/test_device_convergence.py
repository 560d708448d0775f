"""Two phones that edit offline, in any interleaving, end in the same picture without problems."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone
from tests.sandbox.phones import Clock, picture, settle, zone_with_phones

PARIS = "2026-03-02T14:30[Europe/Paris]"
TITLES = ["Homer", "naïve 🛒", "👨‍👩‍👧", ""]
DUES = [None, "2026-03-02", "2026-03-02T14:30", PARIS, "2026-12-24T18:00[Asia/Tokyo]"]
EDIT = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(TITLES)),
    st.tuples(st.just("notes"), st.sampled_from(TITLES)),
    st.tuples(st.just("due"), st.sampled_from(DUES)),
    st.tuples(st.just("priority"), st.sampled_from([0, 1, 5, 9])),
    st.tuples(st.just("flagged"), st.booleans()),
    st.tuples(
        st.sampled_from(["complete", "reopen", "delete", "purge", "under", "out"]), st.none()
    ),
    st.tuples(st.just("move"), st.sampled_from(["Home", "Work"])),
    st.tuples(st.sampled_from(["create", "sync"]), st.none()),
)
STEPS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), EDIT), max_size=14)


def act(phone: Phone, place: int, step: tuple[str, object], parent: str) -> None:
    kind, argument = step
    shown = sorted(phone.reminders(), key=lambda entry: (entry.created, entry.id))
    if kind == "sync":
        phone.sync()
    elif kind == "create" or not shown:
        phone.create("Home", f"new {place}", due=DUES[place])
    else:
        edit(phone, shown[place % len(shown)].id, kind, argument, parent)


def edit(phone: Phone, identity: str, kind: str, argument: object, parent: str) -> None:
    calls: dict[str, Callable[[], None]] = {
        "complete": lambda: phone.complete(identity),
        "reopen": lambda: phone.reopen(identity),
        "delete": lambda: phone.delete(identity),
        "purge": lambda: phone.delete(identity, hard=True),
        "under": lambda: phone.make_subtask(identity, parent),
        "out": lambda: phone.make_subtask(identity, None),
        "move": lambda: phone.move(identity, str(argument)),
    }
    try:
        calls.get(kind, lambda: phone.edit(identity, **{kind: argument}))()  # type: ignore[arg-type]
    except (LookupError, ValueError):
        # The app would not offer this: the parent is gone, or levels would nest.
        return


@settings(max_examples=30, deadline=None)
@given(STEPS, st.sampled_from([0.0, 1.0]))
def test_any_interleaving_of_offline_edits_converges(
    steps: list[tuple[int, int, tuple[str, object]]], tick: float
) -> None:
    zone, phones = _pair(Clock(step=tick))
    parent = phones[0].find("Parent").id
    for who, place, step in steps:
        act(phones[who], place, step, parent)
    settle(*phones)
    assert picture(phones[0]) == picture(phones[1])
    newcomer = Phone(zone, Clock())
    newcomer.sync()
    assert picture(newcomer) == picture(phones[0])
    assert {problem for entry in newcomer.reminders() for problem in entry.problems} == set()
    token = zone.token()
    settle(*phones)
    assert zone.token() == token


def _pair(clock: Clock) -> tuple[Zone, list[Phone]]:
    zone, phones = zone_with_phones(2, clock)
    phones[0].create_list("Work")
    phones[0].create("Home", "Parent", due=PARIS)
    phones[0].create("Home", "Plain", notes="some")
    settle(*phones)
    for phone in phones:
        phone.offline = True
    return zone, phones
