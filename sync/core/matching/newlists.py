"""Files that are no list's: which of them becomes a list, and which is held, and why. Pure.

A new file becomes a list by its front matter, by the config, or by a person's approval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from store.model import Absent, ListInfo, Presence
from sync.core.actions import Hold, HoldKind, ListField
from sync.core.groups import Groups
from sync.core.listplan import (
    CreateList,
    FileFacts,
    ListBase,
    ListPlan,
    NewLists,
    Scene,
    directory_of,
)
from sync.core.matching.identity import list_block_id
from sync.core.merging.listlook import said_look
from sync.core.snapshot import ListView, Mode

__all__ = ["name_copy", "plan_new_file"]


def name_copy(
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


def plan_new_file(scene: Scene, groups: Groups, plan: ListPlan, facts: FileFacts) -> None:
    """Make a list of a file with tasks, or hold it, or let it be."""
    rules = scene.rules
    if facts.wants_list is None and not facts.tasks:
        return
    allowed = facts.wants_list is not None or facts.path in rules.approved
    if not allowed and (rules.new_lists is not NewLists.YES or facts.path in rules.forgotten):
        if facts.path in rules.forgotten:
            return
        if rules.new_lists is NewLists.ASK:
            reason = f"{facts.path} has tasks but is no list yet; approve it to make it one"
            plan.holds.append(Hold(facts.path, HoldKind.NEW_LIST, reason))
        return
    name = facts.wants_list or facts.label or rules.name_of(facts.path)
    made = {new.name.casefold(): new.id for new in plan.create_lists if not new.is_group}
    if name.casefold() in made and facts.is_bound:
        plan.owner[facts.path] = made[name.casefold()]
        return
    names = {info.name.casefold() for info in scene.living.values() if not info.is_group}
    if name.casefold() in names | made.keys():
        reason = f"{facts.path} cannot become a list: “{name}” exists and has a file of its own"
        plan.holds.append(Hold(facts.path, HoldKind.NEW_LIST, reason))
        return
    mode = rules.mode_of(name)
    if mode is Mode.READ_ONLY:
        reason = f"{facts.path} cannot become a list: “{name}” is read-only in the config"
        plan.holds.append(Hold(facts.path, HoldKind.READ_ONLY, reason))
    if mode is not Mode.TWO_WAY:
        return
    id, directory = scene.mint("list", name), directory_of(facts.path)
    group = groups.by_directory.get(directory)
    if group is None and directory and not facts.is_bound:
        group = groups.make(directory)
    plan.owner[facts.path] = id
    plan.views[id] = ListView(id, name, facts.path)
    look = said_look(plan, facts)
    color, emblem = look[ListField.COLOR], look[ListField.EMBLEM]
    plan.create_lists.append(CreateList(id, name, group, facts.path, color=color, emblem=emblem))
