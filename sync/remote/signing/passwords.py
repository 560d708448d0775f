"""Recognises an app-specific password by its form, so that it is never sent.

Apple refuses these at the web sign-in, in the words of a wrong password, and counts them as such.
"""

from __future__ import annotations

import re

from sync.errors import WrongPassword

__all__ = ["AppPassword", "refuse_app_password"]

_FORM = re.compile(r"[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}")


class AppPassword(WrongPassword):
    """It was recognised, and not sent."""


def refuse_app_password(password: str) -> None:
    """Raise AppPassword for a password of the form that Apple makes for single apps."""
    if _FORM.fullmatch(password.strip()):
        raise AppPassword(
            "this is an app-specific password, which opens mail and calendars but not Reminders",
            "use the password of the Apple account itself; nothing was sent",
        )
