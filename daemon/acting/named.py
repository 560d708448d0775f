"""Which reminder, or list, a person means: by its short id, its UUID or its title. Pure."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from sync.core.deeds import Scene
from sync.core.snapshot import Mode
from sync.errors import NoSuchReminder, UsageError

__all__ = ["find_list", "find_reminder", "usual_list"]

_NO_LIST = "there is no list yet", "the first `remindersd sync` brings the lists"
_USUAL = ("inbox", "reminders")  # names of the list that takes what is put nowhere else
_SHOWN = 8  # of those that a title may mean


def find_reminder(scene: Scene, key: str, *, open_first: bool = True) -> str:
    """The id of the one reminder that ``key`` names: also one that has no line any more.

    Of several titles that begin so, one that is the whole key is meant, then one that is open
    (with ``open_first``; else one that is done). Raises NoSuchReminder.
    """
    key = " ".join(key.split())
    if not key:
        raise NoSuchReminder("no reminder is named", "name it by its r-... id or its title")
    bare = key.removeprefix("^")
    there = {*scene.here, *scene.hidden, *scene.away}
    for id, block in scene.blocks.items():
        if id in there and block in (bare, f"r-{bare.lower()}"):
            return id
    if bare.upper() in there:
        return bare.upper()
    wanted = key.casefold()
    titles = {id: " ".join(one.title.split()).casefold() for id, one in scene.here.items()}
    starting = [id for id, title in titles.items() if title.startswith(wanted)]
    whole = [id for id in starting if titles[id] == wanted]
    found = whole or starting
    first = [id for id in found if (scene.here[id].done is None) == open_first]
    gone = _without_line(scene, wanted)
    if not first and not open_first and len(gone) == 1 and gone[0] in scene.hidden:
        return gone[0]  # what is done is meant, and all that has a line is open
    found = first or found
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchReminder(
            f"“{key[:60]}” may be {len(found)} reminders", f"name one: {_candidates(scene, found)}"
        )
    if len(gone) == 1:
        return gone[0]
    raise _unknown(scene, key, titles)


def _without_line(scene: Scene, wanted: str) -> list[str]:
    titles = {id: title for id, (title, _) in scene.away.items()}
    titles |= {id: one.title for id, one in scene.hidden.items()}
    called = [id for id, title in titles.items() if " ".join(title.split()).casefold() == wanted]
    return [id for id in called if id in scene.hidden] or called


def _unknown(scene: Scene, key: str, titles: dict[str, str]) -> NoSuchReminder:
    near = get_close_matches(key.casefold(), titles.values(), 3, 0.7)
    ids = [id for id, title in titles.items() if title in near]
    hint = (
        f"did you mean {_candidates(scene, ids)}?"
        if ids
        else "`remindersd search WORDS` finds reminders"
    )
    return NoSuchReminder(f"there is no reminder “{key[:60]}”", hint)


def _candidates(scene: Scene, ids: Collection[str]) -> str:
    shown = []
    for id in sorted(ids, key=lambda id: (scene.here[id].title, id))[:_SHOWN]:
        one, view = scene.here[id], scene.lists.get(scene.here[id].list)
        where = view.name if view is not None else "?"
        done = ", done" if one.done is not None else ""
        shown.append(f"{scene.blocks.get(id, id)} “{one.title}” ({where}{done})")
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(shown) + more


def find_list(scene: Scene, name: str) -> str:
    """The id of the list called ``name``, whatever the case; raises UsageError with near names."""
    views = [view for view in scene.lists.values() if view.name]
    found = [view for view in views if view.name == name or view.id == name.upper()]
    found = found or [view for view in views if view.name.casefold() == name.strip().casefold()]
    if len(found) == 1:
        return found[0].id
    if found:
        files = ", ".join(str(view.path) for view in found)
        raise UsageError(f"{len(found)} lists are called “{name}”", f"their files are {files}")
    if not views:
        raise UsageError(*_NO_LIST)
    names = sorted({view.name for view in views})
    folded = {one.casefold(): one for one in names}
    near = [folded[one] for one in get_close_matches(name.casefold(), folded, 3, 0.5)]
    hint = (
        f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(names) or 'none'}"
    )
    raise UsageError(f"there is no list “{name[:60]}”", hint)


def usual_list(scene: Scene) -> str:
    """The list for what names none: the only one, or the one that is called as an inbox is."""
    views = [
        view
        for view in scene.lists.values()
        if view.mode is Mode.TWO_WAY and view.path is not None and not view.blocked
    ]
    usual = [view for name in _USUAL for view in views if view.name.casefold() == name]
    if len(views) == 1 or usual:
        return (usual or views)[0].id
    names = ", ".join(sorted(view.name for view in views))
    if not scene.lists:
        raise UsageError(*_NO_LIST)
    if not names:
        raise UsageError("no list here can be written to", "see `remindersd lists`")
    raise UsageError("into which list?", f"name one with --list or @: {names}")
