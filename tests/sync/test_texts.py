"""Texts that break things go from the phone to the files and back, and the other way, unharmed.

All rows live in one world and go through it together; each test looks at its own row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sandbox.device.view import ShownReminder
from store.model import Reminder
from sync.local.markdown import parse
from tests.rig import Rig, empty_world, open_rig

# Title on the phone; what a line can show of it, where that is less.
TITLES = {
    "family": ("👩‍👩‍👧 and 🏳️‍🌈", None),
    "combining": ("e\u0301 a\u0323\u0307 ", "e\u0301 a\u0323\u0307"),
    "right to left": ("שלום עולם \u202eabc\u202c", None),
    "empty": ("", None),
    "blanks": ("  \t", ""),
    "no-break space": ("\xa0a\xa0", None),
    "inner blanks": ("a  b\tc", None),
    "break": ("a\nb", "a b"),
    "carriage return": ("a\rb\r\nc", "a b c"),
    "separator": ("a\u2028b", "a b"),
    "NUL": ("a\x00b", "a\ufffdb"),
    "escape": ("\x1b[31mred", "\ufffd[31mred"),
    "byte order mark": ("\ufeffa\ufeff", "a"),
    "no characters": ("\ufffe\uffff\U0010ffff", None),
    "long": ("\U0001f600" * 4000, None),
    "due": ("Buy 📅 2026-03-02", None),
    "due inside": ("Buy 📅 2026-03-02 stickers", None),
    "time": ("⏰ 14:30", None),
    "rule": ("🔁 every day", None),
    "priority": ("⏫", None),
    "flag": ("🚩 a", None),
    "place": ("📍 arriving <geo:1,2>", None),
    "id": ("a ^r-4k7q2mx", None),
    "id alone": ("^r-4k7q2mx", None),
    "tag": ("#tag", None),
    "two tags": ("a #b #c", None),
    "box": ("- [ ] a", None),
    "quote": ("> q", None),
    "heading": ("## x", None),
    "field": ("[due:: 2026-03-02]", None),
    "comment": ("%% a %% <!-- b", None),
    "fence": ("```", None),
    "rule of dashes": ("---", None),
    "backslashes": (r"\\#a \📅 b\\", None),
    "entity": ("&amp; <b> [[a]] **b**", None),
}
# Notes on the phone; likewise.
NOTES = {
    "family": ("👩‍👩‍👧\n🏳️‍🌈", None),
    "combining": ("e\u0301\n\nשלום", None),
    "CRLF": ("a\r\nb\r\n", "a\nb"),
    "bare CR": ("a\rb", "a\nb"),
    "100 kB in lines": (("liné" * 40 + "\n") * 625, ("liné" * 40 + "\n") * 624 + "liné" * 40),
    "100 kB in one": ("\U0001f600" * 25_000, None),
    "blank ends": ("\n\na  \n\n", "a"),
    "indented": ("  a\n\tb\n    c", None),
    "task": ("- [ ] a 📅 2026-03-02 ^r-4k7q2mx", None),
    "quotes": ("> a\n>> b", None),
    "fence": ("```\nopen\n## x\n---", None),
    "comments": ("%%\n<!-- open", None),
    "link": ("- 🔗 <https://a.example>\n- 📍 arriving <geo:1,2>", None),
    "NUL": ("a\x00b\x1b[0m", "a\ufffdb\ufffd[0m"),
    "backslash": ("a\\\n\\", None),
}
# What a person types; what the phone then shows as title, tags and notes.
TYPED = {
    "emoji": ("- [ ] 👩‍👩‍👧 a", "👩‍👩‍👧 a", ()),
    "signifier without a value": ("- [ ] Buy 📅 stickers", "Buy 📅 stickers", ()),
    "escaped": (r"- [ ] Buy \📅 2026-03-02", "Buy 📅 2026-03-02", ()),
    "escaped at both ends": ("- [ ] Read \\⏫\\", "Read ⏫", ()),
    "escaped twice": ("- [ ] Read \\⏫\\\\", "Read ⏫\\", ()),
    "a path": ("- [ ] C:\\ and \\x", "C:\\ and \\x", ()),
    "tags": ("- [ ] a #b c #d/e #été", "a #b c", ("d/e", "été")),
    "decomposed": ("- [ ] e\u0301 #e\u0301", "e\u0301", ("e\u0301",)),
    "box": ("- [ ] - [ ] x", "- [ ] x", ()),
}


@dataclass(frozen=True)
class Seen:
    """One text: what the file shows of it, and the phone once another field was changed in the
    file, and once the text itself was."""

    shown: str
    flagged: ShownReminder
    edited: ShownReminder


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """All rows by ``title:`` or ``notes:`` and name, after both edits."""
    with open_rig(tmp_path_factory.mktemp("texts"), empty_world()) as rig:
        rig.run()
        rig.phone.offline = True
        ids = {f"title:{n}": rig.phone.create("Inbox", t) for n, (t, _) in TITLES.items()}
        for name, (notes, _) in NOTES.items():
            ids[f"notes:{name}"] = rig.phone.create("Inbox", "N", notes=notes)
        rig.phone.offline = False
        rig.run()
        rig.rest()
        text = rig.read("Inbox")
        tasks = parse(text.encode(), "Europe/Paris").tasks
        by_line = {rig.store.places.id_of(task.block or ""): task for task in tasks}
        flagged = re.sub(r"(?m)^(- \[ \].*?)( \^r-[a-z2-7]+)$", r"\1 🚩\2", text)
        _saved(rig, flagged)
        after_flag = {name: rig.phone.get(id) for name, id in ids.items()}
        _saved(rig, _retyped(flagged))
        yield {
            name: Seen(
                shown=(
                    by_line[id].reminder.notes if name[0] == "n" else by_line[id].reminder.title
                ),
                flagged=after_flag[name],
                edited=rig.phone.get(id),
            )
            for name, id in ids.items()
        }


def _text_of(reminder: Reminder, name: str) -> str:
    return reminder.notes if name.startswith("notes:") else reminder.title


def _saved(rig: Rig, text: str) -> None:
    rig.save("Inbox", text)
    report = rig.run()
    assert (report.problems, report.refused, report.conflicts) == ([], [], [])
    rig.rest()


def _retyped(text: str) -> str:
    """Each title gets a word in front, and each note a line."""
    text = re.sub(r"(?m)^(- \[ \])(.*\^r-[a-z2-7]+)$", r"\1 Z\2", text)
    return re.sub(r"(?m)^(- \[ \] Z N .*\^r-[a-z2-7]+)$", r"\1" + "\n    > 😀", text)


@pytest.mark.parametrize("name", TITLES)
def test_a_title_of_the_phone(seen: dict[str, Seen], name: str) -> None:
    title, clean = TITLES[name]
    row = seen[f"title:{name}"]
    expected = title if clean is None else clean
    assert row.shown == expected
    assert (row.flagged.title, row.flagged.flagged, row.flagged.problems) == (title, True, ())
    assert row.edited.title == f"Z {expected}".rstrip(" ")
    assert (row.edited.problems, row.edited.due, row.edited.tags) == ((), None, ())


@pytest.mark.parametrize("name", NOTES)
def test_notes_of_the_phone(seen: dict[str, Seen], name: str) -> None:
    notes, clean = NOTES[name]
    row = seen[f"notes:{name}"]
    expected = notes if clean is None else clean
    assert row.shown == expected
    assert (row.flagged.notes, row.flagged.flagged, row.flagged.problems) == (notes, True, ())
    assert (row.edited.notes, row.edited.problems) == (f"😀\n{expected}", ())


def test_what_is_typed(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"{line}\n" for line, *_ in TYPED.values()))
    rig.run()
    rig.rest()
    there = {one.title: one for one in rig.phone.reminders("Inbox")}
    for line, title, tags in TYPED.values():
        assert title in there, line
        found = there[title]
        assert (sorted(found.tags), found.due, found.priority) == (sorted(tags), None, 0), line
        assert found.problems == ()


def test_half_of_a_surrogate_pair_stops_nothing_and_is_not_written_over(rig: Rig) -> None:
    """JSON can spell what UTF-8 cannot hold; the rest of the account has to go on."""
    id = rig.phone.create("Inbox", "Task")
    half = "\ud800"
    rig.phone.attach(id, "Hashtag", {"Name": half, "Type": 1, "CreationDate": 0})
    rig.phone.attach(id, "Attachment", {"Type": "URL", "URL": f"u:{half}", "UTI": "public.url"})
    rig.phone.create_list(f"A{half}")
    rig.run()
    assert "    - 🔗 <u:\ufffd>\n" in rig.read("Inbox")
    rig.rest()
    rig.replace("Inbox", "Task #\ufffd", "Chore #\ufffd #new")
    assert rig.run().pushed
    there = rig.shown("Chore")
    assert (set(there.tags), there.urls) == ({half, "new"}, (f"u:{half}",))
    assert {one.name for one in rig.phone.lists()} == {"Inbox", f"A{half}"}
    rig.rest()
