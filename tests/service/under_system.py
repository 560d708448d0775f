"""Runs the unit of the system under a systemd of its own, with an encrypted password; not a test of
pytest's, since few machines can run it: ``python -m tests.service.under_system``.

It takes root and a machine that lets us have namespaces: systemd becomes the first process of one
of processes, with an ``/etc``, ``/run``, ``/home`` and ``/var/lib/systemd`` that nobody else sees.
So its two persons are of that machine alone, and so is the key that their password is encrypted
with. Ends with 77 and a sentence where that cannot be.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

from sandbox.serve import start_in_thread
from sandbox.world import World, make_world
from tests.children import REPOSITORY
from tests.e2e.processes import until
from tests.service.under_systemd import MANAGER, START_S, cannot

STORE = Path("/etc/credstore.encrypted")
UNITS = Path("/etc/systemd/system")
LOG = Path("/run/remindersd.log")
TARGETS = ("default", "basic", "sysinit", "shutdown", "multi-user", "network-online")
OWN = ("/run", "/home", "/var/lib/systemd")
WITHIN = ("--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--kill-child")
MODULE = "tests.service.under_system"
# What a checkout needs that is no installation: one in /tmp would be hidden from the service.
HERE = f"[Service]\nStandardError=append:{LOG}\nEnvironment=PYTHONPATH={REPOSITORY}\n" + (
    "PrivateTmp=no\n" if REPOSITORY.is_relative_to("/tmp") else ""
)


@dataclass(frozen=True)
class Person:
    """Somebody with a home and a service."""

    name: str
    number: int

    @property
    def home(self) -> Path:
        return Path("/home") / self.name

    @property
    def credential(self) -> Path:
        return STORE / f"icloud-password-{self.name}.cred"

    def types(self, *words: str) -> str:
        """What `remindersd WORDS` prints when they type it."""
        program = str(Path(sys.executable).with_name("remindersd"))
        return run(program, *words, person=self).stdout


PERSONS = (ADA, BEA) = (Person("ada", 4711), Person("bea", 4712))


def run(
    *command: str, given: str | None = None, person: Person | None = None
) -> subprocess.CompletedProcess[str]:
    """What a command printed, which root or a person typed; it has to go well."""
    number, home = (person.number, person.home) if person else (0, Path("/"))
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=120, check=False, cwd=home,
        env=kept | {"HOME": str(home)}, user=number, group=number, extra_groups=[],
    )  # fmt: skip
    assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stderr}"
    return done


def about(unit: str, property: str) -> str:
    return run("systemctl", "show", "-P", property, unit).stdout.strip()


# ---- the machine


def furnish() -> None:
    """Give this process what a machine of its own has; runs in namespaces of its own."""
    run("mount", "-t", "proc", "proc", "/proc")
    run("mount", "--bind", "/proc/sys", "/proc/sys")
    run("mount", "-o", "remount,bind,ro", "/proc/sys")  # systemd sets what is everybody's
    run("mount", "--bind", "/dev/null", "/dev/console")
    with contextlib.suppress(AssertionError):  # there may be none, or another one below it
        run("umount", "-R", "/sys/fs/cgroup")
    run("mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup")
    for place in OWN:
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", place)
    shutil.copytree("/etc", "/run/etc", symlinks=True)
    shutil.rmtree("/run/etc/systemd")
    run("mount", "--bind", "/run/etc", "/etc")
    for one in PERSONS:
        with open("/etc/passwd", "a", encoding="utf-8") as passwd:
            print(f"{one.name}:x:{one.number}:{one.number}::{one.home}:/bin/sh", file=passwd)
        with open("/etc/group", "a", encoding="utf-8") as group:
            print(f"{one.name}:x:{one.number}:", file=group)
        one.home.mkdir()
        os.chown(one.home, one.number, one.number)
    Path("/etc/machine-id").write_text("ada0" * 8 + "\n", encoding="utf-8")
    UNITS.mkdir(parents=True)
    for target in TARGETS:
        text = f"[Unit]\nDescription={target}\nDefaultDependencies=no\n"
        (UNITS / f"{target}.target").write_text(text, encoding="utf-8")
    Path("/run/none").mkdir()
    let_in(Path(sys.base_prefix), Path(sys.prefix).resolve(), REPOSITORY)
    run("mount", "--make-rshared", "/")  # a credential's mount is made in a child of systemd's


def let_in(*places: Path) -> None:
    """Let everybody reach these, whatever folders of root's they are in."""
    closed = {}
    for number, place in enumerate(places):
        above = [one for one in reversed(place.parents) if not one.stat().st_mode & 0o001]
        if above:
            kept = Path(f"/run/kept/{number}")
            kept.mkdir(parents=True)
            run("mount", "--bind", str(place), str(kept))
            closed[place] = above[0], kept
    for folder in {above for above, _ in closed.values()}:
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", str(folder))
    for place, (_, kept) in closed.items():
        place.mkdir(parents=True, exist_ok=True)
        run("mount", "--bind", str(kept), str(place))


def become_systemd() -> None:
    """Go on as the system's systemd, which knows no units but those of this machine."""
    environment = {
        "PATH": os.environ["PATH"],
        "container": "remindersd",
        "SYSTEMD_UNIT_PATH": str(UNITS),
        "SYSTEMD_GENERATOR_PATH": "/run/none",
        "SYSTEMD_ENVIRONMENT_GENERATOR_PATH": "/run/none",
    }
    os.execve(MANAGER, [str(MANAGER), "--system", "--log-target=null"], environment)


# ---- what happens on it


