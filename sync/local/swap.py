"""Change the person's files so that no save of theirs is lost, however the two interleave.

"Check the hash, then replace" loses the save that lands in between. So our bytes and the file
trade places in one system call, and *then* what came out is looked at: if it is not what was
expected, it is the person's, and goes straight back. What came out is kept as a receipt until it
is quiet, because an editor may still be writing into it. Rules:

1. A reader sees the old or the new file, whole, with its mode, owner and attributes.
2. Nothing is unlinked before its content is known to be kept or to be ours.
3. Whatever happens, an answer is a value: ``Replaced``, ``ChangedMeanwhile`` or ``Refused``.
   What failed after the write is ``Replaced`` all the same. After a crash, or a ``Refused`` that
   is unsure, ``receipts()`` says what really happened.

Where files cannot be exchanged (some network and FUSE file systems) a second link to the old
file is kept instead, and where there are no links a copy: then a save by rename in the microseconds
before ours can be lost, and with a copy one that is written in place.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sync.local.disk import (
    Exchange,
    Renameat2,
    digest,
    keep_old,
    move_new,
    probe,
    sync_directory,
    write_whole,
)
from sync.local.folder import OURS
from sync.local.outcome import (
    ChangedMeanwhile,
    Outcome,
    Refusal,
    Refused,
    Replaced,
    reason_of,
)
from sync.local.place import check_directory, check_target, locate
from sync.local.receipts import Entry, Kind, Ledger, Receipt, State

__all__ = ["ChangedMeanwhile", "Outcome", "Refused", "Replaced", "Writer"]


class Writer:
    """The only writer of the person's files below ``root``, which has to be prepared.

    ``step(name)`` is called before each effect. ``clock`` gives seconds for the quiet period of
    receipts; best is one that nobody sets (monotonic), since a leap forward ends that period.
    Paths are relative to the root, and come back in POSIX form. Receipts are kept apart by
    ``machine``: where the folder is carried to another one, that must not judge them.
    """

    def __init__(
        self,
        root: Path,
        step: Callable[[str], None],
        clock: Callable[[], float],
        exchange: Exchange | None = None,
        machine: str = "",
    ) -> None:
        self._root = root
        self._step = step
        self._calls: Exchange = Renameat2() if exchange is None else exchange
        self._ledger = Ledger(root / OURS / "receipts" / machine, root, step, clock)
        self._supported: bool | None = None

    @property
    def exchange_supported(self) -> bool:
        """Whether this folder's file system can exchange files. Raises ``OSError``."""
        if self._supported is None:
            self._supported = probe(self._calls, self._ledger.directory)
        return self._supported

    def _has_ledger(self) -> bool:
        directory = self._ledger.directory
        with suppress(OSError):  # the folder is not there: which the answer says
            directory.mkdir(mode=0o700, exist_ok=True)
        return directory.is_dir()

    def replace(self, path: Path, new: bytes, expected_sha256: str, key: str) -> Outcome:
        """Write ``new`` over the file, if it still holds what has the expected hash."""
        return self._answer(lambda: self._replace(path, new, expected_sha256, key))

    def create(self, path: Path, new: bytes, key: str) -> Outcome:
        """Write a file that is not there yet; it becomes as private as its directory."""
        return self._answer(lambda: self._create(path, new, key))

    def rename(self, old: Path, new_path: Path, *, keep_directory: bool = False) -> Outcome:
        """Rename, never over another file; the new directory is made, an emptied one goes."""
        return self._answer(lambda: self._rename(old, new_path, keep_directory))

    def remove_directory(self, path: Path) -> Outcome:
        """Remove a directory if it is empty; if it is not, that is no failure."""
        return self._answer(lambda: self._remove_directory(path))

    def remove(self, path: Path, expected_sha256: str, key: str) -> Outcome:
        """Take the file out of the folder, into a receipt, if it holds what is expected."""
        return self._answer(lambda: self._remove(path, expected_sha256, key))

    def receipts(self) -> list[Receipt]:
        """What earlier writes displaced, oldest first. Raises ``OSError``."""
        if not self._ledger.directory.is_dir():
            return []
        self._ledger.sweep()
        return [receipt for _, receipt in self._ledger.all()]

    def give_back(self, receipt: Receipt) -> Outcome:
        """Put what the person wrote back in its place; done twice, it is done once.

        ``ChangedMeanwhile``: the person saved again since, or removed the file. Then both stay,
        the newer in its place and the other in the receipt, for the caller to keep.
        """
        return self._answer(lambda: self._give_back(receipt))

    def drop(self, receipt: Receipt, kept_sha256: str | None = None) -> None:
        """Forget a quiet receipt; one that changed since it was looked at stays.

        A foreign one needs the caller's proof that its bytes are kept: their hash. Raises
        ``ValueError`` for a receipt that may not be dropped, and ``OSError``.
        """
        if not receipt.quiet:
            raise ValueError(f"receipt {receipt.stem} is not quiet yet")
        if receipt.state is State.FOREIGN and kept_sha256 != receipt.found_sha256:
            raise ValueError(f"receipt {receipt.stem} holds bytes that are kept nowhere else")
        now = self._ledger.find(receipt.stem)
        if now is not None and now[1].found_sha256 == receipt.found_sha256:
            self._ledger.discard(now[0])

    def _answer(self, work: Callable[[], Outcome]) -> Outcome:
        try:
            if not self._has_ledger():
                return Refused(f"{self._ledger.directory} is not there (folder not mounted?)")
            return work()
        except Refusal as refusal:
            return Refused(refusal.reason)
        except OSError as error:
            return _failed(error)

    def _replace(self, path: Path, new: bytes, expected: str, key: str) -> Outcome:
        target = locate(self._root, path)
        check_target(target)
        if digest(target) != expected:
            return ChangedMeanwhile(f"{path} was saved by someone else")
        ours = hashlib.sha256(new).hexdigest()
        if ours == expected:
            return Replaced(ours)
        kind = Kind.EXCHANGE if self.exchange_supported else Kind.LINK
        entry = self._ledger.entry(key, path.as_posix(), kind, expected, ours)
        try:
            self._stage(entry, new, like=target)
            self._step("swap:check")
            if digest(target) != expected:
                self._ledger.discard(entry)
                return ChangedMeanwhile(f"{path} was saved by someone else")
            check_target(target)
            if kind is Kind.EXCHANGE:
                self._step("swap:exchange")
                self._calls.exchange(self._ledger.data(entry), target)
            elif not self._replace_by_link(entry, target):
                return ChangedMeanwhile(f"{path} was saved by someone else")
        except OSError as error:
            return self._abandon(entry, error)
        try:
            self._sync(target)
            return self._examine(entry, target)
        except OSError as error:
            return self._came_to(entry, error)

    def _replace_by_link(self, entry: Entry, target: Path) -> bool:
        """Keep a second link to the old file, then rename ours over it; whether it was done."""
        link = self._ledger.link(entry)
        self._step("swap:link")
        keep_old(target, link)
        if digest(link) != entry.expected or digest(target) != entry.expected:
            self._discard_ours(entry)
            return False
        self._step("swap:exchange")
        os.replace(self._ledger.data(entry), target)
        return True

    def _examine(self, entry: Entry, target: Path) -> Outcome:
        """Look at what came out; if the person wrote it, it goes back at once."""
        self._step("swap:examine")
        displaced = self._ledger.data(entry) if entry.kind is Kind.EXCHANGE else None
        found = digest(displaced or self._ledger.link(entry))
        if found in (entry.expected, entry.ours):
            return Replaced(entry.ours)
        self._return(entry, target)
        return ChangedMeanwhile(f"{entry.path} was saved while it was being written")

    def _create(self, path: Path, new: bytes, key: str) -> Outcome:
        target = locate(self._root, path)
        if os.path.lexists(target):
            return ChangedMeanwhile(f"{path} is there already")
        self._make_directory(target.parent)
        ours = hashlib.sha256(new).hexdigest()
        entry = self._ledger.entry(key, path.as_posix(), Kind.CREATE, "", ours)
        try:
            self._stage(entry, new, mode=target.parent.stat().st_mode & 0o666)
            self._step("swap:move")
            move_new(self._calls, self._ledger.data(entry), target)
        except FileExistsError:
            self._ledger.discard(entry)
            return ChangedMeanwhile(f"{path} is there already")
        except OSError as error:
            return self._abandon(entry, error)
        try:
            self._sync(target)
        except OSError as error:
            return self._came_to(entry, error)
        return Replaced(ours)

    def _rename(self, old: Path, new_path: Path, keep_directory: bool) -> Outcome:
        source = locate(self._root, old, follow=False)
        target = locate(self._root, new_path, follow=False)
        check_directory(source.parent)
        source.lstat()  # before a directory is made for nothing
        self._make_directory(target.parent)
        try:
            self._step("swap:move")
            move_new(self._calls, source, target)
        except FileExistsError:
            return ChangedMeanwhile(f"{new_path} is there already")
        trouble = ""
        try:
            self._sync(target)
            sync_directory(source.parent)
            if source.parent != self._root.resolve() and not keep_directory:
                self._drop_if_empty(source.parent)
        except OSError as error:  # it has its new name all the same
            trouble = reason_of(error)
        is_file = target.is_file() and not target.is_symlink()
        return Replaced(digest(target) if is_file else "", trouble)

    def _remove_directory(self, path: Path) -> Outcome:
        self._drop_if_empty(locate(self._root, path, follow=False))
        return Replaced("")

    def _drop_if_empty(self, directory: Path) -> None:
        if not os.listdir(directory):
            self._step("swap:remove-directory")
            with suppress(OSError):  # no longer empty: then it stays
                directory.rmdir()

    def _remove(self, path: Path, expected: str, key: str) -> Outcome:
        target = locate(self._root, path, follow=False)
        if target.is_symlink():
            raise Refusal(f"{path} is a symbolic link; remove it by hand")
        check_target(target)
        if digest(target) != expected:
            return ChangedMeanwhile(f"{path} was saved by someone else")
        entry = self._ledger.entry(key, path.as_posix(), Kind.REMOVE, expected, "")
        try:
            self._step("swap:record")
            self._ledger.record(entry)
            self._step("swap:move")
            move_new(self._calls, target, self._ledger.data(entry))
        except OSError as error:
            return self._abandon(entry, error)
        try:
            self._sync(target)
            self._step("swap:examine")
            if digest(self._ledger.data(entry)) == expected:
                return Replaced("")
            self._return(entry, target)
        except OSError as error:
            return self._came_to(entry, error)
        return ChangedMeanwhile(f"{path} was saved while it was being removed")

    def _give_back(self, receipt: Receipt) -> Outcome:
        now = self._ledger.find(receipt.stem)
        if now is None:
            raise Refusal(f"the receipt {receipt.stem} has been dropped")
        entry, current = now
        if current.state is State.CLEAN:
            raise Refusal(f"the receipt {receipt.stem} holds nothing that the person wrote")
        target = locate(self._root, Path(entry.path))
        if current.state is State.OURS:
            return Replaced(digest(target))
        if not self._return(entry, target):
            return ChangedMeanwhile(f"{entry.path} was saved again; both versions are kept")
        return Replaced(current.found_sha256)

    def _return(self, entry: Entry, target: Path) -> bool:
        """Bring the displaced bytes back to where ours are; ``False``: both are kept."""
        data = self._ledger.data(entry)
        if not self._is_free(entry, target):  # asked first: a receipt that waits has to get quiet
            return False
        self._step("swap:record")
        self._ledger.touch(entry, entry.ours)
        if entry.kind is Kind.REMOVE:
            return self._return_removed(data, target)
        self._step("swap:give-back")
        if entry.kind is Kind.LINK:
            os.replace(self._ledger.link(entry), target)
            self._sync(target)
            return True
        self._calls.exchange(data, target)
        self._sync(target)
        self._step("swap:examine-again")
        if digest(data) == entry.ours:
            return True
        # Saved once more between the look and the exchange: that save is the newer one.
        self._step("swap:put-newer-back")
        self._calls.exchange(data, target)
        self._sync(target)
        return False

    def _is_free(self, entry: Entry, target: Path) -> bool:
        """Whether nothing newer than ours stands where the displaced bytes are to go."""
        if entry.kind is Kind.REMOVE:
            return not os.path.lexists(target)
        return target.exists() and digest(target) == entry.ours

    def _return_removed(self, data: Path, target: Path) -> bool:
        try:
            self._step("swap:give-back")
            move_new(self._calls, data, target)
        except FileExistsError:
            return False
        self._sync(target)
        return True

    def _stage(
        self, entry: Entry, new: bytes, *, mode: int = 0o600, like: Path | None = None
    ) -> None:
        """Our bytes complete and durable, then the record of what they are for."""
        self._step("swap:write")
        write_whole(self._ledger.data(entry), new, mode=mode, like=like)
        self._step("swap:record")
        self._ledger.record(entry)

    def _abandon(self, entry: Entry, error: OSError) -> Outcome:
        """After a failure, clean up; but keep a receipt if more happened than was reported."""
        with suppress(OSError):
            if self._discard_ours(entry):
                return _failed(error)
        return self._came_to(entry, error)

    def _discard_ours(self, entry: Entry) -> bool:
        """Forget a write that did not happen; whether it did not."""
        found = self._ledger.find(entry.stem)
        is_undone = found is None or found[1].state is State.OURS
        if is_undone:
            self._ledger.discard(entry)
        return is_undone

    def _came_to(self, entry: Entry, error: OSError) -> Outcome:
        """What a write came to that said ``error``: its receipt tells, if anything does."""
        found = None
        with suppress(OSError):
            found = self._ledger.find(entry.stem)
        if found is None:
            return Refused(reason_of(error), unsure=True)
        if found[1].state is State.CLEAN:
            return Replaced(entry.ours, reason_of(error))
        return _failed(error)

    def _make_directory(self, directory: Path) -> None:
        if not directory.is_dir():
            self._step("swap:make-directory")
            directory.mkdir(parents=True, exist_ok=True)
        check_directory(directory)

    def _sync(self, target: Path) -> None:
        self._step("swap:sync")
        sync_directory(target.parent)
        sync_directory(self._ledger.directory)


def _failed(error: OSError) -> Outcome:
    """What a failed call says of a write that did not happen."""
    if isinstance(error, FileNotFoundError):
        return ChangedMeanwhile(f"{error.filename} is gone")
    return Refused(reason_of(error))
