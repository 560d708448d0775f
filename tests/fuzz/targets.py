"""What there is to fuzz: for each, how an input is made and what is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random

from sync.local.formats import MARKDOWN, TODO_TXT, VDIR
from tests.fuzz import answers, configs, corpus, cycles, disks, documents, records, requests
from tests.fuzz.engine import Check, Target
from tests.fuzz.files import checker
from tests.fuzz.mutate import bend_bytes, bend_text, sentence
from tests.markdown.strategies import LINE_PARTS
from tests.todotxt.strategies import SHARDS

__all__ = ["TARGETS"]


def _always(check: Check) -> Callable[[Path], AbstractContextManager[Check]]:
    """For a check that needs nothing around it."""

    @contextmanager
    def opened(_: Path) -> Iterator[Check]:
        yield check

    return opened


def _part(text: str, random: Random) -> str:
    """Up to two dozen lines of a file, seldom all of it: short inputs are fast."""
    lines = text.splitlines(keepends=True)
    if len(lines) <= 24 or random.random() < 0.02:
        return text
    first = random.choice((0, random.randrange(len(lines))))
    return "".join(lines[first : first + random.randint(1, 24)])


def _encoded(text: str, random: Random) -> bytes:
    """The text's bytes, seldom with damage that makes them no text."""
    data = text.encode("utf-8", "replace")
    return bend_bytes(data, random, 1) if random.random() < 0.05 else data


def a_markdown_file(random: Random) -> bytes:
    if random.random() < 0.4:
        rows = [sentence(LINE_PARTS, random, 7) for _ in range(random.randint(1, 12))]
        ends = random.choice((("\n",), ("\r\n",), ("\n", "\r\n", "\r")))
        head = random.choice(("", "", "\ufeff", "---\nicloud-id: l-x\n---\n", "---\na: [\n"))
        return _encoded(head + "".join(row + random.choice(ends) for row in rows), random)
    return _encoded(
        bend_text(_part(random.choice(corpus.markdown()), random), LINE_PARTS, random), random
    )


def a_todo_txt_file(random: Random) -> bytes:
    if random.random() < 0.5:
        rows = [" ".join(random.choices(SHARDS, k=random.randint(0, 8))) for _ in range(5)]
        return _encoded("".join(row + random.choice(("\n", "\r\n")) for row in rows), random)
    words = [*SHARDS, " "]
    return _encoded(bend_text(random.choice(corpus.todo_txt()), words, random), random)


VDIR_PARTS = (
    *(
        "SUMMARY:x\r\n",
        "UID:z\r\n",
        "DUE:20260302\r\n",
        "DUE;VALUE=DATE:2026\r\n",
        ";X=1",
        ':"',
        ",",
    ),
    *("DUE;TZID=Mars/X:20260302T090000\r\n", "DUE:20260302T090000Z\r\n", "TZID=", "\\n", "\\", ";"),
    *("BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n", "TRIGGER;VALUE=DATE-TIME:x\r\n", "\r\n "),
    *(
        "RRULE:FREQ=DAILY\r\n",
        "RRULE:FREQ=X;COUNT=-1\r\n",
        "STATUS:COMPLETED\r\n",
        "PRIORITY:99\r\n",
    ),
    *(
        "BEGIN:VTODO\r\n",
        "END:VTODO\r\n",
        "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        "CATEGORIES:a,,b\\,c\r\n",
    ),
    *("COMPLETED:99999999T999999Z\r\n", "ATTACH;VALUE=BINARY:x\r\n", "URL:https://a.example\r\n"),
    *("X-APPLE-PROXIMITY:ARRIVE\r\n", "RELATED-TO;RELTYPE=CHILD:q\r\n", "DESCRIPTION:\\\\n\r\n"),
)


def a_vdir_file(random: Random) -> bytes:
    return _encoded(bend_text(random.choice(corpus.vdir()), VDIR_PARTS, random), random)


# Of a thousand inputs: the more the faster they are, or a million would take hours.
_ALL = (
    Target("markdown", 90, a_markdown_file, _always(checker(MARKDOWN)),
           frozenset({"edited", "refused", "no todo file"})),
    Target("todo.txt", 130, a_todo_txt_file, _always(checker(TODO_TXT)),
           frozenset({"edited", "refused", "no todo file"})),
    Target("vdir", 80, a_vdir_file, _always(checker(VDIR)),
           frozenset({"edited", "refused", "no todo file"})),
    Target("documents", 338, documents.a_document, _always(documents.check),
           frozenset({"edited", "left alone", "opaque"})),
    Target("rows", 240, records.a_page, _always(records.decode), frozenset({"read", "told"})),
    Target("records", 15, records.a_page, records.opened,
           frozenset({"read", "told", "refused", "passed over"})),
    Target("answers", 30, answers.an_answer, answers.opened,
           frozenset({"answered", "pulled", "refused"})),
    Target("cycles", 2, cycles.a_bend, cycles.opened, frozenset({"run", "bent both"})),
    Target("config", 20, configs.a_config, configs.opened, frozenset({"loaded", "refused"})),
    Target("socket", 15, requests.a_request, requests.opened,
           frozenset({"answered", "refused", "no HTTP", "cut off"})),
    Target("disk", 40, disks.a_file, disks.opened, frozenset({"read", "refused", "begun anew"})),
)  # fmt: skip
TARGETS = {target.name: target for target in _ALL}
