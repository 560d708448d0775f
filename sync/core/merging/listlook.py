"""What a list looks like: its colour and emblem, merged with what its file's front matter says.

A file says so only where a person put the key there: an empty one is filled in, and without it the
file is silent, so that whatever iCloud has is agreed on. Where the colour has a file of its own, a
new colour of iCloud's makes that file. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.model import ListInfo
from sync.core.actions import Conflict, Hold, HoldKind, ListField
from sync.core.colors import hexadecimal_of, said_color, shown_color
from sync.core.listplan import FileFacts, HeadValue, LabelFile, ListBase, ListPlan, Scene, SetHead
from sync.core.merging.merge import MISSING, Agreed, Conflicted, Push, Side, merge
from sync.core.snapshot import Mode

__all__ = ["KEYS", "Look", "merge_look", "said_look"]

KEYS = {ListField.COLOR: "icloud-color", ListField.EMBLEM: "icloud-emblem"}


@dataclass(slots=True)
class Look:
    """What iCloud has to be told, and what both sides agree on (``None``: not known)."""

    pushes: dict[ListField, str | None] = field(default_factory=dict)
    agreed: dict[ListField, str | None] = field(default_factory=dict)


def merge_look(
    scene: Scene, plan: ListPlan, info: ListInfo, path: str, base: ListBase | None
) -> Look:
    """Merge colour and emblem of one list; what the file has to be told goes into ``plan``."""
    facts, look = scene.files[path], Look()
    there = {ListField.COLOR: info.color, ListField.EMBLEM: info.emblem}
    before: Mapping[ListField, str | None] = {
        ListField.COLOR: base.color if base is not None else None,
        ListField.EMBLEM: base.emblem if base is not None else None,
    }
    for what, key in KEYS.items():
        head = facts.heads.get(key)
        if head is None or not head.text:
            is_new = facts.labelled and what is ListField.COLOR and there[what] != before[what]
            is_told = bool(there[what]) and (head is not None or is_new)
            is_told = is_told and _tell(plan, facts, info, what, there[what], "")
            look.agreed[what] = before[what] if is_told and facts.labelled else there[what]
            continue
        here = _said(plan, what, facts, head, (there[what], before[what] or ""))
        look.agreed[what] = before[what]
        if here is not None:
            _merge(scene, plan, info, look, (what, head, here, there[what]), path)
    return look


def said_look(plan: ListPlan, facts: FileFacts) -> dict[ListField, str]:
    """The colour and emblem that the file of a new list asks for; "" where it does not."""
    said = dict.fromkeys(KEYS, "")
    for what, key in KEYS.items():
        head = facts.heads.get(key)
        if head is not None and head.text:
            said[what] = _said(plan, what, facts, head, ()) or ""
    return said


def _merge(
    scene: Scene,
    plan: ListPlan,
    info: ListInfo,
    look: Look,
    said: tuple[ListField, HeadValue, str, str],
    path: str,
) -> None:
    what, head, here, there = said
    mode, before = scene.mode_of(info), look.agreed[what]
    wins = Side.CLOUD if mode is Mode.READ_ONLY else scene.rules.wins
    merged = merge(MISSING if before is None else before, here, there, wins)
    if isinstance(merged, Conflicted):
        plan.conflicts.append(Conflict(info.id, what, merged.winner, merged.loser, wins))
    if isinstance(merged, Agreed):
        look.agreed[what] = there
    elif isinstance(merged, Push) or (isinstance(merged, Conflicted) and wins is Side.FILES):
        if mode is Mode.TWO_WAY and not info.zone:
            look.pushes[what] = here
        else:
            why = "another person's" if info.zone else "read-only"
            reason = f"the list is {why}; {head.path}: line {head.line} is not sent"
            plan.holds.append(Hold(f"{head.path}:{head.line}", HoldKind.READ_ONLY, reason))
    elif not _tell(plan, scene.files[path], info, what, there, head.text):
        look.agreed[what] = there


def _said(
    plan: ListPlan, what: ListField, facts: FileFacts, head: HeadValue, known: tuple[str, ...]
) -> str | None:
    """What the key says; ``None``, and held, if that is nothing."""
    if what is ListField.EMBLEM:
        return head.text
    try:
        return said_color(head.text, known)
    except ValueError as error:
        reason = f"{head.path}: line {head.line}: {error}"
        plan.holds.append(Hold(f"{head.path}:{head.line}", HoldKind.FILE, reason))
        return None


def _tell(
    plan: ListPlan, facts: FileFacts, info: ListInfo, what: ListField, value: str, before: str
) -> bool:
    """Let the file say a value in the place of ``before``; whether there are words for it.

    A colour's own file is read by others, who know no names of colours.
    """
    if facts.labelled:
        text = hexadecimal_of(value)
        if text == before or not (text or not value):
            return False
        plan.label_files.append(LabelFile(info.id, facts.path, text, what))
        return True
    text = shown_color(value, before) if what is ListField.COLOR else value
    plan.heads.append(SetHead(info.id, facts.path, KEYS[what], text))
    return True
