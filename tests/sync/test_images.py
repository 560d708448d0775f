"""Images come into the folder and beneath their line, one way, and over nobody's file."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.sharing import share

JPEG, PNG = b"\xff\xd8\xff a photo", b"\x89PNG a drawing"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A reminder “Look” in the list “Inbox”, and a folder that takes images."""
    with open_rig(tmp_path, empty_world(), images="Attachments") as rig:
        rig.phone.create("Inbox", "Look")
        rig.run()
        yield rig


def attach(rig: Rig, name: str = "IMG 1 (2).JPG", data: bytes = JPEG, title: str = "Look") -> str:
    identity: str = rig.phone.attach_image(rig.shown(title).id, name, data, size=(4, 3))
    return identity


def pictures(rig: Rig) -> dict[str, bytes]:
    found = (rig.folder / "Attachments").glob("*")
    return {path.name: path.read_bytes() for path in sorted(found)}


def lines(rig: Rig) -> list[str]:
    return [line.strip() for line in rig.read("Inbox").split("\n") if "📎" in line]


def asked_for(rig: Rig) -> int:
    return sum(str(entry["path"]).startswith("/B/") for entry in rig.world.faults.requests)


def test_an_image_comes_beside_the_files_and_beneath_its_line(rig: Rig) -> None:
    attach(rig)
    rig.run()
    [(name, data)] = pictures(rig).items()
    assert data == JPEG
    assert name[7:] == "-IMG-1-2.jpg"
    assert lines(rig) == [f"- 📎 ![IMG-1-2.jpg](Attachments/{name})"]
    directory = rig.folder / "Attachments"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / name).stat().st_mode) == 0o600
    [row] = rig.store._connection.all("SELECT kind, file_name, bytes, path FROM attachments")
    assert tuple(row) == ("image", "IMG 1 (2).JPG", len(JPEG), f"Attachments/{name}")
    rig.rest()
    assert asked_for(rig) == 1


def test_images_stand_behind_notes_and_links(rig: Rig) -> None:
    attach(rig)
    rig.run()
    rig.phone.edit(rig.shown("Look").id, notes="Why", title="Look again")
    link = {"Type": "URL", "URL": "https://a.example", "UTI": "public.url"}
    rig.phone.attach(rig.shown("Look again").id, "Attachment", link)
    attach(rig, "b.png", PNG, "Look again")
    rig.run()
    below = [line.strip()[:4] for line in rig.read("Inbox").split("Look again")[1].split("\n")[1:5]]
    assert below == ["> Wh", "- 🔗 ", "- 📎 ", "- 📎 "]
    rig.rest()


def test_an_image_that_is_removed_takes_its_line_and_its_file_along(rig: Rig) -> None:
    one, other = attach(rig), attach(rig, "b.png", PNG)
    rig.run()
    [changed] = list((rig.folder / "Attachments").glob("*-b.png"))
    changed.write_bytes(b"cropped by a person")
    for image in (one, other):
        rig.phone.detach(rig.shown("Look").id, image)
        rig.run()
    assert lines(rig) == []
    assert list(pictures(rig).values()) == [b"cropped by a person"]
    rig.rest()


def test_a_line_that_a_person_takes_away_stays_away_and_sends_nothing(rig: Rig) -> None:
    attach(rig)
    rig.run()
    rig.replace("Inbox", f"    {lines(rig)[0]}\n", "")
    assert rig.run().pushed == 0
    attach(rig, "b.png", PNG)
    rig.phone.edit(rig.shown("Look").id, flagged=True)
    rig.run()
    assert [line[:12] for line in lines(rig)] == ["- 📎 ![b.png]"]
    assert len(rig.shown("Look").images) == len(pictures(rig)) == 2
    rig.rest()


@pytest.mark.parametrize(
    "words",
    [
        "- 📎 ![mine](Attachments/abcdefg-mine.jpg)",
        "- 📎 ![mine](mine.jpg)",
        "- 📎 ![[mine.jpg]]",
        "![mine](Attachments/abcdefg-mine.jpg)",
    ],
)
def test_a_person_s_own_line_stays_and_is_not_sent(rig: Rig, words: str) -> None:
    attach(rig)
    rig.append("Inbox", f"- [ ] New\n    {words}\n")
    rig.replace("Inbox", rig.line("Inbox", "Look"), f"{rig.line('Inbox', 'Look')}\n    {words}")
    rig.run()
    assert rig.read("Inbox").count(words) == 2
    assert (len(rig.shown("Look").images), rig.shown("New").images) == (1, ())
    rig.rest()


