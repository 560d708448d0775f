"""Remembers what is to be sent, what was sent and not answered, and what was refused for good.

An intent in flight is evidence, not only work: it may have reached iCloud. So it leaves by an
answer or by what was observed, never because a new plan was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from store.connection import Connection, json_array
from store.model import Completion, Field, Value
from store.raw import dumps, loads
from store.values import mapping_from_json, mapping_to_json

__all__ = ["ACTS", "REMOVALS", "STANDING", "Intent", "IntentState", "Outbox"]

REMOVALS = ("remove", "remove-for-good")
"""The deletion, soft or for good, of a reminder that has no line; ``changes`` is what it was."""

ACTS = ("undo", "restore", "restore-list")
"""What takes several requests, each decided on what there is by then: it is no request itself. It
stays until it is over, and is no wish of which iCloud shows anything."""

STANDING = (
    *("set", "set-list", "set-section", "set-sections"),
    *("add", "add-list", "add-group", "add-section"),
    *REMOVALS,
    *ACTS,
)
"""What a person asked for by a verb: no plan wants it, and none takes it back. It stays until
iCloud shows it, and the base does not follow from it, so that the files do."""

IntentState = Literal["queued", "in-flight", "parked"]

_COLUMNS = """seq, id, kind, changes, texts, state, reason, attempts, sent_at_ms,
    since_ms, again_ms, given_up"""


@dataclass(frozen=True, slots=True)
class Intent:
    """One operation on one reminder or list, as the plan wants it.

    ``id`` is the bare id; ``kind`` is ``create``, ``update``, ``delete``, ``undelete``,
    ``create-list``, ``update-list`` ...; ``changes`` the fields of a reminder, ``texts`` those of
    a list (``name``, ``group``). ``seq`` is given by the outbox and never used twice;
    ``attempts`` counts the times that it was sent. Of one that is parked ``since_ms`` says when it
    was refused first, ``again_ms`` when it is tried again by itself; ``given_up``: a person does
    not want to hear of it. All in Unix milliseconds.
    """

    id: str
    kind: str
    changes: Mapping[Field, Value] = field(default_factory=dict)
    texts: Mapping[str, str | None] = field(default_factory=dict)
    seq: int = 0
    state: IntentState = "queued"
    reason: str = ""
    attempts: int = 0
    sent_at_ms: int | None = None
    since_ms: int | None = None
    again_ms: int | None = None
    given_up: bool = False


class Outbox:
    """Intents in the order in which they were planned."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def replace_queued(self, intents: Iterable[Intent]) -> None:
        """Put ``intents`` in the place of all that a plan queued; the same again change nothing.

        One that was queued already keeps its attempts, and since when it was refused. A tick is
        the same tick when it is planned again, a moment later.
        """
        intents = list(intents)
        new = [_content(intent) for intent in intents]
        planned = [intent for intent in self.queued() if intent.kind not in STANDING]
        if new == [_content(intent) for intent in planned]:
            return
        old = {_wish(intent): (intent.attempts, intent.since_ms) for intent in planned}
        tried = [old.get(_wish(intent), (0, None)) for intent in intents]
        self.drop_many(intent.seq for intent in planned)
        self._insert((*content, *before) for content, before in zip(new, tried, strict=True))

    def add(self, intents: Iterable[Intent]) -> None:
        """Queue ``intents`` after what is queued, but for those that are in here already."""
        new = [_content(intent) for intent in intents]
        known = {_content(old) for id, *_ in new for old in self.of(id)}
        self._insert((*content, 0, None) for content in new if content not in known)

    def queued(self) -> list[Intent]:
        """What is to be sent, in the order planned."""
        return [one for one in self._in("queued") if one.kind not in ACTS]

    def acts(self) -> list[Intent]:
        """The acts that are under way, or were cut off, in the order in which they began."""
        rows = self._db.all(
            f"""SELECT {_COLUMNS} FROM outbox WHERE state = 'queued'
            AND kind IN (SELECT value FROM json_each(?)) ORDER BY seq""",
            (json_array(ACTS),),
        )
        return [_intent(row) for row in rows]

    def in_flight(self) -> list[Intent]:
        """What was sent and not answered."""
        return self._in("in-flight")

    def parked(self) -> list[Intent]:
        """What was refused, each with its reason; also what a person gave up."""
        return self._in("parked")

    def get(self, seq: int) -> Intent | None:
        """One intent."""
        row = self._db.one(f"SELECT {_COLUMNS} FROM outbox WHERE seq = ?", (seq,))
        return None if row is None else _intent(row)

    def of(self, id: str) -> list[Intent]:
        """Every intent on one reminder or list, in the order planned."""
        rows = self._db.all(f"SELECT {_COLUMNS} FROM outbox WHERE id = ? ORDER BY seq", (id,))
        return [_intent(row) for row in rows]

    def send(self, seqs: Iterable[int], at_ms: int) -> None:
        """Mark intents as in flight, before they leave."""
        self._db.write_many(
            """UPDATE outbox SET state = 'in-flight', sent_at_ms = ?, attempts = attempts + 1
            WHERE seq = ?""",
            [(at_ms, seq) for seq in seqs],
        )

    def sent_later(self, by_ms: int) -> None:
        """What is in flight was sent so much later by the clock, which was set since."""
        self._db.write(
            "UPDATE outbox SET sent_at_ms = sent_at_ms + ? WHERE state = 'in-flight'", (by_ms,)
        )

    def requeue(self, seq: int) -> None:
        """Send it again later: it is known not to have been applied."""
        self._db.write("UPDATE outbox SET state = 'queued' WHERE seq = ?", (seq,))

    def park(self, seq: int, reason: str, at_ms: int, again_ms: int | None = None) -> None:
        """Set it aside for a person, with ``reason`` as a sentence, or until ``again_ms``."""
        self._db.write(
            """UPDATE outbox SET state = 'parked', reason = ?, again_ms = ?,
            since_ms = coalesce(since_ms, ?) WHERE seq = ?""",
            (reason, again_ms, at_ms, seq),
        )

    def unpark(self, seq: int) -> None:
        """Try it again, as if it had never been sent."""
        self._db.write(
            """UPDATE outbox SET state = 'queued', reason = '', attempts = 0, since_ms = NULL,
            again_ms = NULL, given_up = 0 WHERE seq = ? AND state = 'parked'""",
            (seq,),
        )

    def due_again(self, now_ms: int) -> list[int]:
        """The numbers of what is parked and whose time to be tried again has come."""
        rows = self._db.all(
            "SELECT seq FROM outbox WHERE state = 'parked' AND again_ms <= ? ORDER BY seq",
            (now_ms,),
        )
        return [seq for (seq,) in rows]

    def wake(self, seqs: Iterable[int]) -> None:
        """Try these again; how often they were tried is kept."""
        self._db.write_many(
            "UPDATE outbox SET state = 'queued', again_ms = NULL WHERE seq = ?",
            [(seq,) for seq in seqs],
        )

    def give_up(self, seq: int) -> None:
        """Keep it parked, so that it is not sent again, and tell nobody any more."""
        self._db.write(
            "UPDATE outbox SET given_up = 1, again_ms = NULL WHERE seq = ? AND state = 'parked'",
            (seq,),
        )

    def drop(self, seq: int) -> None:
        """Forget it: it was acknowledged, observed, or given up by a person."""
        self._db.write("DELETE FROM outbox WHERE seq = ?", (seq,))

    def drop_many(self, seqs: Iterable[int]) -> None:
        """``drop`` for each of ``seqs``."""
        self._db.write_many("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in seqs])

    def counts(self) -> dict[IntentState, int]:
        """How many intents are in each state, but for those that a person gave up."""
        counts: dict[IntentState, int] = {"queued": 0, "in-flight": 0, "parked": 0}
        counts.update(
            self._db.all("SELECT state, count(*) FROM outbox WHERE NOT given_up GROUP BY state")
        )
        return counts

    def _insert(self, rows: Iterable[tuple[str | int | None, ...]]) -> None:
        self._db.write_many(
            """INSERT INTO outbox (id, kind, changes, texts, state, reason, attempts, since_ms)
            VALUES (?, ?, ?, ?, 'queued', '', ?, ?)""",
            list(rows),
        )

    def _in(self, state: IntentState) -> list[Intent]:
        rows = self._db.all(f"SELECT {_COLUMNS} FROM outbox WHERE state = ? ORDER BY seq", (state,))
        return [_intent(row) for row in rows]


def _content(intent: Intent) -> tuple[str, str, str, str]:
    texts = dumps(dict(sorted(intent.texts.items()))).decode()
    return intent.id, intent.kind, mapping_to_json(intent.changes), texts


def _wish(intent: Intent) -> tuple[str, str, str, str]:
    """Its content, but for the moment of a tick, which is that of its planning."""
    done = intent.changes.get(Field.DONE)
    if not isinstance(done, Completion):
        return _content(intent)
    return _content(replace(intent, changes={**intent.changes, Field.DONE: Completion()}))


def _intent(row: Any) -> Intent:
    seq, id, kind, changes, texts, state, reason, attempts, sent_at_ms, *parked = row
    since_ms, again_ms, given_up = parked
    return Intent(
        id=id,
        kind=kind,
        changes=mapping_from_json(changes),
        texts=loads(texts),
        seq=seq,
        state=state,
        reason=reason,
        attempts=attempts,
        sent_at_ms=sent_at_ms,
        since_ms=since_ms,
        again_ms=again_ms,
        given_up=bool(given_up),
    )
