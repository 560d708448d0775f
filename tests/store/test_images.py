"""Which images are wanted, shown and ended, as attachments and lines come and go."""

from __future__ import annotations

import pytest

from store.db import Store
from store.local.images import Ended
from store.model import Field
from store.rows import AttachmentRow, ListRow, RecordRow, ReminderRow

DIRECTORY, NAME, PATH = "Pictures", "Attachment/I1", "Pictures/4k7q2mx-fern.png"


def put(store: Store, *, mark: str = "v1", named: bool = True, deleted: bool = False) -> None:
    """A list, a reminder that names (or not) its one image, and the image."""
    image = AttachmentRow("I1", "R1", NAME, "Image", file_name="fern.png", file_mark=mark)
    ids = ("I1",) if named else ()
    rows = {
        "List/L1": ("List", ListRow("L1", "List/L1", "t", name="Ferns")),
        "Reminder/R1": (
            "Reminder",
            ReminderRow("R1", "Reminder/R1", "t", deleted, list_id="L1", attachment_ids=ids),
        ),
        NAME: ("Attachment", image),
    }
    with store.commit("page"):
        store.mirror.put(
            (RecordRow(name, kind, {"recordName": name, "v": mark}), row)
            for name, (kind, row) in rows.items()
        )


def keep(store: Store, mark: str = "v1", path: str = PATH) -> None:
    with store.commit("image"):
        store.images.put(NAME, mark, DIRECTORY, path, "00")


def test_an_image_is_wanted_until_it_is_here(store: Store) -> None:
    put(store)
    [wanted] = store.images.wanted(DIRECTORY)
    assert (wanted.id, wanted.mark, wanted.list_name) == ("I1", "v1", "Ferns")
    keep(store)
    assert store.images.wanted(DIRECTORY) == []
    assert store.images.paths(DIRECTORY) == {"I1": PATH}
    assert (len(store.images.wanted("Other")), store.images.paths("Other")) == (1, {})


def test_another_file_of_the_same_image_is_wanted_and_the_old_one_ends(store: Store) -> None:
    put(store)
    keep(store)
    put(store, mark="v2")
    assert [one.mark for one in store.images.wanted(DIRECTORY)] == ["v2"]
    assert store.images.paths(DIRECTORY) == {}
    keep(store, "v2", "Pictures/4k7q2mx-fern-2.png")
    assert store.images.ended(DIRECTORY) == [Ended(PATH, "00")]
    with store.commit("image"):
        store.images.drop(PATH)
    assert store.images.ended(DIRECTORY) == []


@pytest.mark.parametrize("change", [{"named": False}, {"deleted": True}])
def test_an_image_ends_with_its_reminder_but_not_while_a_line_shows_it(
    store: Store, change: dict[str, bool]
) -> None:
    put(store)
    keep(store)
    with store.commit("base"):
        store.bases.set("R1", {Field.IMAGES: frozenset({PATH})}, placed=True)
    put(store, **change)  # type: ignore[arg-type]
    assert (store.images.wanted(DIRECTORY), store.images.ended(DIRECTORY)) == ([], [])
    with store.commit("base"):
        store.bases.set("R1", {Field.IMAGES: frozenset()}, placed=True)
    assert store.images.ended(DIRECTORY) == [Ended(PATH, "00")]
    assert store.images.ended("Other") == []
