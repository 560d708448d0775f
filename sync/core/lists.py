"""Lists and files: what has to be created, renamed or deleted on either side. Pure.

Which file is which list is ``listmatch``'s to say, which files stand beside it ``binding``'s, what
they shall be called and in which group ``listmerge``'s and ``groups``'s, how they look
``listlook``'s, and what becomes of the files that are left ``newlists``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from store.model import Absent, ListInfo, Presence, Unknown
from sync.core.actions import Hold, HoldKind, ListField
from sync.core.groups import Groups, create_groups, delete_groups, learn_groups, read_groups
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
    Scene,
    again,
)
from sync.core.matching.binding import bind_files
from sync.core.matching.heirs import find_heirs
from sync.core.matching.listmatch import match_files
from sync.core.matching.newlists import name_copy, plan_new_file
from sync.core.merging.listlook import merge_look, said_look
from sync.core.merging.listmerge import Agreed, meet, merge_list
from sync.core.snapshot import ListView, Mode

__all__ = ["plan_lists"]


def plan_lists(
    remote: Mapping[str, Presence[ListInfo]],
    files: Mapping[str, FileFacts],
    bases: Mapping[str, ListBase],
    rules: ListRules,
    mint: Callable[[str, str], str],
) -> ListPlan:
    """Match files to lists and merge what they say; ``mint`` (see ``Scene``) names what is new.

    ``bases`` without a path are those of groups.
    """
    plan = ListPlan()
    scene = _scene(remote, files, bases, rules, mint)
    plan.heirs = find_heirs(scene.owner, remote, files, bases, rules)
    scene.owner.update({new: scene.owner.pop(old) for old, new in plan.heirs.items()})
    plan.owner = {path: id for id, path in scene.owner.items()}
    groups = read_groups(scene, plan)
    agreed = {
        id: one
        for id, info in sorted(scene.living.items())
        if not info.is_group and (one := _merge(scene, groups, plan, info)) is not None
    }
    _place(scene, groups, plan, agreed)
    _plan_unseen(scene, groups, plan)
    held = bind_files(plan, files, scene.living, scene.bases)
    for path in sorted(files.keys() - plan.owner.keys() - set(held)):
        facts = files[path]
        if facts.trouble or path in plan.owner:
            continue
        if facts.list_block is not None or rules.new_lists is NewLists.NO:
            name_copy(plan, facts, remote, scene.bases)
        if facts.list_block is None:
            plan_new_file(scene, groups, plan, facts)
    wanted = {
        id: agreed[id].info if id in agreed else info
        for id, info in scene.living.items()
        if not info.is_group and id not in plan.delete_lists
    }
    create_groups(groups, plan, wanted)
    delete_groups(groups, plan, wanted)
    learn_groups(groups, plan)
    for id, view in plan.views.items():
        if id in scene.living and scene.living[id].zone:
            plan.views[id] = replace(view, zone=scene.living[id].zone)
    return plan


def _scene(
    remote: Mapping[str, Presence[ListInfo]],
    files: Mapping[str, FileFacts],
    bases: Mapping[str, ListBase],
    rules: ListRules,
    mint: Callable[[str, str], str],
) -> Scene:
    lists = {id: base for id, base in bases.items() if base.path}
    groups = {id: base for id, base in bases.items() if not base.path}
    owner: dict[str, str] = {}
    scene = Scene(remote, files, lists, groups, owner, rules, mint)
    owner.update(match_files(scene.living, files, lists, rules))
    return scene


# ---- one list at a time -------------------------------------------------------------------------


def _merge(scene: Scene, groups: Groups, plan: ListPlan, info: ListInfo) -> Agreed | None:
    """The list as both sides shall have it; ``None`` where nothing is to be done about it."""
    mode, path, base = scene.mode_of(info), scene.owner.get(info.id), scene.bases.get(info.id)
    if mode is Mode.IGNORE:
        plan.views[info.id] = ListView(info.id, info.name, path, Mode.IGNORE)
        return None
    if info.id in scene.rules.forgotten:
        if path is None:
            blocked = f"“{info.name}” is not kept in this folder"
            plan.views[info.id] = ListView(info.id, info.name, None, mode, blocked=blocked)
            return None
        plan.remembered.append(info.id)  # whoever puts the file back wants it here
    if path is None and base is not None and again(info.id) not in scene.rules.approved:
        _rest(scene, plan, info, base)
        return None
    trouble = scene.files[path].trouble if path is not None else ""
    plan.views[info.id] = ListView(info.id, info.name, path, mode, blocked=trouble)
    if trouble:
        return None
    group = info.group if info.group in groups.there else None
    one = Agreed(info, ListBase(info.name, group, path or ""))
    if path is None:
        return one
    if base is None:
        one = meet(scene, plan, info, scene.files[path], group)
    elif not scene.files[path].is_bound:
        one = merge_list(scene, groups, plan, info, scene.files[path], base)
    look = merge_look(scene, plan, info, path, base)
    if look.pushes:
        plan.update(info.id, look.pushes)
    color, emblem = look.agreed[ListField.COLOR], look.agreed[ListField.EMBLEM]
    return replace(one, base=replace(one.base, color=color, emblem=emblem))


def _rest(scene: Scene, plan: ListPlan, info: ListInfo, base: ListBase) -> None:
    """A list without its file rests, unless a person said that it is to be deleted."""
    mode, rules = scene.mode_of(info), scene.rules
    kind, news = HoldKind.LIST, rules.news.get(info.id)
    may_go = info.id in rules.approved and news is None
    unsure = next((facts for facts in _unclaimed(scene) if facts.unsure), None)
    what = f"the list in iCloud{' for good' * rules.purge}{_unshown(rules.unshown(info.id))}"
    reason = (
        f"its file {base.path} is gone; put it back (`remindersd restore --file {base.path}`),"
        f" `remindersd forget {base.path}`, or approve “{info.name}” by its name to delete {what}"
    )
    if mode is not Mode.TWO_WAY:
        kind = HoldKind.RESTING_LIST
        reason = f"its file {base.path} is gone; “{info.name}” is read-only, so put it back"
    elif info.zone:
        kind = HoldKind.RESTING_LIST
        reason = f"its file {base.path} is gone; “{info.name}” is not yours to delete: put it back"
    elif why := rules.astray.get(info.id):  # a copy of it may stand at the top, too
        kind, reason = HoldKind.RESTING_LIST, why
    elif unsure is not None and not (unsure.settling and info.id in rules.told):
        kind = HoldKind.RESTING_LIST
        reason = f"its file {base.path} is gone, and may be {unsure.path}: {unsure.trouble}"
        plan.unsure_lists.append(info.id)
    elif may_go and not rules.complete:
        reason = (
            f"its file {base.path} is gone; “{info.name}” is deleted in iCloud once everything in"
            " the folder can be read"
        )
    elif news is not None:
        reason = (
            f"its file {base.path} is gone, but “{news}” was changed in “{info.name}” since you"
            f" approved, or is new; put the file back (`remindersd restore --file {base.path}`), or"
            f" approve “{info.name}” again to delete {what}"
        )
    if kind is HoldKind.LIST and may_go and rules.complete and unsure is None:
        plan.delete_lists.append(info.id)
    else:
        plan.holds.append(Hold(info.id, kind, reason))
    plan.views[info.id] = ListView(info.id, info.name, None, mode, blocked=reason)


def _unshown(titles: Sequence[str]) -> str:
    """What goes with a list though nobody has seen it in a file, as a person is told of it."""
    if not titles:
        return ""
    others = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    was = "was" if len(titles) == 1 else "were"
    return f", with “{titles[0]}”{others}, which {was} in no file"


def _unclaimed(scene: Scene) -> Iterable[FileFacts]:
    """The files that are no list's, in order."""
    taken = {*scene.owner.values()}
    return (facts for path, facts in sorted(scene.files.items()) if path not in taken)


