"""What is known of lists and files, and what a plan for lists consists of: words, no decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from store.model import ListInfo
from sync.core.actions import Hold
from sync.core.merge import Side
from sync.core.snapshot import ListView, Mode

__all__ = ["CreateFile", "CreateList", "FileFacts", "LabelFile", "ListBase", "ListPlan"]
__all__ += ["ListRules", "NewLists", "Rebind", "RenameFile", "RenameList"]


class NewLists(StrEnum):
    """What becomes of a new file with tasks: config key ``reminders.new_lists``."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one todo file; ``trouble`` says why it could not be read, if so.

    ``list_block`` and ``wants_list`` come from front matter; ``known`` counts, per list id, the
    lines whose reminders were in that list; ``tasks`` counts all task lines, ``copied`` those whose
    ids stand in another file too. ``was`` is the list that had this path last time. ``labelled``:
    the list's name stands in a file of its own, and is ``label``, if that says one.
    """

    path: str
    trouble: str = ""
    list_block: str | None = None
    wants_list: str | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    tasks: int = 0
    copied: int = 0
    was: str | None = None
    label: str | None = None
    labelled: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether it names its list, so that its own name and place say nothing."""
        return self.wants_list is not None and self.list_block is None


@dataclass(frozen=True, slots=True)
class ListBase:
    """What both sides last agreed on for a list: its name, its group's id and its file."""

    name: str
    group: str | None
    path: str


@dataclass(frozen=True, slots=True)
class ListRules:
    """The config and the names, as functions: ``path_of`` gives a list's path for a new name."""

    mode_of: Callable[[str], Mode]
    name_of: Callable[[str], str]  # path -> list name
    paths: Callable[[Mapping[str, ListInfo], Mapping[str, str]], Mapping[str, str]]
    new_lists: NewLists
    approved: Collection[str] = ()  # paths that a person has allowed to become lists
    wins: Side = Side.CLOUD


@dataclass(frozen=True, slots=True)
class CreateList:
    """iCloud shall get a list for this file."""

    id: str
    name: str
    group: str | None
    path: str


@dataclass(frozen=True, slots=True)
class RenameList:
    """iCloud's list shall have this name, as its file has."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class CreateFile:
    """A list of iCloud's shall have a file."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class RenameFile:
    """The list was renamed or regrouped in iCloud: its file shall follow."""

    id: str
    old: str
    path: str


@dataclass(frozen=True, slots=True)
class Rebind:
    """The list was renamed in iCloud: the front matter of a file bound to it shall say so."""

    id: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The file that says a list's name shall say this one; ``path`` is the list's place."""

    id: str
    path: str
    name: str


@dataclass(slots=True)
class ListPlan:
    """Where every list stands, and what has to be done about lists themselves.

    Several files may belong to one list; the one in its view gets the lines that come from iCloud.
    """

    views: dict[str, ListView] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)  # path -> list id
    create_lists: list[CreateList] = field(default_factory=list)
    rename_lists: list[RenameList] = field(default_factory=list)
    create_files: list[CreateFile] = field(default_factory=list)
    rename_files: list[RenameFile] = field(default_factory=list)
    rebinds: list[Rebind] = field(default_factory=list)
    label_files: list[LabelFile] = field(default_factory=list)
    learned: dict[str, ListBase] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)  # deleted in iCloud
    holds: list[Hold] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        """Whether anything would change on either side."""
        return bool(
            self.create_lists
            or self.rename_lists
            or self.create_files
            or self.rename_files
            or self.rebinds
            or self.label_files
        )
