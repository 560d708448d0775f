"""Names and places of downloaded images: safe, unique, whole, and inside the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.local.disk import Renameat2
from sync.local.folder import OURS
from sync.local.images import image_name, save_image, take_away
from sync.local.markdown.images import is_image
from sync.local.outcome import Refusal

ID = "3F0C1B7E-5D0A-4B1C-9E57-0A1B2C3D4E5F"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "Todo" / OURS).mkdir(parents=True)
    return tmp_path / "Todo"


def save(root: Path, name: str, data: bytes, directory: str = "Attachments") -> str:
    return save_image(root, directory, name, data, Renameat2())[0]


@pytest.mark.parametrize(
    ("file_name", "uti", "ending"),
    [
        ("IMG_0042.HEIC", "public.heic", "IMG_0042.heic"),
        ("Café au lait (1).jpeg", None, "Café-au-lait-1.jpeg"),
        ("../../etc/passwd", "public.png", "etc-passwd.png"),
        ("Groceries.md", "public.jpeg", "Groceries-md.jpg"),
        ("list.txt", None, "list-txt.image"),
        (".hidden.png", "public.png", "hidden.png"),
        ("", "public.tiff", "image.tiff"),
        (None, None, "image.image"),
        ("///", "public.png", "image.png"),
        ("a\x00b\n[c](d)|`e`.gif", None, "a-b-c-d-e.gif"),
        ("x" * 500 + ".png", None, "x" * 50 + ".png"),
        ("👨‍👩‍👧.jpg", None, "image.jpg"),
    ],
)
def test_a_name_is_safe_whatever_it_was_called(
    file_name: str | None, uti: str | None, ending: str
) -> None:
    name = image_name(ID, file_name, uti)
    assert name[7:] == f"-{ending}"
    assert name == image_name(ID, file_name, uti)
    assert name != image_name(ID[:-1] + "0", file_name, uti)
    assert is_image(f"Attachments/{name}")


def test_an_image_is_put_there_once(root: Path) -> None:
    assert save(root, "a-x.jpg", b"one") == "Attachments/a-x.jpg"
    assert save(root, "a-x.jpg", b"one") == "Attachments/a-x.jpg"
    assert save(root, "a-x.jpg", b"two") == "Attachments/a-x-2.jpg"
    held = {path.name: path.read_bytes() for path in (root / "Attachments").iterdir()}
    assert held == {"a-x.jpg": b"one", "a-x-2.jpg": b"two"}
    assert list((root / OURS).iterdir()) == []


def test_a_draft_that_a_crash_left_is_no_hindrance(root: Path) -> None:
    (root / OURS / "image.new").write_bytes(b"half")
    assert save(root, "a-x.jpg", b"one") == "Attachments/a-x.jpg"
    assert (root / "Attachments" / "a-x.jpg").read_bytes() == b"one"


def test_a_link_in_the_way_is_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a-x.jpg").write_bytes(b"one")
    (root / "Attachments").mkdir()
    (root / "Attachments" / "a-x.jpg").symlink_to(outside / "a-x.jpg")
    assert save(root, "a-x.jpg", b"one") == "Attachments/a-x-2.jpg"
    (root / "Away").symlink_to(outside)
    with pytest.raises(Refusal):
        save(root, "b-x.jpg", b"one", "Away")
    assert [path.name for path in outside.iterdir()] == ["a-x.jpg"]


def test_only_what_was_written_here_is_taken_away(root: Path, tmp_path: Path) -> None:
    path, sha256 = save_image(root, "Attachments", "a-x.jpg", b"one", Renameat2())
    (root / path).write_bytes(b"cropped")
    assert not take_away(root, path, sha256)
    assert (root / path).read_bytes() == b"cropped"
    (root / path).write_bytes(b"one")
    assert take_away(root, path, sha256)
    assert take_away(root, path, sha256)
    assert list((root / "Attachments").iterdir()) == []
    (tmp_path / "one").write_bytes(b"one")
    assert not take_away(root, "../one", sha256)
    assert (tmp_path / "one").exists()
