"""Finds the tokens of a task line: signifiers with their values, fields, comments.

A token is an emoji of the Obsidian Tasks format with a value that fits (U+FE0F behind it and the
space before the value are optional), a Dataview field ``[key:: value]`` or ``(key:: value)``, or a
comment. An emoji without a fitting value is text. A backslash before a token makes it text.
Tasks knows no such backslash, but stops reading at anything that it does not know: so a title that
ends as a token would has a backslash behind it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sync.local.dates import means_zone

__all__ = ["SIGNIFIERS", "STARTER", "Kind", "Token", "escape", "is_tag", "scan", "unescape"]


class Kind(StrEnum):
    """What a token is about, in the order in which they are written."""

    FLAG = "flag"
    TAG = "tag"
    TIME = "time"
    ALARM = "alarm"
    ID = "id"
    DEPENDS = "depends"
    PRIORITY = "priority"
    RECURRENCE = "recurrence"
    ON_COMPLETION = "on-completion"
    CREATED = "created"
    START = "start"
    SCHEDULED = "scheduled"
    DUE = "due"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    COMMENT = "comment"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Token:
    """A token from ``start`` to ``end`` of its line; its ``value`` begins at ``value_at``.

    ``zone`` is the zone word of a time or an alarm, known or not. ``is_field`` tells a Dataview
    field from an emoji.
    """

    kind: Kind
    start: int
    end: int
    value: str = ""
    value_at: int = 0
    zone: str | None = None
    is_field: bool = False


_EMOJI = {
    "📅": Kind.DUE,
    "📆": Kind.DUE,
    "🗓": Kind.DUE,
    "⏳": Kind.SCHEDULED,
    "⌛": Kind.SCHEDULED,
    "🛫": Kind.START,
    "➕": Kind.CREATED,
    "✅": Kind.COMPLETED,
    "❌": Kind.CANCELLED,
    "🔁": Kind.RECURRENCE,
    "🔺": Kind.PRIORITY,
    "⏫": Kind.PRIORITY,
    "🔼": Kind.PRIORITY,
    "🔽": Kind.PRIORITY,
    "⏬": Kind.PRIORITY,
    "🆔": Kind.ID,
    "⛔": Kind.DEPENDS,
    "🏁": Kind.ON_COMPLETION,
    "🚩": Kind.FLAG,
}
_FIELDS = {
    "due": Kind.DUE,
    "scheduled": Kind.SCHEDULED,
    "start": Kind.START,
    "created": Kind.CREATED,
    "completion": Kind.COMPLETED,
    "cancelled": Kind.CANCELLED,
    "priority": Kind.PRIORITY,
    "repeat": Kind.RECURRENCE,
    "id": Kind.ID,
    "dependsOn": Kind.DEPENDS,
    "onCompletion": Kind.ON_COMPLETION,
}
SIGNIFIERS = "".join(_EMOJI) + "⏰"
_KEY = r"[A-Za-z][A-Za-z0-9_-]{0,50}"
# What can begin a token; a backslash means "escaped" before these and nothing elsewhere.
STARTER = rf"(?:[{SIGNIFIERS}#]|[\[(](?={_KEY}::)|%%|<!--|\^(?=[A-Za-z0-9-]{{1,100}}(?:[ \t]|$)))"
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{1,2}:\d{2}(?![\d:])"
# Ids are plain words: only what ends the line or goes on with a token is read as one, so that
# "⛔ Stop smoking" stays a title.
_TAIL = rf"(?=[ \t]{{0,9}}(?:$|[{SIGNIFIERS}#^\[(]))"
_ZONE = rf"[A-Za-z][A-Za-z0-9_+/-]{{0,64}}(?=[ \t{SIGNIFIERS}#]|$)"
_BEFORE = (
    r"\d{1,4}[ \t]?(?:m|min|mins|minutes?|h|hours?|d|days?|w|weeks?|mo|months?)[ \t]{1,9}before\b"
)
# Every repetition is bounded, or a hostile line would take quadratic time.
_IDS = r"[\w-]{1,50}(?:[ \t]{0,3},[ \t]{0,3}[\w-]{1,50}){0,20}"
_GAP = r"\ufe0f?[ \t]{0,9}"
_PATTERN = re.compile(
    rf"""
      (?P<escaped> (?<!\\) (?: \\ (?:\\\\)* {STARTER} | (?:\\\\)+ (?={STARTER}) ) )
    | (?P<alarm> ⏰{_GAP} (?P<alarm_at> {_DATE} (?:[ \t]{{1,9}}{_TIME})? ) (?!\d)
          (?: (?<=:\d\d) [ \t]{{1,9}} (?P<alarm_zone> {_ZONE} ) )? )
    | (?P<early> ⏰{_GAP} (?P<early_is> {_BEFORE} ) )
    | (?P<clock> ⏰{_GAP} (?P<clock_at> {_TIME} ) (?:[ \t]{{1,9}} (?P<clock_zone> {_ZONE} ) )? )
    | (?P<due> [📅📆🗓]{_GAP} (?P<due_at> {_DATE} (?!\d) (?:[ \t]{{1,9}}{_TIME})? ) )
    | (?P<dated> [⏳⌛🛫➕✅❌]{_GAP} (?P<dated_at> {_DATE} (?!\d) ) )
    | (?P<plain> [🔺⏫🔼🔽⏬🚩]\ufe0f? )
    | (?P<rule> 🔁{_GAP} (?P<rule_is> (?i:every)\b [a-zA-Z0-9,!\ ]{{0,200}} (?<!\ ) ) )
    | (?P<word> (?: [🆔⛔]{_GAP} (?P<ids> {_IDS} )
                  | 🏁{_GAP} (?P<then> keep|delete ) ) {_TAIL} )
    | (?P<square> \[ (?P<square_key> {_KEY} ) :: (?P<square_value> [^\[\]]{{0,500}} ) \] )
    | (?P<round> \( (?P<round_key> {_KEY} ) :: (?P<round_value> [^()]{{0,500}} ) \) )
    | (?P<comment> <!--.{{0,500}}?--> | %%.{{0,500}}?%% )
    """,
    re.VERBOSE | re.ASCII,
)
_HINT = re.compile(rf"[{SIGNIFIERS}\\\[(<%]")
_TAG = re.compile(
    r"#(?![0-9]+$)"
    r"[^\s!-,.:-@\[-^`{-~\x00-\x1f\x7f-\x9f\u2000-\u206f\u3000-\u303f\ud800-\udfff]+"
)
_BLOCK_WORD = re.compile(r"\^[A-Za-z0-9-]+")
_BACKSLASHES = re.compile(rf"(?<!\\)(\\+)(?={STARTER})")
_STARTER = re.compile(rf"((?:(?<!\\)\\+)?)({STARTER})")
# What Tasks would read at the end of a title, in its charsets, which are wider than ours.
_ENDING = re.compile(
    rf"(?:[📅📆🗓⏳⌛🛫➕✅❌]\ufe0f?\s*{_DATE}|[🔺⏫🔼🔽⏬]\ufe0f?"
    r"|🔁\ufe0f?[a-zA-Z0-9,!\s]+|[🆔⛔🏁]\ufe0f?[a-zA-Z0-9,_\s-]+)\s*"
)
_TAGS_BEHIND = 20  # as many as Tasks looks through
_VALUES = {
    "early": ("early_is", Kind.ALARM),
    "due": ("due_at", Kind.DUE),
    "rule": ("rule_is", Kind.RECURRENCE),
}


def scan(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of ``text[start:end]`` from left to right, tags and block ids left out."""
    while hint := _HINT.search(text, start, end):
        found = _PATTERN.match(text, hint.start(), end)
        if found is None:
            start = hint.end()
        elif found.lastgroup == "escaped":
            start = found.end()
        else:
            token = _token(found)
            start = token.end
            yield token


