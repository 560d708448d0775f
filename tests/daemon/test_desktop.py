"""Notices on a private session bus, with somebody there who shows them."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from daemon.process.bus import NoBus, session_address, system_address
from daemon.reminding.desktop import Button, Desktop, Notice
from daemon.reminding.noticefile import NOTICES, NoticeFile
from tests.daemon.desktops import Server, a_bus
from tests.daemon.fakes import PATIENCE_S

pytestmark = pytest.mark.needs("dbus-daemon")
CALL = Notice("A", "Call\nmum", "Home <b> & garden", (Button("done", "Done"),))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with a_bus() as found:
        yield found


def test_a_notice_has_its_words_and_its_buttons(address: str) -> None:
    pressed: queue.Queue[tuple[str, str]] = queue.Queue()
    with (
        closing(Server(address)) as server,
        closing(Desktop(lambda: address, lambda *what: pressed.put(what))) as desktop,
    ):
        assert desktop.is_there()
        desktop.show(CALL)
        what, (number, name, before, _, title, body, actions, hints, expires) = server.heard.get(
            timeout=PATIENCE_S
        )
        assert (what, name, before, title) == ("shown", "remindersd", 0, "Call mum")
        assert body == "Home &lt;b&gt; &amp; garden"
        assert (actions, expires) == (["done", "Done"], 0)
        assert hints["urgency"] == ("y", 1)
        server.press(number, "done")
        assert pressed.get(timeout=PATIENCE_S) == ("A", "done")


def test_the_next_about_the_same_takes_its_place_and_it_can_be_taken_back(address: str) -> None:
    with closing(Server(address)) as server, closing(Desktop(lambda: address)) as desktop:
        desktop.show(CALL)
        first = server.heard.get(timeout=PATIENCE_S)[1][0]
        desktop.show(CALL)
        assert server.heard.get(timeout=PATIENCE_S)[1][2] == first
        desktop.take_back("A")
        assert server.heard.get(timeout=PATIENCE_S) == ("closed", first)
        desktop.take_back("A")
        assert desktop.shown() == frozenset()


def test_who_has_no_buttons_and_no_markup_gets_none(address: str) -> None:
    with (
        closing(Server(address, capabilities=("body",))) as server,
        closing(Desktop(lambda: address)) as desktop,
    ):
        desktop.show(CALL)
        shown = server.heard.get(timeout=PATIENCE_S)[1]
        assert (shown[5], shown[6]) == ("Home <b> & garden", [])


def test_without_somebody_who_shows_notices_there_is_no_desktop(address: str) -> None:
    with closing(Desktop(lambda: address)) as desktop:
        assert not desktop.is_there()
        with pytest.raises(NoBus):
            desktop.show(CALL)
        with closing(Server(address)) as server:  # and later there is one
            desktop.show(CALL)
            assert server.heard.get(timeout=PATIENCE_S)[0] == "shown"


def test_what_another_server_shows_is_not_taken_for_ours(address: str) -> None:
    """Numbers begin anew with each server: a button of theirs must not tick a reminder of ours."""
    pressed: queue.Queue[tuple[str, str]] = queue.Queue()
    with closing(Desktop(lambda: address, lambda *what: pressed.put(what))) as desktop:
        with closing(Server(address)):
            desktop.show(CALL)
        with closing(Server(address)) as server:
            desktop.show(Notice("B", "Another", buttons=CALL.buttons))
            number, replaced = server.heard.get(timeout=PATIENCE_S)[1][0:3:2]
            assert (number, replaced) == (1, 0)
            server.press(number, "done")
            assert pressed.get(timeout=PATIENCE_S) == ("B", "done")


def test_a_button_of_a_notice_of_an_earlier_process_is_heard(address: str, tmp_path: Path) -> None:
    pressed: queue.Queue[tuple[str, str]] = queue.Queue()
    standing = NoticeFile(tmp_path)

    def desktop() -> closing[Desktop]:
        return closing(Desktop(lambda: address, lambda *what: pressed.put(what), standing))

    with closing(Server(address)) as server:
        with desktop() as before:
            assert before.resume() == frozenset()
            before.show(CALL)
            number = server.heard.get(timeout=PATIENCE_S)[1][0]
        assert (tmp_path / NOTICES).stat().st_mode & 0o777 == 0o600
        assert b"mum" not in (tmp_path / NOTICES).read_bytes()
        with desktop() as after:
            assert after.resume() == {"A"}
            server.press(number, "done")
            assert pressed.get(timeout=PATIENCE_S) == ("A", "done")
            after.show(CALL)
            assert server.heard.get(timeout=PATIENCE_S)[1][2] == number
    with closing(Server(address)), desktop() as later:
        assert later.resume() == frozenset()  # who shows notices now never heard of it


def test_a_memory_of_notices_that_is_damaged_is_none(tmp_path: Path) -> None:
    for text in ("", "[]", '{"server": "s", "shown": [1]}', '{"server": "s", "shown": {"A": "x"}}'):
        (tmp_path / NOTICES).write_text(text)
        assert NoticeFile(tmp_path).read("s") == {}


def test_a_bus_that_went_away_is_found_again(tmp_path: Path) -> None:
    places: list[str] = []
    with closing(Desktop(lambda: places[-1] if places else None)) as desktop:
        assert not desktop.is_there()
        for _ in "ab":
            with a_bus() as here:
                places.append(here)
                with closing(Server(here)) as server:
                    desktop.show(CALL)
                    assert server.heard.get(timeout=PATIENCE_S)[1][2] == 0
            while desktop.shown():  # until the thread has heard of it
                desktop.is_there()


def test_where_the_buses_are(tmp_path: Path) -> None:
    assert session_address({}) is None
    assert session_address({"XDG_RUNTIME_DIR": str(tmp_path)}) is None
    (tmp_path / "bus").touch()
    assert session_address({"XDG_RUNTIME_DIR": str(tmp_path)}) == f"unix:path={tmp_path}/bus"
    named = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/a", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/b"}
    assert (session_address(named), system_address(named)) == ("unix:path=/a", "unix:path=/b")


def test_an_address_that_is_none_is_no_bus() -> None:
    for address in ("tcp:host=localhost", "nonsense", "unix:path=/nowhere/bus"):
        assert not Desktop(lambda address=address: address).is_there()
