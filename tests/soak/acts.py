"""What people do all day, at files, on a phone, with verbs, and what the network does meanwhile.

Each act is one thing that somebody does; nothing here waits for what comes of it. Which one comes
next is chosen from a seed.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

from tests.e2e.saving import append
from tests.soak.people import LISTS, TASK, People

__all__ = ["ACTS", "COPIES", "Act", "script"]

COPIES = ".sync-conflict-"
COPY = f"{COPIES}20261122-013000-ABCDEFG.md"
NAP_S = (0.3, 1.5)  # how long a laptop is closed
MANY = 12  # more deletions in one go than go by themselves

Act = Callable[[People], None]
"""Raises FileNotFoundError or LookupError where what it is about is just not there."""


# ---- at the files


def _type(people: People) -> None:
    append(people.file(), f"- [ ] {people.word()}")


def _retitle(people: People) -> None:
    path = people.file()
    lines, at = people.task(path)
    lines[at] = TASK.sub(lambda found: f"- [{found[1]}] {people.word()}", lines[at], count=1)
    people.save(path, lines)


def _tick(people: People) -> None:
    path = people.file()
    lines, at = people.task(path)
    lines[at] = lines[at].replace("[x]", "[ ]") if "[x]" in lines[at] else f"- [x]{lines[at][5:]}"
    people.save(path, lines)


def _strike(people: People) -> None:
    path = people.file()
    lines, at = people.task(path)
    del lines[people.block(lines, at)]
    people.save(path, lines)


def _carry(people: People) -> None:
    path, other = people.file(), people.file()
    lines, at = people.task(path)
    taken = lines[people.block(lines, at)]
    del lines[people.block(lines, at)]
    people.save(path, lines)
    append(other, "".join(taken).rstrip("\n"))


def _note(people: People) -> None:
    path = people.file()
    lines, at = people.task(path)
    lines.insert(at + 1, f"  about {people.word()}\n")
    people.save(path, lines)


def _due(people: People) -> None:
    path = people.file()
    lines, at = people.task(path)
    if "📅" not in lines[at]:
        title = TASK.match(lines[at])
        assert title is not None
        lines[at] = f"{title[0]} 📅 2031-05-0{people.dice.randint(1, 9)}{lines[at][title.end() :]}"
    people.save(path, lines)


def _prose(people: People) -> None:
    path = people.file()
    lines = [line for line in path.read_text().splitlines(keepends=True) if line != "Some prose.\n"]
    people.save(path, [*lines, "\n", "Some prose.\n"] if people.dice.random() < 0.5 else lines)


def _rename(people: People) -> None:
    path = people.file()
    name = next(name for name in LISTS if path.name.startswith(name))
    path.rename(path.with_name(f"{name}{people.dice.choice(('', ' at home', ' 2'))}.md"))


def _half(people: People) -> None:
    """An editor that takes its time: half of it is there for a while."""
    path = people.file()
    text = path.read_text()
    path.write_text(text[: len(text) // 2])
    time.sleep(people.dice.uniform(0.05, 0.6))
    path.write_text(text)


def _copy(people: People) -> None:
    path = people.file()
    lines, at = people.task(path)
    lines[at] = TASK.sub(lambda found: f"- [{found[1]}] {people.word()}", lines[at], count=1)
    copy = path.with_name(f"{path.stem}{COPY}")
    copy.write_text("".join(lines))
    people.asked("/merge", {"path": copy.name})


def _strike_many(people: People) -> None:
    path = people.file()
    lines = path.read_text().splitlines(keepends=True)
    tasks = [at for at, line in enumerate(lines) if TASK.match(line)][:MANY]
    for at in reversed(tasks):
        del lines[people.block(lines, at)]
    people.save(path, lines)


# ---- on the phone


def _create(people: People) -> None:
    people.sandbox.create(people.list_name(), people.word(), notes="from the phone", priority=5)


def _phone_retitle(people: People) -> None:
    people.sandbox.edit(people.shown()["id"], title=people.word())


def _phone_fields(people: People) -> None:
    dice = people.dice
    people.sandbox.edit(
        people.shown()["id"],
        due=f"2030-03-0{dice.randint(1, 9)}T0{dice.randint(1, 9)}:30[Europe/Paris]",
        flagged=dice.random() < 0.5,
        notes=f"said {people.word()}",
        priority=dice.choice((0, 1, 5, 9)),
    )


def _phone_tick(people: People) -> None:
    one = people.shown()
    people.sandbox.act(one["id"], "reopen" if one["done"] else "complete")


def _phone_move(people: People) -> None:
    people.sandbox.act(people.shown()["id"], "move", list=people.list_name())


def _phone_subtask(people: People) -> None:
    one, parent = people.shown(), people.shown()
    lonely = not any(other["parent"] == one["id"] for other in people.sandbox.reminders())
    may = parent["parent"] is None and parent["list"] == one["list"]
    if lonely and may and parent["id"] != one["id"]:
        people.sandbox.act(one["id"], "subtask", parent=parent["id"])


def _phone_delete(people: People) -> None:
    people.sandbox.delete(people.shown()["id"])


def _phone_list(people: People) -> None:
    name = people.list_name()
    first = next(one for one in LISTS if name.startswith(one))
    new = f"{first}{people.dice.choice(('', ' today', ' 3'))}"
    people.sandbox.ask(
        "PATCH", f"/device/lists/{people.sandbox.lists()[name]['id']}", {"name": new}
    )


def _both(people: People) -> None:
    """The same title on both sides, while the laptop is closed."""
    path = people.file()
    with people.daemon.frozen():
        lines, at = people.task(path)
        title = TASK.match(lines[at])
        assert title is not None
        found = [one for one in people.sandbox.reminders() if one["title"] == title[2]]
        if found:
            people.sandbox.edit(found[0]["id"], title=people.word())
            lines[at] = f"{title[0][:6]}{people.word()}{lines[at][title.end() :]}"
            people.save(path, lines)


# ---- by verbs


def _add(people: People) -> None:
    words = f"{people.word()} tomorrow 9am #{people.dice.choice(('home', 'town'))} !!"
    people.asked("/reminders", {"text": words, "list": people.list_name()})


def _done(people: People) -> None:
    one = people.shown()
    people.asked(f"/reminders/{one['id']}", {"done": not one["done"]}, "PATCH")


def _change(people: People) -> None:
    people.asked(f"/reminders/{people.shown()['id']}", {"title": people.word()}, "PATCH")


def _delete(people: People) -> None:
    people.asked(f"/reminders/{people.shown()['id']}", None, "DELETE")


def _command(people: People) -> None:
    said = ("status",), ("today", "--json"), ("search", "errand"), ("log",), ("lists",)
    assert people.home.run(*people.dice.choice(said)).code == 0


def _undo(people: People) -> None:
    people.asked("/undo")


def _poll(people: People) -> None:
    services = ("photos", "contacts", "devices", "calendar", "notes")
    people.asked("/poll", {"service": people.dice.choice(services)})


def _pause(people: People) -> None:
    people.asked("/pause")
    append(people.file(), f"- [ ] {people.word()}")
    people.asked("/resume")


# ---- what befalls them


def _nap(people: People) -> None:
    with people.daemon.frozen():
        append(people.file(), f"- [ ] {people.word()}")
        time.sleep(people.dice.uniform(*NAP_S))


def _refused(people: People) -> None:
    """The next thing that is sent is refused for good."""
    people.sandbox.faults(items=[{"code": "BAD_REQUEST", "match": ".*", "times": 1}])


def _contradicted(people: People) -> None:
    people.sandbox.faults(items=[{"code": "CONFLICT", "match": ".*", "times": 1}])


def _trouble(people: People) -> None:
    """The network, or the service, for the next request or two."""
    fault = people.dice.choice(
        (
            {"kind": "status", "path": "records/", "status": 503, "retry_after": 1, "times": 2},
            {"kind": "status", "path": "records/", "status": 500, "times": 1},
            {"kind": "lost_reply", "path": "records/modify", "times": 1},
            {"kind": "cut_before", "path": "records/changes", "times": 2},
            {"kind": "cut_body", "path": "records/changes", "times": 1},
            {"kind": "truncated", "path": "records/changes", "times": 1},
            {"kind": "html", "path": "records/", "times": 1},
            {"kind": "slow", "path": "records/", "seconds": 1, "times": 2},
        )
    )
    people.sandbox.faults(http=[fault])


ACTS: dict[str, Act] = {
    "a line typed": _type,
    "a line rewritten": _retitle,
    "a line ticked or not": _tick,
    "a line taken out": _strike,
    "a line carried to another file": _carry,
    "a note typed": _note,
    "a date typed": _due,
    "prose typed or taken out": _prose,
    "a file renamed": _rename,
    "a file half saved": _half,
    "an older buffer saved": People.save_older,
    "a conflict copy, merged": _copy,
    "a dozen lines taken out": _strike_many,
    "made on the phone": _create,
    "retitled on the phone": _phone_retitle,
    "dated, flagged, noted on the phone": _phone_fields,
    "ticked or not on the phone": _phone_tick,
    "moved on the phone": _phone_move,
    "indented on the phone": _phone_subtask,
    "deleted on the phone": _phone_delete,
    "a list renamed on the phone": _phone_list,
    "both sides at once": _both,
    "added by a verb": _add,
    "done by a verb": _done,
    "changed by a verb": _change,
    "deleted by a verb": _delete,
    "a command": _command,
    "a run taken back": _undo,
    "a service polled": _poll,
    "paused and resumed": _pause,
    "everything compared": lambda people: people.asked("/verify"),
    "a sync asked for": lambda people: people.asked("/sync"),
    "the config read again": lambda people: people.daemon.process.send(signal.SIGHUP),
    "the laptop closed": _nap,
    "a write refused": _refused,
    "a write contradicted": _contradicted,
    "no network": _trouble,
    "the token expired": lambda people: people.sandbox.faults(expire_tokens="zone"),
    "the session over": lambda people: people.sandbox.account(revoke=["web"]),
}

_SELDOM = frozenset(
    {
        *("a dozen lines taken out", "a list renamed on the phone", "a file renamed", "a command"),
        *("everything compared", "the config read again", "the token expired", "the session over"),
        *("a service polled", "a run taken back", "a write refused", "paused and resumed"),
    }
)
OFTEN = 4  # times as often as what is seldom


def script(seed: int, length: int) -> list[str]:
    """So many acts, each kind of them at least once if there is room; the same for one seed."""
    dice = random.Random(seed)
    weights = [1 if name in _SELDOM else OFTEN for name in ACTS]
    acts = [*ACTS, *dice.choices(list(ACTS), weights, k=max(0, length - len(ACTS)))]
    dice.shuffle(acts)
    return acts[:length]