def _token(found: re.Match[str]) -> Token:
    begin, end = found.span()
    match found.lastgroup:
        case "clock":
            return _at(found, "clock", Kind.TIME)
        case "alarm":
            return _at(found, "alarm", Kind.ALARM)
        case "early" | "due" | "rule" as group:
            value, kind = _VALUES[group]
            return Token(kind, begin, end, found[value], found.start(value))
        case "comment":
            return Token(Kind.COMMENT, begin, end)
        case "square" | "round" as shape:
            kind = _FIELDS.get(found[f"{shape}_key"], Kind.FIELD)
            raw, at = found[f"{shape}_value"], found.start(f"{shape}_value")
            at += len(raw) - len(raw.lstrip(" \t"))
            return Token(kind, begin, end, raw.strip(" \t"), at, is_field=True)
    emoji = _EMOJI[found.string[begin]]
    if found.lastgroup == "dated":
        return Token(emoji, begin, end, found["dated_at"], found.start("dated_at"))
    if found.lastgroup == "word":
        return Token(emoji, begin, end, found["ids"] or found["then"])
    return Token(emoji, begin, end, found.string[begin], begin)


def _at(found: re.Match[str], group: str, kind: Kind) -> Token:
    """A time or an alarm; the word behind it belongs to it only if it is meant as a zone."""
    begin, end = found.span()
    zone, value = found[f"{group}_zone"], f"{group}_at"
    if zone is None or not means_zone(zone):
        zone, end = None, found.end(value)
    return Token(kind, begin, end, found[value], found.start(value), zone)


