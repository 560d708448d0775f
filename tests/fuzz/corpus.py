"""Where inputs begin: golden files, examples of the documentation, the sandbox's seeded account."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.world import make_world

__all__ = ["config", "documents", "markdown", "records", "todo_txt", "vdir"]

ROOT = Path(__file__).parents[2]
NOON = 1_772_366_400.0  # 2026-03-01 12:00 UTC
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@cache
def markdown() -> tuple[str, ...]:
    """Markdown files: the golden ones, and each example of the documentation."""
    golden = sorted((ROOT / "tests/golden/markdown").glob("*.md"))
    return (*(path.read_bytes().decode() for path in golden), *_examples("- ["))


@cache
def todo_txt() -> tuple[str, ...]:
    """todo.txt files."""
    return (
        "(A) 2026-03-01 Call Zoë +family @phone due:2026-03-02 at:14:30 id:r-4k7q2mx\n"
        "x 2026-03-02 2026-03-01 Buy milk +home pri:B rec:1w id:r-aaaaaaa\n"
        "Sub p:r-4k7q2mx tz:Europe/Paris due:2026-03-02 at:09:30 flag:1 id:r-bbbbbbb\n",
        "x done\n\n(B) t:2026-03-01 h:1 due:tomorrow at:noon rec:1b id:7\r\n\\due:2026 a:b:c\n",
        *_examples("due:"),
    )


@cache
def vdir() -> tuple[str, ...]:
    """iCalendar files with one task."""
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:theirs\r\nBEGIN:VTODO\r\n"
    foot = "END:VTODO\r\nEND:VCALENDAR\r\n"
    full = (
        "UID:a\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY;LANGUAGE=de:Milch und eine sehr lange Z\r\n"
        ' eile\r\nX-LIC;P="a;b:c":kept,\\, as it is\r\nCATEGORIES;X-C=1:one,two words\r\n'
        "DUE;X-D=1;TZID=Asia/Tokyo:20260302T090000\r\nSTATUS:IN-PROCESS\r\nPRIORITY:5\r\n"
        "DESCRIPTION:a\\nb\\;c\r\nRRULE:FREQ=WEEKLY;INTERVAL=2\r\nRELATED-TO:p\r\n"
        "BEGIN:VALARM\r\nTRIGGER;RELATED=END:-PT5M\r\nACTION:DISPLAY\r\nEND:VALARM\r\n"
    )
    done = "UID:b\r\nSTATUS:COMPLETED\r\nCOMPLETED:20260302T000000Z\r\nPERCENT-COMPLETE:100\r\n"
    bodies = (full, done, "UID:c\r\nSUMMARY:x\r\nDUE;VALUE=DATE:20260302\r\n", "SUMMARY:y\r\n")
    return (*(f"{head}{body}{foot}" for body in bodies), *_examples("BEGIN:VTODO"))


@cache
def documents() -> tuple[bytes, ...]:
    """Text documents: the worked examples, and those of the seeded account."""
    golden = json.loads((ROOT / "tests/golden/crdt-golden.json").read_bytes())
    texts = [one["base64"] for one in golden["documents"]]
    fields = (record.get("fields", {}) for record in records())
    texts += [
        field["value"]
        for each in fields
        for name, field in each.items()
        if name in ("TitleDocument", "NotesDocument") and isinstance(field.get("value"), str)
    ]
    return tuple(base64.b64decode(text + "=" * (-len(text) % 4)) for text in texts)


@cache
def records() -> tuple[dict[str, Any], ...]:
    """Every record of the seeded account, as the service gives it."""
    world = make_world(clock=lambda: NOON)
    answers = world.zone.lookup(sorted(world.zone.records))
    return tuple(json.loads(json.dumps(answer)) for answer in answers)


@cache
def config() -> str:
    """The example of a config, every key of which works."""
    return (ROOT / "daemon/settings/config.example.yaml").read_text(encoding="utf-8")


def _examples(mark: str) -> list[str]:
    """The fenced blocks of the documentation that hold ``mark``."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = (found[2] for page in pages for found in BLOCK.finditer(page.read_text("utf-8")))
    return [block for block in blocks if mark in block]
