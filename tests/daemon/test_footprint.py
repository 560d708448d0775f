"""A daemon loads nothing that only draws, and keeps nothing that it needs once a minute."""

from __future__ import annotations

import ctypes
import importlib
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.attending import attending
from daemon.process.footprint import give_back, kept_small
from daemon.running.outcome import Failure, Outcome
from store.db import Store
from sync.errors import NetworkError
from tests.daemon.fakes import config


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the allocator was asked for."""
    calls: list[tuple[object, ...]] = []

    def noted(name: str) -> Callable[..., None]:
        return lambda *numbers: calls.append((name, *numbers))

    libc = SimpleNamespace(mallopt=noted("mallopt"), malloc_trim=noted("malloc_trim"))
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: libc)
    return calls


def test_what_draws_is_not_found_and_one_heap_is_for_all(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "rich", raising=False)
    with kept_small():
        assert asked == [("mallopt", -8, 1)]
        with pytest.raises(ImportError):
            importlib.import_module("rich")
    assert importlib.import_module("rich")


def test_what_is_loaded_already_stays() -> None:
    rich = importlib.import_module("rich")
    with kept_small():
        assert sys.modules["rich"] is rich
    assert sys.modules["rich"] is rich


def test_pages_are_given_back_and_the_store_goes_on(
    asked: list[tuple[object, ...]], tmp_path: Path
) -> None:
    with Store.open(tmp_path / "mirror.db") as store:
        heard: list[str] = []
        store._connection.raw.set_trace_callback(heard.append)
        give_back(store)
        assert heard == ["PRAGMA shrink_memory"]
        assert asked == [("malloc_trim", 0)]
        with store.commit("test"):
            store.meta.set("home_zone", "Europe/Paris")
        assert store.meta.get("home_zone") == "Europe/Paris"


def test_a_c_library_without_these_is_asked_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    with kept_small(), Store.open(tmp_path / "mirror.db") as store:
        give_back(store)


def test_it_is_done_after_each_cycle_that_goes_through(tmp_path: Path) -> None:
    lent: list[object] = []

    def lend(work: object) -> Future[object]:
        lent.append(work)
        refused: Future[object] = Future()
        refused.set_exception(NetworkError("there is no mirror here"))
        return refused

    loop = SimpleNamespace(lend=lend)
    senses = SimpleNamespace(
        config=config(tmp_path), also=lambda *_: None, on_drift=lambda _: None, heard=None
    )
    answers = SimpleNamespace(reminders=lend)
    with attending(senses.config, loop, senses, answers):  # type: ignore[arg-type]
        senses.heard(Outcome(Failure.of(NetworkError("no network"), "offline")))
        assert give_back not in lent
        senses.heard(Outcome())
        assert give_back in lent


def test_what_runs_all_the_time_loads_nothing_that_only_polls_and_sign_ins_need() -> None:
    rooms = ("attending", "compose", "control.server", "polls.polling", "ricloud.wiring", "service")
    unwanted = {"pyicloud", "requests", "fido2", "keyring", "cryptography"}
    code = (
        f"import sys; {'; '.join(f'import daemon.{room}' for room in rooms)}; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded & unwanted == set()
    assert "httpx" in loaded
