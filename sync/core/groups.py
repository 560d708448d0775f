"""Groups of lists and directories: what a group's name means for where its lists stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from store.model import ListInfo
from sync.core.listplan import ListBase, ListPlan, ListRules

__all__ = ["in_group", "learn_groups"]


def in_group(
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


def learn_groups(
    plan: ListPlan, living: Mapping[str, ListInfo], groups: Mapping[str, ListBase]
) -> None:
    """Learn the name of each group with lists, once no file has to follow it any more."""
    waiting = {living[op.id].group for op in plan.rename_files}
    for id in {info.group for info in living.values()} - waiting:
        group = living.get(id or "")
        if group is not None and groups.get(group.id) != (now := ListBase(group.name, None, "")):
            plan.learned[group.id] = now
