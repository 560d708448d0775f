"""One history from its first word to its verdict."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone
from sandbox.signing.account import Account
from sandbox.world import World, world_of
from sync.cycle.report import Report
from tests.simulation.approver import Approver
from tests.simulation.caller import Caller
from tests.simulation.chance import Clock, Crash, minting
from tests.simulation.clerk import Clerk
from tests.simulation.machine import APPLE_ID, REFUSALS, Machine
from tests.simulation.network import Network, waits
from tests.simulation.oracle import STRICT, Oracle
from tests.simulation.repeating import Series
from tests.simulation.story import LIKE, Event, Story
from tests.simulation.tale import MARK, Tale
from tests.simulation.trouble import Trouble, crash_at
from tests.simulation.typist import Typist
from tests.simulation.witness import Witness

PASSING = ("grace", "unknown-id")
"""What is held and ends by itself."""
SOON_S = 1.0
"""So soon after an edit a cycle comes in some stories: a file may just be being saved."""
LATE_S = 65.0
"""How long after the last fault somebody asks for something."""
DAYS_APART = 30
"""So that no occurrence of a series is due when anything else is."""
CYCLES = 12
"""So many cycles may pass after the last fault until nothing happens any more."""


@dataclass
class Verdict:
    """How a history ended: what is wrong, what was told, how often each fault really struck."""

    story: Story
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    steps: int = 0


class History:
    """The world of one story: a cloud, phones, a machine, people, and trouble."""

    def __init__(self, story: Story, home: Path) -> None:
        self.story = story
        self.home = home
        self.tale = Tale()
        self.clock = Clock()
        self.world = self._cloud()
        self.verdict = Verdict(story)
        self.network = self._network()
        self.machine = self._machine("machine", "Todo", "state", self.network, 1)
        self.machines = [self.machine]
        self.witness = Witness(
            self.world, story, self.tale, self.clock, self.machine.folder, home / "away"
        )
        self.network.hears = self.witness.sent
        self.typist = Typist(self.machine.folder, self.tale, self.clock)
        self.typist.agreed = self.witness.agreed
        self.typist.windows = "CRLF" in story.traits
        self.witness.torn, self.witness.torn_s = self.typist.torn, self.typist.torn_s
        self.witness.typed, self.witness.held = self.typist.here, self.typist.held
        self.callers = [Caller("phone", self.world.phone, self.tale, self.clock)]
        if "second phone" in story.traits:
            other = Phone(self.world.zone, self.clock.true, minting(Random(story.seed + 2)), "D2")
            self.callers.append(Caller("other phone", other, self.tale, self.clock))
            self.callers[0].others, self.callers[1].others = [other], [self.world.phone]
            for caller in self.callers:
                caller.mirrored = self._mirrored
        self.kept: set[str] = set()
        self.looked_at = False
        """Whether it is the simulator that opens the database, to see what is in it."""
        self.trouble = Trouble(self)
        self.clerk = Clerk(self)
        self.series = Series(self)
        self.approver = Approver(self)
        self._events: dict[tuple[int, str], dict[int, list[Event]]] = defaultdict(dict)
        for event in story.events:
            self._events[event.cycle, event.seam].setdefault(event.at, []).append(event)
        self._cycle = -1
        self._count: Counter[str] = Counter()
        self._dead = False
        self._reports: dict[str, Report] = {}

    def _network(self) -> Network:
        network = Network(self.world, self.clock, self._call, self._struck)
        network.die = self._die
        return network

    def _machine(self, name: str, folder: str, state: str, net: Network, dice: int) -> Machine:
        settings, random = self.story.settings, Random(self.story.seed + dice)
        places = (self.home / folder, self.home / state)
        machine = Machine(name, *places, settings, self.clock, net, random, self._step)
        machine.fresh = any(event.what == "database corrupt" for event in self.story.events)
        return machine

    def _cloud(self) -> World:
        random = Random(self.story.seed + 3)
        account = Account(apple_id=APPLE_ID, password="-", mint=lambda: "-", salt=b"salt")
        zone = Zone(account.owner, self.clock.true, random=random)
        world = world_of(account, zone, self.clock.true, random)
        if "small pages" in self.story.traits:
            world.faults.page_size = 3
        return world

    def _mirrored(self, id: str) -> bool:
        name = f"Reminder/{id}"
        tag = self.world.zone.records[name].tag
        return all(machine.mirrored(name) == tag for machine in self.machines)

    # ---- the course of events

    def run(self) -> Verdict:
        """Live through it, then stop all faults, and judge."""
        try:
            self._begin()
            for number in range(self.story.cycles):
                self._round(number)
            self.trouble.end()
            self._late()
            self._judge()
        except Exception:  # noqa: BLE001 - whatever it is, this story ends badly
            self.verdict.wrong.append(traceback.format_exc())
        finally:
            for machine in self.machines:
                machine.end()
        self.verdict.told = self.tale.told
        self.verdict.struck.update(self.tale.acts)
        return self.verdict

    def _begin(self) -> None:
        caller = self.callers[0]
        caller.dice = Random(self.story.seed + 4)
        self.tale.apart = DAYS_APART if "repeats" in self.story.traits else 1
        for name in ("Inbox", "Plans"):
            which = caller.phone.create_list(name)
            for _ in range(caller.dice.randint(1, 3)):
                self.tale.tell(f"phone: {caller.make(which)}")
        if "unknown fields" in self.story.traits:
            self.trouble.sow()
        if {"one thing", "repeats"} & self.story.traits:
            self.tale.hot = min(word for word in self.tale.said if MARK.match(word))
        self.tale.series = self.tale.hot if "repeats" in self.story.traits else ""
        likes = (trait for trait in self.story.traits if trait.startswith(LIKE))
        self.tale.liked = frozenset(like.removeprefix(LIKE) for like in likes)
        if "met before" in self.story.traits:
            self.clock.wait(3)
            self.cycle()

    def _round(self, number: int) -> None:
        self._cycle = number
        self._count.clear()
        self.tale.tell(f"--- cycle {number}")
        for _, events in sorted(self._events[number, "between"].items()):
            for event in events:
                self._happen(event)
        self.clock.wait(SOON_S if "soon" in self.story.traits else 3)
        if self.trouble.skips:
            self._after(number)
            return
        self._dead = False
        self.cycle()
        self._after(number)

    def _after(self, number: int) -> None:
        """What happens right after a cycle, while faults that last for one go on."""
        for events in self._events[number, "after"].values():
            for event in events:
                self._happen(event)
        self.trouble.after_cycle()

    def cycle(self) -> Report | None:
        """One cycle of the machine, told."""
        machine, before = self.machine, len(self.machine.errors)
        self.network.lagged = False
        self.clerk.begins()
        self.witness.begin()
        report = machine.cycle(approve=machine.first_plan)
        self.over(report)
        self.clerk.ends()
        self.revive()
        if report is None:
            self.tale.tell(f"    failed: {machine.errors[before:]}")
            return None
        self.hear(report)
        return report

    def over(self, report: Report | None) -> None:
        """A cycle is over: the witness compares what it leaves.

        Of a plan that waits for a person nothing is remembered, as if it had not read the files.
        """
        waits = report is not None and any(hold.kind == "first-plan" for hold in report.held)
        read = report is not None and report.retry_after_s is None and not waits
        lags = bool(self.world.faults.read_lag) or self.network.lagged
        self.witness.end(done=report is not None, read=read, lags=lags)
        if report is not None:
            self.approver.sees(report)

    def revive(self) -> None:
        """Who died may start again."""
        self._dead = False

    def hear(self, report: Report) -> None:
        """What came of a cycle is told, and judged."""
        machine = self.machine
        self._reports[machine.name] = report
        self.verdict.wrong += self.trouble.overreached(report)
        self.tale.unsure = self.tale.unsure and bool(report.problems)
        machine.first_plan = any(hold.kind == "first-plan" for hold in report.held)
        self.tale.told += [f"    run: {change}" for change in report.changes]
        self.tale.told += [f"    problem: {problem}" for problem in report.problems]
        self.tale.told += [
            f"    held: {hold.kind} {hold.id}: {hold.reason}" for hold in report.held
        ]

    # ---- what happens at a seam

    def _step(self, name: str) -> None:
        if self.looked_at:
            return
        if self._dead:
            raise Crash
        self.verdict.steps += 1
        self._count["step"] += 1
        self.clock.wait(0.01)
        for event in self._events[self._cycle, "step"].get(self._count["step"], ()):
            self._happen(event, name)
        if name == "engine:scan":
            self.witness.reads()
        if name == "engine:push":
            self.witness.pushes()
        self.trouble.at_step(name)

    def _call(self, where: str) -> list[tuple[str, Random]]:
        if self._dead:
            raise Crash
        self._count["call"] += 1
        found = []
        for event in self._events[self._cycle, "call"].get(self._count["call"], ()):
            self.tale.tell(f"    call {where}: {event.what}")
            if not waits(event.what):
                self._struck(event.what)
            refusal = REFUSALS.get(event.what)
            if refusal is not None:
                self.machine.session.refusal = refusal
                found.append(("421", Random(event.dice)))
            else:
                found.append((event.what, Random(event.dice)))
        return found

    def _struck(self, what: str) -> None:
        self.verdict.struck[what] += 1

    def _die(self) -> None:
        self._dead = True
        raise Crash

    def _happen(self, event: Event, step: str = "") -> None:
        dice = Random(event.dice)
        where = f" (at {step})" if step else ""
        match event.what:
            case "file edit":
                if self._has_files:
                    self._type(dice, in_cycle=bool(step))
            case "phone edit":
                dice.choice(self.callers).act(dice)
            case "approval":
                self.approve_now()
            case "undo" | "bring back":
                self.clerk.act(event.what, dice)
            case "rule" | "file occurrence" | "phone occurrence":
                self._repeat(event.what, dice, in_cycle=bool(step))
            case "crash":
                self._struck(event.what)
                self._struck(f"crash at a {crash_at(step)}")
                self.tale.tell(f"    crash{where}")
                self._die()
            case _:
                self.trouble.happen(event.what, dice, where)

    def _type(self, dice: Random, *, in_cycle: bool) -> None:
        """Somebody does something at a file; what a cycle had put there by then may be unseen."""
        if in_cycle:
            self.witness.hands_on()
        self.typist.act(dice)
        if in_cycle:
            self.witness.hands_off()

    def _repeat(self, what: str, dice: Random, *, in_cycle: bool) -> None:
        """So it is with what somebody ticks off of a series."""
        if in_cycle:
            self.witness.hands_on()
        self.series.act(what, dice, files=self._has_files)
        if in_cycle:
            self.witness.hands_off()

    @property
    def _has_files(self) -> bool:
        return self.typist.root.is_dir() and self.typist.root != self.trouble.away

    # ---- the end

    def _late(self) -> None:
        """What happens when faults are over, and before all is at rest."""
        number, self._cycle = self._cycle, -1
        self.tale.tell("--- faults are over")
        for events in self._events[number, "late"].values():
            self.clock.wait(LATE_S)
            self.cycle()
            for event in events:
                self._happen(event)

    def _judge(self) -> None:
        report = self._come_to_rest()
        if report is None:
            return
        self.verdict.wrong += self._moves()
        strict = STRICT in self.story.traits
        phone = self.callers[0].phone
        oracle = Oracle(self.tale, phone, self.machine, self.kept, strict=strict)
        self.verdict.wrong += oracle.verdict(report)
        parked = {intent.id for intent in self.machine.store.outbox.parked()}
        self.verdict.wrong += self.witness.verdict(oracle.held(report), parked)
        self.verdict.wrong += self.series.verdict(oracle.held(report))
        self.verdict.wrong += self.trouble.reaped()

    def _come_to_rest(self) -> Report | None:
        self.typist.rest()
        self._hear_of_the_end()
        report, rests = None, False
        for _ in range(CYCLES):
            self.clock.wait(130)
            rested, rests = rests, False
            report = self.cycle()
            if report is None or self.approver.decide(report):
                continue
            waits = report.pending or report.retry_after_s is not None
            rests = (
                report.idle and not waits and not any(one.kind in PASSING for one in report.held)
            )
            if rested and rests:
                return report
        self.verdict.wrong.append(f"no rest: {report} {self.machine.errors[-1:]}")
        return None

    def _hear_of_the_end(self) -> None:
        """Devices hear that the zone was emptied, and say of what is there again what they know.

        So they do where somebody brought back what was there, and newer than anybody could know.
        One that deleted it before has the newer word if the machine's clock is behind; said after
        the last cycle, that would be news to which nobody comes any more.
        """
        has_ended = self.tale.emptied or self.tale.overruled
        for phone in [caller.phone for caller in self.callers if has_ended]:
            phone.sync()
            phone.sync()  # what was refused on the way down goes up

    def approve_now(self) -> None:
        """A person lets go ahead what the last cycle said is held, whatever came since."""
        self.approver.late(self._reports.get(self.machine.name))

    def _moves(self) -> Iterator[str]:
        """Whether a further cycle does anything at all."""
        before = self._standing()
        report = self.cycle()
        if report is None or not report.idle or report.problems:
            yield f"not idle: {report} {self.machine.errors[-1:]}"
        after = self._standing()
        for what, value in before.items():
            if after.get(what) != value:
                yield f"a further cycle changed {what}: {value} to {after.get(what)}"

    def _standing(self) -> dict[str, object]:
        each = (machine.standing() for machine in self.machines)
        return {what: value for standing in each for what, value in standing.items()}
