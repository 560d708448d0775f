"""Obsidian's Tasks as a second reader of our lines, from its rules and sharing no code with ours.

It reads a line backwards from its end and stops at the first words that it does not know; what is
left is the description. What it knows it takes away, and of two that say the same the left one
counts. When it changes a line it writes the whole line anew, in an order of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["PluginTask", "read", "write"]

_LINE = re.compile(r"([\s>]*)([-*+]|[0-9]+[.)])( +)\[(.)\]( *)(.*)")
_BLOCK = re.compile(r" \^[a-zA-Z0-9-]+$")
_TAG = re.compile(r"(?:^|\s)(#[^ !@#$%^&*(),.?\":{}|<>]+)$")
_DATED = {"created": "➕", "start": "🛫", "scheduled": "⏳⌛", "due": "📅📆🗓"}
_DATED |= {"cancelled": "❌", "done": "✅"}
_ENDINGS = {
    "priority": re.compile("([🔺⏫🔼🔽⏬])\ufe0f?$"),
    **{
        name: re.compile(f"[{marks}]\ufe0f? *([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})$")
        for name, marks in _DATED.items()
    },
    "rule": re.compile("🔁\ufe0f? *([a-zA-Z0-9, !]+)$"),
    "on completion": re.compile("🏁\ufe0f? *([a-zA-Z]+)$"),
    "depends on": re.compile("⛔\ufe0f? *([a-zA-Z0-9-_]+(?: *, *[a-zA-Z0-9-_]+ *)*)$"),
    "id": re.compile("🆔\ufe0f? *([a-zA-Z0-9-_]+)$"),
}
_MARKS = {"id": "🆔 ", "depends on": "⛔ ", "priority": "", "rule": "🔁 ", "on completion": "🏁 "}
_MARKS |= {"created": "➕ ", "start": "🛫 ", "scheduled": "⏳ ", "due": "📅 "}
_MARKS |= {"cancelled": "❌ ", "done": "✅ "}
_ROUNDS = 20


@dataclass
class PluginTask:
    """A line as the plugin understands it; ``said`` are signifiers by name, as they are written."""

    head: str
    status: str
    description: str
    block: str = ""
    said: dict[str, str] = field(default_factory=dict)


def read(line: str) -> PluginTask:
    """Read one task line."""
    found = _LINE.fullmatch(line)
    assert found is not None, f"the plugin sees no task in {line!r}"
    indent, marker, gap, status, space, body = found.groups()
    block = _BLOCK.search(body)
    task = PluginTask(f"{indent}{marker}{gap}[{status}]{space}", status, "")
    if block:
        task.block = block[0].strip()
        body = body[: block.start()]
    body = body.strip()
    tags: list[str] = []
    for _ in range(_ROUNDS):
        before = body
        for name, pattern in _ENDINGS.items():
            if ending := pattern.search(body):
                task.said[name] = ending[1].strip()
                body = body[: ending.start()].strip()
        if tag := _TAG.search(body):
            tags.insert(0, tag[1])
            body = body[: tag.start()].strip()
        if body == before:
            break
    task.description = " ".join((body, *tags)).strip()
    return task


def write(task: PluginTask) -> str:
    """The line as the plugin writes it after a change."""
    said = [f"{mark}{task.said[name]}" for name, mark in _MARKS.items() if name in task.said]
    words = (task.description, *said, task.block)
    return task.head + " ".join(word for word in words if word)
