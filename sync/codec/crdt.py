"""Decides how a text is replaced within a mergeable string, so that devices see an edit.

The model (docs/wire.md, documents): substrings carry no text, only identities and lengths in
UTF-16 code units. A character is (replica, clock); a replica is a 1-based index into the clock
list, which is sorted by UUID, so that a newcomer may renumber all others; index 0 is for the two
markers. ``child`` says what follows; the stored order is a depth-first walk. Deleted substrings
stay as tombstones with their length, forever.
"""

from __future__ import annotations

from itertools import pairwise

from sync.codec.blob import Undecodable
from sync.codec.document_pb2 import CharID, String, Substring, VectorTimestamp

__all__ = ["lay_fresh", "problems", "replace_text", "utf16_length"]

_END = 0xFFFFFFFF
_REPLICA_BYTES = 16


def utf16_length(text: str) -> int:
    """The length of ``text`` in UTF-16 code units, the only unit of length in documents."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def lay_fresh(value: String, text: str, replica: bytes) -> None:
    """Give ``value``, which has no substrings, the structure of ``text`` written by ``replica``."""
    _require_replica(replica)
    length = utf16_length(text)
    del value.substring[:]
    value.substring.append(_substring(0, 0, 0))
    if length:
        value.substring.append(_substring(1, 0, length))
    value.substring.append(_substring(0, _END, 0))
    for index, part in enumerate(value.substring[:-1]):
        part.child.append(index + 1)
    value.timestamp.Clear()
    clock = value.timestamp.clock.add(replicaUUID=replica)
    _set_clock(clock, length, 1)
    _show(value, text)


def replace_text(value: String, text: str, replica: bytes) -> None:
    """Edit ``value`` in place: its live text goes, ``text`` comes, both in ``replica``'s name.

    The whole text is replaced, as devices do it themselves. Raises ``Undecodable`` when the
    structure is one that must not be written; ``value`` is then of no more use.
    """
    _require_replica(replica)
    _require_editable(value)
    own, is_new = _adopt_replica(value, replica)
    clock = value.timestamp.clock[own - 1]
    characters, style = (0, 1) if is_new else _own_clocks(clock)
    removed = _bury_live(value, own, style)
    length = utf16_length(text)
    if characters + length >= _END:
        raise Undecodable("the document has no character numbers left")
    if length:
        _insert_first(value, _substring(own, characters, length))
    _set_clock(clock, characters + length, style + removed)
    _sort_depth_first(value)
    _show(value, text)
    for run in value.attributeRun:
        run.fontHints = 0
    if faults := problems(value):
        raise Undecodable(f"the document is damaged: {faults[0]}")


def problems(value: String) -> list[str]:
    """Each rule that ``value`` breaks, as a sentence; none for what devices accept."""
    return [
        *_clock_problems(value),
        *_structure_problems(value),
        *_identity_problems(value),
        *_length_problems(value),
    ]


def _clock_problems(value: String) -> list[str]:
    replicas = [bytes(clock.replicaUUID) for clock in value.timestamp.clock]
    found = []
    if any(len(replica) != _REPLICA_BYTES or not any(replica) for replica in replicas):
        found.append("a replica has no proper UUID")
    if len(replicas) != len(set(replicas)):
        found.append("a replica is there twice")
    return found


def _structure_problems(value: String) -> list[str]:
    parts, clocks = value.substring, value.timestamp.clock
    found = []
    if not parts or not _is_marker(parts[0], 0) or not _is_marker(parts[-1], _END):
        found.append("the start or the end is missing")
    for part in parts:
        if not part.HasField("charID") or not part.HasField("timestamp"):
            found.append("a substring lacks a component")
            continue
        if max(part.charID.replicaID, part.timestamp.replicaID) > len(clocks):
            found.append("a replica index is above the number of replicas")
        elif part.charID.replicaID:
            ticks = clocks[part.charID.replicaID - 1].replicaClock
            if part.charID.clock + part.length > (ticks[0].clock if ticks else 0):
                found.append("a substring ends above its replica's clock")
        if any(child >= len(parts) for child in part.child):
            found.append("a child index is above the number of substrings")
    return found


def _identity_problems(value: String) -> list[str]:
    claims = sorted(
        (part.charID.replicaID, part.charID.clock, part.charID.clock + part.length)
        for part in value.substring
        if part.length
    )
    clash = any(
        before[0] == after[0] and before[2] > after[1] for before, after in pairwise(claims)
    )
    return ["two substrings claim the same characters"] if clash else []


def _length_problems(value: String) -> list[str]:
    length = utf16_length(value.string.decode("utf-8", "replace"))
    found = []
    live = sum(part.length for part in value.substring if not part.tombstone)
    if live != length:
        found.append(f"its substrings are {live} units long, its text {length}")
    runs = sum(run.length for run in value.attributeRun)
    if runs != length:
        found.append(f"its attribute runs are {runs} units long, its text {length}")
    return found


def _require_replica(replica: bytes) -> None:
    if len(replica) != _REPLICA_BYTES or not any(replica):
        raise ValueError("a replica is 16 bytes that are not all zero")


def _require_editable(value: String) -> None:
    """What is needed before an edit makes sense; ``problems`` judges the rest after it."""
    if not value.timestamp.clock:
        raise Undecodable("the document has characters but no clock")
    if not any(_is_marker(part, 0) for part in value.substring):
        raise Undecodable("the document has no start")
    indices = [
        index
        for part in value.substring
        for index in (part.charID.replicaID, part.timestamp.replicaID)
    ]
    if max(indices) > len(value.timestamp.clock):
        raise Undecodable("a replica index is above the number of replicas")


def _adopt_replica(value: String, replica: bytes) -> tuple[int, bool]:
    """The index of ``replica``, and whether it had to be added (and all indices remapped)."""
    clocks = value.timestamp.clock
    known = [bytes(clock.replicaUUID) for clock in clocks]
    if replica in known:
        return known.index(replica) + 1, False
    clocks.add(replicaUUID=replica)
    order = sorted(range(len(clocks)), key=lambda old: bytes(clocks[old].replicaUUID))
    new_index = {old + 1: new + 1 for new, old in enumerate(order)} | {0: 0}
    copies = [_copied_clock(clocks[old]) for old in order]
    del clocks[:]
    clocks.extend(copies)
    for part in value.substring:
        for mark in (part.charID, part.timestamp):
            if mark.replicaID:
                mark.replicaID = new_index[mark.replicaID]
    return new_index[len(known) + 1], True


def _bury_live(value: String, own: int, style: int) -> bool:
    """Turn each live substring into a tombstone of ours; whether there was any."""
    removed = False
    for part in value.substring:
        if part.length and not part.tombstone:
            part.tombstone = True
            part.timestamp.replicaID, part.timestamp.clock = own, style
            removed = True
    return removed


def _insert_first(value: String, new: Substring) -> None:
    """Put ``new`` directly after the start, taking over all that followed it."""
    start = next(part for part in value.substring if _is_marker(part, 0))
    new.child.extend(start.child)
    del start.child[:]
    start.child.append(len(value.substring))
    value.substring.append(new)


def _sort_depth_first(value: String) -> None:
    """Store the substrings as a depth-first walk, none before what it follows, and renumber.

    Raises ``Undecodable`` when a child is missing, follows itself or is never reached.
    """
    parts = value.substring
    children = [list(part.child) for part in parts]
    if any(child >= len(parts) for each in children for child in each):
        raise Undecodable("a child index is above the number of substrings")
    start = next(index for index, part in enumerate(parts) if _is_marker(part, 0))
    order = _walk(children, start)
    if len(order) != len(parts):
        raise Undecodable("a substring cannot be reached from the start")
    place = {old: new for new, old in enumerate(order)}
    if any(place[child] <= place[index] for index in order for child in children[index]):
        raise Undecodable("a substring follows itself")
    copies = []
    for old in order:
        copy = Substring()
        copy.CopyFrom(parts[old])
        copy.child[:] = [place[child] for child in children[old]]
        copies.append(copy)
    del parts[:]
    parts.extend(copies)


def _walk(children: list[list[int]], start: int) -> list[int]:
    """Reverse postorder with the last child visited first: first child first, parents before.

    Iterative, since a chain is as long as the history of edits.
    """
    finished: list[int] = []
    seen = {start}
    stack = [(start, list(children[start]))]
    while stack:
        node, waiting = stack[-1]
        if not waiting:
            finished.append(node)
            stack.pop()
        elif (child := waiting.pop()) not in seen:
            seen.add(child)
            stack.append((child, list(children[child])))
    return finished[::-1]


def _show(value: String, text: str) -> None:
    value.string = text.encode()
    del value.attributeRun[:]
    if length := utf16_length(text):
        value.attributeRun.add(length=length)


def _own_clocks(clock: VectorTimestamp.Clock) -> tuple[int, int]:
    """The next free character and style numbers; style 0 is that of insertions, never free."""
    ticks = [tick.clock for tick in clock.replicaClock]
    return (ticks[0] if ticks else 0), max(1, ticks[1] if len(ticks) > 1 else 1)


def _set_clock(clock: VectorTimestamp.Clock, characters: int, style: int) -> None:
    while len(clock.replicaClock) < 2:
        clock.replicaClock.add()
    clock.replicaClock[0].clock = characters
    clock.replicaClock[1].clock = style


def _copied_clock(clock: VectorTimestamp.Clock) -> VectorTimestamp.Clock:
    copy = VectorTimestamp.Clock()
    copy.CopyFrom(clock)
    return copy


def _substring(replica: int, clock: int, length: int) -> Substring:
    """A live substring; the end marker is the one whose timestamp repeats its clock."""
    changed = clock if replica == 0 else 0
    return Substring(
        charID=CharID(replicaID=replica, clock=clock),
        length=length,
        timestamp=CharID(replicaID=replica, clock=changed),
    )


def _is_marker(part: Substring, clock: int) -> bool:
    mark = part.charID
    return part.HasField("charID") and (mark.replicaID, mark.clock, part.length) == (0, clock, 0)
