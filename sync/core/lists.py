"""Lists and files: what has to be created or renamed on either side. Pure.

Which file is which list is ``listmatch``'s to say, which files stand beside it ``binding``'s, and
what becomes of the files that are left ``newlists``'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from unicodedata import normalize

from store.model import Absent, ListInfo, Presence, Present, Unknown
from sync.core.actions import Hold, HoldKind
from sync.core.binding import bind_files
from sync.core.groups import in_group, learn_groups
from sync.core.listmatch import match_files
from sync.core.listplan import (
    CreateFile,
    CreateList,
    FileFacts,
    LabelFile,
    ListBase,
    ListPlan,
    ListRules,
    NewLists,
    RenameFile,
    RenameList,
)
from sync.core.merge import Conflicted, Push, Render, Side, merge
from sync.core.newlists import name_copy, plan_new_file
from sync.core.snapshot import ListView, Mode
from sync.local.text import clean_title

__all__ = ["plan_lists"]


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
    owner = match_files(living, files, bases, rules)
    plan.owner = {path: id for id, path in owner.items()}
    plain = {id: info for id, info in living.items() if not info.is_group}
    wanted = rules.paths(living, {id: base.path for id, base in bases.items()})
    for id, info in sorted(plain.items()):
        base = in_group(bases.get(id), groups, living, rules)
        _plan_list(plan, info, owner.get(id), files, base, wanted.get(id), rules)
    learn_groups(plan, living, groups)
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
            _await_list(plan, id, bases[id], owner.get(id), files, rules)
    held = bind_files(plan, files, living, bases)
    for path in sorted(files.keys() - plan.owner.keys() - set(held)):
        facts = files[path]
        if facts.trouble or path in plan.owner:
            continue
        if facts.list_block is not None or rules.new_lists is NewLists.NO:
            name_copy(plan, facts, remote, bases)
        if facts.list_block is None:
            plan_new_file(plan, facts, living, rules, mint)
    return plan


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
    facts = files[path]
    plan.views[info.id] = ListView(info.id, info.name, path, mode, blocked=facts.trouble)
    if facts.is_bound:
        if base != (now := ListBase(info.name, info.group, path)) and not facts.trouble:
            plan.learned[info.id] = now
    elif not facts.trouble:
        _merge_name(plan, info, facts, base, wanted, mode, rules)


def _merge_name(
    plan: ListPlan,
    info: ListInfo,
    facts: FileFacts,
    base: ListBase | None,
    wanted: str,
    mode: Mode,
    rules: ListRules,
) -> None:
    path = facts.path
    if base is None:  # first contact: the file keeps its own spelling of the name
        plan.learned[info.id] = ListBase(info.name, info.group, path)
        if facts.label is not None and facts.label != clean_title(info.name):
            plan.label_files.append(LabelFile(info.id, path, info.name))
        return
    local = _said_name(facts, base, info, rules)
    wins = Side.CLOUD if mode is Mode.READ_ONLY else rules.wins
    merged = merge(base.name, local, info.name, wins)
    push = isinstance(merged, Push) or (
        isinstance(merged, Conflicted) and merged.winning is Side.FILES
    )
    if push and mode is not Mode.READ_ONLY:
        plan.rename_lists.append(RenameList(info.id, local))
        return
    moved_there = info.group != base.group
    if facts.labelled and isinstance(merged, Render | Conflicted):
        plan.label_files.append(LabelFile(info.id, path, info.name))
    elif isinstance(merged, Render | Conflicted) or (moved_there and path == base.path):
        if wanted != path:
            plan.rename_files.append(RenameFile(info.id, path, wanted))
        else:
            plan.learned[info.id] = ListBase(info.name, info.group, path)
    elif base != ListBase(info.name, info.group, path):
        plan.learned[info.id] = ListBase(info.name, info.group, path)


def _said_name(facts: FileFacts, base: ListBase, info: ListInfo, rules: ListRules) -> str:
    """The list name that a file's name stands for; where it was put, or numbered, says nothing."""
    path = facts.path
    if facts.label is not None:
        names = {clean_title(name): name for name in (base.name, info.name)}
        return names.get(facts.label, facts.label)
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
    plan: ListPlan,
    id: str,
    base: ListBase,
    path: str | None,
    files: Mapping[str, FileFacts],
    rules: ListRules,
) -> None:
    """Ours, chosen before and not yet acknowledged: create it (again), under the same id."""
    plan.views[id] = ListView(id, base.name, path, rules.mode_of(base.name))
    if path is None:
        plan.ended.append(id)
        return
    as_before = path == base.path or files[path].is_bound
    name = base.name if as_before else rules.name_of(path)
    plan.create_lists.append(CreateList(id, name, base.group, path))
