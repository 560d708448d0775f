"""Holds everything that one pretend iCloud consists of, and makes a believable one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random, SystemRandom

from sandbox.clock import Clock
from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone, minting
from sandbox.faults import Faults
from sandbox.generate import generate
from sandbox.seed import seed
from sandbox.services.roster import Services
from sandbox.sharing.people import SharedDatabase
from sandbox.signing.account import Account

APPLE_ID = "ada@example.test"
PASSWORD = "correct horse battery"


@dataclass
class World:
    """One account, its Reminders zone, the phone on it, what others share, what is to go wrong.

    `services` is what the account has beside reminders.

    `clock` gives seconds since 1970, UTC; everything in the world tells the time by it, and a Clock
    can be put forward. What is made at random in the database and on the phone comes from `random`.
    """

    account: Account
    zone: Zone
    phone: Phone
    faults: Faults
    shared: SharedDatabase
    services: Services
    clock: Callable[[], float]
    random: Random


def make_world(
    *,
    mfa: str = "none",
    reminders: int | None = None,
    clock: Callable[[], float] = time.time,
    apple_id: str = APPLE_ID,
    password: str = PASSWORD,
) -> World:
    """Make a world with a family's reminders in it, or with `reminders` generated ones.

    `mfa` is "none", "2fa" or "2sv"; raises ValueError for anything else and for a negative count.
    """
    if reminders is not None and reminders < 0:
        raise ValueError(f"reminders is {reminders}; it cannot be negative")
    account = Account(apple_id=apple_id, password=password, mfa=mfa)
    clock = Clock(clock)
    zone = Zone(account.owner, clock)
    world = world_of(account, zone, clock)
    if reminders is None:
        seed(world.phone, zone, clock())
    else:
        generate(zone, reminders, clock())
    return world


def world_of(
    account: Account,
    zone: Zone,
    clock: Callable[[], float] = time.time,
    random: Random | None = None,
) -> World:
    """Put a new phone on an account and zone that exist already; it learns all by its next sync."""
    shared = SharedDatabase(account.owner, clock)
    # Of their own, so that what they draw is no part of a history that a seed tells.
    services = Services(account, clock, None if random is None else Random("services"))
    random = random or SystemRandom()
    phone = Phone(zone, clock, minting(random))
    return World(account, zone, phone, Faults(), shared, services, clock, random)
