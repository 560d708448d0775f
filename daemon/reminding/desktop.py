"""Shows notices on the desktop, and hears which button was pressed (org.freedesktop.Notifications).

The connection is made when it is first needed, and made anew when it was lost. Where no session
is, or nothing shows notices in it, ``show`` raises NoBus; who asked may ask again later. What an
earlier process showed is remembered, and its buttons are heard as long as it stands.
"""

# mypy: allow-untyped-calls
# (jeepney has no types)

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, MatchRule

from daemon.process.bus import Bus, NoBus, Signal
from daemon.reminding.noticefile import NoticeFile

__all__ = ["Button", "Desktop", "Notice"]

_NAME = "org.freedesktop.Notifications"
_SERVER = DBusAddress("/org/freedesktop/Notifications", bus_name=_NAME, interface=_NAME)
_BUS = "org.freedesktop.DBus"
_DRIVER = DBusAddress("/org/freedesktop/DBus", bus_name=_BUS, interface=_BUS)
_OURS = "remindersd"
_NEVER_MS = 0  # a reminder stays until somebody has seen it
_LENGTH_MAX = 400  # of what a person wrote; a phone cuts it much sooner


@dataclass(frozen=True, slots=True)
class Button:
    """``key`` is what is heard when it is pressed, ``label`` what stands on it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown; plain text. ``about`` tells notices apart: one is the next in its place."""

    about: str
    title: str
    body: str = ""
    buttons: tuple[Button, ...] = ()
    is_urgent: bool = False
    category: str = field(default="")


Pressed = Callable[[str, str], None]


class Desktop:
    """The notices of the session at ``address``; ``None`` where there is none.

    ``pressed`` is called, in a thread of the connection, with what a notice is about and the key
    of the button.
    """

    def __init__(
        self,
        address: Callable[[], str | None],
        pressed: Pressed = lambda _about, _key: None,
        standing: NoticeFile | None = None,
    ) -> None:
        self._address = address
        self._pressed = pressed
        self._standing = standing or NoticeFile()
        self._gate = threading.Lock()
        self._bus: Bus | None = None
        self._server = ""
        self._can: frozenset[str] = frozenset()
        self._shown: dict[str, int] = {}

    def show(self, notice: Notice) -> None:
        """Show it, in the place of the one before about the same; raises NoBus."""
        with self._gate:
            bus = self._connected()
            before = self._shown.get(notice.about, 0)
            body = notice.body[:_LENGTH_MAX]
            if "body-markup" in self._can:
                body = html.escape(body, quote=False)
            buttons = notice.buttons if "actions" in self._can else ()
            hints: dict[str, tuple[str, Any]] = {
                "urgency": ("y", 2 if notice.is_urgent else 1),
                "desktop-entry": ("s", _OURS),
            }
            if notice.category:
                hints["category"] = ("s", notice.category)
            words = (_one_line(notice.title)[:_LENGTH_MAX], body)
            actions = [text for one in buttons for text in (one.key, one.label)]
            said = (_OURS, before, "appointment-soon", *words, actions, hints, _NEVER_MS)
            (number,) = bus.call(_SERVER, "Notify", "susssasa{sv}i", said)
            # A number that is given out again is no longer that of the notice of before.
            for other in [one for one, known in self._shown.items() if known == number]:
                del self._shown[other]
            self._shown[notice.about] = int(number)
            self._remember()

    def is_there(self) -> bool:
        """Whether anything shows notices now."""
        with self._gate:
            try:
                self._connected()
            except NoBus:
                return False
        return True

    def take_back(self, about: str) -> None:
        """Take a notice away, if it is there and can be."""
        with self._gate:
            number = self._shown.pop(about, None)
            if number is None or self._bus is None:
                return
            self._remember()
            try:
                self._bus.call(_SERVER, "CloseNotification", "u", (number,))
            except NoBus:
                return  # it has gone already, or everything has

    def shown(self) -> frozenset[str]:
        """What there are notices about now, as far as this process knows."""
        with self._gate:
            return frozenset(self._shown)

    def resume(self) -> frozenset[str]:
        """What there still are notices about of an earlier process; their buttons are heard now."""
        if self._standing.is_empty() or not self.is_there():
            return frozenset()
        return self.shown()

    def close(self) -> None:
        """Let go of the connection; what is shown stays."""
        with self._gate:
            bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def _connected(self) -> Bus:
        if self._bus is not None:
            return self._bus
        address = self._address()
        if address is None:
            raise NoBus("there is no desktop session")
        self._shown.clear()
        bus = Bus(address, self._hear, self._lost)
        try:
            # First who it is, which starts it where it can be started; then what it can do.
            (capabilities,) = bus.call(_SERVER, "GetCapabilities")
            for member in ("ActionInvoked", "NotificationClosed"):
                bus.listen(MatchRule(type="signal", sender=_NAME, interface=_NAME, member=member))
            owner = MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
            owner.add_arg_condition(0, _NAME)
            bus.listen(owner)
            (owned,) = bus.call(_DRIVER, "GetNameOwner", "s", (_NAME,))
            (identity,) = bus.call(_DRIVER, "GetId")
        except NoBus:
            bus.close()
            raise
        self._can = frozenset(map(str, capabilities))
        self._server = f"{identity} {owned}"
        self._shown = self._standing.read(self._server)
        self._bus = bus
        return bus

    def _lost(self) -> None:
        with self._gate:
            self._bus = None
            self._shown.clear()

    def _remember(self) -> None:
        self._standing.write(self._server, self._shown)

    def _hear(self, signal: Signal) -> None:
        if signal.member == "NameOwnerChanged":
            self._shown.clear()  # who shows notices now never heard of these
            self._server = f"{self._server.partition(' ')[0]} {signal.body[2]}"
            self._remember()
            return
        if signal.interface != _NAME or not signal.body or not isinstance(signal.body[0], int):
            return
        # Not in the gate's hand: ``show`` may hold it while it waits for this very thread.
        number = signal.body[0]
        about = next((one for one, known in list(self._shown.items()) if known == number), None)
        if about is None:
            return
        if signal.member == "NotificationClosed":
            self._shown.pop(about, None)
            self._remember()
        elif signal.member == "ActionInvoked" and len(signal.body) > 1:
            self._pressed(about, str(signal.body[1]))


def _one_line(text: str) -> str:
    return " ".join(text.split())
