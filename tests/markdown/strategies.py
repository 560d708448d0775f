"""Hypothesis strategies for reminders and files as people and phones make them."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import strategies as st

from store.model import (
    AllDay,
    AtTime,
    Completion,
    Early,
    Floating,
    Frequency,
    OtherRule,
    Place,
    Priority,
    Reminder,
    Rule,
    Unit,
    Zoned,
)

HOME = "Europe/Paris"
ZONES = (HOME, "America/New_York", "Asia/Kolkata", "UTC", "Etc/GMT+5")

# What breaks titles: every token, its halves, and Markdown's own openers.
SHARDS = (
    *"📅📆🗓⏳⌛🛫➕✅❌🔁🔺⏫🔼🔽⏬🆔⛔🏁🚩⏰",
    *("\\", "\\\\", "#", "^", "[", "]", "(", ")", "::", "%%", "<!--", "-->", "`", "```", "~~~"),
    *("\ufe0f", "\u200d", "\u202e", "\u2028", "\x0b", "\x00", "\x1b", "\r\n", "\n", "\t", "\xa0"),
    *(" ", "  ", " 2026-03-02", " 14:30", " 2026-13-45", " 25:99", " Europe/Paris", " floating"),
    *(" every day", " keep", " abc-1", " #tag", "#tag", "#12", " ^r-4k7q2mx", "^x", "[due:: x]"),
    *(" 15m before", " 2026-02-27 18:00", "📍", "📍 arriving <geo:1,2>", ",", "\\,", ", "),
    *("(due:: 2026-03-02)", "[key:: v", "- [ ] x", "> q", "***", "<div>", "</div>", "<script>"),
    *("word", "é", "👩‍👩‍👧", "\ud800", "a", "1.", "+", "---", "[x]: /u", "![i](j)", "&amp;", "|"),
)
texts = st.one_of(
    st.lists(st.sampled_from(SHARDS), max_size=8).map("".join),
    st.text(st.characters(), max_size=20),
)
moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))
dues = st.one_of(
    st.none(),
    st.dates(min_value=date(1, 1, 2), max_value=date(9999, 12, 30)).map(AllDay),
    moments.map(Floating),
    st.builds(Zoned, moments, st.sampled_from(ZONES)),
)
dones = st.one_of(
    st.none(),
    st.just(Completion()),
    st.builds(Completion, day=st.dates()),
    st.builds(Completion, at_ms=st.integers(-(2**53), 2**53)),
)
tags = st.frozensets(
    st.one_of(
        st.sampled_from(("home", "a/b", "12", "x y", "été", "", "B", "⏫", "a\x00", "Zwölf-2")),
        texts,
    ),
    max_size=3,
)
urls = st.frozensets(
    st.one_of(
        st.sampled_from(
            ("https://a.example/b?c=d#e", "tel:+4930", "u", "", "a b", "<", "a>b", "%%", "\u2028")
        ),
        texts,
    ),
    max_size=3,
)
rules = st.builds(
    Rule,
    st.sampled_from(Frequency),
    st.integers(-1, 12_000),
    st.none() | st.integers(-1, 12_000),
    st.none() | st.dates(),
)
repeats = st.one_of(
    st.none(),
    rules,
    st.builds(
        OtherRule,
        words=st.sampled_from(("every week", "every week on Monday", "Every  2 days", "", "x\ny")),
        key=st.just("k"),
    ),
)
alarms = st.frozensets(
    st.one_of(
        st.builds(AtTime, moments.map(Floating)),
        st.builds(AtTime, st.builds(Zoned, moments, st.sampled_from((*ZONES, "Not/AZone")))),
        st.builds(Early, st.integers(-1, 12_000), st.sampled_from(Unit)),
        st.builds(
            Place,
            st.booleans(),
            st.floats(-91, 91),
            st.floats(-181, 181),
            st.floats(-1, 1e6),
            texts,
            texts,
        ),
    ),
    max_size=3,
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
    tags=tags,
    urls=urls,
    repeat=repeats,
    alarms=alarms,
)

LINE_PARTS = (
    *("- [ ] ", "* [x] ", "1. [ ] ", "2) [-] ", "+ [/] ", "- ", "> ", "    ", "\t", "  "),
    *("# Done", "## Done", "## Garden", "---", "```", "~~~", "%%", "<!--", "-->", "<div>"),
    *("title", " 📅 2026-03-02", " ⏰ 09:30", " Europe/London", " ⏫", " 🚩", " #tag", " ^abc"),
    *(" ✅ 2026-01-01", " ❌ 2026-01-02", " [due:: 2026-03-02T14:30]", "📎", "🔗", " ", "\u2028"),
    *(" 🔁 every 2 weeks", " 🔁 every day on", " [repeat:: every day]", "- 🔗 <https://a.example>"),
    *(" #été", "- 🔗 u", "\x01", " ⏰ 15m before", " ⏰ 2026-02-27 18:00", " ⏰ 2026-02-27 9:30"),
    *("    - 📍 arriving <geo:52.52,13.405;u=100> Home, 1 Main Street", "- 📍 leaving geo:1,2"),
    *("- 📍 arriving nowhere", "- 📍 a cafe", " ⏰ 2026-02-30 18:00"),
)
lines = st.lists(st.sampled_from(LINE_PARTS), max_size=7).map("".join)
files = st.builds(
    lambda rows, last, bom: (bom + "".join(a + b for a, b in rows) + last).encode(),
    st.lists(st.tuples(lines, st.sampled_from(("\n", "\n", "\r\n", "\r"))), max_size=14),
    lines,
    st.sampled_from(("", "", "", "\ufeff", "---\nicloud-id: l-x\n---\n")),
)