def test_a_deleted_reminder_takes_its_image_along_on_both_sides(rig: Rig) -> None:
    attach(rig)
    rig.phone.create("Inbox", "Stays")
    rig.run()
    rig.replace("Inbox", f"{rig.line('Inbox', 'Look')}\n    {lines(rig)[0]}\n", "")
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}
    rig.run()
    assert pictures(rig) == {}
    attach(rig, title="Stays")
    rig.run()
    rig.phone.delete(rig.shown("Stays").id)
    rig.run()
    assert (lines(rig), pictures(rig)) == ([], {})


def test_an_edited_line_is_moved_with_its_images(rig: Rig) -> None:
    attach(rig)
    rig.run()
    rig.phone.create_list("Other")
    rig.phone.move(rig.shown("Look").id, "Other")
    rig.run()
    assert "📎" in rig.read("Other")
    assert lines(rig) == []
    rig.rest()


@pytest.mark.parametrize("kind", ["status", "truncated", "cut_body"])
def test_what_fails_is_tried_again_and_nothing_half_is_left(rig: Rig, kind: str) -> None:
    rig.world.faults.fail(kind, "^/B/", status=503, times=2)  # type: ignore[arg-type]
    attach(rig)
    report = rig.run()
    assert "IMG 1" in report.problems[0]
    assert pictures(rig) == {}
    rig.wait(600)
    rig.run()
    rig.wait(600)
    rig.run()
    assert list(pictures(rig).values()) == [JPEG]
    assert len(lines(rig)) == 1
    rig.rest()


def test_files_of_others_are_neither_read_nor_written_over(rig: Rig) -> None:
    attach(rig)
    rig.run()
    [name] = pictures(rig)
    rig.world.phone.detach(rig.shown("Look").id, rig.store.mirror.attachments()[0].id)
    (rig.folder / "Attachments" / name).write_bytes(b"a person's")
    rig.run()
    rig.run()
    child = rig.world.phone._own.copies[rig.store.mirror.attachments()[0].record_name]
    reminder = rig.world.phone._own.by_id("Reminder", rig.shown("Look").id)
    assert reminder is not None
    rig.world.phone._own.change(child, {"Deleted": 0})
    rig.world.phone._own.change(reminder, {"AttachmentIDs": [child.id]})
    rig.world.phone.sync()
    rig.run()
    stem = name.removesuffix(".jpg")
    assert pictures(rig) == {name: b"a person's", f"{stem}-2.jpg": JPEG}
    rig.rest()


def test_nothing_leaves_the_folder(rig: Rig, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (rig.folder / "Attachments").symlink_to(outside)
    attach(rig)
    report = rig.run()
    assert "out of the folder" in report.problems[0]
    assert list(outside.iterdir()) == []
    attach(rig, "../../escape.md", PNG)
    (rig.folder / "Attachments").unlink()
    rig.wait(3600)
    rig.run()
    assert sorted(name[7:] for name in pictures(rig)) == ["-IMG-1-2.jpg", "-escape-md.jpg"]


@pytest.mark.parametrize("place", ["image:save", "image:saved", "commit:image:before"])
def test_a_crash_leaves_one_image(rig: Rig, place: str) -> None:
    attach(rig)

    def crash(step: str) -> None:
        if step == place:
            raise Crash(step)

    rig.step = crash
    with pytest.raises(Crash):
        rig.run()
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    assert list(pictures(rig).values()) == [JPEG]
    assert len(lines(rig)) == 1
    rig.rest()


def test_without_the_option_nothing_is_fetched_and_old_lines_go(rig: Rig) -> None:
    attach(rig)
    rig.run()
    rig.settings["images"] = "null"
    rig.restart()
    attach(rig, "b.png", PNG)
    rig.run()
    assert (lines(rig), len(pictures(rig)), asked_for(rig)) == ([], 1, 1)
    rig.rest()


def test_images_of_what_is_not_shown_stay_in_icloud(tmp_path: Path) -> None:
    world = empty_world()
    for title, when in (("Open", None), ("Old", 1e9), ("New", world.clock())):
        task = world.phone.create("Inbox", title)
        world.phone.attach_image(task, f"{title}.jpg", JPEG)
        if when is not None:
            world.phone.complete(task, when)
    with open_rig(tmp_path, world, images="Attachments") as rig:
        rig.run(approve=True)
        assert sorted(name[8:] for name in pictures(rig)) == ["New.jpg", "Open.jpg"]
        rig.rest()


def test_an_image_of_a_shared_list_comes_from_its_owner_s_zone(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    grace.phone.attach_image(grace.phone.find("Pack").id, "Map.png", PNG, uti="public.png")
    rig.world.faults.expired_links = 1  # so that the record is looked up, where it is
    rig.run()
    assert list(pictures(rig).values()) == [PNG]
    assert "Map.png" in rig.read("Trip")
