"""What is wrong though both sides agree in the end is seen, too; and what is harmless is shown so.

Fixed stories, each lived through by a product with a planted bug, and without.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.core.matching.identity import block_id
from sync.cycle.sending import push
from tests.simulation.keeping import Keeping, Spot, View
from tests.simulation.planted.hunt import BUGS
from tests.simulation.reading import Said
from tests.simulation.runner import workplace
from tests.simulation.scenarios import SCENARIOS, furnished, marks
from tests.simulation.stage import End, Scenario, Stage, Strike, play
from tests.simulation.tale import Tale

Story = Callable[[Stage], None]


def told(story: Story, *strikes: Strike, bug: str = "") -> tuple[list[str], End | None]:
    """What is wrong with the end of a story, and the end where nothing is."""
    scenario = Scenario("of one thing", furnished, story)
    with workplace() as place:
        if not bug:
            stage, end = play(scenario, place / "home", strikes)
            return stage.verdict.wrong, end
        with BUGS[bug].planted():
            stage, end = play(scenario, place / "home", strikes)
            return stage.verdict.wrong, end


def retyped(stage: Stage) -> None:
    """One title is edited in its file alone."""
    stage.retype(marks(stage, "Inbox")[0], stage.renamed)


def restarted(stage: Stage) -> None:
    """A process ends after it has written, and another one goes on."""
    stage.retitle(marks(stage, "Inbox")[0])
    stage.clock.wait(3)
    stage.cycle()
    stage.machine.stop()


@pytest.mark.parametrize(
    ("story", "bug", "seen"),
    [
        (retyped, "no base", "no conflict: ['t"),
        (restarted, "receipts ignored at start-up", "nobody looks at it: "),
    ],
)
def test_a_bug_is_seen_though_both_sides_agree(story: Story, bug: str, seen: str) -> None:
    wrong, _ = told(story)
    assert not wrong
    wrong, _ = told(story, bug=bug)
    assert [one for one in wrong if one.startswith(seen)]


def test_what_is_typed_over_is_remembered_through_more_edits_and_not_if_it_comes_again() -> None:
    tale = Tale()
    tale.replace({"w1", "t2"}, {"t3"})
    tale.replace({"t3"}, {"t4"})
    tale.replace({"2060-01-05"}, set())
    assert tale.over["t4"] == {"t2", "t3"}
    assert tale.outdone == {"t2", "t3", "2060-01-05"}
    tale.say({"t2"})
    assert tale.outdone == {"t3", "2060-01-05"}


LINE, COPY = "- [ ] w1 t2 ^r-a", "- [ ] w1 t3 ^r-a"
LISTS = {"Inbox.md": "L1", "Plans.md": "L2", "Work.md": "L3"}


@pytest.mark.parametrize(
    ("path", "line", "is_seen"),
    [
        ("Inbox.md", LINE, False),
        ("Inbox.md", COPY, True),
        ("Plans.md", LINE, False),
        ("Plans.md", COPY, True),
        ("Work.md", LINE, True),
    ],
)
def test_a_line_follows_a_phone_cycles_later_and_its_id_goes_nowhere_else(
    path: str, line: str, is_seen: bool
) -> None:
    """A cycle had heard of the move to Plans, and could not write."""
    tale = Tale(doubled={"w1"}, sent_on={"w1": 1.0}, sent_to={"w1": "L2"})
    keeping = Keeping(tale)

    def cycle(now_s: float, *lines: tuple[str, str]) -> list[str]:
        texts = {name: "".join(f"{one}\n" for at, one in lines if at == name) for name in LISTS}
        wrong = list(keeping.end(View(texts, LISTS), now_s, done=True))
        keeping.begin(View(texts, LISTS), now_s)
        return wrong

    cycle(0.0, ("Inbox.md", LINE))
    cycle(2.0, ("Inbox.md", LINE), ("Inbox.md", COPY))
    assert bool(cycle(3.0, (path, line))) == is_seen


UUID = "90E9BD4F-D2A9-4C8C-9410-34D1E8E95180"


@pytest.mark.parametrize(
    ("titles", "typed", "notes", "is_seen"),
    [
        ({UUID: "w1 t4"}, set(), "\n    > n5", False),
        ({}, set(), "\n    > n5", True),
        ({UUID: "w1 t4"}, {"t4"}, "\n    > n5", True),
        ({UUID: "w1 t4"}, set(), "", True),
    ],
)
def test_what_a_phone_retitled_and_moved_may_leave_its_old_line_cycles_later_with_its_notes(
    titles: dict[str, str], typed: set[str], notes: str, is_seen: bool
) -> None:
    """A cycle put the line into Plans, and could not take it out of Inbox."""
    keeping = Keeping(Tale(doubled={"w1"}, sent_on={"w1": 1.0}, sent_to={"w1": "L2"}))
    keeping.typed = typed
    id = block_id(UUID)
    old, new = f"- [ ] w1 t2 ^{id}\n    > n5", f"- [ ] w1 t4 ^{id}{notes}"

    def cycle(now_s: float, inbox: str, plans: str) -> list[str]:
        there = {uuid: Said("Plans", title) for uuid, title in titles.items()}
        view = View({"Inbox.md": inbox, "Plans.md": plans}, LISTS, there)
        wrong = list(keeping.end(view, now_s, done=True))
        keeping.begin(view, now_s)
        return wrong

    assert not cycle(0.0, old, "")
    assert not cycle(2.0, old, new)
    assert bool(cycle(3.0, "", new)) == is_seen


@pytest.mark.parametrize(
    ("forgets", "waits", "sign", "note", "title", "is_seen"),
    [
        (True, False, "", "", "w1 t4", False),
        (True, True, "", "", "w1 t4", False),
        (False, False, "", "", "w1 t4", True),
        (True, False, " 🚩", "", "w1 t4", True),
        (True, False, "", "  > n5\n", "w1 t4", False),
        (True, False, "", "", "w1 t2", True),
    ],
)
def test_lines_of_one_id_that_nothing_tells_apart_are_none_but_where_all_was_forgotten(
    forgets: bool, waits: bool, sign: str, note: str, title: str, is_seen: bool
) -> None:
    """Somebody made a copy above the line, with a sign or not, wrote a note beneath that or not,
    and a phone retitled the reminder.

    Who waits with a plan has not remembered the line that it saw.
    """
    keeping, id = Keeping(Tale(doubled={"w1"})), block_id(UUID)
    line, copy = f"- [ ] w1 t2 ^{id}\n", f"- [ ] w1 t3{sign} ^{id}\n"

    def cycle(now_s: float, inbox: str, *, read: bool = True) -> list[str]:
        view = View({"Inbox.md": inbox}, LISTS, {UUID: Said("Inbox", title)})
        wrong = list(keeping.end(view, now_s, done=True, read=read))
        keeping.begin(view, now_s)
        return wrong

    assert not cycle(0.0, line)
    if forgets:
        keeping.forgets()
    if waits:
        assert not cycle(1.0, line, read=False)
    keeping.begin(View({"Inbox.md": copy + line + note}, LISTS, {UUID: Said("Inbox", title)}), 2.0)
    assert bool(cycle(3.0, copy)) == is_seen


@pytest.mark.parametrize(
    ("title", "has", "is_read", "forgets", "is_hidden"),
    [
        ("w1 t3", Spot("Inbox.md", "w1 t4"), False, False, True),
        ("w1 t2", Spot("Inbox.md", "w1 t2"), False, False, False),
        ("w1 t3", Spot("Plans.md", "w1 t4"), False, False, False),
        ("w1 t3", Spot("Inbox.md", "w1 t4"), True, False, False),
        ("w1 t2", Spot("Inbox.md", "w1 t2"), True, True, True),
        ("w1 t2", Spot("Plans.md", "w1 t2"), True, True, False),
    ],
)
def test_what_a_file_that_is_seen_empty_hides_is_known_unless_it_was_never_read_or_forgotten(
    title: str, has: Spot, is_read: bool, forgets: bool, is_hidden: bool
) -> None:
    """A line is taken from `Inbox.md` to `Plans.md`, which is just being saved."""
    keeping, line = Keeping(Tale()), f"- [ ] {title} ^{block_id(UUID)}\n"
    stood = View(
        {"Plans.md": line} if is_read else {"Inbox.md": f"- [ ] w1 t2 ^{block_id(UUID)}\n"}
    )
    assert not list(keeping.end(stood, 0.0, done=True))
    if forgets:
        keeping.forgets()
    assert keeping.hidden({"Plans.md": line}, {"w1": has}) == ({"w1"} if is_hidden else set())


@pytest.mark.parametrize(("title", "is_hidden"), [("w1 t2", False), ("w1 t3", True)])
def test_nor_is_what_somebody_has_cut_before_it_was_read_so(title: str, is_hidden: bool) -> None:
    keeping, end = Keeping(Tale()), f"^{block_id(UUID)}\n"
    assert not list(keeping.end(View({"Inbox.md": f"- [ ] w1 t2 {end}"}), 0.0, done=True))
    hidden = keeping.hidden({"": f"- [ ] {title} {end}"}, {"w1": Spot("Inbox.md", "w1 t4")})
    assert bool(hidden) == is_hidden


# ---- harmless


def test_what_contradicts_is_heard_of_without_a_look_up_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A phone edits what is just being sent: iCloud refuses that, and the next feed says why."""
    asked = []
    real = push.look_up

    def look_up(*given: object) -> bool:
        asked.append(given)
        return real(*given)  # type: ignore[arg-type]

    def contradicted(stage: Stage) -> None:
        one = marks(stage, "Inbox")[0]
        stage.retype(one, stage.renamed)
        monkeypatch.setattr(stage.witness, "pushes", lambda: meddle(stage, one))

    def meddle(stage: Stage, one: str) -> None:
        monkeypatch.setattr(stage.witness, "pushes", lambda: None)
        stage.change(one, flagged=True)

    monkeypatch.setattr(push, "look_up", look_up)
    _, calm = told(contradicted)
    assert asked
    _, end = told(contradicted, bug="nothing is looked up")
    assert end is not None
    assert end == calm


def test_an_identity_that_was_not_written_down_is_found_again_after_a_crash() -> None:
    story = SCENARIOS["new lines"].story
    with workplace() as place:
        stage, calm = play(SCENARIOS["new lines"], place / "home")
    stamped = stage.steps.index("swap:examine") + 1
    _, end = told(story, Strike(stamped + 1, "crash"), bug="identity not remembered")
    assert end is not None
    assert end == calm
