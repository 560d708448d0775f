"""Puts the status into words: facts for a screen, one line for a prompt, an object for a bar.

They answer, in this order: is it working, when did it last work, what waits, what needs you?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from daemon.cli.looking import when
from daemon.wording.output import pace, plural

__all__ = ["COLOURS", "facts", "line", "state_word", "waybar"]

Document = Mapping[str, Any]

COLOURS = {
    "ok": "green",
    "syncing": "cyan",
    "paused": "yellow",
    "attention": "yellow",
    "offline": "red",
    "sign-in": "red",
    "not running": "red",
}
_NEEDED = (
    ("conflicts", "conflict", "conflicts"),
    ("parked", "change refused by iCloud", "changes refused by iCloud"),
)
_WELL = frozenset({"signed-in"})


def state_word(told: Document) -> str:
    """How the daemon is, in a word or two."""
    return str(told["state"]) if told["running"] else "not running"


def facts(told: Document) -> Iterator[tuple[str, str]]:
    """Name and value of each fact that a person may want to know, those without value left out."""
    reason = told["reason"] if told["running"] else "start it with `remindersd run`"
    found: dict[str, str | None] = {
        "state": f"{state_word(told)}: {reason}" if reason else state_word(told),
        "under way": _under_way(told.get("progress")),
        "account": told["account"],
        "sign-in": _sign_in(told.get("sign_in")),
        "folder": told["folder"],
        "paused": _paused(told),
        "last sync": when(told["last_success"]),
        "next sync": when(told["next_run"]),
        "waiting": ", ".join(_waiting(told)),
        "needs you": ", ".join(_needed(told)) or ("nothing" if told["running"] else None),
        "verified": _verified(told.get("verified")),
        "files": told.get("watch_problem"),
        "config": told.get("config_problem"),
        "mirror": told.get("mirror_problem"),
    }
    yield from ((name, value) for name, value in found.items() if value)
    yield from (("problem", problem) for problem in told.get("problems") or [])
    for service, entry in (told.get("polls") or {}).items():
        if entry.get("message"):
            yield "poll", f"{service}: {entry['message']}"


def _under_way(progress: Document | None) -> str | None:
    """How far the work under way is, how fast it goes and how long it takes."""
    if not progress:
        return None
    return ", ".join(filter(None, (progress["said"], pace(progress["rate"], progress["left_s"]))))


def _paused(told: Document) -> str | None:
    """What a daemon that is not running would begin with; of one that is, its state says it."""
    pause = told.get("paused")
    if pause is None or told["running"]:
        return None
    return "until `remindersd resume`" if pause["until"] is None else f"ends {when(pause['until'])}"


def line(told: Document) -> str:
    """The status in one line, such as ``attention, 1 conflict, synced 2 minutes ago``."""
    synced = when(told["last_success"])
    words = [state_word(told), *_needed(told), *_waiting(told)]
    return ", ".join([*words, f"synced {synced}"] if synced else words)


def waybar(told: Document) -> dict[str, Any]:
    """What a custom module of waybar reads, and any bar like it.

    ``text`` is empty where all is well, else how many things need you, or what is the matter.
    """
    state, needed = state_word(told), list(_needed(told))
    count = sum(told.get(name) or 0 for name, _, _ in _NEEDED) + _held(told)
    well = state in ("ok", "syncing", "paused")
    text = str(count) if count else "" if well else state
    tooltip = "\n".join(f"{name}: {value}" for name, value in facts(told))
    kinds = [name for name in ("held", "conflicts", "parked") if told.get(name)]
    return {
        "text": text,
        "alt": state.replace(" ", "-"),
        "tooltip": _markup(tooltip),
        "class": [state.replace(" ", "-"), *kinds, *["needs-you"] * bool(needed)],
    }


def _markup(text: str) -> str:
    """Bars read Pango's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _held(told: Document) -> int:
    """How much is held for a person, and not just until a time."""
    waiting = told.get("waiting") or {}
    return max(0, (told.get("held") or 0) - int(waiting.get("deletions", 0)))


def _waiting(told: Document) -> Iterator[str]:
    """What goes ahead by itself."""
    if told.get("pending"):
        yield plural(told["pending"], "change to send", "changes to send")
    if told.get("waiting"):
        yield (
            plural(told["waiting"]["deletions"], "deletion") + f" {when(told['waiting']['until'])}"
        )


def _needed(told: Document) -> Iterator[str]:
    """What does not go ahead without a person."""
    sign_in = told.get("sign_in")
    if sign_in is not None and sign_in["state"] not in _WELL:
        yield "your sign-in"
    if _held(told):
        yield plural(_held(told), "thing") + " held back"
    for name, one, many in _NEEDED:
        if told.get(name):
            yield plural(told[name], one, many)


def _sign_in(told: Document | None) -> str | None:
    """What is to be done about the sign-in, if anything is."""
    if told is None or told["state"] in _WELL:
        return None
    ends = f" ({when(told['until'])})" if told["until"] else ""
    return f"{told['sentence']}{ends}" + f": {told['hint']}" * bool(told["hint"])


def _verified(told: Document | None) -> str | None:
    """When all was last compared, and what came of it."""
    if told is None:
        return None
    found = plural(told["differences"], "difference")
    words = {"agrees": "everything agreed", "repaired": f"{found}, mended"}
    return f"{when(told['at'])}: {words.get(told['result'], found)}"
