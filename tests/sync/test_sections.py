"""Sections are level-two headings: names and members go both ways, and nothing else of a file."""

from __future__ import annotations

import pytest

from tests.rig import Rig


def sections(rig: Rig, which: str = "Inbox") -> list[str]:
    return [one.name for one in rig.phone.sections(which)]


def section_of(rig: Rig, title: str) -> str | None:
    shown = rig.shown(title)
    assert shown.problems == ()
    return shown.section


@pytest.fixture
def garden(rig: Rig) -> Rig:
    """“Seeds” and “Rake” in the section Garden, “Milk” in none; on both sides."""
    phone = rig.phone
    garden = phone.create_section("Inbox", "Garden")
    phone.create("Inbox", "Milk")
    for age, title in enumerate(("Rake", "Seeds")):
        created = rig.clock() - age - 1
        phone.put_in_section(phone.create("Inbox", title, created=created), garden)
    rig.run()
    assert bare(rig) == "- [ ] Milk\n\n## Garden\n\n- [ ] Seeds\n- [ ] Rake\n"
    rig.rest()
    return rig


def bare(rig: Rig, name: str = "Inbox") -> str:
    """The file without front matter and ids."""
    text = rig.read(name).partition("---\n\n")[2]
    return "".join(f"{line.partition(' ^')[0]}\n" for line in text.splitlines())


def test_from_the_phone_a_section_is_a_heading_at_the_end(garden: Rig) -> None:
    garden.phone.create("Inbox", "Bread")
    pond = garden.phone.create_section("Inbox", "Pond")
    garden.phone.put_in_section(garden.phone.create("Inbox", "Fish"), pond)
    garden.run()
    assert bare(garden) == (
        "- [ ] Milk\n- [ ] Bread\n\n## Garden\n\n- [ ] Seeds\n- [ ] Rake\n\n## Pond\n\n- [ ] Fish\n"
    )
    garden.rest()


def test_moved_on_the_phone_a_line_moves_as_it_stands(garden: Rig) -> None:
    seeds = garden.line("Inbox", "Seeds")
    garden.replace("Inbox", seeds, f"{seeds}\n    > my notes\n    1. my words")
    garden.run()
    garden.phone.put_in_section(garden.shown("Seeds").id, None)
    garden.run()
    assert bare(garden) == (
        "- [ ] Milk\n- [ ] Seeds\n    > my notes\n    1. my words\n\n## Garden\n\n- [ ] Rake\n"
    )
    garden.rest()


def test_a_subtask_goes_along(garden: Rig) -> None:
    phone = garden.phone
    phone.create("Inbox", "Carrots", parent=garden.shown("Seeds").id)
    garden.run()
    assert bare(garden).endswith("- [ ] Seeds\n    - [ ] Carrots\n- [ ] Rake\n")
    garden.phone.put_in_section(garden.shown("Seeds").id, None)
    garden.run()
    assert bare(garden) == "- [ ] Milk\n- [ ] Seeds\n    - [ ] Carrots\n\n## Garden\n\n- [ ] Rake\n"
    garden.rest()


def test_a_heading_with_open_tasks_becomes_a_section(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n\n## Garden\n\n- [ ] Seeds\n    - [ ] Carrots\n\n## Empty\n")
    rig.run()
    assert sections(rig) == ["Garden"]
    assert [section_of(rig, title) for title in ("Milk", "Seeds", "Carrots")] == [
        None,
        "Garden",
        None,
    ]
    rig.rest()


def test_moved_under_another_heading_it_changes_its_section(garden: Rig) -> None:
    seeds, milk = garden.line("Inbox", "Seeds"), garden.line("Inbox", "Milk")
    text = garden.read("Inbox").replace(f"{seeds}\n", "").replace(f"{milk}\n", "")
    garden.save("Inbox", f"{text}{milk}\n\n## Pond\n\n{seeds}\n")
    with garden.counting() as requests:
        garden.run()
    assert sections(garden) == ["Garden", "Pond"]
    found = [section_of(garden, title) for title in ("Milk", "Seeds", "Rake")]
    assert found == ["Garden", "Pond", "Garden"]
    writes = [one for one in requests if "records/modify" in str(one["path"])]
    assert len(writes) == 1
    garden.rest()
