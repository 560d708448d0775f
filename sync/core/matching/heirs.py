"""Files whose list is gone, and of which another machine has made a list of their name. Pure.

The file came there, carried, with lines that nobody had sent: it is that list's now. What was of
the old list goes as with any list that is deleted: that its file serves another is no edit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from store.model import Absent, ListInfo, Presence, Present
from sync.core.listplan import FileFacts, ListRules

__all__ = ["find_heirs"]


def find_heirs(
    owner: Mapping[str, str],
    remote: Mapping[str, Presence[ListInfo]],
    files: Mapping[str, FileFacts],
    known: Collection[str],
    rules: ListRules,
) -> dict[str, str]:
    """The lists that take over the files of lists that are gone, or never came to be: old to new.

    ``owner`` is the file of each list; ``known`` are those of which anything was agreed on.
    """
    free = [
        one.value
        for id, one in sorted(remote.items())
        if isinstance(one, Present) and not one.value.is_group and id not in {*owner, *known}
    ]
    heirs: dict[str, str] = {}
    for id, path in owner.items() if free else ():
        facts = files[path]
        if not isinstance(remote.get(id, Absent("never seen")), Absent) or facts.trouble:
            continue
        if facts.is_bound or facts.list_block is not None:
            continue
        name = facts.label or rules.name_of(path)
        made = [one.id for one in free if one.name == name and rules.is_made_of(one.id, name)]
        if made and made[0] not in heirs.values():
            heirs[id] = made[0]
    return heirs
