"""Keeps downloaded images in a directory of the folder: named safely, whole, and never over a file.

What is there already stays, whoever put it there; a file is taken away only as long as it holds the
very bytes that were written here.
"""

from __future__ import annotations

import hashlib
import unicodedata
from itertools import count
from pathlib import Path

from sync.core.matching.identity import block_id
from sync.local.disk import Exchange, digest, move_new, sync_directory, write_whole
from sync.local.folder import OURS
from sync.local.outcome import Refusal
from sync.local.place import check_directory, locate

__all__ = ["image_name", "save_image", "take_away"]

_LONGEST = 50  # characters of a name's stem: with four bytes each it still is a file name
_SUFFIX_OF = {
    "public.jpeg": ".jpg",
    "public.png": ".png",
    "public.heic": ".heic",
    "public.heif": ".heif",
    "public.tiff": ".tiff",
    "com.compuserve.gif": ".gif",
    "org.webmproject.webp": ".webp",
}
_SUFFIXES = frozenset({*_SUFFIX_OF.values(), ".jpeg", ".tif", ".bmp"})


def image_name(id: str, file_name: str | None, uti: str | None) -> str:
    """A file name for the image ``id``: seven characters of its own, and what it is called.

    It has no blanks and brackets, so that a link can hold it, never the ending of a todo file, and
    no place but the directory that it is put in.
    """
    called = unicodedata.normalize("NFC", file_name or "")
    stem, dot, ending = called.rpartition(".")
    suffix = f".{ending.lower()}" if dot else ""
    if suffix not in _SUFFIXES:
        stem, suffix = called, _SUFFIX_OF.get(uti or "", ".image")
    words = "".join(char if char.isalnum() or char == "_" else " " for char in stem).split()
    own = block_id(id).removeprefix("r-")
    return f"{own}-{'-'.join(words)[:_LONGEST].rstrip('-') or 'image'}{suffix}"


def save_image(
    root: Path, directory: str, name: str, data: bytes, calls: Exchange
) -> tuple[str, str]:
    """Put an image into ``root/directory``; gives its path from ``root``, and its SHA-256.

    Where the name is taken by other bytes, it gets a number. Raises Refusal where the directory
    leads out of the folder or cannot be written, else OSError.
    """
    place = locate(root, Path(directory) / name, follow=False).parent
    place.mkdir(mode=0o700, exist_ok=True)
    check_directory(place)
    sha256 = hashlib.sha256(data).hexdigest()
    for number in count(1):
        stem, dot, suffix = name.rpartition(".")
        free = name if number == 1 else f"{stem}-{number}{dot}{suffix}"
        if _holds(place / free, sha256) or _put(root, place / free, data, calls):
            return f"{directory}/{free}", sha256
    raise AssertionError("numbers do not end")


def take_away(root: Path, path: str, sha256: str) -> bool:
    """Remove an image that nobody changed; whether it is gone. Raises OSError."""
    try:
        real = locate(root, Path(path), follow=False)
        if digest(real) != sha256:
            return False
        real.unlink()
    except FileNotFoundError:
        return True
    except Refusal:
        return False
    sync_directory(real.parent)
    return True


def _holds(path: Path, sha256: str) -> bool:
    """Whether these very bytes are there: an earlier run got no further than that."""
    try:
        return path.is_file() and not path.is_symlink() and digest(path) == sha256
    except FileNotFoundError:
        return False


def _put(root: Path, target: Path, data: bytes, calls: Exchange) -> bool:
    """Whether the name was free; the file appears there whole or not at all."""
    draft = root / OURS / "image.new"
    draft.unlink(missing_ok=True)
    write_whole(draft, data)
    try:
        move_new(calls, draft, target)
    except FileExistsError:
        draft.unlink()
        return False
    sync_directory(target.parent)
    return True
