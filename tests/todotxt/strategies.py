"""Hypothesis strategies for what breaks a todo.txt line."""

from __future__ import annotations

from hypothesis import strategies as st

from store.model import Priority, Reminder
from tests.markdown.strategies import HOME, dones, dues, repeats, urls

__all__ = ["HOME", "files", "reminders", "texts"]

SHARDS = (
    *("x", "x ", "X", "(A)", "(A) ", "(a)", "(AB)", "2026-03-02", "2026-13-45", "2026-03-02 "),
    *("@home", "+Home", "@", "+", "+1", "@a:b", "due:2026-03-02", "due:tomorrow", "at:1430"),
    *("at:14:30", "at:noon", "tz:Europe/Paris", "tz:Mars", "flag:1", "flag:0", "pri:A", "pri:a"),
    *(
        "id:r-4k7q2mx",
        "id:7",
        "p:r-4k7q2mx",
        "p:7",
        "rec:1w",
        "rec:+02m",
        "rec:1b",
        "t:2026-03-01",
        "h:1",
        "Re:this",
    ),
    *("https://a.example/b", "mailto:a@b", "12:30", "a:b:c", "due:2026-03-02T14:30", ":", "a:"),
    *("\\", "\\\\", "\\x", "\\@home", "\\due:2026-03-02", " ", "  ", "\t", "\xa0", "\u2028"),
    *("\x0b", "\x00", "\r\n", "\n", "\ufeff", "\ud800", "word", "é", "👩‍👩‍👧", "٢٠٢٦-٠٣-٠٢"),
)
texts = st.one_of(
    st.lists(st.sampled_from(SHARDS), max_size=7).map("".join),
    st.lists(st.sampled_from(SHARDS), max_size=7).map(" ".join),
    st.text(st.characters(), max_size=20),
)
reminders = st.builds(
    Reminder,
    id=st.just(""),
    title=texts,
    notes=texts,
    done=dones,
    due=dues,
    priority=st.sampled_from(Priority),
    flagged=st.booleans(),
    tags=st.frozensets(
        st.sampled_from(("home", "a/b", "12", "x y", "été", "", "a:b", "\x01", "\ud800")),
        max_size=3,
    ),
    urls=urls,
    repeat=repeats,
)
lines = st.lists(
    st.sampled_from([shard for shard in SHARDS if shard not in ("\r\n", "\n", "\ud800")]),
    max_size=8,
).map(" ".join)
files = st.builds(
    lambda rows, last, bom: (bom + "".join(a + b for a, b in rows) + last).encode(),
    st.lists(st.tuples(lines, st.sampled_from(("\n", "\n", "\r\n", "\r"))), max_size=6),
    lines,
    st.sampled_from(("", "", "", "\ufeff")),
)
