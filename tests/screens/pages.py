"""Photographs the web page: wide and as on a phone, in light and in dark."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.browser import Browser
from tests.screens.household import NOW

__all__ = ["PHONE", "WIDE", "Camera", "camera"]

WIDE, PHONE = (1000, 1), (390, 1.5)
"""Width of the window, and how many dots of the picture one of it becomes."""

# A browser would not start with another clock: so its scripts alone are told another time.
_CLOCK = """
const Real = Date, ahead = %d - Real.now();
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
  static now() { return Real.now() + ahead; }
};"""
_TALLEST = 1100


@dataclass
class Camera:
    """A browser on her page; pictures go to ``place``."""

    browser: Browser
    place: Path

    def see(self, kind: tuple[int, float], scheme: str) -> None:
        """Be a window of this kind."""
        width, dots = kind
        self._do("Emulation.setDeviceMetricsOverride", width=width, height=700,
                 deviceScaleFactor=dots, mobile=kind == PHONE)  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._do("Emulation.setEmulatedMedia", features=features)

    def turn(self, page: str, word: str) -> None:
        """Go to a page, on which there is this word when all is there."""
        self.browser.turn(page)
        self.browser.shows(word)
        pictures = "return [...document.images].every((one) => one.complete && one.naturalWidth)"
        self.browser.when(lambda: self.browser.ask(pictures))

    def take(self, name: str) -> None:
        """Keep all of what is on the page, from its top."""
        self.browser.ask("document.activeElement?.blur(); scrollTo(0, 0)")
        size = self.browser.ask("return [innerWidth, document.documentElement.scrollHeight]")
        assert isinstance(size, list)
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], _TALLEST), "scale": 1}
        shot = self._do("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        assert isinstance(shot, dict)
        (self.place / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def _do(self, command: str, **given: object) -> object:
        return self.browser.driver.execute_cdp_cmd(command, given)


@contextmanager
def camera(profile: Path, url: str, token: str, place: Path) -> Iterator[Camera]:
    """Opens the page at ``NOW``."""
    browser = Browser(profile)
    try:
        camera = Camera(browser, place)
        clock = _CLOCK % int(NOW.timestamp() * 1000)
        browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": clock})
        zone = {"timezoneId": "Europe/London"}
        browser.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", zone)
        browser.go(f"{url}#token={token}")
        browser.shows("Today")
        yield camera
    finally:
        browser.close()
