"""Lists and files: which file is which list, and what has to be created or renamed. Pure.

A file is matched to a list by, in this order: the id in its front matter, the path where the list
was last time, most of its lines belonging to a list whose own file is gone, and on first contact
its name. What is left is a new file; it becomes a list only by front matter, config or approval.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from unicodedata import normalize

from store.model import Absent, ListInfo, Presence, Present, Unknown
from sync.core.actions import Hold, HoldKind
from sync.core.identity import list_block_id
from sync.core.listplan import (
    CreateFile,
    CreateList,
    FileFacts,
    ListBase,
    ListPlan,
    ListRules,
    NewLists,
    RenameFile,
    RenameList,
)
from sync.core.merge import Conflicted, Push, Render, Side, merge
from sync.core.snapshot import ListView, Mode

__all__ = ["plan_lists"]

MOSTLY = 0.6  # of a file's known lines: a renamed file


def plan_lists(
    remote: Mapping[str, Presence[ListInfo]],
    files: Mapping[str, FileFacts],
    bases: Mapping[str, ListBase],
    rules: ListRules,
    mint: Callable[[], str],
) -> ListPlan:
    """Match files to lists and merge their names; ``mint`` names lists that are new in a file.

    ``bases`` without a path are those of groups.
    """
    plan = ListPlan()
    groups = {id: base for id, base in bases.items() if not base.path}
    bases = {id: base for id, base in bases.items() if base.path}
    living = {id: one.value for id, one in remote.items() if isinstance(one, Present)}
    owner = _match_files(living, files, bases, rules)
    plan.owner = {path: id for id, path in owner.items()}
    plain = {id: info for id, info in living.items() if not info.is_group}
    wanted = rules.paths(living, {id: base.path for id, base in bases.items()})
    for id, info in sorted(plain.items()):
        base = _in_group(bases.get(id), groups, living, rules)
        _plan_list(plan, info, owner.get(id), files, base, wanted.get(id), rules)
    _learn_groups(plan, living, groups)
    for id in sorted(bases.keys() - plain.keys()):
        state = remote.get(id)
        if isinstance(state, Absent):
            _end_list(plan, id, bases[id], owner.get(id))
        elif state is not None:  # there, but it cannot be said what it is
            reason = state.reason if isinstance(state, Unknown) else "it has become a group"
            blocked = f"the list “{bases[id].name}” cannot be read: {reason}"
            plan.views[id] = ListView(id, bases[id].name, owner.get(id), blocked=blocked)
            plan.holds.append(Hold(id, HoldKind.LIST, blocked))
        else:  # ours, not yet created
            _await_list(plan, id, bases[id], owner.get(id), rules)
    for path in sorted(files.keys() - plan.owner.keys()):
        facts = files[path]
        if facts.trouble:
            continue
        if facts.list_block is not None or rules.new_lists is NewLists.NO:
            _name_copy(plan, facts, remote, bases)
        if facts.list_block is None:
            _plan_new_file(plan, facts, living, rules, mint)
    return plan


# ---- which file is which list -------------------------------------------------------------------


def _match_files(
    living: Mapping[str, ListInfo],
    files: Mapping[str, FileFacts],
    bases: Mapping[str, ListBase],
    rules: ListRules,
) -> dict[str, str]:
    """List id -> path, each at most once."""
    owner: dict[str, str] = {}
    taken: set[str] = set()

    def claim(id: str, path: str) -> None:
        if id not in owner and path not in taken:
            owner[id] = path
            taken.add(path)

    for id, base in bases.items():
        if base.path in files and _may_be(files[base.path], id):
            claim(id, base.path)
    by_block = {list_block_id(id): id for id in {*living, *bases}}
    for path, facts in sorted(files.items()):
        if facts.list_block in by_block:
            claim(by_block[facts.list_block], path)
    for path, facts in sorted(files.items()):
        most = Counter(facts.known).most_common(1)
        if most and most[0][0] in bases and most[0][1] >= MOSTLY * sum(facts.known.values()):
            claim(most[0][0], path)
    by_name = _unique_names(living, owner)
    for path in sorted(files):
        id_by_name = by_name.get(rules.name_of(path).casefold())
        if id_by_name is not None and files[path].list_block is None:
            claim(id_by_name, path)
    return owner


def _may_be(facts: FileFacts, id: str) -> bool:
    return facts.list_block is None or facts.list_block == list_block_id(id)


def _unique_names(living: Mapping[str, ListInfo], owner: Mapping[str, str]) -> dict[str, str]:
    """Names that exactly one list without a file has."""
    free = [info for info in living.values() if not info.is_group and info.id not in owner]
    counts = Counter(info.name.casefold() for info in free)
    return {info.name.casefold(): info.id for info in free if counts[info.name.casefold()] == 1}


# ---- groups -------------------------------------------------------------------------------------


def _in_group(
    base: ListBase | None,
    groups: Mapping[str, ListBase],
    living: Mapping[str, ListInfo],
    rules: ListRules,
) -> ListBase | None:
    """The base; in no group, if it stands in the folder of a group that was renamed since."""
    if base is None or base.group is None:
        return base
    group, before = living.get(base.group), groups.get(base.group)
    if group is None or before is None or group.name == before.name:
        return base
    folder = base.path.rpartition("/")[0]
    return replace(base, group=None) if rules.name_of(folder) == before.name else base


def _learn_groups(
    plan: ListPlan, living: Mapping[str, ListInfo], groups: Mapping[str, ListBase]
) -> None:
    """Learn the name of each group with lists, once no file has to follow it any more."""
    waiting = {living[op.id].group for op in plan.rename_files}
    for id in {info.group for info in living.values()} - waiting:
        group = living.get(id or "")
        if group is not None and groups.get(group.id) != (now := ListBase(group.name, None, "")):
            plan.learned[group.id] = now


# ---- one list at a time -------------------------------------------------------------------------


def _plan_list(
    plan: ListPlan,
    info: ListInfo,
    path: str | None,
    files: Mapping[str, FileFacts],
    base: ListBase | None,
    wanted: str | None,
    rules: ListRules,
) -> None:
    mode = Mode.READ_ONLY if info.read_only else rules.mode_of(info.name)
    if mode is Mode.IGNORE or wanted is None:
        plan.views[info.id] = ListView(info.id, info.name, path, Mode.IGNORE)
        return
    if path is None and base is not None:
        reason = f"its file {base.path} is gone; nothing of “{info.name}” is deleted"
        plan.views[info.id] = ListView(info.id, info.name, None, mode, blocked=reason)
        plan.holds.append(Hold(info.id, HoldKind.LIST, reason))
        return
    if path is None:
        plan.create_files.append(CreateFile(info.id, wanted))
        plan.owner[wanted] = info.id
        plan.views[info.id] = ListView(info.id, info.name, wanted, mode)
        return
    trouble = files[path].trouble
    plan.views[info.id] = ListView(info.id, info.name, path, mode, blocked=trouble)
    if not trouble:
        _merge_name(plan, info, path, base, wanted, mode, rules)


def _merge_name(
    plan: ListPlan,
    info: ListInfo,
    path: str,
    base: ListBase | None,
    wanted: str,
    mode: Mode,
    rules: ListRules,
) -> None:
    if base is None:  # first contact: the file keeps its own spelling of the name
        plan.learned[info.id] = ListBase(info.name, info.group, path)
        return
    local = _said_name(path, base, info, rules)
    wins = Side.CLOUD if mode is Mode.READ_ONLY else rules.wins
    merged = merge(base.name, local, info.name, wins)
    push = isinstance(merged, Push) or (
        isinstance(merged, Conflicted) and merged.winning is Side.FILES
    )
    if push and mode is not Mode.READ_ONLY:
        plan.rename_lists.append(RenameList(info.id, local))
        return
    moved_there = info.group != base.group
    if isinstance(merged, Render | Conflicted) or (moved_there and path == base.path):
        if wanted != path:
            plan.rename_files.append(RenameFile(info.id, path, wanted))
        else:
            plan.learned[info.id] = ListBase(info.name, info.group, path)
    elif base != ListBase(info.name, info.group, path):
        plan.learned[info.id] = ListBase(info.name, info.group, path)


def _said_name(path: str, base: ListBase, info: ListInfo, rules: ListRules) -> str:
    """The list name that a file's name stands for; where it was put, or numbered, says nothing."""
    said = rules.name_of(path)
    if path == base.path or said == rules.name_of(base.path):
        return base.name
    plain = re.sub(r" \([1-9]\d*\)\Z", "", said)
    for name in (info.name, base.name):
        if normalize("NFC", name) in (said, plain):
            return name
    return said


