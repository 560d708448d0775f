"""Plans of lists for the tests of rooms that make them: files, bases and iCloud in, a plan out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from store.model import ListInfo, Presence, Present
from sync.core.listplan import FileFacts, ListBase, ListPlan, ListRules, NewLists
from sync.core.lists import plan_lists
from sync.core.merging.merge import Side
from sync.core.snapshot import Mode
from sync.local.names import assign, list_name
from sync.local.text import clean_title

__all__ = ["BASE", "GROUP", "HOME", "facts", "plan"]

HOME = ListInfo("1", "Home")
BASE = ListBase("Home", None, "Home.md")
GROUP = ListInfo("G", "Us", is_group=True)


def facts(path: str, **more: object) -> FileFacts:
    return FileFacts(path, **{"tasks": 1, **more})  # type: ignore[arg-type]


def plan(
    remote: Mapping[str, ListInfo | Presence[ListInfo]] | None = None,
    files: tuple[FileFacts, ...] = (),
    bases: Mapping[str, ListBase] | None = None,
    *,
    wins: Side = Side.CLOUD,
    mode: Mode = Mode.TWO_WAY,
    new_lists: NewLists = NewLists.ASK,
    approved: tuple[str, ...] = (),
    emptied: tuple[str, ...] = (),
    complete: bool = True,
) -> ListPlan:
    known = {"1": HOME} if remote is None else remote
    known_bases = bases or {}
    taken = {one.path for one in files} - {base.path for base in known_bases.values()}

    def paths(living: Mapping[str, ListInfo], current: Mapping[str, str]) -> Mapping[str, str]:
        groups = {info.id: info.name for info in living.values() if info.is_group}
        plain = {info.id: info for info in living.values() if not info.is_group}
        names = {id: (one.name, groups.get(one.group or "")) for id, one in plain.items()}
        return assign(names, ".md", taken, current)

    rules = ListRules(
        mode_of=lambda _: mode,
        name_of=lambda path: list_name(path.rpartition("/")[2].removesuffix(".md")),
        group_name=list_name,
        label_of=clean_title,
        paths=paths,
        new_lists=new_lists,
        approved=approved,
        wins=wins,
        emptied=emptied,
        complete=complete,
    )
    numbers = count(2)
    fresh = iter(["NEW"])

    def mint(_kind: str, _name: str) -> str:
        return next(fresh, None) or f"NEW{next(numbers)}"

    sides = {id: Present(one) if isinstance(one, ListInfo) else one for id, one in known.items()}
    return plan_lists(sides, {one.path: one for one in files}, known_bases, rules, mint)
