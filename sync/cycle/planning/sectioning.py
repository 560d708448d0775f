"""Sections between store and files: what is known of them, and which intents a plan comes to.

Who is in which section is one document on the list's record, so all that changes in one list is
one intent. A reminder that is new, or on its way to another list or parent, is put into its
section once it is there: an intent that carries ``section`` among its texts is followed by that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from store.activity.outbox import Intent
from store.base.sections import SectionBase
from store.db import Store
from store.model import Field, Presence, Present, Value
from store.rows import ListRow, ReminderRow, SectionRow
from sync.core.actions import PushOp, Update
from sync.core.listplan import ListPlan
from sync.core.matching.identity import derived
from sync.core.matching.match import Line
from sync.core.sections import Outlook, Page, Section, Standing
from sync.core.snapshot import LocalItem, Mode, RemoteItem
from sync.cycle.observing.reading import LocalState
from sync.local.text import clean_section

__all__ = [
    "KnownSections",
    "gather_sections",
    "have_arrived",
    "new_section_id",
    "pages_of",
    "read_base",
    "read_local",
    "read_remote",
    "remember_sections",
    "section_intents",
    "sections_meant",
    "without_section",
]

Values = Mapping[Field, Value]
_SECTION = frozenset({Field.SECTION})
_NAMING = ("create-section", "add-section", "rename-section")
_PLACED = (Field.LIST, Field.PARENT)


@dataclass(frozen=True, slots=True)
class KnownSections:
    """Living sections by list, oldest first; what was agreed on, and what of that is ``gone``.

    ``of`` names the section that a reminder is in, where it is in one; ``filled`` are sections
    with living reminders; in lists that are ``unsure`` nothing of that is known. ``copies`` are
    completed copies that occurrences left here and that are yet to be put into a section: into
    the one that the reminder is in, which ``of`` says already.
    """

    living: Mapping[str, Sequence[SectionRow]]
    agreed: Mapping[str, SectionBase]
    gone: frozenset[str]
    of: Mapping[str, str]
    filled: frozenset[str]
    unsure: frozenset[str]
    copies: frozenset[str] = frozenset()

    def named_in(self, list_id: str) -> set[str]:
        """What sections of a list are called, or were when both sides last agreed."""
        agreed = (one.name for one in self.agreed.values() if one.list_id == list_id)
        return {*agreed, *(clean_section(row.name) for row in self.living.get(list_id, ()))}

    def named(self, list_id: str, headings: Collection[str]) -> dict[str, SectionBase]:
        """The living sections of a list that these headings name, each as it is then agreed on."""
        names = {row.id: clean_section(row.name) for row in self.living.get(list_id, ())}
        return {id: SectionBase(list_id, name) for id, name in names.items() if name in headings}


def gather_sections(
    store: Store,
    rows: Mapping[str, ReminderRow],
    lists: Iterable[ListRow],
    placed: Set[str],
) -> KnownSections:
    """Read what the store remembers of sections; ``placed`` are reminders with a base."""
    found = [row for row in store.mirror.sections() if not row.deleted]
    living: defaultdict[str, list[SectionRow]] = defaultdict(list)
    for row in found:
        living[row.list_id].append(row)
    here = {row.id: row for row in found}
    names: dict[str, str] = {}
    filled: set[str] = set()
    every = list(lists)
    for one in every:
        for member, section in (one.memberships or {}).items():
            reminder = rows.get(member)
            is_in = section in here and here[section].list_id == one.id
            if is_in and reminder is not None and reminder.list_id == one.id:
                names[member] = clean_section(here[section].name)
                filled |= set() if reminder.deleted else {section}
    agreed = store.sections.all()
    deleted = {row.id for row in store.mirror.sections() if row.deleted}
    lost = {
        id
        for id in agreed.keys() - here.keys() - deleted
        if store.mirror.gone(f"ListSection/{id}") is not None
    }
    unsure = frozenset(one.id for one in every if one.memberships is None)
    sent = (*store.outbox.queued(), *store.outbox.in_flight())
    unanswered = {id for intent in sent if intent.kind == "sections" for id in intent.texts}
    settled = placed - unanswered
    copies = {
        copy: names[id]
        for copy, id in store.occurrences.copies().items()
        if names.get(id) and copy not in names and _is_new_copy(rows, settled, copy, id)
    }
    return KnownSections(
        living,
        agreed,
        frozenset(deleted | lost),
        names | copies,
        frozenset(filled),
        unsure,
        frozenset(copies),
    )


def _is_new_copy(
    rows: Mapping[str, ReminderRow], settled: Collection[str], copy: str, id: str
) -> bool:
    """Whether the copy has come, and nobody has agreed yet on where it stands."""
    if copy in settled or copy not in rows or id not in rows:
        return False
    new, old = rows[copy], rows[id]
    is_top = new.parent_id is None and old.parent_id is None
    return is_top and not new.deleted and new.list_id == old.list_id


def remember_sections(store: Store, outlook: Outlook, chosen: Mapping[str, SectionBase]) -> None:
    """Remember what a plan found agreed on, and what it chose; to be called inside a commit."""
    for id, agreed in outlook.learned.items():
        store.sections.set(id, SectionBase(agreed.list, agreed.name))
    for id, base in chosen.items():
        store.sections.set(id, base)
    for id in outlook.forgotten:
        store.sections.drop(id)


def have_arrived(store: Store, intent: Intent) -> bool:
    """Whether the base shows all that an intent ``sections`` wanted."""
    bases = store.bases.some(intent.texts)
    return all(
        id in bases and bases[id].values.get(Field.SECTION) == name
        for id, name in intent.texts.items()
    )


# ---- what stands where --------------------------------------------------------------------------


def pages_of(
    known: KnownSections,
    base: Mapping[str, Values],
    local: LocalState,
    lists: ListPlan,
    lines: Mapping[str, Line],
) -> dict[str, Page]:
    """The lists' own files that can be read now, by path; headings of other files are layout."""
    stands: defaultdict[str, list[Standing]] = defaultdict(list)
    for id, line in lines.items():
        if line.parent is None:
            values = base.get(id, {})
            was = values.get(Field.SECTION) if values.get(Field.LIST) == line.reminder.list else ""
            done = line.reminder.done is not None
            stands[line.path].append(Standing(line.reminder.section, str(was or ""), done))
    pages: dict[str, Page] = {}
    for view in lists.views.values():
        file = local.files.get(view.path or "")
        if file is None or file.todo is None or file.hides_tasks or view.path is None:
            continue
        if view.blocked or view.mode is Mode.IGNORE:
            continue
        agreed = {id: one.name for id, one in known.agreed.items() if one.list_id == view.id}
        pages[view.path] = Page(
            list=view.id,
            headings=file.todo.sections,
            tasks=stands[view.path],
            sections=[
                Section(row.id, clean_section(row.name), row.id in known.filled)
                for row in known.living.get(view.id, ())
            ],
            agreed=agreed,
            gone=known.gone,
            closed=view.mode is Mode.READ_ONLY,
            unsure=view.id in known.unsure,
        )
    return pages


