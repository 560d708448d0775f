"""Images come from iCloud alone: what the line shall show, and what is agreed on once it does."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from store.model import Absent, Field
from sync.core.actions import AddLine, Create, Delete, Learn, Plan, RemoveLine, SetLine, Why
from sync.core.merging.fields import images_after
from sync.core.plan import make_plan
from tests.pure.values import local, policy, reminder, remote, snapshot

IMAGES = Field.IMAGES
Images = frozenset[str]


def of(letters: str) -> frozenset[str]:
    return frozenset(f"Attachments/{letter * 7}-x.jpg" for letter in letters)


def plan(before: Images, here: Images | None, there: Images | None) -> Plan:
    """What is planned where the three states differ in their images alone; ``None``: gone."""
    gone = Absent("gone")
    return make_plan(
        snapshot(
            here=gone if here is None else local(reminder(images=here)),
            there=gone if there is None else remote(reminder(images=there)),
            base=reminder(images=before),
        ),
        policy(),
    )


@pytest.mark.parametrize(
    ("before", "here", "there", "shown"),
    [
        ("", "", "a", "a"),  # new in iCloud
        ("a", "a", "", ""),  # removed there
        ("a", "a", "ab", "ab"),
        ("a", "", "ab", "b"),  # removed here, another new there
        ("", "x", "a", "xa"),  # a person's own
        ("ab", "bx", "b", "bx"),
        ("ab", "abx", "b", "bx"),
    ],
)
def test_what_is_new_there_comes_and_what_is_gone_there_goes(
    before: str, here: str, there: str, shown: str
) -> None:
    planned = plan(of(before), of(here), of(there))
    assert planned.pushes == ()
    if of(here) == of(shown):
        assert planned == Plan(learned=(Learn("R1", {IMAGES: of(there)}),))
    else:
        assert planned == Plan(renders=(SetLine("R1", {IMAGES: of(shown)}),))


def test_from_all_states_it_comes_to_rest_in_two_steps_and_nothing_is_sent() -> None:
    sets = ["", "a", "b", "x", "ab", "ax", "bx", "abx"]
    for before, here, there in product(sets, sets, ["", "a", "b", "ab"]):
        base, line = of(before), of(here)
        for _ in range(2):
            planned = plan(base, line, of(there))
            assert planned.pushes == ()
            for op in planned.renders:
                assert isinstance(op, SetLine)
                base = images_after(base, line, op.changes[IMAGES])  # type: ignore[assignment]
                line = op.changes[IMAGES]  # type: ignore[assignment]
            for learn in planned.learned:
                base = learn.values[IMAGES]  # type: ignore[assignment]
        assert plan(base, line, of(there)) == Plan(), (before, here, there)
        assert base == of(there)
        new, gone = of(there) - of(before), of(before) - of(there)
        assert line == (of(here) | new) - gone


def test_no_image_keeps_a_reminder_from_being_deleted() -> None:
    assert plan(of("a"), None, of("ab")).pushes == (Delete("R1"),)
    assert plan(of("a"), of(""), None).renders == (RemoveLine("R1", Why.DELETED),)
    assert plan(of("a"), of("ax"), None).renders == (RemoveLine("R1", Why.DELETED),)


def test_a_new_line_sends_no_image_and_a_new_reminder_shows_its_own() -> None:
    made = reminder(images=of("x"))
    alone = make_plan(snapshot(here=local(made)), policy())
    assert alone.pushes == (Create("R1", replace(made, images=frozenset())),)
    come = make_plan(snapshot(there=remote(made)), policy())
    assert come.renders == (AddLine("R1", made),)
