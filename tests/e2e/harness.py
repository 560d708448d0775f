"""A pretend iCloud and a daemon as processes of their own, with a person's home between them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import yaml

from tests.e2e.processes import Done, Process, until

__all__ = ["Answer", "Daemon", "Home", "Sandbox", "surroundings"]

Shown = dict[str, Any]

_KEPT = ("PATH", "LANG", "PYTHONPATH", "PYTHONWARNINGS")


def surroundings(home: Path) -> dict[str, str]:
    """An environment with nothing of the person who runs the tests in it."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "TZ": "Europe/Paris",
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }


class Invites(Protocol):
    """A process that serves a sandbox."""

    def first_line(self) -> str: ...

    def kill(self) -> None: ...


class Sandbox:
    """``remindersd sandbox`` with its phone and its switches, over HTTP."""

    def __init__(self, place: Path, *options: str) -> None:
        place.mkdir(exist_ok=True)
        self.meet(Process(("sandbox", *options), surroundings(place), place / "sandbox.log"))

    def meet(self, process: Invites) -> None:
        """Be the sandbox that ``process`` is, as soon as it invites."""
        self.process = process
        self.invitation: dict[str, str] = json.loads(process.first_line())
        self.url = self.invitation["url"]
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def close(self) -> None:
        """End it, whatever it does."""
        self._http.close()
        self.process.kill()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that it answers; anything but success fails the test."""
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    # ---- the phone

    def reminders(self, list_name: str | None = None) -> list[Shown]:
        """What the phone shows."""
        found: list[Shown] = self.ask("GET", "/device/reminders")
        return [each for each in found if list_name in (None, each["list"])]

    def titles(self, list_name: str | None = None) -> list[str]:
        """The titles that it shows, sorted; equal ones as often as they are there."""
        return sorted(each["title"] for each in self.reminders(list_name))

    def shown(self, title: str) -> Shown:
        """The one reminder of this title, which the phone shows without trouble."""
        found = [each for each in self.reminders() if each["title"] == title]
        assert len(found) == 1, f"{len(found)} reminders “{title}” among {self.titles()}"
        assert not found[0]["problems"], found[0]
        return found[0]

    def lists(self) -> dict[str, Shown]:
        """The lists that it shows, by name."""
        return {each["name"]: each for each in self.ask("GET", "/device/lists")}

    def create(self, list_name: str, title: str, **more: Any) -> str:
        """Make a reminder on the phone; its id."""
        made = self.ask("POST", "/device/reminders", {"list": list_name, "title": title, **more})
        return str(made["id"])

    def edit(self, id: str, **fields: Any) -> None:
        """Change fields of a reminder on the phone."""
        self.ask("PATCH", f"/device/reminders/{id}", fields)

    def act(self, id: str, verb: str, **body: Any) -> None:
        """``complete``, ``reopen``, ``move`` or ``subtask`` on the phone."""
        self.ask("POST", f"/device/reminders/{id}/{verb}", body)

    def delete(self, id: str) -> None:
        """Delete a reminder on the phone."""
        self.ask("DELETE", f"/device/reminders/{id}")

    # ---- the switches

    def faults(self, **switches: Any) -> None:
        """Set switches of /sandbox/faults."""
        self.ask("PUT", "/sandbox/faults", switches)

    def account(self, **switches: Any) -> None:
        """Set switches of /sandbox/account."""
        self.ask("PUT", "/sandbox/account", switches)

    def requests(self, path: str = "") -> list[Shown]:
        """The requests seen that clients sent to ``path``."""
        return [each for each in self.ask("GET", "/sandbox/requests") if path in each["path"]]

    def forget_requests(self) -> None:
        """Begin a new record of requests."""
        self.ask("DELETE", "/sandbox/requests")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the control socket answered."""

    status: int
    document: dict[str, Any]