def read_remote(
    remote: Mapping[str, Presence[RemoteItem]], outlook: Outlook
) -> dict[str, Presence[RemoteItem]]:
    """The remote side with sections as they will be called; a subtask is in none of its own."""
    read: dict[str, Presence[RemoteItem]] = {}
    for id, state in remote.items():
        read[id] = state
        if isinstance(state, Present) and state.value.reminder.section:
            there = state.value.reminder
            name = outlook.there.get((there.list, there.section), there.section)
            name = "" if there.parent is not None else name
            read[id] = Present(replace(state.value, reminder=replace(there, section=name)))
    return read


def read_local(
    local: Mapping[str, Presence[LocalItem]], pages: Mapping[str, Page], outlook: Outlook
) -> dict[str, Presence[LocalItem]]:
    """The local side with what headings mean; layout says nothing of a section."""
    return {
        id: Present(_read_line(state.value, pages, outlook))
        if isinstance(state, Present)
        else state
        for id, state in local.items()
    }


def _read_line(item: LocalItem, pages: Mapping[str, Page], outlook: Outlook) -> LocalItem:
    reminder = item.reminder
    name: str | None = reminder.section
    if reminder.parent is not None:
        name = ""
    elif item.path not in pages:
        name = None
    elif reminder.section:
        name = outlook.here.get((reminder.list, reminder.section), reminder.section)
    if name is None:
        reminder = replace(reminder, section="", opaque=reminder.opaque | _SECTION)
    elif name != reminder.section:
        reminder = replace(reminder, section=name)
    return item if reminder is item.reminder else replace(item, reminder=reminder)


def read_base(base: Mapping[str, Values], outlook: Outlook) -> Mapping[str, Values]:
    """What was agreed on, with sections as they will be called."""
    if not outlook.before:
        return base
    read = dict(base)
    for id, values in base.items():
        key = (str(values.get(Field.LIST)), str(values.get(Field.SECTION)))
        if key in outlook.before:
            read[id] = {**values, Field.SECTION: outlook.before[key]}
    return read


