"""Files that are no list's: which of them becomes a list, and which is held, and why. Pure.

A new file becomes a list by its front matter, by the config, or by a person's approval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from store.model import Absent, ListInfo, Presence
from sync.core.actions import Hold, HoldKind
from sync.core.identity import list_block_id
from sync.core.listplan import (
    CreateList,
    FileFacts,
    ListBase,
    ListPlan,
    ListRules,
    NewLists,
)
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


def plan_new_file(
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
    name = facts.wants_list or facts.label or rules.name_of(facts.path)
    twin = next((new for new in plan.create_lists if new.name.casefold() == name.casefold()), None)
    if twin is not None and facts.is_bound:
        plan.owner[facts.path] = twin.id
        return
    names = [
        *(info.name for info in living.values() if not info.is_group),
        *(new.name for new in plan.create_lists),
    ]
    if name.casefold() in map(str.casefold, names):
        reason = f"{facts.path} cannot become a list: “{name}” exists and has a file of its own"
        plan.holds.append(Hold(facts.path, HoldKind.NEW_LIST, reason))
        return
    group, _, _ = facts.path.rpartition("/")
    name_there = None if "/" in group else rules.name_of(group)
    group_id = next((i.id for i in living.values() if i.is_group and i.name == name_there), None)
    if group and group_id is None and not facts.is_bound:
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
