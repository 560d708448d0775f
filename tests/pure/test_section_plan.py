"""What headings mean and what follows for sections: a case table, and what holds for any page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.merging.merge import Side
from sync.core.sections import Outlook, Page, Section, Standing, plan_sections

LIST = "L"
NAMES = ("A", "B", "C", "Done")


def page(
    headings: str = "",
    tasks: Sequence[Standing] = (),
    there: Sequence[str] = (),
    agreed: str = "",
    *,
    gone: str = "",
    **more: bool,
) -> Page:
    """Headings as ``"A B"``; sections as ``"1=A"``, with ``!`` for an empty one."""
    sections = [Section(one[0], one[2:].rstrip("!"), not one.endswith("!")) for one in there]
    pairs = dict(one.split("=") for one in agreed.split())
    return Page(LIST, headings.split(), tasks, sections, pairs, gone.split(), **more)


def told(outlook: Outlook) -> set[str]:
    """What is to be done, in words."""
    words = {
        f"{one.id}: {'heading' if one.to_files else 'section'} {one.old} to {one.new}"
        for one in outlook.retitles
    }
    words |= {f"drop {one.name}" for one in outlook.drops}
    words |= {f"end {one.id}" for one in outlook.ends}
    words |= {f"learn {id}={one.name}" for id, one in outlook.learned.items()}
    words |= {f"forget {id}" for id in outlook.forgotten}
    words |= {f"{one.winner} beats {one.loser}" for one in outlook.conflicts}
    words |= {f"{name} is layout" for (_, name), now in outlook.here.items() if now is None}
    return words


def here(heading: str, was: str | None = None, *, done: bool = False) -> Standing:
    return Standing(heading, heading if was is None else was, done)


CASES: dict[str, tuple[Page, set[str]]] = {
    "nothing": (page(), set()),
    "at rest": (page("A", [here("A")], ["1=A"], "1=A"), set()),
    "new there": (page("", [], ["1=A"]), set()),
    "new there, a heading of that name": (page("A", [here("A", "")], ["1=A"]), {"learn 1=A"}),
    "new here": (page("A", [here("A", "")]), set()),
    "new here, without tasks": (page("A"), {"A is layout"}),
    "new here, tasks all done": (page("A", [here("A", "", done=True)]), {"A is layout"}),
    "new here, called Done": (page("Done", [here("Done", "")]), {"Done is layout"}),
    "Done is a section there": (page("Done", [here("Done")], ["1=Done"], "1=Done"), set()),
    "chosen and not there yet": (page("A", [], [], "1=A"), set()),
    "chosen, not there yet, and taken out": (page("", [], [], "1=A"), {"forget 1"}),
    "renamed there": (page("A", [here("A")], ["1=B"], "1=A"), {"1: heading A to B"}),
    "renamed there, without tasks": (page("A", [], ["1=B"], "1=A"), {"1: heading A to B"}),
    "renamed here": (page("B", [here("B", "A")], ["1=A"], "1=A"), {"1: section A to B"}),
    "renamed here, half of it": (
        page("B", [here("B", "A"), here("", "A")], ["1=A"], "1=A"),
        set(),
    ),
    "renamed here to what is a section": (
        page("B", [here("B", "A")], ["1=A", "2=B"], "1=A 2=B"),
        set(),
    ),
    "renamed here to Done": (
        page("Done", [here("Done", "A")], ["1=A"], "1=A"),
        {"Done is layout"},
    ),
    "renamed here, one of two of that name": (
        page("B", [here("B", "A")], ["1=A", "2=A"], "1=A 2=A"),
        set(),
    ),
    "renamed to the same": (page("B", [here("B", "A")], ["1=B"], "1=A"), {"learn 1=B"}),
    "renamed there to a name that is a heading": (
        page("A B", [here("A"), here("B", "")], ["1=B"], "1=A"),
        {"1: heading A to B"},
    ),
    "two swap their names there": (
        page("A B", [here("A"), here("B")], ["1=B", "2=A"], "1=A 2=B"),
        {"learn 1=B", "learn 2=A"},
    ),
    "renamed on both sides": (
        page("B", [here("B", "A")], ["1=C"], "1=A"),
        {"1: heading B to C", "C beats B"},
    ),
    "taken out, empty": (page("", [here("", "")], ["1=A!"], "1=A"), {"end 1"}),
    "taken out, still filled": (page("", [here("", "A")], ["1=A"], "1=A"), set()),
    "taken out, nobody knows of members": (page("", [], ["1=A!"], "1=A", unsure=True), set()),
    "taken out here, renamed there": (page("", [], ["1=B!"], "1=A"), {"forget 1"}),
    "deleted there": (
        page("A", [here("A")], [], "1=A", gone="1"),
        {"drop A"},
    ),
    "deleted there, nothing left beneath": (
        page("A", [], [], "1=A", gone="1"),
        {"drop A", "forget 1"},
    ),
    "deleted there, and another of that name is there": (
        page("A", [], ["2=A"], "1=A 2=A", gone="1"),
        {"forget 1"},
    ),
    "deleted there, taken out here": (page("", [], [], "1=A", gone="1"), {"forget 1"}),
    "read-only: new here": (page("A", [here("A", "")], closed=True), {"A is layout"}),
    "read-only: renamed here": (
        page("B", [here("B", "A")], ["1=A"], "1=A", closed=True),
        {"B is layout"},
    ),
    "read-only: renamed there": (
        page("A", [here("A")], ["1=B"], "1=A", closed=True),
        {"1: heading A to B"},
    ),
    "read-only: taken out": (page("", [], ["1=A!"], "1=A", closed=True), set()),
}


@pytest.mark.parametrize(("given", "wanted"), CASES.values(), ids=CASES.keys())
def test_what_follows(given: Page, wanted: set[str]) -> None:
    assert told(plan_sections([given], Side.CLOUD)) == wanted


def test_renamed_on_both_sides_files_win_if_they_shall() -> None:
    both, _ = CASES["renamed on both sides"]
    assert told(plan_sections([both], Side.FILES)) == {"1: section C to B", "B beats C"}
    closed = replace(both, closed=True)
    assert told(plan_sections([closed], Side.FILES)) == {"forget 1", "B is layout"}


def test_lists_say_nothing_of_each_other() -> None:
    one, _ = CASES["renamed there"]
    two = replace(CASES["renamed here"][0], list="M", agreed={"2": "A"})
    two = replace(two, sections=[Section("2", "A", True)])
    outlook = plan_sections([one, two], Side.CLOUD)
    assert told(outlook) == {"1: heading A to B", "2: section A to B"}
    assert {key[0] for key in outlook.there} == {"M"}


# ---- for any page -------------------------------------------------------------------------------

_words = st.sampled_from(NAMES)
_standings = st.builds(
    Standing, st.sampled_from(("", *NAMES)), st.sampled_from(("", *NAMES)), st.booleans()
)


@st.composite
def _pages(draw: st.DrawFn) -> Page:
    ids = ("1", "2", "3")
    alive = draw(st.sets(st.sampled_from(ids)))
    tasks = draw(st.lists(_standings, max_size=5))
    extra = draw(st.lists(_words, max_size=3))
    stood = [one.heading for one in tasks if one.heading]
    return Page(
        LIST,
        tuple(dict.fromkeys([*stood, *extra])),
        tasks,
        [Section(id, draw(_words), draw(st.booleans())) for id in sorted(alive)],
        {id: draw(_words) for id in sorted(draw(st.sets(st.sampled_from(ids))))},
        draw(st.sets(st.sampled_from(ids))) - alive,
        draw(st.booleans()),
        draw(st.booleans()),
    )


def carried_out(page: Page, outlook: Outlook) -> Page:
    """The page once all of it is done, and the reminders that followed as well."""
    heads = {one.old: one.new for one in outlook.retitles if one.to_files}
    names = {one.id: one.new for one in outlook.retitles if not one.to_files}
    agreed = {**page.agreed, **{one.id: one.new for one in outlook.retitles}}
    agreed |= {id: one.name for id, one in outlook.learned.items()}
    ended = {one.id for one in outlook.ends}
    left = {id: name for id, name in agreed.items() if id not in {*outlook.forgotten, *ended}}
    drops = {one.name for one in outlook.drops}

    def stands(task: Standing) -> Standing:
        now = outlook.here.get((LIST, task.heading), task.heading)
        was = outlook.before.get((LIST, task.was), task.was)
        if task.heading in drops:
            return Standing("", "", task.done)
        heading = heads.get(task.heading, task.heading)
        return Standing(heading, was if now is None else heading, task.done)

    return replace(
        page,
        headings=tuple(
            dict.fromkeys(heads.get(one, one) for one in page.headings if one not in drops)
        ),
        tasks=[stands(one) for one in page.tasks],
        sections=[
            replace(one, name=names.get(one.id, one.name))
            for one in page.sections
            if one.id not in ended
        ],
        agreed=left,
        gone={*page.gone, *ended},
    )


@settings(max_examples=50)
@given(_pages(), st.sampled_from(Side))
def test_what_was_done_is_not_done_again(page: Page, wins: Side) -> None:
    for _ in range(3):
        outlook = plan_sections([page], wins)
        page = carried_out(page, outlook)
    last = plan_sections([page], wins)
    assert not last.writes
    assert not last.conflicts
    assert carried_out(page, last).agreed == page.agreed


@settings(max_examples=50)
@given(_pages(), st.sampled_from(Side))
def test_nothing_goes_that_somebody_sees(page: Page, wins: Side) -> None:
    outlook = plan_sections([page], wins)
    living = {one.id: one for one in page.sections}
    for end in outlook.ends:
        assert not living[end.id].filled
        assert living[end.id].name == end.name == page.agreed[end.id]
        assert end.name not in page.headings
    for drop in outlook.drops:
        assert drop.name in page.headings
        assert drop.name not in {one.name for one in page.sections}
        assert any(page.agreed.get(id) == drop.name for id in page.gone)
    for title in outlook.retitles:
        assert title.old != title.new
        assert title.old in page.headings if title.to_files else title.old == living[title.id].name
    if page.closed:
        assert not outlook.ends
        assert all(one.to_files for one in outlook.retitles)
        assert not outlook.there
    ids = [one.id for one in (*outlook.retitles, *outlook.ends)]
    assert len(ids) == len({*ids})
    assert not {*ids} & {*outlook.forgotten, *outlook.learned}
