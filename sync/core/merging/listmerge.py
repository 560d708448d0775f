"""Merging a list's name and group: what both sides shall have, and who has to be told. Pure.

A file says its list's name by its own, and the group by the directory that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from unicodedata import normalize

from store.model import ListInfo
from sync.core.actions import Conflict, ListField
from sync.core.groups import Groups, hold_group
from sync.core.listplan import FileFacts, ListBase, ListPlan, ListRules, Scene
from sync.core.merging.merge import Conflicted, Merged, Push, Render, Side, merge
from sync.core.snapshot import Mode

__all__ = ["Agreed", "meet", "merge_list", "plain", "said_name"]

Values = Mapping[ListField, str | None]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A list as both sides shall have it; ``base`` is what they agree on once its file is right.

    ``follows``: its file does not say so yet. ``waits``: nothing is to be done or learned now.
    """

    info: ListInfo
    base: ListBase
    follows: bool = False
    waits: bool = False


def merge_list(
    scene: Scene, groups: Groups, plan: ListPlan, info: ListInfo, facts: FileFacts, base: ListBase
) -> Agreed:
    """Merge one list that has a readable file; what iCloud has to be told goes into ``plan``."""
    mode, path = scene.mode_of(info), facts.path
    there: Values = {ListField.NAME: info.name, ListField.GROUP: _living_group(groups, info)}
    before: Values = {ListField.NAME: base.name, ListField.GROUP: base.group}
    try:  # where the file of somebody else's list stands says nothing to them
        group = base.group if info.zone else groups.of(info.id, path)
    except LookupError as error:
        if mode is not Mode.READ_ONLY:
            hold_group(plan, str(error))
            return Agreed(info, base, waits=True)
        group = base.group
    here: Values = {
        ListField.NAME: said_name(facts, base, info, scene.rules),
        ListField.GROUP: group,
    }
    wins = Side.CLOUD if mode is Mode.READ_ONLY else scene.rules.wins
    merged = {what: merge(before[what], here[what], there[what], wins) for what in here}
    for what, one in merged.items():
        if isinstance(one, Conflicted):
            plan.conflicts.append(_conflict(groups, info.id, what, one))
    pushes = {what: here[what] for what in here if _pushes(merged[what])}
    follows = any(_renders(one) for one in merged.values())
    follows = follows or groups.out_of_place(here[ListField.GROUP] or "", path)
    if mode is Mode.READ_ONLY:
        pushes = {}  # the file may be called as it likes
    if pushes:
        plan.update(info.id, pushes)
    values = {**there, **pushes}
    name = values[ListField.NAME]
    assert name is not None
    return Agreed(
        info=replace(info, name=name, group=values[ListField.GROUP]),
        base=ListBase(info.name, there[ListField.GROUP], path),
        # What is sent comes first: then the file shows what both have.
        follows=follows and not pushes,
        waits=bool(pushes),
    )


def meet(
    scene: Scene, plan: ListPlan, info: ListInfo, facts: FileFacts, group: str | None
) -> Agreed:
    """A list and its file, of which it is not known what they agreed on (any more).

    A file keeps its own spelling of the name. That of another name was found by its id: nobody can
    tell which of the two is newer, so that it is a conflict.
    """
    rules, there = scene.rules, info.name
    agreed = Agreed(info, ListBase(there, group, facts.path))
    if facts.list_block is None or facts.label is not None:
        return agreed
    said = plain(rules.name_of(facts.path))
    usual = rules.name_of(rules.paths({info.id: info}, {})[info.id])
    if plain(said).casefold() in {plain(one).casefold() for one in (there, usual)}:
        return agreed
    wins = Side.CLOUD if scene.mode_of(info) is Mode.READ_ONLY else rules.wins
    if wins is Side.CLOUD:
        plan.conflicts.append(Conflict(info.id, ListField.NAME, there, said, wins))
        return replace(agreed, follows=True)
    plan.conflicts.append(Conflict(info.id, ListField.NAME, said, there, wins))
    plan.update(info.id, {ListField.NAME: said})
    return replace(agreed, info=replace(info, name=said), waits=True)


def plain(name: str) -> str:
    """A name without the number that keeps it apart from another."""
    return normalize("NFC", re.sub(r" \([1-9]\d*\)\Z", "", name))


def said_name(facts: FileFacts, base: ListBase, info: ListInfo, rules: ListRules) -> str:
    """The list name that a file's name stands for; where it was put, or numbered, says nothing."""
    path = facts.path
    if facts.label is not None:
        names = {rules.label_of(name): name for name in (base.name, info.name)}
        return names.get(facts.label, facts.label)
    said = rules.name_of(path)
    if path == base.path or said == rules.name_of(base.path):
        return base.name
    for name in (info.name, base.name):
        if normalize("NFC", name) in (said, plain(said)):
            return name
    return said


def _living_group(groups: Groups, info: ListInfo) -> str | None:
    """A list of a group that was deleted stands at top level."""
    return info.group if info.group in groups.there else None


def _pushes(merged: Merged) -> bool:
    return isinstance(merged, Push) or (
        isinstance(merged, Conflicted) and merged.winning is Side.FILES
    )


def _renders(merged: Merged) -> bool:
    return isinstance(merged, Render) or (
        isinstance(merged, Conflicted) and merged.winning is Side.CLOUD
    )


def _conflict(groups: Groups, id: str, name: ListField, merged: Conflicted) -> Conflict:
    winner, loser = merged.winner, merged.loser
    if name is ListField.GROUP:
        winner, loser = _group_name(groups, winner), _group_name(groups, loser)
    return Conflict(id, name, winner, loser, merged.winning)


def _group_name(groups: Groups, id: object) -> str | None:
    """What a person calls a group; one that is not there yet by its directory."""
    made = {new: directory for directory, new in groups.new.items()}
    return groups.names.get(str(id)) or made.get(str(id))
