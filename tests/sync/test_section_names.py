"""Sections with names that look like something else: the same name on both sides, or none."""

from __future__ import annotations

import pytest

from tests.rig import Rig

# Names on a phone, and as a heading says them.
NAMES = {
    "^r-4k7q2mx": "^r-4k7q2mx",
    "📅 2026-01-01": "📅 2026-01-01",
    "# x": "# x",
    "## #": "## \\#",
    "C #": "C \\#",
    "#": "\\#",
    "- [ ] Milk": "- [ ] Milk",
    "x" * 300: "x" * 300,
    "👩‍👩‍👧 é": "👩‍👩‍👧 é",
    "[[Note]] **b** <b>": "[[Note]] **b** <b>",
    "%% x": "%% x",
    "---": "---",
    "\\": "\\",
    "two\nlines": "two lines",
    " ends ": "ends",
}


def heads(rig: Rig) -> list[str]:
    lines = rig.read("Inbox").splitlines()
    return [line.removeprefix("## ") for line in lines if line.startswith("## ")]


def test_names_from_the_phone_are_headings_and_are_left_as_they_are(rig: Rig) -> None:
    phone = rig.phone
    for age, name in enumerate(NAMES):
        section = phone.create_section("Inbox", name)
        phone.put_in_section(phone.create("Inbox", f"Task {age}"), section)
    report = rig.run()
    assert (report.problems, report.held) == ([], [])
    assert sorted(heads(rig)) == sorted(NAMES.values())
    rig.rest()
    assert {one.name for one in rig.phone.sections("Inbox")} == NAMES.keys()
    shown = {rig.shown(f"Task {age}").section for age in range(len(NAMES))}
    assert shown == NAMES.keys()


def test_headings_of_such_names_are_sections(rig: Rig) -> None:
    said = [name for name in NAMES.values() if name not in ("two lines", "ends")]
    rig.append("Inbox", "".join(f"\n## {name}\n- [ ] Task {at}\n" for at, name in enumerate(said)))
    rig.run()
    before = rig.bytes_of_folder()
    rig.run()
    wanted = {name.replace("\\#", "#") for name in said}
    assert {one.name for one in rig.phone.sections("Inbox")} == wanted
    assert {rig.shown(f"Task {at}").section for at in range(len(said))} == wanted
    assert rig.bytes_of_folder() == before
    rig.rest()


def test_a_heading_without_words_is_no_section(rig: Rig) -> None:
    rig.append("Inbox", "## A\n\n- [ ] a\n\n##\n\n- [ ] b\n\n## #\n\n- [ ] c\n")
    rig.run()
    assert [one.name for one in rig.phone.sections("Inbox")] == ["A"]
    assert [rig.shown(title).section for title in "abc"] == ["A", None, None]
    rig.phone.put_in_section(rig.shown("a").id, None)
    rig.run()
    bare = [line.partition(" ^")[0] for line in rig.read("Inbox").splitlines()[4:]]
    assert bare == ["## A", "", "", "##", "", "- [ ] b", "", "## #", "", "- [ ] c", "- [ ] a"]
    rig.rest()


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_section_without_a_name_is_left_alone(rig: Rig, blank: str) -> None:
    phone = rig.phone
    section = phone.create_section("Inbox", blank)
    phone.put_in_section(phone.create("Inbox", "Milk"), section)
    empty = phone.create_section("Inbox", blank)
    named = phone.create_section("Inbox", "A")
    phone.put_in_section(phone.create("Inbox", "Rake"), named)
    rig.run()
    assert heads(rig) == ["A"]
    rig.rest()
    phone.rename_section(named, blank)
    rig.run()
    rig.run()
    assert {one.id for one in phone.sections("Inbox")} == {section, empty, named}
    assert rig.shown("Milk").section is not None
    assert rig.shown("Rake").section is not None
    rig.rest()
    rake = rig.line("Inbox", "Rake")
    rig.save("Inbox", rig.read("Inbox").replace(f"{rake}\n", "") + f"\n## B\n\n{rake}\n")
    rig.run()
    assert rig.shown("Rake").section == "B"
    rig.run()
    assert {section, empty, named} < {one.id for one in phone.sections("Inbox")}
    rig.rest()
