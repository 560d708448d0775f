"""Files bound to a list by their front matter: which list, and what a new name of it means. Pure.

A file anywhere in the folder may say ``icloud-list: NAME``. Its tasks are then that list's, beside
those of the list's own file; where the list has no other file, it is the list's file. Its own name
says nothing. A list that was renamed in iCloud is still found by the name of before, until all of
its files have been given the new one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from store.model import ListInfo
from sync.core.actions import Hold, HoldKind
from sync.core.listplan import FileFacts, ListBase, ListPlan, Rebind
from sync.core.snapshot import Mode

__all__ = ["bind_files", "lists_called", "may_stay"]

MOSTLY = 0.6  # of a file's lines that stand in another file too: a copy of it


def lists_called(
    name: str, living: Mapping[str, ListInfo], bases: Mapping[str, ListBase]
) -> list[str]:
    """The lists of this name, by what they are called now; if none is, by what they were."""
    wanted = name.casefold()
    now = [
        info.id for info in living.values() if not info.is_group and info.name.casefold() == wanted
    ]
    return sorted(now or (id for id, base in bases.items() if base.name.casefold() == wanted))


def may_stay(
    facts: FileFacts, id: str, living: Mapping[str, ListInfo], bases: Mapping[str, ListBase]
) -> bool:
    """Whether a bound file still names the list that it was the file of."""
    return facts.wants_list is None or id in lists_called(facts.wants_list, living, bases)


def bind_files(
    plan: ListPlan,
    files: Mapping[str, FileFacts],
    living: Mapping[str, ListInfo],
    bases: Mapping[str, ListBase],
) -> Collection[str]:
    """Give bound files to their lists; returns those that are held instead.

    A file that names no list yet is left: it will become one.
    """
    held: list[str] = []
    for path, facts in sorted(files.items()):
        if not facts.is_bound or facts.trouble or path in plan.owner:
            continue
        reason = _bind(plan, facts, living, bases)
        if reason:
            plan.holds.append(Hold(path, HoldKind.NEW_LIST, f"{path} {reason}"))
            held.append(path)
    _follow_names(plan, files, living, bases)
    return held


def _bind(
    plan: ListPlan,
    facts: FileFacts,
    living: Mapping[str, ListInfo],
    bases: Mapping[str, ListBase],
) -> str:
    """Why the file cannot be bound, if so."""
    assert facts.wants_list is not None
    ids = [id for id in lists_called(facts.wants_list, living, bases) if id in plan.views]
    ids = [id for id in ids if id not in plan.ended]
    if not ids:
        return ""
    if len(ids) > 1:
        return f"is for “{facts.wants_list}”, and there are {len(ids)} lists of that name"
    view = plan.views[ids[0]]
    if view.mode is Mode.IGNORE:
        return f"is for “{view.name}”, which the config says to ignore"
    if facts.was != view.id and facts.copied and facts.copied >= MOSTLY * facts.tasks:
        return (
            "repeats lines that stand in another file; nothing in it is synced: remove it, or"
            " the ids of its lines"
        )
    plan.owner[facts.path] = view.id
    return ""


def _follow_names(
    plan: ListPlan,
    files: Mapping[str, FileFacts],
    living: Mapping[str, ListInfo],
    bases: Mapping[str, ListBase],
) -> None:
    """Let bound files say the name that iCloud has; until they all do, the old one is known."""
    unseen = set()
    for path, facts in sorted(files.items()):
        id = facts.was if facts.trouble else plan.owner.get(path)
        info, base = living.get(id or ""), bases.get(id or "")
        if info is None or base is None:
            continue
        if facts.trouble:  # what it says cannot be seen now, let alone changed
            unseen |= {info.id} if info.name != base.name and path != base.path else set()
        elif facts.is_bound and (facts.wants_list or "").casefold() != info.name.casefold():
            plan.rebinds.append(Rebind(info.id, path, info.name))
    plan.rename_files = [op for op in plan.rename_files if op.id not in unseen]
    for id in plan.learned.keys() & (unseen | {op.id for op in plan.rebinds}):
        plan.learned[id] = replace(plan.learned[id], name=bases[id].name)
