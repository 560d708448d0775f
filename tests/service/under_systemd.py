"""Installs the service under a systemd of its own, hangs it, reloads and removes it; not a test of
pytest's, since few machines can run it: ``python -m tests.service.under_systemd``.

It takes root and a machine that lets us have mounts of our own: a user manager is started there, on
a ``/run`` that nobody else sees. Ends with 77 and a sentence where that cannot be.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from sandbox.serve import start_in_thread
from sandbox.world import World, make_world
from tests.e2e.processes import until
from tests.service.confined import CANNOT

MANAGER = Path("/lib/systemd/systemd")
RUNTIME = Path("/run/user") / str(os.geteuid())
UNIT = "remindersd.service"
WAIT_S = 60.0
START_S = 15.0  # for a manager that comes up at all
QUICK = "[Service]\nWatchdogSec=3\nRestartSec=1\n"


class Machine:
    """A home, a user manager, and a person who types into a shell."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.environment = kept | {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(RUNTIME),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def systemctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("systemctl", "--user", *words)

    def types(self, *words: str) -> str:
        """What `remindersd WORDS` prints, which has to go well."""
        done = self.run(str(Path(sys.executable).with_name("remindersd")), *words)
        assert done.returncode == 0, f"{words} ended with {done.returncode}: {done.stderr}"
        print("ok:", *words, flush=True)
        return done.stdout

    def about(self, property: str) -> str:
        return self.systemctl("show", "-P", property, UNIT).stdout.strip()


def cannot(why: str) -> None:
    print(f"not run under systemd itself: {why}", file=sys.stderr)
    sys.exit(CANNOT)


def start_manager(machine: Machine) -> subprocess.Popen[bytes]:
    """A user manager that believes that systemd runs this machine."""
    if machine.run("mount", "-t", "tmpfs", "none", "/run").returncode:
        cannot("no mounts of our own")
    Path("/run/systemd/system").mkdir(parents=True)
    RUNTIME.mkdir(mode=0o700, parents=True)
    process = subprocess.Popen([str(MANAGER), "--user"], env=machine.environment)
    try:
        until(lambda: not machine.systemctl("show-environment").returncode, deadline_s=START_S)
    except AssertionError:
        process.kill()
        cannot("a user manager does not start here")
    # What the system's systemd makes when it starts; mounts that hide something need it.
    here, there = f"{RUNTIME}/systemd/inaccessible", "/run/systemd/inaccessible"
    os.mkdir(there)
    machine.run("mount", "--bind", here, there)
    names = [name for name in machine.environment if name.startswith("PYTHON")]
    machine.systemctl("set-environment", *(f"{name}={machine.environment[name]}" for name in names))
    return process


def live(machine: Machine, world: World, url: str) -> None:
    """A day of the service."""
    account, folder = world.account, machine.home / "Todo"
    answers = ("--apple-id", account.apple_id, "--folder", str(folder), "--endpoint", url)
    machine.types("init", *answers, "--password-command", f"echo {account.password}", "--service")
    machine.types("service", "status")
    until(lambda: "state      ok" in machine.types("status"))
    assert "say the same" in machine.about("StatusText"), machine.about("StatusText")
    pid = machine.about("MainPID")
    status = Path(f"/proc/{pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status, status
    assert "CapEff:\t0000000000000000" in status, status
    machine.types("add", "Water the fern", "--list", "Work")
    machine.types("sync")
    assert "Water the fern" in (folder / "Work.md").read_text()

    config = machine.home / ".config" / "remindersd" / "config.yaml"
    right = config.read_text()
    config.write_text(yaml.safe_dump({**yaml.safe_load(right), "time_zone": "Asia/Tokyo"}))
    assert machine.systemctl("reload", UNIT).returncode == 0
    until(lambda: "stays in use" in machine.types("status"))
    config.write_text(right)
    assert machine.systemctl("reload", UNIT).returncode == 0
    until(lambda: "stays in use" not in machine.types("status"))
    assert machine.about("MainPID") == pid

    drop_in = machine.home / ".config" / "systemd" / "user" / f"{UNIT}.d" / "quick.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(QUICK)
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", UNIT)
    os.kill(int(machine.about("MainPID")), signal.SIGSTOP)
    until(lambda: int(machine.about("NRestarts")) > 0, deadline_s=WAIT_S)
    until(lambda: machine.about("ActiveState") == "active")
    print("ok: a daemon that hangs is started anew", flush=True)
    machine.types("sync")
    machine.types("service", "remove")
    assert machine.about("ActiveState") == "inactive"


def main() -> None:
    """Begin anew with mounts of our own, then do it all."""
    if os.geteuid() != 0 or not MANAGER.exists():
        cannot("it takes root and systemd")
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        cannot("no namespaces of our own")
    if "inside" not in sys.argv:
        command = ["unshare", "--mount", "--propagation", "private", sys.executable]
        os.execvp(command[0], [*command, "-m", "tests.service.under_systemd", "inside"])
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as home:
        machine = Machine(Path(home))
        manager = start_manager(machine)
        world = make_world()
        try:
            with start_in_thread(world) as url:
                live(machine, world, url)
        finally:
            machine.systemctl("stop", UNIT)
            manager.terminate()
            manager.wait()


if __name__ == "__main__":
    main()
