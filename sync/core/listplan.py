"""What is known of lists and files, and what a plan for lists consists of: words, no decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from store.model import ListInfo, Presence, Present
from sync.core.actions import Conflict, Hold, ListField
from sync.core.merging.merge import Side
from sync.core.snapshot import ListView, Mode

__all__ = ["CreateFile", "CreateList", "FileFacts", "HeadValue", "LabelFile", "ListBase"]
__all__ += ["ListPlan", "ListRules", "NewLists", "Rebind", "RenameFile", "Scene", "SetHead"]
__all__ += ["UpdateList", "again", "directory_of"]


class NewLists(StrEnum):
    """What becomes of a new file with tasks: config key ``reminders.new_lists``."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class HeadValue:
    """What a list's file says of how it looks: the words, and in which file and line (from 1)."""

    text: str
    line: int
    path: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one todo file; ``trouble`` says why it could not be read, if so.

    ``unsure``: whose file it is cannot be seen now, and may be another time; ``settling``: in a
    moment.
    ``list_block`` and ``wants_list`` come from front matter; ``known`` counts, per list id, the
    lines whose reminders were in that list, ``there`` those of which nothing is agreed on and that
    are in it in iCloud; ``tasks`` counts all task lines, ``copied`` those whose
    ids stand in another file too. ``was`` is the list that had this path last time. ``heads`` are
    the keys in the front matter that say how the list looks. ``labelled``: the list's name stands
    in a file of its own, and is ``label``, if that says one; and so does its colour.
    """

    path: str
    trouble: str = ""
    unsure: bool = False
    settling: bool = False
    list_block: str | None = None
    wants_list: str | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    there: Mapping[str, int] = field(default_factory=dict)
    tasks: int = 0
    copied: int = 0
    was: str | None = None
    heads: Mapping[str, HeadValue] = field(default_factory=dict)
    label: str | None = None
    labelled: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether it names its list, so that its own name and place say nothing."""
        return self.wants_list is not None and self.list_block is None


@dataclass(frozen=True, slots=True)
class ListBase:
    """What both sides last agreed on for a list: its name, its group's id and its file.

    A group has no path. ``color`` and ``emblem`` are ``None`` as long as nothing is known of them.
    """

    name: str
    group: str | None
    path: str
    color: str | None = ""
    emblem: str | None = ""


@dataclass(frozen=True, slots=True)
class ListRules:
    """The config and the names, as functions: ``paths`` gives the path of each list.

    ``approved`` are paths that may become lists, directories that may be groups, and ``again`` of
    lists that may have a new file. ``emptied`` are groups whose directory was seen to be empty
    before; ``told`` are lists of which a person was told that their file is gone; ``astray`` says
    of lists why they have no file, where their lines stand in one that can be no list's;
    ``complete`` that nothing is hidden. ``news`` are lists that are approved to go, to which
    something came since, or in which it changed: the title of one such reminder. ``unshown`` gives
    the titles of what is open in a list and was in no file. ``is_made_of``
    says of a list and a name whether a machine made that list of a file of that name.
    """

    mode_of: Callable[[str], Mode]
    name_of: Callable[[str], str]  # path -> list name
    group_name: Callable[[str], str]  # directory -> group name
    label_of: Callable[[str], str]  # list name -> as a file of its own says it
    paths: Callable[[Mapping[str, ListInfo], Mapping[str, str]], Mapping[str, str]]
    new_lists: NewLists
    approved: Collection[str] = ()
    unshared: Collection[str] = ()  # lists that others shared once
    wins: Side = Side.CLOUD
    emptied: Collection[str] = ()
    told: Collection[str] = ()
    astray: Mapping[str, str] = field(default_factory=dict)
    news: Mapping[str, str] = field(default_factory=dict)
    unshown: Callable[[str], Sequence[str]] = lambda id: ()
    complete: bool = True
    purge: bool = False  # deletions are for good
    forgotten: Collection[str] = ()  # lists, and paths of files, that are not kept here
    is_made_of: Callable[[str, str], bool] = lambda id, name: False


@dataclass(frozen=True, slots=True)
class CreateList:
    """iCloud shall get a list for this file, or a group for the directory ``path``."""

    id: str
    name: str
    group: str | None
    path: str
    is_group: bool = False
    color: str = ""
    emblem: str = ""


