"""What asking for a change of the person's files can come to, and why it was refused."""

from __future__ import annotations

import errno
from dataclasses import dataclass

__all__ = ["ChangedMeanwhile", "Outcome", "Refusal", "Refused", "Replaced", "reason_of"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """Done: the path now holds content with this SHA-256 (``""``: it is gone, as asked).

    ``trouble`` is what failed after that, for a person to know.
    """

    sha256: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ChangedMeanwhile:
    """The person was faster: their file stands, ours was not written. Read it again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """This file cannot be written, for a reason that a person has to see to.

    ``unsure``: it may have been written all the same, which its receipt will tell.
    """

    reason: str
    unsure: bool = False


Outcome = Replaced | ChangedMeanwhile | Refused


class Refusal(Exception):
    """This path cannot be written; ``reason`` is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: OSError) -> str:
    """The sentence for a failed system call, in the terms that a person can act on."""
    where = error.filename or "the folder"
    match error.errno:
        case errno.ENOSPC:
            return f"disk full: {where}"
        case errno.EDQUOT:
            return f"disk full (quota): {where}"
        case errno.EROFS:
            return f"read-only file system: {where}"
        case errno.EACCES | errno.EPERM:
            return f"read-only, or no permission: {where}"
        case errno.EXDEV:
            return f"on another file system than the folder, so not safely replaceable: {where}"
        case errno.ENAMETOOLONG:
            return f"name too long for this file system: {where}"
        case _:
            return f"{error.strerror}: {where}"
