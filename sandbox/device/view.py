"""Says what the phone's screen shows for the records that it has, and what is wrong with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sandbox.device import alarms, document, files, occurrence, rings, sections
from sandbox.device.document import DocumentError
from sandbox.device.moment import Moment
from sandbox.device.own import Copy, Own
from sandbox.device.rings import ShownAlarm
from sandbox.device.sections import MembershipError

SILENT = "timed due date without alarm: does not notify"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list or group on screen; `count` is its open reminders, `color` like "#007AFF".

    `group` is None also where the group was deleted: the list then stands at top level.
    """

    id: str
    name: str
    group: str | None
    is_group: bool
    count: int
    color: str | None
    emblem: str | None = None
    sorting: str | None = None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section of a list on screen."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ShownReminder:
    """A reminder on screen.

    `due` is the stored due date, `shown_due` what is displayed: the earliest date alarm that the
    phone does not drop, else the due date. Forms: "2026-03-02" all-day, "2026-03-02T14:30"
    floating, "2026-03-02T14:30[Europe/Paris]" zoned. `repeat` is the rule as `occurrence.shown`
    writes it: "weekly/2/"; `images` are file names; `section` is the name of one.
    """

    id: str
    list: str
    title: str
    notes: str
    done: bool
    completed_at: datetime | None
    due: str | None
    shown_due: str | None
    priority: int
    flagged: bool
    tags: tuple[str, ...]
    urls: tuple[str, ...]
    images: tuple[str, ...]
    repeat: str | None
    parent: str | None
    section: str | None
    created: datetime | None
    problems: tuple[str, ...]
    alarms: tuple[ShownAlarm, ...] = ()


def lists(own: Own) -> list[ShownList]:
    """Return the lists and groups on screen, by name."""
    counts: dict[str, int] = {}
    for copy in own.of_type("Reminder"):
        if own.live(copy.name) and not copy.get("Completed"):
            holder = str(copy.get("List"))
            counts[holder] = counts.get(holder, 0) + 1
    shown = [_list(own, copy, counts) for copy in own.of_type("List") if own.live(copy.name)]
    return sorted(shown, key=lambda entry: (entry.name.casefold(), entry.id))


def _list(own: Own, copy: Copy, counts: dict[str, int]) -> ShownList:
    group = own.live(copy.get("ParentList"))
    return ShownList(
        id=copy.id,
        name=_name(copy),
        group=_name(group) if group else None,
        is_group=bool(copy.get("IsGroup")),
        count=counts.get(copy.name, 0),
        color=_color(copy.get("Color") or "{}"),
        emblem=copy.get("BadgeEmblem"),
        sorting=copy.get("SortingStyle"),
    )


@lru_cache(maxsize=256)
def _color(written: str) -> str | None:
    try:
        color: str | None = json.loads(written).get("daHexString")
    except (ValueError, AttributeError):
        return None
    return color


def sections_of(own: Own, holder: Copy) -> list[ShownSection]:
    """Return the sections of a list, oldest first."""
    shown = sections.shown(own, holder)
    return [ShownSection(copy.id, str(copy.get("DisplayName") or "")) for copy in shown]


def reminders(own: Own, holder: Copy | None = None) -> list[ShownReminder]:
    """Return the reminders on screen, of one list or of all.

    They stand by list name, then manual order, then age.
    """
    lists = {copy.name: copy for copy in own.of_type("List") if own.live(copy.name)}
    wanted = {holder.name: holder} if holder else lists
    place = {
        name: {identity: rank for rank, identity in enumerate(files.order(own, copy))}
        for name, copy in wanted.items()
    }
    entries = []
    for copy in own.of_type("Reminder"):
        home = wanted.get(copy.get("List"))
        if home is None or own.live(copy.name) is None:
            continue
        ranks = place[home.name]
        rank = ranks.get(copy.id, len(ranks))
        key = (_name(home).casefold(), home.id, rank, copy.get("CreationDate") or 0, copy.id)
        entries.append((key, _reminder(own, copy, _name(home))))
    return [shown for _, shown in sorted(entries, key=lambda entry: entry[0])]