class Daemon:
    """``remindersd run``, asked over its control socket."""

    def __init__(self, home: Home, *options: str) -> None:
        self._home = home
        self.process = home.start(*options, "run", log="daemon.log")

    def ask(self, path: str, body: Any = None, method: str = "") -> Answer:
        """The answer to a GET, or to a POST of ``body``; raises OSError if nobody listens."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        with closing(_Local(self._home.socket)) as connection:
            connection.request(method or ("GET" if data is None else "POST"), path, data)
            answer = connection.getresponse()
            return Answer(answer.status, json.loads(answer.read()))

    def events(self) -> Generator[tuple[str, dict[str, Any]], None, None]:
        """What happens, as (name, document), first its present state; to be closed."""
        with closing(_Local(self._home.socket)) as connection:
            connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
            name = b""
            for line in connection.getresponse():
                key, _, value = line.rstrip(b"\n").partition(b": ")
                if key == b"event":
                    name = value
                elif key == b"data":
                    yield name.decode(), json.loads(value)

    def status(self) -> dict[str, Any]:
        """The document of /status."""
        return self.ask("/status").document

    def sync(self, **body: Any) -> dict[str, Any]:
        """One full cycle, to its end; its document."""
        answer = self.ask("/sync", body)
        assert answer.status == 200, answer
        return answer.document

    def has_synced(self) -> bool:
        """Whether a cycle has come to its end."""
        assert self.process.running, f"the daemon has ended: {self.process.said()}"
        return self.status()["last_success"] is not None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing of the daemon moves while the context lasts, wherever it is just now."""
        self.process.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send(signal.SIGCONT)


class _Local(http.client.HTTPConnection):
    """HTTP over a Unix socket, as ``curl --unix-socket`` speaks it."""

    def __init__(self, path: Path) -> None:
        super().__init__("x", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Home:
    """A person's home: a config that a test may change, the todo files, and what is remembered."""

    def __init__(self, place: Path, sandbox: Sandbox) -> None:
        self.place = place
        (place / "run").mkdir(mode=0o700, parents=True)
        self.config_file = place / "config.yaml"
        self.folder = place / "Todo"
        self.state = place / "state" / "remindersd" / "e2e"
        self.socket = place / "run" / "remindersd" / "e2e.sock"
        self.mirror = self.state / "mirror.sqlite"
        self.config = yaml.safe_load(sandbox.invitation["config"])
        self.config |= {"profile": "e2e", "folder": str(self.folder), "time_zone": "Europe/Paris"}
        self.configure(every="1s", new_lists="yes", deletions={"hold_above": 20, "grace": "0s"})
        self.processes: list[Process] = []
        self.program = ("-m", "daemon")

    def configure(self, **reminders: Any) -> None:
        """Set keys below ``reminders`` and write the config."""
        self.config["reminders"] |= reminders
        self.write()

    def write(self, **changes: Any) -> None:
        """Set keys of the config, those below ``account`` one by one, and write it."""
        account = self.config["account"] | changes.pop("account", {})
        self.config |= {**changes, "account": account}
        self.config_file.write_text(yaml.safe_dump(self.config, allow_unicode=True))

    def start(self, *arguments: str, log: str = "") -> Process:
        """``remindersd --config FILE ARGUMENTS`` as a process."""
        kind = "debug" if "--debug" in arguments else "log"  # where a traceback is what was asked
        name = log or f"{len(self.processes)}.{kind}"
        process = Process(
            ("--config", str(self.config_file), *arguments),
            surroundings(self.place),
            self.place / name,
            self.program,
        )
        self.processes.append(process)
        return process

    def run(self, *arguments: str, typed: str = "") -> Done:
        """The same, to its end."""
        return self.start(*arguments).done(typed)

    def daemon(self, *options: str) -> Daemon:
        """A running daemon that has synced."""
        daemon = Daemon(self, *options)
        until(daemon.has_synced)
        return daemon

    def close(self) -> None:
        """End all that was started here."""
        for process in self.processes:
            process.kill()

    # ---- the files

    def file(self, name: str) -> str:
        """The text of a todo file; raises OSError where it is not there."""
        return (self.folder / name).read_bytes().decode()

    def files(self) -> dict[str, str]:
        """Every todo file with its text."""
        paths = [path for path in sorted(self.folder.rglob("*.md")) if path.is_file()]
        names = [path.relative_to(self.folder).as_posix() for path in paths]
        return {name: self.file(name) for name in names if not name.startswith(".")}

    def line(self, name: str, text: str) -> str:
        """The one line with ``text`` in it."""
        found = [line for line in self.file(name).splitlines() if text in line]
        assert len(found) == 1, f"{len(found)} lines with “{text}” in {name}:\n{self.file(name)}"
        return found[0]

    def mark(self, name: str, text: str) -> str:
        """The id at the end of the line with ``text``: " ^r-..."; not there yet fails."""
        line = self.line(name, text)
        found = re.search(r" \^r-[a-z2-7]+$", line)
        assert found, f"no id yet: {line}"
        return found[0]

    def view(self) -> dict[str, Shown]:
        """The rows of the SQL view ``reminders``, by id."""
        with closing(sqlite3.connect(f"file:{self.mirror}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return {row["id"]: dict(row) for row in database.execute("SELECT * FROM reminders")}
