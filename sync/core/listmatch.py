"""Which file is which list. Pure.

A file is matched to a list by, in this order: the path where the list was last time, the id in its
front matter, most of its lines belonging to a list whose own file is gone, and on first contact
its name, or the name in its front matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from store.model import ListInfo
from sync.core.binding import may_stay
from sync.core.identity import list_block_id
from sync.core.listplan import FileFacts, ListBase, ListRules

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

    def claim(id: str, path: str) -> None:
        if id not in owner and path not in taken:
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
    by_name = _unique_names(living, owner)
    for path, facts in sorted(files.items(), key=lambda one: (one[1].is_bound, one[0])):
        name = facts.wants_list or facts.label or rules.name_of(path)
        id_by_name = by_name.get(name.casefold())
        if id_by_name is None or _stood_beside(facts, id_by_name):
            continue
        if facts.list_block is None:
            claim(id_by_name, path)
    return owner


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
