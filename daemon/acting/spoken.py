"""What stands in the words of `add`: title, date, tags, priority, list. Pure.

    call mum tomorrow 9am #family !! @Home every 2 weeks

Tags, exclamation marks and a list's name count wherever they stand as words of their own. A date
and a repetition count only at the beginning or at the end of what is left, so that the middle of a
title is never taken for one. What would leave no title is a title.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from store.model import Priority

__all__ = ["Spoken", "listen"]

_PRIORITIES = {"!": Priority.LOW, "!!": Priority.MEDIUM, "!!!": Priority.HIGH}
_TAG = re.compile(r"#(?=[^#\s]*[^\W\d_])[\w/-]+")
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_WEEK = frozenset(_DAYS.split("|"))
_SHORT = "mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun"
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_COUNT = r"(?:\d{1,3}|an?|one|two|three)"
_DAY = (
    rf"(?:today|tonight|tomorrow|(?:the )?day after tomorrow|(?:(?:on|next|this) )?(?:{_DAYS})"
    rf"|(?:on|next) (?:{_SHORT})|next (?:week|month|year)|in {_COUNT} (?:days?|weeks?|months?)"
    rf"|(?:on )?(?:the )?{_NTH} (?:of )?(?:{_MONTHS})(?:,? \d{{4}})?"
    rf"|(?:on )?(?:{_MONTHS}) {_NTH}(?:,? \d{{4}})?|(?:on )?\d{{4}}-\d{{2}}-\d{{2}})"
)
_SURE = r"(?:(?:at )?\d{1,2}(?:[:.]\d{2})? ?[ap]m|(?:at )?\d{1,2}:\d{2}|at noon|at midnight)"
_TIME = rf"(?:{_SURE}|at \d{{1,2}}|noon|(?:in the )?(?:morning|afternoon|evening)|night)"
_REST = r"this (?:morning|afternoon|evening)"
_SPAN = r"in (?:\d{1,4}|an?|half an) ?(?:m|mins?|minutes?|h|hours?)"
_DATE = (
    rf"(?:(?:{_DAY}|(?:{_SHORT})(?= {_SURE})),?(?: {_TIME})?"
    rf"|{_SURE},?(?: (?:{_DAY}|{_SHORT}))?|{_REST}|{_SPAN})"
)
_REPEAT = rf"every (?:(?P<n>\d{{1,3}}|other) )?(?P<unit>days?|weeks?|months?|years?|{_DAYS})"
_END = re.compile(rf"(?:^|.*?\s)(?P<found>{_DATE})[.,]?", re.IGNORECASE)
_START = re.compile(rf"(?P<found>{_DATE})[,:]?(?:\s+|$)", re.IGNORECASE)
_REPEATS = re.compile(rf"(?:^|(?<=\s)){_REPEAT}(?=\s|$)", re.IGNORECASE)


_BY = re.compile(r"\s(?:by|due)\s*$", re.IGNORECASE)
_EVERY = re.compile(r"\severy$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was heard: ``due`` and ``repeat`` in words, "" where nothing was said of it."""

    title: str
    due: str = ""
    repeat: str = ""
    tags: frozenset[str] = frozenset()
    priority: Priority | None = None
    list: str = ""


def listen(text: str, lists: Collection[str]) -> Spoken:
    """What stands in ``text``; ``@`` names a list only where one of ``lists`` is called so."""
    text = " ".join(text.split())
    name, left = _list(text, lists)
    tags: list[str] = []
    priority: Priority | None = None
    words: list[str] = []
    for word in left.split():
        if _TAG.fullmatch(word):
            tags.append(word[1:])
        elif word in _PRIORITIES:
            priority = _PRIORITIES[word]
        else:
            words.append(word)
    title = " ".join(words)
    repeat, title = _repeat(title)
    due, title = _date(title)
    if not repeat and _EVERY.search(title) and due.partition(" ")[0].lower() in _WEEK:
        repeat, title = "every week", _EVERY.sub("", title)
    if not repeat:
        repeat, title = _repeat(title)
    if not title:
        return Spoken(text)
    return Spoken(title, due or _day_of(repeat), _rule(repeat), frozenset(tags), priority, name)


def _list(text: str, lists: Collection[str]) -> tuple[str, str]:
    """The list that an ``@`` names, the longest name that fits; and the words without it."""
    for name in sorted(lists, key=len, reverse=True):
        named = re.search(rf"(?:^|(?<=\s))@{re.escape(name)}(?=\s|$)", text, re.IGNORECASE)
        if name and named is not None:
            return name, f"{text[: named.start()]} {text[named.end() :]}"
    return "", text


def _date(title: str) -> tuple[str, str]:
    """The date at the end or the beginning, and the rest; the longest that stands there."""
    at_end = _END.fullmatch(title)
    if at_end is not None and at_end.start("found"):
        return at_end["found"], _BY.sub("", title[: at_end.start("found")]).rstrip(" ,")
    at_start = _START.match(title)
    if at_start is not None and title[at_start.end() :]:
        return at_start["found"], title[at_start.end() :]
    return "", title


def _repeat(title: str) -> tuple[str, str]:
    """A repetition at either end, and the rest."""
    for found in _REPEATS.finditer(title):
        if found.start() == 0 or found.end() == len(title):
            rest = f"{title[: found.start()]}{title[found.end() :]}".strip(" ,")
            return found[0], rest
    return "", title


def _rule(repeat: str) -> str:
    """The repetition in the words that rules have; a weekday is the day that it begins on."""
    found = _REPEATS.fullmatch(repeat)
    if found is None:
        return ""
    number = "2" if (found["n"] or "").lower() == "other" else found["n"] or ""
    unit = found["unit"].lower()
    unit = "week" if unit in _WEEK else unit.rstrip("s")
    return f"every {number} {unit}s" if number and number != "1" else f"every {unit}"


def _day_of(repeat: str) -> str:
    """When what repeats is due first, where nothing says it: on its weekday, else today."""
    found = _REPEATS.fullmatch(repeat)
    if found is None:
        return ""
    unit = found["unit"].lower()
    return unit if unit in _WEEK else "today"
