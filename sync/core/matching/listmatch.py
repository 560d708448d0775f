"""Which file is which list. Pure.

A file is matched to a list by, in this order: the path where the list was last time, the id in its
front matter, most of its lines belonging to a list whose own file is gone, and on first contact
its name, or the name in its front matter. Of lists that share a name it is the one that most of its
lines are of in iCloud, or the only one of the group that its directory is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from store.model import ListInfo
from sync.core.listplan import FileFacts, ListBase, ListRules, directory_of
from sync.core.matching.binding import may_stay
from sync.core.matching.identity import list_block_id
from sync.core.merging.listmerge import plain

__all__ = ["match_files"]

MOSTLY = 0.6  # of a file's known lines: a renamed file


def match_files(
    living: Mapping[str, ListInfo],
    files: Mapping[str, FileFacts],
    bases: Mapping[str, ListBase],
    rules: ListRules,
) -> dict[str, str]:
    """The file of each list: list id to path, each at most once."""
    owner: dict[str, str] = {}
    taken: set[str] = set()
    alike = {id: one for id, one in _namesakes(living).items() if id not in bases}

    def claim(id: str | None, path: str) -> None:
        if id is not None and id not in owner and path not in taken:
            owner[id] = path
            taken.add(path)

    for id, base in bases.items():
        facts = files.get(base.path)
        if facts is not None and _may_be(facts, id) and may_stay(facts, id, living, bases):
            claim(id, base.path)
    by_block = {list_block_id(id): id for id in {*living, *bases}}
    for path, facts in sorted(files.items()):
        if facts.list_block in by_block:
            claim(by_block[facts.list_block], path)
    for path, facts in sorted(files.items()):
        most = Counter(facts.known).most_common(1)
        if most and most[0][0] in bases and most[0][1] >= MOSTLY * sum(facts.known.values()):
            id = most[0][0]
            if not _stood_beside(facts, id) and may_stay(facts, id, living, bases):
                claim(id, path)
    for tell_apart in (_by_lines, _by_group, _by_number):
        for path in sorted(files.keys() - taken):
            free = {id: one for id, one in alike.items() if id not in owner}
            if free and files[path].list_block is None and not files[path].is_bound:
                claim(tell_apart(files[path], free, living, rules), path)
    by_name = _unique_names(living, owner)
    for path, facts in sorted(files.items(), key=lambda one: (one[1].is_bound, one[0])):
        name = facts.wants_list or facts.label or rules.name_of(path)
        id_by_name = by_name.get(name.casefold())
        if id_by_name is None or _stood_beside(facts, id_by_name):
            continue
        if facts.list_block is None:
            claim(id_by_name, path)
    return owner


def _namesakes(living: Mapping[str, ListInfo]) -> dict[str, ListInfo]:
    """The lists that share their name with another."""
    counts = Counter(one.name.casefold() for one in living.values() if not one.is_group)
    return {
        id: one
        for id, one in living.items()
        if not one.is_group and counts[one.name.casefold()] > 1
    }


def _by_lines(
    facts: FileFacts,
    free: Mapping[str, ListInfo],
    _living: Mapping[str, ListInfo],
    rules: ListRules,
) -> str | None:
    """The one of several lists of its name, which may be numbered, that its lines are of."""
    name = facts.label or rules.name_of(facts.path)
    namesakes = _called({name.casefold(), plain(name).casefold()}, free)
    most = Counter(facts.there).most_common(1)
    if len(namesakes) < 2 or not most or most[0][1] < MOSTLY * sum(facts.there.values()):
        return None
    return most[0][0] if most[0][0] in namesakes else None


def _by_group(
    facts: FileFacts,
    free: Mapping[str, ListInfo],
    living: Mapping[str, ListInfo],
    rules: ListRules,
) -> str | None:
    """The one of several lists of its name that is in the group of its directory."""
    namesakes = _called({(facts.label or rules.name_of(facts.path)).casefold()}, living)
    inside = _inside(facts, [id for id in namesakes if id in free], living, rules)
    return inside[0] if len(namesakes) > 1 and len(inside) == 1 else None


def _by_number(
    facts: FileFacts,
    free: Mapping[str, ListInfo],
    living: Mapping[str, ListInfo],
    rules: ListRules,
) -> str | None:
    """The last one left of a group's lists that are called as it is, but for its number."""
    name = rules.name_of(facts.path)
    namesakes = _called({plain(name).casefold()}, living)
    inside = _inside(facts, namesakes, living, rules)
    left = [id for id in inside if id in free]
    numbered = facts.label is None and plain(name) != name
    return left[0] if numbered and len(inside) > 1 and len(left) == 1 else None


def _inside(
    facts: FileFacts, ids: Collection[str], living: Mapping[str, ListInfo], rules: ListRules
) -> list[str]:
    """Those of the lists that are in the group that the file's directory is, or in none like it."""
    directory = directory_of(facts.path)
    group = rules.group_name(directory).casefold() if directory else None
    holders = {id: living.get(living[id].group or "") for id in ids}
    names = {id: None if one is None else one.name.casefold() for id, one in holders.items()}
    return [id for id in ids if names[id] == group]


def _called(names: Collection[str], free: Mapping[str, ListInfo]) -> list[str]:
    """The lists of these names, without regard to case."""
    return [id for id, one in free.items() if not one.is_group and one.name.casefold() in names]


def _may_be(facts: FileFacts, id: str) -> bool:
    return facts.list_block is None or facts.list_block == list_block_id(id)


def _stood_beside(facts: FileFacts, id: str) -> bool:
    """Whether it was a file of the list beside its own: then it is not where that one went."""
    return facts.is_bound and facts.was == id


def _unique_names(living: Mapping[str, ListInfo], owner: Mapping[str, str]) -> dict[str, str]:
    """Names that exactly one list without a file has."""
    free = [info for info in living.values() if not info.is_group and info.id not in owner]
    counts = Counter(info.name.casefold() for info in free)
    return {info.name.casefold(): info.id for info in free if counts[info.name.casefold()] == 1}
