"""Lines of images: read as values in one form only, written in that form, edited line by line."""

from __future__ import annotations

import pytest

from store.model import Field, Reminder
from sync.local.markdown import Insert, Remove, SetFields, edit, parse, render, shown

ZONE = "Europe/Paris"
ONE, OTHER = "Attachments/4k7q2mx-IMG-1.jpg", "Bilder/aaaaaaa-Skizze_é.png"


def images_of(text: str) -> frozenset[str]:
    [task] = parse(text.encode(), ZONE).tasks
    return task.reminder.images


@pytest.mark.parametrize(
    "line",
    [
        f"    - 📎 ![IMG-1.jpg]({ONE})",
        f"    * 📎 ![]({ONE})",
        f"\t- 📎️ ![a person's words]({ONE})  ",
        f"    1. 📎![x]({ONE})",
    ],
)
def test_an_image_is_read(line: str) -> None:
    [task] = parse(f"- [ ] Look\n{line}\n".encode(), ZONE).tasks
    assert (task.reminder.images, task.clean) == ({ONE}, True)


@pytest.mark.parametrize(
    "line",
    [
        "    - 📎 ![x](IMG-1.jpg)",
        "    - 📎 ![x](Attachments/IMG-1.jpg)",
        "    - 📎 ![x](../Attachments/4k7q2mx-IMG-1.jpg)",
        "    - 📎 ![x](https://a.example/4k7q2mx-IMG-1.jpg)",
        f"    - 📎 ![x]({ONE}) and more",
        f"    - 📎 ![x]({ONE})\n      with more below",
        f"    - ![x]({ONE})",
        f"    - 📎 [x]({ONE})",
    ],
)
def test_everything_else_is_a_persons_own(line: str) -> None:
    text = f"- [ ] Look\n{line}\n"
    assert images_of(text) == frozenset()
    file = parse(text.encode(), ZONE)
    changed = edit(file, [SetFields(0, {Field.IMAGES: frozenset({ONE})})], ZONE).decode()
    assert line in changed
    assert images_of(changed) == {ONE}


def test_what_is_written_is_read_back() -> None:
    wanted = Reminder("", "Look", notes="Why", images=frozenset({ONE, OTHER}))
    assert render(wanted, "", ZONE) == [
        "- [ ] Look",
        "    > Why",
        f"    - 📎 ![IMG-1.jpg]({ONE})",
        f"    - 📎 ![Skizze_é.png]({OTHER})",
    ]
    made = edit(parse(b"", ZONE), [Insert(wanted, "r-4k7q2mx")], ZONE)
    assert images_of(made.decode()) == shown(wanted, ZONE).images == {ONE, OTHER}


def test_a_path_that_no_line_can_say_is_not_shown() -> None:
    odd = frozenset({"a b/4k7q2mx-x.jpg", "x.jpg", f"{ONE})", ONE})
    assert shown(Reminder("", "Look", images=odd), ZONE).images == {ONE}


def test_only_the_lines_that_change_do() -> None:
    text = (
        "- [ ] Look\n    > Why\n    - 🔗 <https://a.example>\n"
        f"    * 📎 ![my words]({ONE})\n    - [ ] Below\n"
    )
    file = parse(text.encode(), ZONE)
    both = edit(file, [SetFields(0, {Field.IMAGES: frozenset({ONE, OTHER})})], ZONE).decode()
    assert both == text.replace(
        "    - [ ] Below", f"    * 📎 ![Skizze_é.png]({OTHER})\n    - [ ] Below"
    )
    none = edit(file, [SetFields(0, {Field.IMAGES: frozenset()})], ZONE).decode()
    assert none == text.replace(f"    * 📎 ![my words]({ONE})\n", "")


def test_new_links_and_images_stand_in_their_order() -> None:
    file = parse(b"- [ ] Look\n    - [ ] Below\n", ZONE)
    changes = {
        Field.IMAGES: frozenset({ONE}),
        Field.URLS: frozenset({"https://a.example"}),
        Field.NOTES: "Why",
    }
    marks = [
        line.strip()[:3] for line in edit(file, [SetFields(0, changes)], ZONE).decode().split("\n")
    ]
    assert marks[1:5] == ["> W", "- 🔗", "- 📎", "- ["]


def test_an_image_goes_with_its_task() -> None:
    text = f"- [ ] Look\n    - 📎 ![x]({ONE})\n- [ ] Stays\n"
    assert edit(parse(text.encode(), ZONE), [Remove(0)], ZONE) == b"- [ ] Stays\n"
