"""Groups of lists: which directory is which group, what it is called, and whether it still is one.

A group's directory is known by its lists: where they stood, and where they stand now. If all of
them stand in one new directory, that is the group's new name; if some do, they have moved. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from store.model import ListInfo, Unknown
from sync.core.actions import Conflict, Hold, HoldKind, ListField
from sync.core.listplan import (
    CreateList,
    ListBase,
    ListPlan,
    NewLists,
    Scene,
    UpdateList,
    directory_of,
)
from sync.core.merging.merge import Conflicted, Push, merge
from sync.core.snapshot import Mode

__all__ = ["Groups", "create_groups", "delete_groups", "hold_group", "learn_groups"]
__all__ += ["read_groups"]


@dataclass(slots=True)
class Groups:
    """``names``: what each group shall be called; ``new``: directories that could become groups.

    ``moving`` are groups of which iCloud's name is not in the files yet.
    """

    scene: Scene
    there: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)
    by_directory: dict[str, str] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)
    new: dict[str, str] = field(default_factory=dict)

    def of(self, id: str, path: str) -> str | None:
        """The group that a list's file says by where it stands; a new one's id for a new one.

        Raises ``LookupError`` for a directory that may not become a group unless it is approved.
        """
        directory, base = directory_of(path), self.scene.bases.get(id)
        before = base.group if base is not None else None
        if base is not None and directory == directory_of(base.path):
            return before  # where it was put before says nothing new
        if not directory:
            return None
        if before is not None and directory in self._directories(before):
            return before
        if directory in self.by_directory:
            return self.by_directory[directory]
        if "/" in directory:
            return before
        rules = self.scene.rules
        if rules.new_lists is NewLists.YES or directory in rules.approved:
            return self.make(directory)
        if rules.new_lists is NewLists.ASK:
            raise LookupError(directory)
        return before

    def make(self, directory: str) -> str:
        """The id of the group that ``directory`` is or shall become."""
        known = self.by_directory.get(directory) or self.new.get(directory)
        return known or self.new.setdefault(directory, self.scene.mint("group", directory))

    def _directories(self, id: str) -> set[str]:
        """The directories of files that say this group's name, as it was or as it is there."""
        names = {self.there.get(id), _base_name(self.scene, id), self.names.get(id)}
        return {
            one for one in _directories(self.scene) if self.scene.rules.group_name(one) in names
        }

    def out_of_place(self, id: str, path: str) -> bool:
        """Whether a file stands where its group was before iCloud renamed it."""
        directory = directory_of(path)
        says = self.scene.rules.group_name(directory)
        return bool(directory) and id in self.moving and says != self.names[id]


def read_groups(scene: Scene, plan: ListPlan) -> Groups:
    """What the groups are called on both sides, and what has to be done about it."""
    living = scene.living
    groups = Groups(scene, {id: info.name for id, info in living.items() if info.is_group})
    awaited = {id: base.name for id, base in scene.group_bases.items() if id not in scene.remote}
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for id, path in scene.owner.items():
        base = scene.bases.get(id)
        if base is not None and base.group is not None and not scene.files[path].is_bound:
            homes[base.group].add(directory_of(path))
    names = {**awaited, **groups.there}
    _recognise(groups, {id: _base_name(scene, id) or name for id, name in names.items()})
    _recognise(groups, names)
    for id in sorted(names):
        groups.names[id] = _merge_name(groups, plan, id, homes[id])
    _await(scene, groups, plan, awaited)
    plan.group_names = groups.names
    return groups


def _recognise(groups: Groups, names: Mapping[str, str]) -> None:
    """Which directory is which group, by its name; letter by letter, else by all but case."""
    say = groups.scene.rules.group_name
    for fold in (str, str.casefold):
        by_name = {fold(name): id for id, name in sorted(names.items(), reverse=True)}
        for directory in sorted(_directories(groups.scene)):
            id = by_name.get(fold(say(directory)))
            if id is not None:
                groups.by_directory.setdefault(directory, id)


def _directories(scene: Scene) -> set[str]:
    return {one for one in map(directory_of, scene.files) if one and "/" not in one}


def _base_name(scene: Scene, id: str) -> str | None:
    base = scene.group_bases.get(id)
    return None if base is None else base.name