def _place(scene: Scene, groups: Groups, plan: ListPlan, agreed: Mapping[str, Agreed]) -> None:
    """Give each list's file the place that both sides agree on, and learn what they agree on."""
    named = {id: one.info for id, one in agreed.items()}
    for id, name in groups.names.items():
        named[id] = ListInfo(id, name, is_group=True)
    others = {id: one for id, one in scene.living.items() if id not in named}
    holder = {path: id for id, path in scene.owner.items()}
    current = {
        id: base.path
        for id, base in scene.bases.items()
        if holder.get(base.path, id) == id  # not where another one's file stands by now
    }
    wanted = scene.rules.paths({**others, **named}, current)
    for id, one in agreed.items():
        path = scene.owner.get(id)
        if path is None:
            plan.create_files.append(CreateFile(id, wanted[id]))
            plan.owner[wanted[id]] = id
            view = plan.views[id]
            plan.views[id] = ListView(id, view.name, wanted[id], view.mode)
        elif _needs_label(scene.rules, scene.files[path], one, scene.bases.get(id)):
            plan.label_files.append(LabelFile(id, path, one.info.name))
        elif one.follows and wanted[id] != path:
            agreed_on = replace(one.base, path=wanted[id])
            plan.rename_files.append(RenameFile(id, path, wanted[id], agreed_on))
        elif not one.waits and scene.bases.get(id) != one.base:
            plan.learned[id] = one.base