@dataclass(frozen=True, slots=True)
class UpdateList:
    """iCloud's list or group shall have these values, as its file or directory says."""

    id: str
    changes: Mapping[ListField, str | None]


@dataclass(frozen=True, slots=True)
class CreateFile:
    """A list of iCloud's shall have a file."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class RenameFile:
    """The list was renamed or regrouped in iCloud: its file shall follow.

    ``agreed`` is what both sides agree on once it has.
    """

    id: str
    old: str
    path: str
    agreed: ListBase


@dataclass(frozen=True, slots=True)
class SetHead:
    """The list looks otherwise in iCloud: the key in its file's front matter shall say so."""

    id: str
    path: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Rebind:
    """The list was renamed in iCloud: the front matter of a file bound to it shall say so."""

    id: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The file that says a list's name, or its colour, shall say this; ``path``: its place."""

    id: str
    path: str
    text: str
    what: ListField = ListField.NAME


@dataclass(slots=True)
class ListPlan:
    """Where every list stands, and what has to be done about lists themselves.

    Several files may belong to one list; the one in its view gets the lines that come from iCloud.
    ``unsure_groups`` would be deleted, but that nobody can say now whether anything is in them; of
    ``unsure_lists`` the file is gone, or is one that cannot be read now.
    """

    views: dict[str, ListView] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)  # path -> list id
    create_lists: list[CreateList] = field(default_factory=list)
    update_lists: list[UpdateList] = field(default_factory=list)
    delete_lists: list[str] = field(default_factory=list)
    delete_groups: list[str] = field(default_factory=list)
    unsure_groups: list[str] = field(default_factory=list)
    unsure_lists: list[str] = field(default_factory=list)
    create_files: list[CreateFile] = field(default_factory=list)
    rename_files: list[RenameFile] = field(default_factory=list)
    rebinds: list[Rebind] = field(default_factory=list)
    heads: list[SetHead] = field(default_factory=list)
    label_files: list[LabelFile] = field(default_factory=list)
    learned: dict[str, ListBase] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)  # deleted in iCloud
    holds: list[Hold] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    group_names: dict[str, str] = field(default_factory=dict)
    remembered: list[str] = field(default_factory=list)  # forgotten, and here again
    heirs: dict[str, str] = field(default_factory=dict)  # gone list -> the one that has its file

    @property
    def writes(self) -> bool:
        """Whether anything would change on either side."""
        there = (self.create_lists, self.update_lists, self.delete_lists, self.delete_groups)
        files = (self.create_files, self.rename_files, self.rebinds, self.heads, self.label_files)
        return any((*there, *files))

    def update(self, id: str, changes: Mapping[ListField, str | None]) -> None:
        """iCloud's list shall have these values too: all of one list is one write."""
        before = next((op for op in self.update_lists if op.id == id), UpdateList(id, {}))
        self.update_lists = [op for op in self.update_lists if op.id != id]
        self.update_lists.append(UpdateList(id, {**before.changes, **changes}))


@dataclass(frozen=True)  # no slots: what is living is kept in it
class Scene:
    """All sides of the lists at one moment; ``bases`` are those of lists, by list id.

    ``owner`` gives the file of each list that has one; ``mint`` gives the identity
    of what is new, by ``list`` or ``group`` and the name.
    """

    remote: Mapping[str, Presence[ListInfo]]
    files: Mapping[str, FileFacts]
    bases: Mapping[str, ListBase]
    group_bases: Mapping[str, ListBase]
    owner: dict[str, str]
    rules: ListRules
    mint: Callable[[str, str], str]

    @cached_property
    def living(self) -> dict[str, ListInfo]:
        """Lists and groups that are there, by id."""
        return {id: one.value for id, one in self.remote.items() if isinstance(one, Present)}

    def mode_of(self, info: ListInfo) -> Mode:
        """What may be done with a list."""
        return Mode.READ_ONLY if info.read_only else self.rules.mode_of(info.name)


def again(list_id: str) -> str:
    """The word by which a person approves that a list whose file is gone gets a new one."""
    return f"again:{list_id}"


def directory_of(path: str) -> str:
    """The directory that a path is in; ``""`` is the folder itself."""
    return path.rpartition("/")[0]
