"""What a person wants of reminders, in the words of a request, as deeds; the one place that checks.

A request is a JSON object, from the socket or from a verb's options: its keys are ``MAKING`` for a
new reminder and ``CHANGING`` for those that are there. ``None`` takes a value away. What is wrong
is a UsageError that names the key, and the way out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from daemon.acting.moments import read_alarm, read_due
from daemon.acting.named import find_list, find_reminder, usual_list
from daemon.acting.spoken import listen
from store.model import (
    Alarm,
    AllDay,
    AtTime,
    Completion,
    Due,
    Early,
    Field,
    Place,
    Priority,
    Reminder,
    Rule,
    Unit,
    Value,
    Zoned,
)
from sync.core.deeds import NO_LINE, REOPEN, Change, Deed, Drop, Make, Scene
from sync.core.repeating.recurrence import from_words
from sync.errors import UsageError

__all__ = ["CHANGING", "MAKING", "changed", "dropped", "made"]

_FIELDS = (
    *("title", "list", "section", "due", "all_day", "remind", "notes", "urls", "priority"),
    *("flagged", "tags", "parent", "repeat"),
)
MAKING = ("text", *_FIELDS)
CHANGING = (*_FIELDS, "add_tags", "remove_tags", "done", "snooze")
_DAILY = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}


def made(content: Mapping[str, Any], scene: Scene) -> list[Deed]:
    """The new reminder of a request: ``text`` in words, and beside it fields, which win."""
    names = [view.name for view in scene.lists.values()]
    heard = listen(_text(content, "text") or "", names)
    title = _title(content) if "title" in content else heard.title
    if not title:
        raise UsageError("a reminder needs a title", 'such as `remindersd add "Buy milk"`')
    given = {
        "due": heard.due or None,
        "repeat": heard.repeat or None,
        "priority": heard.priority.value if heard.priority is not None else None,
        "list": heard.list or None,
        **content,
    }
    if "tags" not in content:
        given["tags"] = []
    reminder = Reminder("", title)
    for name, value in _values(given, scene, reminder).items():
        reminder = _with(reminder, name, value)
    reminder = replace(reminder, tags=reminder.tags | heard.tags)
    if reminder.parent is not None and not given["list"]:
        return [Make(replace(reminder, list=scene.here[reminder.parent].list))]
    if not reminder.list:
        reminder = replace(reminder, list=usual_list(scene))
    _has_date_for(reminder)
    return [Make(_begun(reminder, scene))]


def changed(content: Mapping[str, Any], keys: Sequence[str], scene: Scene) -> list[Deed]:
    """What a request changes of the reminders that ``keys`` name."""
    if not content:
        raise UsageError("nothing to change is given", f"there is {', '.join(CHANGING)}")
    is_done = _flag(content, "done")
    deeds: list[Deed] = []
    for key in keys:
        id = find_reminder(scene, key, open_first=is_done is not False)
        was = scene.here.get(id) or scene.hidden.get(id)
        deeds.append(Change(id, {}) if was is None else Change(id, _changes(content, scene, was)))
    return deeds


def dropped(keys: Sequence[str], scene: Scene) -> list[Deed]:
    """What is deleted; what goes with another of them is named once."""
    ids = dict.fromkeys(find_reminder(scene, key) for key in keys)
    above = {id: one.parent for id, one in (*scene.here.items(), *scene.hidden.items())}
    above |= scene.beneath
    return [Drop(id) for id in ids if above.get(id) not in ids]


def _changes(content: Mapping[str, Any], scene: Scene, was: Reminder) -> dict[Field, Value]:
    changes = _values(content, scene, was)
    if "title" in content:
        changes[Field.TITLE] = _title(content)
    tags = changes.get(Field.TAGS, was.tags)
    assert isinstance(tags, frozenset)
    if "add_tags" in content or "remove_tags" in content:
        off = {one.casefold() for one in _tags(content, "remove_tags")}
        kept = {one for one in tags if str(one).casefold() not in off}
        changes[Field.TAGS] = frozenset(kept | _tags(content, "add_tags"))
    done = _flag(content, "done")
    if done is not None:
        changes[Field.DONE] = Completion(day=scene.now.date()) if done else None
    snooze = _text(content, "snooze")
    if snooze is not None:
        changes |= _snoozed(snooze, scene, was)
    now = was
    for name, value in changes.items():
        now = _with(now, name, value)
    if Field.REPEAT in changes and now.repeat is not None and now.due is None:
        changes[Field.DUE] = _begun(now, scene).due
    if Field.ALARMS in changes:
        _has_date_for(now)
    return changes


# ---- fields -------------------------------------------------------------------------------------


def _values(content: Mapping[str, Any], scene: Scene, was: Reminder) -> dict[Field, Value]:
    """The fields that a request gives a reminder, but for its title."""
    found: dict[Field, Value] = {}
    all_day = bool(_flag(content, "all_day"))
    for key in content:
        match key:
            case "list" if content[key] is not None:
                found[Field.LIST] = find_list(scene, _text(content, key) or "")
            case "section":
                found[Field.SECTION] = _line(content, key)
            case "due":
                found[Field.DUE] = _due(_text(content, key), scene, all_day=all_day)
            case "all_day" if all_day and "due" not in content and was.due is not None:
                found[Field.DUE] = _whole_day(was.due)
            case "remind":
                found[Field.ALARMS] = _alarms(content, scene, was)
            case "notes":
                found[Field.NOTES] = _text(content, key) or ""
            case "urls":
                found[Field.URLS] = frozenset(_texts(content, key))
            case "priority":
                found[Field.PRIORITY] = _priority(content)
            case "flagged":
                found[Field.FLAGGED] = bool(_flag(content, key))
            case "tags":
                found[Field.TAGS] = _tags(content, key)
            case "parent":
                parent = _text(content, key)
                found[Field.PARENT] = None if parent is None else _above(scene, parent)
            case "repeat":
                found[Field.REPEAT] = _rule(_text(content, key))
    return found


def _above(scene: Scene, key: str) -> str:
    id = find_reminder(scene, key)
    if id in scene.hidden:
        title = scene.hidden[id].title
        raise UsageError(f"nothing can be put beneath “{title}”: {NO_LINE}", REOPEN)
    if id not in scene.here:
        title, why = scene.away[id]
        raise UsageError(f"nothing can be put beneath “{title}”: {why}")
    return id


def _has_date_for(reminder: Reminder) -> None:
    if reminder.due is None and any(isinstance(one, Early) for one in reminder.alarms):
        raise UsageError(
            "`remind`: there is no date for an alarm to come before", "say when: --due"
        )


def _begun(reminder: Reminder, scene: Scene) -> Reminder:
    """What repeats has to be due some time: today, if nothing else is said."""
    if reminder.repeat is None or reminder.due is not None:
        return reminder
    return replace(reminder, due=AllDay(scene.now.date()))


def _with(reminder: Reminder, name: Field, value: Value) -> Reminder:
    return replace(reminder, **{name.value: value})  # type: ignore[arg-type]  # a Field names its own type


def _due(words: str | None, scene: Scene, *, all_day: bool) -> Due | None:
    return None if words is None else read_due(words, scene.now, scene.zone, all_day=all_day)


def _whole_day(due: Due) -> AllDay:
    return due if isinstance(due, AllDay) else AllDay(due.wall.date())


def _alarms(content: Mapping[str, Any], scene: Scene, was: Reminder) -> frozenset[Alarm]:
    """The alarms that are named; those at places stay, for they are not said in such words."""
    named = {read_alarm(words, scene.now, scene.zone) for words in _texts(content, "remind")}
    return frozenset(named | {one for one in was.alarms if isinstance(one, Place)})


def _rule(words: str | None) -> Rule | None:
    if words is None:
        return None
    unit = _DAILY.get(words.strip().lower())
    rule = from_words(f"every {unit}" if unit else words)
    if rule is None:
        raise UsageError(
            f"`repeat`: “{words[:60]}” is no repetition that a file can say",
            "such as `every day`, `every 2 weeks`, `every month for 10 times`",
        )
    return rule


def _priority(content: Mapping[str, Any]) -> Priority:
    word = (_text(content, "priority") or "none").lower()
    shorthand = {"!": "low", "!!": "medium", "!!!": "high"}
    names = [one.value for one in Priority]
    if shorthand.get(word, word) not in names:
        near = get_close_matches(word, names, 1)
        raise UsageError(
            f"`priority`: there is no priority “{word[:40]}”",
            f"did you mean {near[0]}?" if near else f"there is {', '.join(names)}",
        )
    return Priority(shorthand.get(word, word))


# ---- snoozing -----------------------------------------------------------------------------------


def _snoozed(words: str, scene: Scene, was: Reminder) -> dict[Field, Value]:
    """Put off: due then, at its own time of day where only a day is said.

    A device shows the earliest alarm, so those that would ring before then go.
    """
    due = read_due(words.removeprefix("until "), scene.now, scene.zone)
    if isinstance(due, AllDay) and was.due is not None and not isinstance(was.due, AllDay):
        due = replace(was.due, wall=datetime.combine(due.day, was.due.wall.time()))
    kept = {one for one in was.alarms if not _rings_before(one, due, scene)}
    return {Field.DUE: due, Field.ALARMS: frozenset(kept)}


def _rings_before(alarm: Alarm, due: Due, scene: Scene) -> bool:
    """Whether it would ring before what is put off is due, or has already."""
    start = _instant(due, scene)
    if isinstance(alarm, AtTime):
        return _instant(alarm.at, scene) < start
    return isinstance(alarm, Early) and start - _length(alarm) <= scene.now


def _instant(due: Due, scene: Scene) -> datetime:
    zone = ZoneInfo(due.zone) if isinstance(due, Zoned) else scene.now.tzinfo
    if isinstance(due, AllDay):
        return datetime.combine(due.day, datetime.min.time(), zone)
    return due.wall.replace(tzinfo=zone)


def _length(early: Early) -> timedelta:
    days = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30}
    if early.unit in days:
        return timedelta(days=early.count * days[early.unit])
    return timedelta(minutes=early.count * (60 if early.unit is Unit.HOUR else 1))


# ---- values of a request ------------------------------------------------------------------------


def _text(content: Mapping[str, Any], name: str) -> str | None:
    value = content.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"`{name}` must be a text, or null for none")
    _is_text(name, value or "")
    return value


def _is_text(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"`{name}` has bytes that are no text", "is the terminal one for UTF-8?"
        ) from None


def _line(content: Mapping[str, Any], name: str) -> str:
    value = (_text(content, name) or "").strip()
    if len(value.splitlines()) > 1:
        raise UsageError(f"`{name}` must stand on one line", "what is longer is for the notes")
    return value


def _title(content: Mapping[str, Any]) -> str:
    title = _line(content, "title")
    if not title:
        raise UsageError("`title`: a reminder needs a title")
    return title


def _texts(content: Mapping[str, Any], name: str) -> list[str]:
    value = content.get(name)
    found = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UsageError(f"`{name}` must be a list of texts")
    _is_text(name, "".join(found))
    return [one for one in found if one.strip()]


def _tags(content: Mapping[str, Any], name: str) -> frozenset[str]:
    tags = frozenset(one.strip().removeprefix("#") for one in _texts(content, name))
    wrong = next((one for one in sorted(tags) if not one or len(one.split()) > 1), None)
    if wrong is not None:
        raise UsageError(f"`{name}`: “{wrong[:40]}” is no tag", "a tag is one word, such as family")
    return tags


def _flag(content: Mapping[str, Any], name: str) -> bool | None:
    value = content.get(name)
    if value is not None and not isinstance(value, bool):
        raise UsageError(f"`{name}` must be true or false")
    return value
