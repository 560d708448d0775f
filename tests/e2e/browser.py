"""A real browser without a screen, and a person who looks for what stands on a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.e2e.processes import until

__all__ = ["Browser"]

T = TypeVar("T")

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--window-size=1000,760", "--lang=en-GB"),
)


class Browser:
    """Chromium with a profile of its own in ``place``."""

    def __init__(self, place: Path) -> None:
        options = webdriver.ChromeOptions()
        for flag in (*_FLAGS, f"--user-data-dir={place}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service("/usr/bin/chromedriver")
        self.driver = webdriver.Chrome(options=options, service=service)

    def close(self) -> None:
        """End it."""
        self.driver.quit()

    def go(self, url: str) -> None:
        """Open an address, as a new page."""
        self.driver.get("about:blank")
        self.driver.get(url)

    def turn(self, page: str) -> None:
        """Follow the link to one of the pages."""
        self.click(f'nav a[href="#{page}"]')

    def find(self, selector: str) -> WebElement:
        """The first element, as soon as it is there."""
        return self.when(lambda: self.driver.find_element(By.CSS_SELECTOR, selector))

    def click(self, selector: str) -> None:
        """Click the first such element, as soon as that can be done."""
        self.when(lambda: self.driver.find_element(By.CSS_SELECTOR, selector).click() or True)

    def hold(self, selector: str) -> None:
        """Press the mouse on the first such element, and keep it pressed."""

        def held() -> bool:
            there = self.driver.find_element(By.CSS_SELECTOR, selector)
            ActionChains(self.driver).click_and_hold(there).perform()
            if self.driver.execute_script("return arguments[0].matches(':active')", there):
                return True
            self.let_go()  # it was drawn anew, or moved, before the mouse came down
            raise LookupError(f"{selector} is not pressed")

        self.when(held)

    def let_go(self) -> None:
        """Release the mouse where it is."""
        ActionChains(self.driver).release().perform()

    def type(self, selector: str, text: str) -> None:
        """Write ``text`` into a field, over what stands there."""

        def typed() -> bool:
            field = self.driver.find_element(By.CSS_SELECTOR, selector)
            field.clear()
            field.send_keys(text)
            return field.get_property("value") == text

        self.when(typed)

    def press(self, label: str, within: str = "body") -> None:
        """Press the button with this text."""

        def pressed() -> bool:
            for one in self.driver.find_elements(By.CSS_SELECTOR, f"{within} button"):
                if one.text == label and one.is_enabled():
                    one.click()
                    return True
            return False

        self.when(pressed)

    def read(self, selector: str = "main") -> str:
        """What stands there."""
        return str(self.driver.find_element(By.CSS_SELECTOR, selector).text)

    def shows(self, text: str, selector: str = "main") -> None:
        """Wait until it stands there."""
        self.when(lambda: self._has(text, selector))

    def _has(self, text: str, selector: str) -> bool:
        found = self.read(selector)
        assert text in found, f"“{text}” does not stand in “{found[:600]}”"
        return True

    def lacks(self, text: str, selector: str = "main") -> None:
        """Wait until it stands there no more."""
        self.when(lambda: text not in self.read(selector))

    def agree(self) -> None:
        """Say yes to the question of the page."""
        self.when(lambda: self.driver.switch_to.alert.accept() or True)

    def ask(self, script: str) -> object:
        """What a script gives."""
        return self.driver.execute_script(script)

    def complaints(self) -> list[str]:
        """What the browser has complained of: errors of scripts, and what the policy refused."""
        return [str(one["message"]) for one in self.driver.get_log("browser")]

    def when(self, look: Callable[[], T]) -> T:
        """What ``look`` finds; an element that was replaced meanwhile is looked for again."""

        def found() -> T:
            try:
                return look()
            except WebDriverException as error:
                raise LookupError(error.msg) from None

        return until(found)