def is_tag(word: str) -> bool:
    """Whether ``word`` (with its ``#``) is a tag; digits alone are not."""
    return _HINT.search(word) is None and _TAG.fullmatch(word) is not None


def unescape(text: str) -> str:
    """Title text as meant: backslashes before what can begin a token count half.

    So do those at the end, if without them it would read as one.
    """
    if "\\" not in text:
        return text
    bare = text.rstrip("\\")
    if len(bare) < len(text) and _ends_as_token(bare):
        text = bare + "\\" * ((len(text) - len(bare)) // 2)
    return _BACKSLASHES.sub(lambda found: "\\" * (len(found[1]) // 2), text)


def _ends_as_token(text: str) -> bool:
    """Whether Tasks, which reads backwards, would find a signifier at the end, behind any tags."""
    if _HINT.search(text) is None:
        return False
    for _ in range(_TAGS_BEHIND):
        rest, _, word = text.rstrip().rpartition(" ")
        if not word.startswith("#"):
            break
        text = rest
    last = max(text.rfind(signifier) for signifier in _EMOJI)
    return last >= 0 and _ENDING.fullmatch(text, last) is not None


def escape(title: str, *, everything: bool = False) -> str:
    """``title`` so that no part of it reads as a token; with as few backslashes as that takes.

    ``everything`` escapes whatever can begin a token, needed or not.
    """
    bare = title.replace("\\", "/")  # a backslash must not hide a token from us here
    last_word = len(title) - len(re.split(r"[ \t]", title)[-1])

    def guard(found: re.Match[str]) -> str:
        slashes, starter = found[1], found[2]
        at = found.start(2)
        is_last = at == last_word and (is_tag(title[at:]) or _BLOCK_WORD.fullmatch(title, at))
        # A bare signifier at the end would take what is written behind the title for its value.
        is_open = starter in SIGNIFIERS and not title[at + 1 :].strip("\ufe0f \t")
        is_pair = starter[0] in "[(<%"
        needed = everything or _PATTERN.match(bare, at) or is_last or is_open or is_pair
        return "\\" * (2 * len(slashes) + bool(needed)) + starter

    written = _STARTER.sub(guard, title)
    core = written.rstrip("\\")
    if _ends_as_token(core):
        written += "\\" * (len(written) - len(core) or 1)
    return written