# ---- what is sent -------------------------------------------------------------------------------


def without_section(intent: Intent) -> Intent:
    """The intent, with its section to come later: that is no field of the reminder's record.

    A reminder that changes its list leaves its section.
    """
    changes = dict(intent.changes)
    name = changes.pop(Field.SECTION, None)
    is_new = intent.kind == "create" and name is not None
    if is_new or (intent.kind == "update" and Field.LIST in changes):
        changes[Field.SECTION] = ""
    waits = name and (is_new or changes.keys() & set(_PLACED))
    texts = {**intent.texts, "section": str(name)} if waits else intent.texts
    return replace(intent, changes=changes, texts=texts)


def section_intents(
    pushes: Iterable[PushOp],
    known: KnownSections,
    rows: Mapping[str, ReminderRow],
    outlook: Outlook,
    open_lists: Collection[str],
) -> tuple[list[Intent], dict[str, SectionBase]]:
    """What has to be sent about sections, and which of them are chosen anew, by an id
    that another machine would choose as well.

    ``open_lists`` are those that take what files say.
    """
    moves: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for op in pushes:
        if not isinstance(op, Update) or op.id not in rows or op.changes.keys() & set(_PLACED):
            continue
        if Field.SECTION in op.changes:
            moves[rows[op.id].list_id][op.id] = str(op.changes[Field.SECTION])
    for copy in sorted(known.copies):
        list_id, name = rows[copy].list_id, known.of[copy]
        if list_id in open_lists:
            moves[list_id][copy] = outlook.there.get((list_id, name), name)
    intents: list[Intent] = []
    made: dict[str, SectionBase] = {}
    for list_id, members in sorted(moves.items()):
        for name in sorted({str(name) for name in members.values() if name}):
            if name in _names(list_id, known, outlook):
                continue
            id = _waiting(list_id, name, known) or new_section_id(list_id, name, known)
            made[id] = SectionBase(list_id, name)
            intents.append(Intent(id, "create-section", texts={"list": list_id, "name": name}))
    for title in outlook.retitles:
        if not title.to_files:
            texts: dict[str, str | None] = {"list": title.list, "name": title.new}
            intents.append(Intent(title.id, "rename-section", texts=texts))
    intents += [Intent(id, "sections", texts=members) for id, members in sorted(moves.items())]
    for end in outlook.ends:
        texts = {"list": end.list, "name": end.name}
        intents.append(Intent(end.id, "delete-section", texts=texts))
    return intents, made


def sections_meant(
    store: Store, list_id: str, names: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The sections of a list, by id, that reminders are to be put in by name (``None``: none).

    Of two with one name it is the one that the reminder is in, else the older. Raises
    ``ValueError`` for a name that no section has or is to get.
    """
    row = store.mirror.list(list_id)
    now = dict(row.memberships or {}) if row is not None else {}
    called: dict[str, str] = {}
    for one in store.mirror.sections():
        if one.list_id == list_id and not one.deleted:
            called[one.id] = clean_section(one.name)
    for intent in (*store.outbox.queued(), *store.outbox.in_flight()):
        if intent.kind in _NAMING and intent.texts.get("list") == list_id:
            called[intent.id] = intent.texts["name"] or ""
    meant: dict[str, str | None] = {}
    for id, name in names.items():
        found = [section for section, its_name in called.items() if its_name == name]
        if name and not found:
            raise ValueError(f"there is no section “{name}”")
        meant[id] = None if not name else now[id] if now.get(id) in found else found[0]
    return meant


def _names(list_id: str, known: KnownSections, outlook: Outlook) -> set[str]:
    names = {clean_section(row.name) for row in known.living.get(list_id, ())}
    return names | {op.new for op in outlook.retitles if op.list == list_id}


def new_section_id(list_id: str, name: str, known: KnownSections) -> str:
    """The first identity of a section of that name that nothing here ever had."""
    taken = {row.id for rows in known.living.values() for row in rows} | known.agreed.keys()
    return next(id for id in derived(list_id, "section", name) if id not in taken | known.gone)


def _waiting(list_id: str, name: str, known: KnownSections) -> str | None:
    """The section of that name that was chosen before, and is not in iCloud yet."""
    here = {row.id for row in known.living.get(list_id, ())}
    wanted = SectionBase(list_id, name)
    found = [id for id, one in known.agreed.items() if one == wanted]
    return next((id for id in found if id not in here and id not in known.gone), None)