def _merge_name(groups: Groups, plan: ListPlan, id: str, homes: set[str]) -> str:
    there, before = groups.there.get(id), _base_name(groups.scene, id)
    here = _said_name(groups, id, homes)
    if there is None:  # ours, not yet there
        return here or before or ""
    if before is None or here is None:
        if before not in (None, there):
            groups.moving.add(id)
        return there
    merged = merge(before, here, there, groups.scene.rules.wins)
    if not isinstance(merged, Push | Conflicted):
        if there != before:
            groups.moving.add(id)
        return there
    pushes = isinstance(merged, Push) or merged.winner == here
    if pushes and not _writable(groups.scene, id):
        return there
    if isinstance(merged, Conflicted):
        plan.conflicts.append(
            Conflict(id, ListField.NAME, merged.winner, merged.loser, merged.winning)
        )
    if pushes:
        plan.update_lists.append(UpdateList(id, {ListField.NAME: here}))
        return here
    groups.moving.add(id)
    return there


def _said_name(groups: Groups, id: str, homes: set[str]) -> str | None:
    """The name that the directory of all its lists says; ``None`` if none of them has a file."""
    say = groups.scene.rules.group_name
    before, there = _base_name(groups.scene, id), groups.there.get(id)
    if not homes or before is None:
        return None
    if any(say(home) == before for home in homes if home):
        return before
    left = {home for home in homes if not home or say(home) != there}
    if not left:
        return there  # all have followed iCloud already
    (home, *others) = sorted(left)
    if others or not home or "/" in home:
        return before
    if groups.by_directory.setdefault(home, id) != id:
        return before  # they moved into another group
    return say(home)


def _writable(scene: Scene, id: str) -> bool:
    """Whether files may change the group: whether they may change every list in it."""
    inside = [one for one in scene.living.values() if one.group == id and not one.is_group]
    return all(scene.mode_of(one) is Mode.TWO_WAY for one in inside)


def _await(scene: Scene, groups: Groups, plan: ListPlan, awaited: Mapping[str, str]) -> None:
    """Ours, chosen before and not yet acknowledged: create it again, if it is still wanted."""
    for directory, id in sorted(groups.by_directory.items()):
        if id in awaited and id not in {op.id for op in plan.create_lists}:
            plan.create_lists.append(CreateList(id, groups.names[id], None, directory, True))
    made = {op.id for op in plan.create_lists}
    plan.ended += sorted(scene.group_bases.keys() - groups.there.keys() - made)


# ---- after the lists are merged -----------------------------------------------------------------


def create_groups(groups: Groups, plan: ListPlan, wanted: Mapping[str, ListInfo]) -> None:
    """iCloud shall get a group for each new directory that a list of it shall be in."""
    used = {info.group for info in wanted.values()} | {op.group for op in plan.create_lists}
    for directory, id in sorted(groups.new.items()):
        if id in used:
            name = groups.scene.rules.group_name(directory)
            plan.create_lists.append(CreateList(id, name, None, directory, True))
            groups.names[id] = name


def hold_group(plan: ListPlan, directory: str) -> None:
    """A directory that a list was moved into may become a group when a person says so."""
    reason = f"{directory} has lists but is no group yet; approve it to make it one"
    hold = Hold(directory, HoldKind.NEW_LIST, reason)
    if hold not in plan.holds:
        plan.holds.append(hold)


def delete_groups(groups: Groups, plan: ListPlan, wanted: Mapping[str, ListInfo]) -> None:
    """iCloud shall lose a group that its lists have left here, if nothing is in it any more.

    ``wanted`` are the lists as both sides shall have them.
    """
    scene, rules = groups.scene, groups.scene.rules
    hidden = not rules.complete or any(isinstance(one, Unknown) for one in scene.remote.values())
    used = {info.group for info in wanted.values()} | {op.group for op in plan.create_lists}
    used |= set(groups.by_directory.values())
    moved = {op.id for op in plan.update_lists if ListField.GROUP in op.changes}
    leaving = (moved | set(plan.delete_lists)) & scene.bases.keys()
    left = {scene.bases[id].group for id in leaving}
    for id, name in sorted(groups.there.items()):
        unchanged = _base_name(scene, id) == name
        if unchanged and id not in used and (id in left or id in rules.emptied):
            (plan.unsure_groups if hidden else plan.delete_groups).append(id)


def learn_groups(groups: Groups, plan: ListPlan) -> None:
    """Learn the name of each group with lists, once no file has to follow it any more."""
    living = groups.scene.living
    waiting = {op.agreed.group for op in plan.rename_files} | {op.id for op in plan.update_lists}
    used = {info.group for info in living.values() if info.group is not None}
    for id in sorted(used & groups.there.keys() - waiting):
        now = ListBase(groups.there[id], None, "")
        if groups.scene.group_bases.get(id) != now:
            plan.learned[id] = now
