"""Says in our words what a failed sign-in was, by the last answer rather than by pyicloud's text.

pyicloud words 409, 421, 450 and 500 alike, and calls every trouble during the password check a
wrong password; the status and the path of the last answer tell them apart.
Wire facts: docs/wire.md, "Status codes of the sign-in".
"""

from __future__ import annotations

import requests
from pyicloud.exceptions import (
    PyiCloud2FARequiredException,
    PyiCloud2SARequiredException,
    PyiCloudAcceptTermsException,
    PyiCloudAccountLockedException,
    PyiCloudConnectionException,
    PyiCloudEndpointGoneException,
    PyiCloudException,
    PyiCloudServiceNotActivatedException,
    PyiCloudTrustedDevicePromptException,
)

from sync.errors import (
    AccountUnusable,
    BadResponse,
    NetworkError,
    RemindersdError,
    ServiceError,
    SignInNeeded,
    Throttled,
    WrongPassword,
)
from sync.machine import told
from sync.remote.adapter import LastAnswer
from sync.remote.endpoint import Endpoint

__all__ = ["FOREIGN", "LOGIN_HINT", "explained"]

LOGIN_HINT = "run: remindersd login"

# pyicloud reads answers unchecked, so a strange one surfaces as any of the last four.
FOREIGN = (
    PyiCloudException,
    requests.RequestException,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)


def is_repair(last: LastAnswer | None) -> bool:
    """Whether the password was right, and the account is to be "repaired" before it goes on."""
    return last is not None and last.status == 412 and last.place.endswith("/signin/complete")


def explained(
    error: Exception, last: LastAnswer | None, endpoint: Endpoint | None = None
) -> RemindersdError:
    """Our error for one of ``FOREIGN``, given the session's last answer and its endpoint."""
    at = "Apple's sign-in" if endpoint is None else f"the sign-in at {endpoint.origin}"
    match error:
        case OSError() if (by_machine := told(error)) is not None:
            return by_machine
        case PyiCloudAccountLockedException():
            return AccountUnusable(
                "Apple has locked this account", "unlock it at https://iforgot.apple.com", "locked"
            )
        case PyiCloudAcceptTermsException():
            return AccountUnusable(
                "Apple's terms have changed and are not accepted yet",
                "sign in at https://www.icloud.com once and accept them",
                "terms",
            )
        case PyiCloudEndpointGoneException():
            return ServiceError(
                "Apple has withdrawn a part of the sign-in", "update pyicloud", server_code="410"
            )
        case PyiCloudTrustedDevicePromptException():
            return SignInNeeded("Apple wants a code, but asks for it in a way not known here")
        case PyiCloud2FARequiredException() | PyiCloud2SARequiredException():
            return SignInNeeded("Apple wants a code before this computer may go on", LOGIN_HINT)
        case PyiCloudServiceNotActivatedException():
            return AccountUnusable(
                "this account has no iCloud database",
                "sign in at https://www.icloud.com to set it up",
                "no-icloud",
            )
        case PyiCloudConnectionException() | requests.ConnectionError() | requests.Timeout():
            return NetworkError(f"{at} could not be reached")
        case PyiCloudException() | requests.HTTPError() if last is not None:
            return _by_answer(last, at)
        case PyiCloudException():
            return SignInNeeded("signing in needs the password", LOGIN_HINT)
        case OSError() if not isinstance(error, requests.RequestException):
            return NetworkError(f"the sign-in was cut ({type(error).__name__})")
    where = last.place if last else "the sign-in"
    return BadResponse(f"{where} answered something that cannot be understood")


def _by_answer(last: LastAnswer, at: str) -> RemindersdError:
    """What the status means at the place where the sign-in stopped."""
    match last.status, last.place.rpartition("/")[2]:
        case ((429 | 503), _):
            return Throttled(f"{at} asks to wait", "", last.retry_after_s)
        case status, _ if status >= 500:
            return NetworkError(f"{at} is out of order ({status})", "try again later")
        case 401, "complete" | "init":
            return WrongPassword("Apple refuses the name or the password", LOGIN_HINT)
        case 412, "complete":
            return AccountUnusable(
                "Apple wants this account to turn on two-factor authentication first",
                "sign in at https://account.apple.com once and follow its advice",
                "two-factor",
            )
        case 423, _:
            return AccountUnusable(
                "Apple takes no sign-in to this account now", "try again later", "locked"
            )
        case 403, _:
            return AccountUnusable(
                "Apple refuses sign-ins to this account", "sign in at https://www.icloud.com once"
            )
        case 409, "complete":
            return SignInNeeded("Apple wants a code, but asks for it in a way not known here")
        case ((401 | 409 | 421 | 450), _):
            return SignInNeeded("Apple has ended the session", LOGIN_HINT)
        case status, _ if status < 400:
            return BadResponse(f"{last.place} answered something that cannot be understood")
        case status, _:
            return ServiceError(f"{last.place} refused ({status})", "", str(status))