def day(world: World, url: str) -> None:
    """Ada uses the unit that we print for her, Bea the one that we ship."""
    STORE.mkdir(mode=0o700)  # as systemd makes it
    for person in PERSONS:
        moves_in(person, world, url)
    text = ADA.types("service", "show", "--system", "--credential", str(ADA.credential))
    assert "LoadCredentialEncrypted=icloud-password:" in text
    unit = UNITS / "remindersd-ada.service"
    unit.write_text(text, encoding="utf-8")
    serves(unit.name, ADA, "Water the fern")

    program = BEA.home / ".local" / "bin" / "remindersd"
    for place in (BEA.home / "Todo", BEA.home / ".local" / "state" / "remindersd", program.parent):
        run("mkdir", "-p", str(place), person=BEA)
    program.symlink_to(Path(sys.prefix).resolve() / "bin" / "remindersd")
    text = (REPOSITORY / "systemd" / "remindersd@.service").read_text(encoding="utf-8")
    line = f"LoadCredentialEncrypted=icloud-password:{STORE}/icloud-password-%i.cred\n"
    assert f"#{line}" in text
    template = UNITS / "remindersd@.service"
    template.write_text(text.replace(f"#{line}", line), encoding="utf-8")
    serves("remindersd@bea.service", BEA, "Water the moss")


def moves_in(person: Person, world: World, url: str) -> None:
    """Write the config, and encrypt the password, which is nowhere else."""
    account = world.account
    answers = ("--apple-id", account.apple_id, "--folder", str(person.home / "Todo"))
    person.types("init", *answers, "--endpoint", url)
    encrypt = ("systemd-creds", "encrypt", "--with-key=host", "--name=icloud-password", "-")
    run(*encrypt, str(person.credential), given=account.password + "\n")
    assert account.password.encode() not in person.credential.read_bytes()


def serves(unit: str, person: Person, title: str) -> None:
    """Start it; it signs in with the credential alone, keeps files, and is who it should be."""
    drop_in = UNITS / f"{unit}.d" / "here.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(HERE, encoding="utf-8")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", unit)
    until(lambda: "state      ok" in person.types("status"))
    assert "say the same" in about(unit, "StatusText"), about(unit, "StatusText")
    status = Path(f"/proc/{about(unit, 'MainPID')}/status").read_text(encoding="utf-8")
    assert "Uid:" + f"\t{person.number}" * 4 in status, status
    assert "NoNewPrivs:\t1" in status, status
    assert "CapEff:\t0000000000000000" in status, status
    person.types("add", title, "--list", "Work")
    person.types("sync")
    assert title in (person.home / "Todo" / "Work.md").read_text(encoding="utf-8")
    run("systemctl", "stop", unit)
    assert about(unit, "Result") == "success", about(unit, "Result")
    print(f"ok: {unit} signs in with an encrypted credential", flush=True)


# ---- three processes: outside, the first one inside, and who acts there


def outside() -> int:
    """Make the inside, in a control group that is removed with it; how it went there."""
    mount = Path(tempfile.mkdtemp(prefix="cgroup-"))
    group = mount / f"remindersd-{os.getpid()}"
    try:
        try:
            run("mount", "-t", "cgroup2", "cgroup2", str(mount))
            group.mkdir()
        except (AssertionError, OSError):
            cannot("no control group of our own")
        reading, writing = os.pipe()
        command = ["unshare", *WITHIN, sys.executable, "-m", MODULE, "inside", str(writing)]
        process = subprocess.Popen(
            ["sh", "-c", 'echo $$ >"$0" && exec "$@"', str(group / "cgroup.procs"), *command],
            pass_fds=[writing],
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            said = told.readline()  # who waits for the inside has the other end, too
        process.kill()
        process.wait()
        if not said:
            cannot("a systemd of the system does not start here")
        return int(said)
    finally:
        leave(group)
        subprocess.run(["umount", str(mount)], check=False)
        mount.rmdir()


def leave(group: Path) -> None:
    """Remove a control group and those below it, when the last process has left."""

    def removed() -> bool:
        for one in sorted(group.rglob("*/"), key=lambda path: -len(path.parts)):
            one.rmdir()
        group.rmdir()
        return True

    if group.exists():
        until(removed)


def inside(tell: int) -> None:
    """The first process of the namespace, which becomes systemd; a child of it acts."""
    furnish()
    if os.fork() == 0:
        code = 1
        try:
            act()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os.write(tell, f"{code}\n".encode())
            os._exit(code)
    os.close(tell)
    become_systemd()


def act() -> None:
    """Wait for systemd, then do it all, with a pretend iCloud."""
    try:
        until(lambda: not _systemctl("is-system-running", "--wait"), deadline_s=START_S)
    except AssertionError:
        cannot("a systemd of the system does not start here")
    world = make_world()
    try:
        with start_in_thread(world) as url:
            day(world, url)
    except BaseException:
        traceback.print_exc()
        print(LOG.read_text(encoding="utf-8") if LOG.exists() else "no log", file=sys.stderr)
        raise


def _systemctl(*words: str) -> int:
    return subprocess.run(["systemctl", *words], capture_output=True, check=False).returncode


def main() -> None:
    """Begin anew with mounts of our own, then with all else."""
    if os.geteuid() != 0 or not MANAGER.exists() or shutil.which("systemd-creds") is None:
        cannot("it takes root, systemd and systemd-creds")
    match sys.argv[1:]:
        case ["inside", tell]:
            inside(int(tell))
        case ["outside"]:
            sys.exit(outside())
        case _:
            if subprocess.run(["unshare", *WITHIN, "true"], check=False).returncode:
                cannot("no namespaces of our own")
            command = ["unshare", "--mount", "--propagation", "private", sys.executable]
            os.execvp(command[0], [*command, "-m", MODULE, "outside"])


if __name__ == "__main__":
    main()
