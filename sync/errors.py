"""The errors of this programme, each with its scope, its exit code and the way out.

    RemindersdError                  1   anything that a person is told in one line
    |- UsageError                    2   config or arguments; nothing was started
    |  |- CannotWrite                2   it cannot be written into the files, and why
    |  |- KeyTaken                   2   a request has the key of another one
    |  `- NoSuchReminder             2   no reminder goes by that name, or more than one
    |- Busy                          5   another process holds the lock
    |- NetworkError                  6   could not be reached, or cut; try again later
    |  `- Throttled                  6   told to wait; ``retry_after_s`` says how long
    |- SignInNeeded                 11   a person has to sign in, or type a code
    |  `- ConsentNeeded             11   a device has to allow it; looked at again by itself
    |- WrongPassword                12   Apple refused the password; never retried by itself
    |- AccountUnusable              13   this account cannot be used, and why
    |- MirrorDamaged                20   the database cannot be trusted
    |- CannotRestore                 1   nothing deleted is there to be brought back, and why
    |- CannotResolve                 1   no such conflict or refused change, or it cannot be helped
    |- CannotUndo                    1   no run is there to be taken back, and why
    `- ServiceError                  1   the service refused a whole request
       |- SyncTokenExpired           1   walk the zone again from the beginning
       |- ZoneMissing               13   the account has no (upgraded) Reminders
       `- BadResponse                6   what came back cannot be understood

A refused *item* inside an answered request is a value (``sync.remote.cloudkit.Failure``), not an
exception: one bad record must not stop its neighbours.
"""

from __future__ import annotations

from math import ceil
from typing import Any

__all__ = [
    "AccountUnusable",
    "BadResponse",
    "Busy",
    "CannotResolve",
    "CannotRestore",
    "CannotUndo",
    "CannotWrite",
    "ConsentNeeded",
    "KeyTaken",
    "MirrorDamaged",
    "NetworkError",
    "NoSuchReminder",
    "RemindersdError",
    "ServiceError",
    "SignInNeeded",
    "SyncTokenExpired",
    "Throttled",
    "UsageError",
    "WrongPassword",
    "ZoneMissing",
]


class RemindersdError(Exception):
    """What went wrong in one sentence (``message``) and the way out in another (``hint``)."""

    exit_code = 1
    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets it as it is, whatever its constructor takes."""
        return _bare, (type(self), self.args), self.__dict__


def _bare(kind: type[RemindersdError], args: tuple[Any, ...]) -> RemindersdError:
    return kind.__new__(kind, *args)


class UsageError(RemindersdError):
    """The config or the arguments are wrong; nothing was started."""

    exit_code = 2
    code = "usage"


class CannotWrite(UsageError):
    """What was asked for cannot be written into the files, for the reason given."""

    code = "not-writable"


class NoSuchReminder(UsageError):
    """No reminder, or more than one, goes by what was named."""

    code = "not-found"


class KeyTaken(UsageError):
    """A request has the key of another one."""

    code = "key-taken"


class Busy(RemindersdError):
    """Another process of this profile is at work."""

    exit_code = 5
    code = "busy"


class NetworkError(RemindersdError):
    """The service could not be reached or the connection was cut; safe to try again."""

    exit_code = 6
    code = "network"

    def __init__(
        self, message: str, hint: str = "check the connection and try again; nothing is lost"
    ) -> None:
        super().__init__(message, hint)


class Throttled(NetworkError):
    """The service asked us to wait ``retry_after_s`` seconds (``None``: it did not say)."""

    code = "throttled"

    def __init__(self, message: str, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint or _wait(retry_after_s))
        self.retry_after_s = retry_after_s


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return "try again in some minutes"
    return f"try again in {max(1, ceil(seconds / 60))} min" if seconds > 90 else "try again soon"


class SignInNeeded(RemindersdError):
    """A person has to sign in or type a code; retrying changes nothing."""

    exit_code = 11
    code = "sign-in"


class ConsentNeeded(SignInNeeded):
    """A device of the owner has to allow something; it is looked at again by itself.

    ``reason`` is ``consent``, ``renewal`` (it was allowed before) or ``keys`` (it is allowed, and
    the device has still to send them).
    """

    code = "consent"

    def __init__(self, message: str, hint: str = "", reason: str = "consent") -> None:
        super().__init__(message, hint)
        self.reason = reason


class WrongPassword(RemindersdError):
    """The password was refused; it is never tried again by itself."""

    exit_code = 12
    code = "wrong-password"


class AccountUnusable(RemindersdError):
    """This account cannot be used before its owner has put something right.

    ``reason`` is one word for it: terms, web-access, locked, security-key, region, two-factor,
    no-icloud, refused.
    """

    exit_code = 13
    code = "account"

    def __init__(self, message: str, hint: str = "", reason: str = "refused") -> None:
        super().__init__(message, hint)
        self.reason = reason


class MirrorDamaged(RemindersdError):
    """The database is damaged or not ours; it is kept as it is."""

    exit_code = 20
    code = "mirror"


class CannotRestore(RemindersdError):
    """What was asked for is not there to be brought back, for the reason given."""

    code = "not-restorable"


class CannotResolve(RemindersdError):
    """What was decided on is not there, or cannot be done, for the reason given."""

    code = "not-resolvable"


class CannotUndo(RemindersdError):
    """The run that was asked for cannot be taken back, for the reason given."""

    code = "not-undoable"


class ServiceError(RemindersdError):
    """The service refused a whole request with ``server_code`` (a CloudKit error code)."""

    code = "service"

    def __init__(self, message: str, hint: str = "", server_code: str = "") -> None:
        super().__init__(message, hint)
        self.server_code = server_code


class SyncTokenExpired(ServiceError):
    """The sync token was refused: the zone has to be walked again, against the kept base."""

    code = "token-expired"


class ZoneMissing(ServiceError):
    """The account has no Reminders zone."""

    exit_code = 13
    code = "no-zone"


class BadResponse(ServiceError):
    """The answer is not what the protocol says (HTML, truncated, not JSON)."""

    exit_code = 6
    code = "bad-response"
