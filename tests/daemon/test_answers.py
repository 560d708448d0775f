"""What is read of the mirror for answers; one that may not be read is told with the way out."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from daemon.query.answers import Answers
from store.activity.attention import Hold
from store.db import Store
from store.local.places import LineRow
from store.model import Field
from sync.errors import MirrorDamaged, RemindersdError
from tests.daemon.fakes import FakeEngine, Running, config
from tests.local.support import as_nobody, nobodys_directory, to_nobody
from tests.store.samples import a_list, reminder


@pytest.mark.parametrize("closed", ["state/mirror.sqlite", "state"])
def test_a_mirror_that_is_closed_to_us(closed: str) -> None:
    with nobodys_directory() as theirs:
        path = theirs / "state" / "mirror.sqlite"
        Store.open(path).close()
        to_nobody(theirs / "state")
        (theirs / closed).chmod(0)
        try:
            message, hint = as_nobody(lambda: _told(path))  # type: ignore[misc]
        finally:
            (theirs / closed).chmod(0o700)
    assert str(path) in message
    assert "read" in hint or "access" in hint


def _told(path: Path) -> tuple[str, str]:
    answers = Answers(path)
    try:
        answers.lists().result()
    except RemindersdError as error:
        return error.message, error.hint
    finally:
        answers.close()
    return "", ""


def test_a_damaged_mirror_that_a_reader_meets_ends_the_loop(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    path.write_bytes(b"no database at all" * 500)
    with (
        Running(config(tmp_path), FakeEngine()) as running,
        closing(Answers(path, running.loop.fail)) as answers,
    ):
        with pytest.raises(MirrorDamaged, match=re.escape(str(path))):
            answers.lists().result()
        running.join()
    assert isinstance(running.error, MirrorDamaged)
    assert running.error.exit_code == 20


def test_what_is_held_is_told_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    ids = {"C": ("B.md", 2), "A": ("B.md", 9), "E": ("A.md", 5), "D": None, "B": None}
    path = tmp_path / "mirror.db"
    titles = {"D": "apples", "B": "Bread"}
    with Store.open(path) as store, store.commit("fill"):
        store.mirror.put([a_list(), *(reminder(id, title=titles.get(id, id)) for id in ids)])
        for name in ("A.md", "B.md"):
            found = [LineRow(id, *at) for id, at in ids.items() if at and at[0] == name]
            store.places.set_lines(name, found)
        holds = [Hold(f"deletions:{id}", "deletions", id, "many", 0) for id in ids]
        store.attention.set_holds([*holds, Hold("emptied:A.md", "emptied", "A.md", "empty", 0)])
    with closing(Answers(path)) as answers:
        held = answers.held().result()["held"]
    assert [one["id"] for one in held] == ["D", "B", "E", "C", "A", "A.md"]


def test_what_is_held_is_told_by_its_title_though_icloud_lost_it(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    with Store.open(path) as store, store.commit("fill"):
        store.bases.set("A", {Field.TITLE: "Bread"})
        store.attention.set_holds([Hold("deletions:A", "deletions", "A", "lost", 0)])
    with closing(Answers(path)) as answers:
        assert [one["title"] for one in answers.held().result()["held"]] == ["Bread"]