def _end_list(plan: ListPlan, id: str, base: ListBase, path: str | None) -> None:
    """Deleted in iCloud: its lines leave the file as reminders do, and nothing new is taken."""
    plan.views[id] = ListView(
        id, base.name, path, Mode.READ_ONLY, closed=f"the list “{base.name}” was deleted in iCloud"
    )
    plan.ended.append(id)


def _await_list(
    plan: ListPlan, id: str, base: ListBase, path: str | None, rules: ListRules
) -> None:
    """Ours, chosen before and not yet acknowledged: create it (again), under the same id."""
    plan.views[id] = ListView(id, base.name, path, rules.mode_of(base.name))
    if path is None:
        plan.ended.append(id)
        return
    name = base.name if path == base.path else rules.name_of(path)
    plan.create_lists.append(CreateList(id, name, base.group, path))


def _name_copy(
    plan: ListPlan,
    facts: FileFacts,
    remote: Mapping[str, Presence[ListInfo]],
    bases: Mapping[str, ListBase],
) -> None:
    """Hold a file with tasks that says it is a list, or has a list's lines, and is not its file."""
    if not facts.tasks:
        return
    most = Counter(facts.known).most_common(1)
    if facts.list_block is not None:
        by_block = {list_block_id(id): id for id in {*remote, *bases}}
        id = by_block.get(facts.list_block)
        mark = f"has the icloud-id {facts.list_block}"
        way_out = "to make it a list of its own, remove its icloud-id line"
    elif most and facts.wants_list is None:
        id = most[0][0]
        mark = "is no list, but has lines of one"
        way_out = "to make it a list of its own, give it an icloud-list line"
    else:
        return
    reason = (
        f"{facts.path} {mark}, {_whose(id, plan, remote)}; nothing in it is synced;"
        f" {way_out}; else remove the file"
    )
    plan.holds.append(Hold(facts.path, HoldKind.FILE, reason))


