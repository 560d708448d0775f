"""Decides what about the daemon itself is news, given how it stands and what was told before; pure.

    sign-in     a sign-in or a code is needed           once, until a cycle goes through again
    trust       the sign-in ends soon                   once, until that is over
    failing     the first failure after a success       once, until a cycle goes through again;
                                                        and once more if it comes to need a person
    recovered   the first success after one of these    once
    held        deletions, or other things, are held    once each
    conflict    both sides changed the same             once each
    parked      iCloud refused a change for good        once each

What was told outlives the process, so a restart tells nothing again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from daemon.running.outcome import Failure
from daemon.running.state import State

__all__ = ["Happening", "Memory", "Standing", "news_of"]

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands after a cycle that went through.

    ``held``, ``conflicts`` and ``parked`` are documents by their keys and numbers.
    """

    trust: str | None = None
    held: Mapping[str, Document] = field(default_factory=dict)
    conflicts: Mapping[int, Document] = field(default_factory=dict)
    parked: Mapping[int, Document] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing to be told: a ``sentence`` and the way out for a person, ``details`` for a hook."""

    event: str
    sentence: str
    hint: str = ""
    details: Document = field(default_factory=dict)
    needs_person: bool = True


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told and is not over: failures, ``stuck`` those that need a person; a warning of
    ``trust``; and what waits, by keys and numbers.
    """

    failing: bool = False
    stuck: bool = False
    signed_out: bool = False
    trust: bool = False
    held: frozenset[str] = frozenset()
    conflicts: frozenset[int] = frozenset()
    parked: frozenset[int] = frozenset()

    def document(self) -> Document:
        """As it is kept."""
        return {
            "failing": self.failing,
            "stuck": self.stuck,
            "signed_out": self.signed_out,
            "trust": self.trust,
            "held": sorted(self.held),
            "conflicts": sorted(self.conflicts),
            "parked": sorted(self.parked),
        }

    @staticmethod
    def of(document: Document) -> Memory:
        """What was kept."""
        return Memory(
            bool(document.get("failing")),
            bool(document.get("stuck")),
            bool(document.get("signed_out")),
            bool(document.get("trust")),
            frozenset(document.get("held", ())),
            frozenset(document.get("conflicts", ())),
            frozenset(document.get("parked", ())),
        )


def news_of(memory: Memory, now: Standing | Failure) -> tuple[list[Happening], Memory]:
    """What is to be told, in order, and what is then known to have been told."""
    if isinstance(now, Failure):
        return _failed(memory, now)
    found: list[Happening] = []
    if memory.failing:
        found.append(Happening("recovered", "remindersd works again", needs_person=False))
    if now.trust is not None and not memory.trust:
        found.append(Happening("trust", now.trust, "run `remindersd login`"))
    held = [one for key, one in now.held.items() if key not in memory.held]
    if held:
        found.append(_several("held", held, "thing is held back", "things are held back"))
    conflicts = [one for number, one in now.conflicts.items() if number not in memory.conflicts]
    if conflicts:
        found.append(_several("conflict", conflicts, "conflict", "conflicts"))
    parked = [one for number, one in now.parked.items() if number not in memory.parked]
    if parked:
        found.append(
            _several("parked", parked, "change refused by iCloud", "changes refused by iCloud")
        )
    told = Memory(
        trust=now.trust is not None,
        held=frozenset(now.held),
        conflicts=frozenset(now.conflicts),
        parked=frozenset(now.parked),
    )
    return found, told


_LISTS = {"held": "held", "conflict": "conflicts", "parked": "parked"}
_HINTS = {
    "held": "see `remindersd status`, then `remindersd approve` what is right",
    "conflict": "see `remindersd conflicts`",
    "parked": "see `remindersd parked`",
}


def _several(event: str, entries: list[Document], one: str, more: str) -> Happening:
    count = f"1 {one}" if len(entries) == 1 else f"{len(entries)} {more}"
    titles = [*dict.fromkeys(str(entry["title"]) for entry in entries if entry.get("title"))]
    named = ", ".join(f"“{title}”" for title in titles[:3])
    sentence = f"{count}: {named}" if named else count
    if len(titles) > 3:
        sentence += f" and {len(titles) - 3} more"
    return Happening(event, sentence, _HINTS[event], {_LISTS[event]: entries})


def _failed(memory: Memory, failure: Failure) -> tuple[list[Happening], Memory]:
    details = {
        "error": {"code": failure.code, "message": failure.message, "hint": failure.hint},
        "state": failure.state.value,
    }
    # No network is the machine's to know, and passes by itself.
    needs_person = failure.state is not State.OFFLINE
    signed_out = failure.state is State.SIGN_IN
    told = replace(
        memory,
        failing=True,
        stuck=memory.stuck or (needs_person and not signed_out),
        signed_out=memory.signed_out or signed_out,
    )
    if told == memory:
        return [], told
    event = "sign-in" if signed_out else "failing"
    return [Happening(event, failure.message, failure.hint, details, needs_person)], told