def reminder(own: Own, identity: str) -> ShownReminder | None:
    """Return the reminder with that bare UUID, None if it is not on screen."""
    copy = own.by_id("Reminder", identity)
    home = own.live(copy.get("List")) if copy else None
    if copy is None or home is None or own.live(copy.name) is None:
        return None
    return _reminder(own, copy, _name(home))


def _name(copy: Copy) -> str:
    return str(copy.get("Name") or "")


def _reminder(own: Own, copy: Copy, list_name: str) -> ShownReminder:
    problems: list[str] = []
    at = _readable_due(copy, problems)
    due, shown_due = _due(own, copy, at, problems)
    title = _text(copy, "TitleDocument", "title", problems)
    notes = _text(copy, "NotesDocument", "notes", problems)
    parent = own.live(copy.get("ParentReminder"))
    rule = occurrence.rule_of(own, copy)
    return ShownReminder(
        id=copy.id,
        list=list_name,
        title=title,
        notes=notes,
        done=bool(copy.get("Completed")),
        completed_at=_instant(copy.get("CompletionDate")),
        due=due,
        shown_due=shown_due,
        priority=copy.get("Priority") or 0,
        flagged=bool(copy.get("Flagged")),
        tags=_tags(own, copy, problems),
        urls=_urls(own, copy),
        images=tuple(str(image.get("FileName")) for image in files.images(own, copy)),
        repeat=occurrence.shown(rule) if rule else None,
        parent=parent.id if parent else None,
        section=_section(own, copy, problems),
        created=_instant(copy.get("CreationDate")),
        problems=tuple(problems),
        alarms=rings.shown(own, copy, at),
    )


def _readable_due(copy: Copy, problems: list[str]) -> Moment | None:
    try:
        return alarms.due_of(copy)
    except ValueError as error:
        problems.append(str(error))
        return None


def _section(own: Own, copy: Copy, problems: list[str]) -> str | None:
    try:
        return sections.section_of(own, copy)
    except MembershipError as error:
        problems.append(str(error))
        return None


def _text(copy: Copy, field: str, label: str, problems: list[str]) -> str:
    value = copy.get(field)
    if value is None:
        return ""
    text, sound = _decoded(str(value))
    if not sound:
        problems.append(f"{label} document corrupt")
    return text


@lru_cache(maxsize=1 << 16)
def _decoded(value: str) -> tuple[str, bool]:
    """Return the text, blank if the document is broken, and whether it is sound."""
    try:
        return document.decode(value).text, True
    except DocumentError:
        return "", False


def _due(
    own: Own, copy: Copy, due: Moment | None, problems: list[str]
) -> tuple[str | None, str | None]:
    if problems:  # it names a zone that there is not
        return None, None
    found = list(alarms.date_alarms(own, copy))
    if any(alarm.stale for alarm in found):
        problems.append(alarms.STALE)
    if any(alarm.when is None for alarm in found):
        problems.append("date alarm without a readable day")
    valid = [alarm.when for alarm in found if alarm.when and not alarm.stale]
    if due is not None and not due.all_day and not found and not copy.get("Completed"):
        problems.append(SILENT)
    shown = min(valid, key=_sooner) if valid else due
    return (str(due) if due else None), (str(shown) if shown else None)


def _sooner(moment: Moment) -> int:
    return moment.millis


def _tags(own: Own, copy: Copy, problems: list[str]) -> tuple[str, ...]:
    names = []
    for identity in copy.ids("HashtagIDs"):
        # A softly deleted hashtag stays visible on a phone; only a hard deletion removes it.
        tag = own.by_id("Hashtag", identity)
        if tag is None:
            continue
        if tag.fields.get("Name", {}).get("type") == "ENCRYPTED_BYTES":
            problems.append("hashtag name written as bytes: not shown")
        elif tag.get("Name"):
            names.append(str(tag.get("Name")))
    return tuple(names)


def _urls(own: Own, copy: Copy) -> tuple[str, ...]:
    named = (own.by_id("Attachment", identity) for identity in copy.ids("AttachmentIDs"))
    live = (entry for entry in named if entry is not None and own.live(entry.name))
    return tuple(str(entry.get("URL")) for entry in live if entry.get("Type") == "URL")


def _instant(millis: object) -> datetime | None:
    if not isinstance(millis, int):
        return None
    try:
        return _EPOCH + timedelta(milliseconds=millis)
    except OverflowError:
        return None