def _whose(id: str | None, plan: ListPlan, remote: Mapping[str, Presence[ListInfo]]) -> str:
    """Which list is meant, and where it stands."""
    if id is None:
        return "which no list of this account has"
    view, state = plan.views.get(id), remote.get(id)
    if view is not None and view.path:
        return f"as a copy of {view.path} (“{view.name}”)"
    if view is not None:
        return f"that of “{view.name}”"
    if isinstance(state, Absent):
        return "that of a list that was deleted in iCloud"
    return "that of a list that cannot be read now"


def _plan_new_file(
    plan: ListPlan,
    facts: FileFacts,
    living: Mapping[str, ListInfo],
    rules: ListRules,
    mint: Callable[[], str],
) -> None:
    if facts.wants_list is None and not facts.tasks:
        return
    allowed = facts.wants_list is not None or facts.path in rules.approved
    if not allowed and rules.new_lists is not NewLists.YES:
        if rules.new_lists is NewLists.ASK:
            reason = f"{facts.path} has tasks but is no list yet; approve it to make it one"
            plan.holds.append(Hold(facts.path, HoldKind.NEW_LIST, reason))
        return
    name = facts.wants_list or rules.name_of(facts.path)
    names = [
        *(info.name for info in living.values() if not info.is_group),
        *(new.name for new in plan.create_lists),
    ]
    if name.casefold() in map(str.casefold, names):
        reason = f"{facts.path} cannot become a list: “{name}” exists and has a file of its own"
        plan.holds.append(Hold(facts.path, HoldKind.NEW_LIST, reason))
        return
    group, _, _ = facts.path.rpartition("/")
    group_id = next(
        (i.id for i in living.values() if i.is_group and i.name == rules.name_of(group)), None
    )
    if group and group_id is None:
        reason = f"{facts.path} stands in a folder that is no group in iCloud"
        plan.holds.append(Hold(facts.path, HoldKind.NEW_LIST, reason))
        return
    mode = rules.mode_of(name)
    if mode is Mode.READ_ONLY:
        reason = f"{facts.path} cannot become a list: “{name}” is read-only in the config"
        plan.holds.append(Hold(facts.path, HoldKind.READ_ONLY, reason))
    if mode is not Mode.TWO_WAY:
        return
    id = mint()
    plan.owner[facts.path] = id
    plan.views[id] = ListView(id, name, facts.path)
    plan.create_lists.append(CreateList(id, name, group_id, facts.path))
