"""Keep what a write displaced, described well enough that any later process can judge it.

A receipt is a file ``<stem>.data`` and beside it ``<stem>.json``, which says for whom it is and
what it should hold. The order of writing carries the meaning, so a crash anywhere can be read:

1. The JSON is durable before anything of the person's moves, and after our own bytes are complete.
   So data without JSON never held a word of the person's, and is cleared away.
2. Dropping goes the other way round: first the JSON, then the data.
3. What happened is told by the data alone (the table in ``_judge``), never by a flag.

A displaced file may still be open in an editor. It is *quiet* when two hashes of it at least
``QUIET_S`` apart are equal; only then may it go.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sync.errors import RemindersdError
from sync.local.disk import digest, sync_directory, write_whole

__all__ = ["QUIET_S", "Entry", "Kind", "Ledger", "Receipt", "State"]

QUIET_S = 60.0
_FILES = (".data", ".link")
_SUFFIXES = (".json", *_FILES)
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")
_STEM = re.compile(rf"{_KEY.pattern}\.([0-9a-f]{{12}}|new)\.([0-9a-f]{{12}}|gone)\.\d+")


class Kind(StrEnum):
    """How the write was done; it decides what the files of the receipt mean."""

    EXCHANGE = "exchange"
    LINK = "link"
    CREATE = "create"
    REMOVE = "remove"


class State(StrEnum):
    """What the receipt proves.

    ``CLEAN``: the write happened and displaced what was expected. ``OURS``: it did not happen, or
    was taken back. ``FOREIGN``: it displaced something that the person wrote and nobody has read.
    """

    CLEAN = "clean"
    OURS = "ours"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Entry:
    """The JSON of one receipt. Hashes are SHA-256 in hex, ``""`` where there is nothing.

    ``path`` is the target relative to the root; ``seen`` the hash last found in the displaced
    file and ``since`` the time (seconds, the writer's clock) at which it was first found.
    """

    stem: str
    key: str
    path: str
    kind: Kind
    expected: str
    ours: str
    seen: str
    since: float


_SAID = tuple(one.name for one in fields(Entry))


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt as found on disk. ``file`` holds what was displaced, if anything was."""

    key: str
    path: str
    kind: Kind
    expected_sha256: str
    ours_sha256: str
    state: State
    found_sha256: str
    age_s: float
    quiet: bool
    stem: str
    file: Path | None

    def data(self) -> bytes:
        """The displaced bytes, empty where nothing was displaced. Raises ``OSError``."""
        return b"" if self.file is None else self.file.read_bytes()


@dataclass(frozen=True, slots=True)
class _Finding:
    state: State
    file: Path | None = None
    sha256: str = ""


class Ledger:
    """The receipts in one directory. Every method may raise ``OSError``.

    A receipt whose JSON is damaged raises ``RemindersdError``: it is for a person to look at.
    """

    def __init__(
        self,
        directory: Path,
        root: Path,
        step: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self.directory = directory
        self._root = root
        self._step = step
        self._clock = clock

    def data(self, entry: Entry) -> Path:
        """Where our bytes wait, and after the write what they displaced."""
        return self.directory / f"{entry.stem}.data"

    def link(self, entry: Entry) -> Path:
        """The second name of the target, where files cannot be exchanged."""
        return self.directory / f"{entry.stem}.link"

    def entry(self, key: str, path: str, kind: Kind, expected: str, ours: str) -> Entry:
        """A new entry, not yet on disk. ``key`` is the caller's, to know the write by."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"receipt key {key!r}: 1 to 80 letters, digits, '-', '_' or '.'")
        base = f"{key}.{expected[:12] or 'new'}.{ours[:12] or 'gone'}"
        number = 0
        while any((self.directory / f"{base}.{number}{kind}").exists() for kind in _SUFFIXES):
            number += 1
        stem = f"{base}.{number}"
        return Entry(stem, key, path, kind, expected, ours, expected, self._clock())

    def record(self, entry: Entry) -> None:
        """Make the entry durable, whole or not at all."""
        staged = self.directory / f"{entry.stem}.json.new"
        staged.unlink(missing_ok=True)
        said = {name: getattr(entry, name) for name in _SAID}
        write_whole(staged, json.dumps({"schema": 1, **said}).encode() + b"\n")
        os.rename(staged, self._json(entry))
        sync_directory(self.directory)

    def touch(self, entry: Entry, seen: str) -> Entry:
        """Start the quiet period again: ``seen`` is what the displaced file is about to hold."""
        entry = replace(entry, seen=seen, since=self._clock())
        self.record(entry)
        return entry

    def discard(self, entry: Entry) -> None:
        """Remove the receipt's files; what they hold must be known to be kept elsewhere."""
        self._step("swap:drop-record")
        self._json(entry).unlink(missing_ok=True)
        sync_directory(self.directory)
        self._step("swap:drop-data")
        self.data(entry).unlink(missing_ok=True)
        self.link(entry).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Clear away what a crash left half made; none of it ever held the person's bytes."""
        names = os.listdir(self.directory)
        kept = _stems(names)
        for name in names:
            stem, suffix = os.path.splitext(name)
            is_ours = _STEM.fullmatch(stem.removesuffix(".json")) is not None
            if is_ours and (suffix == ".new" or (suffix in _FILES and stem not in kept)):
                (self.directory / name).unlink(missing_ok=True)
        for entry in self._entries(kept):
            for path in (self.data(entry), self.link(entry)):
                if path.exists() and self._is_target(entry, path):
                    path.unlink()  # a second name left by a crash would make the file read-only

    def find(self, stem: str) -> tuple[Entry, Receipt] | None:
        """One receipt as it is now, or ``None`` when it has been dropped."""
        return next(((entry, self._receipt(entry)) for entry in self._entries([stem])), None)

    def all(self) -> list[tuple[Entry, Receipt]]:
        """Every receipt, oldest first; a displaced file that changed starts its period again."""
        stems = _stems(os.listdir(self.directory))
        found = [(entry, self._receipt(entry)) for entry in self._entries(stems)]
        return sorted(found, key=lambda pair: (pair[0].since, pair[0].stem))

    def _entries(self, stems: Iterable[str]) -> Iterator[Entry]:
        """What the JSONs of these receipts say, of those that have not been dropped."""
        for stem in stems:
            entry = self._read(stem)
            if entry is not None:
                yield entry

    def _read(self, stem: str) -> Entry | None:
        path = self.directory / f"{stem}.json"
        try:
            return _entry(stem, json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise RemindersdError(
                f"{path} is damaged",
                f"Look at {stem}.data beside it, keep what is yours, then remove both.",
            ) from error

    def _receipt(self, entry: Entry) -> Receipt:
        finding = self._judge(entry)
        now = self._clock()
        if finding.file is not None and (finding.sha256 != entry.seen or entry.since > now):
            entry = replace(entry, seen=finding.sha256, since=now)
            with suppress(OSError):  # a full disk: the period starts when it can be noted
                self.record(entry)
        age_s = max(0.0, now - entry.since)
        return Receipt(
            key=entry.key,
            path=entry.path,
            kind=entry.kind,
            expected_sha256=entry.expected,
            ours_sha256=entry.ours,
            state=finding.state,
            found_sha256=finding.sha256,
            age_s=age_s,
            quiet=finding.file is None or age_s >= QUIET_S,
            stem=entry.stem,
            file=finding.file,
        )

    def _judge(self, entry: Entry) -> _Finding:
        """What happened, from what is there."""
        data, link = self.data(entry), self.link(entry)
        waiting, linked = data.exists(), link.exists()
        match entry.kind:
            case Kind.EXCHANGE if waiting:
                return self._compare(entry, data)
            case Kind.EXCHANGE:  # somebody emptied the directory: claim nothing
                return _Finding(State.OURS)
            case Kind.LINK if linked and not waiting:
                return self._compare(entry, link)
            case Kind.LINK if linked and not self._is_target(entry, link):
                # Our bytes still wait, but the person has put another file in the place.
                finding = self._compare(entry, link)
                is_only_there = finding.state is State.FOREIGN and not self._stands(entry, finding)
                return finding if is_only_there else _Finding(State.OURS)
            case Kind.LINK:  # our bytes still wait, or were taken back
                return _Finding(State.OURS)
            case Kind.CREATE if waiting and not self._is_target(entry, data):
                return _Finding(State.OURS)
            case Kind.CREATE:  # our bytes went to their place, which displaced nothing
                return _Finding(State.CLEAN)
            case Kind.REMOVE if waiting and not self._is_target(entry, data):
                return self._compare(entry, data)
            case Kind.REMOVE:  # never moved away, or back in its place
                return _Finding(State.OURS)

    def _compare(self, entry: Entry, file: Path) -> _Finding:
        found = digest(file)
        states = {entry.ours: State.OURS, entry.expected: State.CLEAN}
        return _Finding(states.get(found, State.FOREIGN), file, found)

    def _is_target(self, entry: Entry, data: Path) -> bool:
        target = self._root / entry.path
        return target.exists() and data.samefile(target)

    def _stands(self, entry: Entry, finding: _Finding) -> bool:
        """Whether the target holds the same, as where the receipt is a copy of it."""
        try:
            return digest(self._root / entry.path) == finding.sha256
        except FileNotFoundError:
            return False

    def _json(self, entry: Entry) -> Path:
        return self.directory / f"{entry.stem}.json"


def _stems(names: Iterable[str]) -> list[str]:
    """The receipts among the names in their directory; others, as of conflict copies, are none."""
    stems = (name.removesuffix(".json") for name in names if name.endswith(".json"))
    return [stem for stem in stems if _STEM.fullmatch(stem)]


def _entry(stem: str, document: dict[str, Any]) -> Entry:
    """What a JSON says; raises ValueError, TypeError or KeyError for what we never wrote.

    It must speak of its own files and of one inside the folder: what it names is moved and removed.
    """
    del document["schema"]
    entry = Entry(**{**document, "kind": Kind(document["kind"])})
    texts = (entry.key, entry.path, entry.expected, entry.ours, entry.seen)
    is_inside = all(isinstance(text, str) for text in texts) and not (
        os.path.isabs(entry.path) or ".." in Path(entry.path).parts or "\0" in entry.path
    )
    is_time = isinstance(entry.since, int | float) and math.isfinite(entry.since)
    if entry.stem != stem or not is_inside or not is_time:
        raise ValueError("it is no receipt of ours")
    os.fsencode(entry.path)  # ValueError for what no file can be called
    return entry
