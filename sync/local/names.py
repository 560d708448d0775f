"""Turn list names into file names and back; the file name is a label, the database has the map.

``list_name(file_name(name))`` is ``name`` in NFC, but for names cut for their length. Escapes are
``%XX`` of UTF-8 bytes with upper-case digits, only where a file system, another operating system
or the scan would take the plain character amiss; "100% sure" stays as it is. Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping

__all__ = ["assign", "collision_key", "file_name", "ignored_reason", "is_unicode", "list_name"]
__all__ += ["original_of", "printable"]

COPIED = "a conflict copy made by a sync tool"
MAX_BYTES = 200
_HASH_DIGITS = 6
_EMPTY = "%"
_ESCAPE = re.compile(r"(?:%[0-9A-F]{2})+")
_UNSAFE = re.compile(
    r'[/\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff<>:"\\|?*]'
    r"|%(?=[0-9A-F]{2})"  # would read as an escape
    r"|^[.\-~]"  # hidden, an option, or a sync tool's
    r"|^#(?=.*#\Z)"  # an editor's autosave
    r"|[ .~]\Z",  # dropped by Windows; a backup
    re.DOTALL,
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)
_COPY = re.compile(
    r"\.sync-conflict-\d{8}-\d{6}(?:-[A-Z0-9]{7})?"
    r"|\([^()]*\bconflict(?:ed|ing) copy\b[^()]*\)"
    r"|_conflict-\d{8}-\d{6}",
    re.IGNORECASE,
)
_SILENT = re.compile(r"\.|~syncthing~|.*~\Z|#.*#\Z", re.DOTALL)


def ignored_reason(name: str) -> str | None:
    """Why a file or directory of this name is not looked into; ``None`` if it is.

    ``""`` is a reason too: one that needs no mention (hidden files, backups, other tools').
    """
    if _SILENT.match(name):
        return ""
    if _COPY.search(name):
        return COPIED
    return None


def is_unicode(name: str) -> bool:
    """Whether a name as Python has it from the file system is text, and not other bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(path: str) -> str:
    """A path that can be shown and stored, whatever bytes it has."""
    return path.encode("utf-8", "backslashreplace").decode()


def original_of(path: str) -> str | None:
    """The path of the file that a conflict copy of a sync tool is of; ``None``: it is no copy."""
    directory, _, name = path.rpartition("/")
    if ignored_reason(name) != COPIED:
        return None
    stem, dot, suffix = _COPY.sub("", name).rpartition(".")
    plain = f"{stem.rstrip()}{dot}{suffix}"
    return f"{directory}/{plain}" if directory else plain


def file_name(list_name: str) -> str:
    """The file name without suffix (or directory name) for a list's (or group's) name."""
    name = unicodedata.normalize("NFC", list_name)
    if not name:
        return _EMPTY
    if name == _EMPTY:
        return _escape(name)
    stem = _UNSAFE.sub(lambda match: _escape(match[0]), name)
    stem = _separate(stem)
    stem = _COPY.sub(lambda match: _escape(match[0][0]) + match[0][1:], stem)
    if _RESERVED.match(stem):
        stem = _escape(stem[0]) + stem[1:]
    return _cut(stem, name)


def list_name(file_stem: str) -> str:
    """The list name that a file's stem stands for; what is no valid escape is taken as it is."""
    if file_stem == _EMPTY:
        return ""
    return unicodedata.normalize("NFC", _ESCAPE.sub(_unescape, file_stem))


def collision_key(name: str) -> str:
    """Equal for names that some file system takes for one: by case, or by composition."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFC", folded)


def assign(
    names: Mapping[str, tuple[str, str | None]],
    suffix: str = ".md",
    taken: Collection[str] = (),
    current: Mapping[str, str] | None = None,
) -> Mapping[str, str]:
    """The path, relative to the root, of each list: ``{list id: (name, group name)}`` to paths.

    Names that collide get ``" (2)"``, ``" (3)"`` ... in the order of the list ids. ``current``
    (list id to path) is what lists have now: one that still fits its name stays, whoever comes.
    ``taken`` are paths that belong to nobody here and are not to be used.
    """
    used = {collision_key(path) for path in taken}
    chosen: dict[str, str] = {}
    for list_id, path in sorted((current or {}).items()):
        if list_id in names and collision_key(path) not in used:
            name, group = names[list_id]
            if re.fullmatch(
                rf"{re.escape(_base(name, group))}(?: \([1-9]\d*\))?{re.escape(suffix)}", path
            ):
                chosen[list_id] = path
                used.add(collision_key(path))
    for list_id in sorted(names.keys() - chosen.keys()):
        base = _base(*names[list_id])
        path, number = base + suffix, 1
        while collision_key(path) in used:
            number += 1
            path = f"{base} ({number}){suffix}"
        chosen[list_id] = path
        used.add(collision_key(path))
    return chosen


def _base(name: str, group: str | None) -> str:
    return file_name(name) if group is None else f"{file_name(group)}/{file_name(name)}"


def _escape(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _separate(stem: str) -> str:
    """Escape accents that follow an escape: normalising would put them on its last digit."""
    separated = ""
    for character in stem:
        lone = unicodedata.combining(character) and _ESCAPE.fullmatch(separated[-3:])
        separated += _escape(character) if lone else character
    return separated


def _unescape(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return match[0]


def _cut(stem: str, name: str) -> str:
    """Cut between characters and between escapes, and tell names with one beginning apart."""
    if len(stem.encode()) <= MAX_BYTES:
        return stem
    kept = stem.encode()[:MAX_BYTES].decode("utf-8", "ignore")
    kept = re.sub(r"%[0-9A-F]?$", "", kept)
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    return f"{kept}~{mark}"