def _needs_label(rules: ListRules, facts: FileFacts, agreed: Agreed, base: ListBase | None) -> bool:
    """Whether the file that says the list's name has to say another one first."""
    follows = agreed.follows or (base is None and facts.label is not None)
    return facts.labelled and follows and facts.label != rules.label_of(agreed.info.name)


# ---- lists that are not there, or not to be read ------------------------------------------------


def _plan_unseen(scene: Scene, groups: Groups, plan: ListPlan) -> None:
    plain = {id for id, info in scene.living.items() if not info.is_group}
    for id in sorted(scene.bases.keys() - plain):
        state, base, path = scene.remote.get(id), scene.bases[id], scene.owner.get(id)
        if id in scene.rules.unshared and id in scene.rules.forgotten:
            blocked = f"“{base.name}” is no longer shared with you, and forgotten"
            plan.views[id] = ListView(id, base.name, path, Mode.IGNORE, blocked=blocked)
        elif id in scene.rules.unshared and id not in scene.rules.approved:
            _hold_unshared(plan, id, base, path)
        elif id in scene.rules.unshared:
            _end_list(plan, id, base, path, "is no longer shared with you")
        elif isinstance(state, Absent):
            _end_list(plan, id, base, path, "was deleted in iCloud")
        elif state is not None:  # there, but it cannot be said what it is
            reason = state.reason if isinstance(state, Unknown) else "it has become a group"
            blocked = f"the list “{base.name}” cannot be read: {reason}"
            plan.views[id] = ListView(id, base.name, path, blocked=blocked)
            plan.holds.append(Hold(id, HoldKind.RESTING_LIST, blocked))
        else:  # ours, not yet created
            _await_list(scene, groups, plan, id)


def _hold_unshared(plan: ListPlan, id: str, base: ListBase, path: str | None) -> None:
    """Its owner took it back: the file stays as it is until a person says otherwise."""
    reason = (
        f"“{base.name}” is no longer shared with you; its file stays as it is;"
        f" approve “{base.name}” by its name to let its lines go"
    )
    plan.views[id] = ListView(id, base.name, path, blocked=reason)
    plan.holds.append(Hold(id, HoldKind.UNSHARED, reason))


def _end_list(plan: ListPlan, id: str, base: ListBase, path: str | None, why: str) -> None:
    """Gone: its lines leave the file as reminders do, and nothing new is taken."""
    plan.views[id] = ListView(
        id, base.name, path, Mode.READ_ONLY, closed=f"the list “{base.name}” {why}"
    )
    plan.ended.append(id)


def _await_list(scene: Scene, groups: Groups, plan: ListPlan, id: str) -> None:
    """Ours, chosen before and not yet acknowledged: create it (again), under the same id."""
    base, path, rules = scene.bases[id], scene.owner.get(id), scene.rules
    plan.views[id] = ListView(id, base.name, path, rules.mode_of(base.name))
    if path is None:
        plan.ended.append(id)
        return
    is_bound = scene.files[path].is_bound
    name = base.name if path == base.path or is_bound else rules.name_of(path)
    name = scene.files[path].label or name
    try:
        group = base.group if is_bound else groups.of(id, path)
    except LookupError:
        group = base.group
    known = group if group in groups.names or group in groups.new.values() else None
    look = said_look(plan, scene.files[path])
    color, emblem = look[ListField.COLOR], look[ListField.EMBLEM]
    plan.create_lists.append(CreateList(id, name, known, path, color=color, emblem=emblem))
