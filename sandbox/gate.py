"""Says whether a data service is open to a request, and in which form it refuses one.

Source: docs/wire.md, "Session expiry" and "Advanced Data Protection".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from sandbox.world import World


_APPS = {
    "com.apple.reminders": "reminders",
    "com.apple.photos.cloud": "photos",
    "com.apple.notes": "notes3",
}
"""The name under which `requestPCS` knows a CloudKit container with encrypted data."""


def refusal(
    world: World, request: HTTPConnection, container: str
) -> tuple[int, dict[str, Any]] | None:
    """Return status and body with which a container refuses `request`; None if it is open."""
    account, now = world.account, world.clock()
    account.settle(now)
    if not account.is_signed_in(request):
        return account.session_ended, {
            "reason": "Missing X-APPLE-WEBAUTH-TOKEN cookie",
            "serverErrorCode": "AUTHENTICATION_REQUIRED",
            "redirectURL": "https://www.icloud.com/",
        }
    app = _APPS.get(container) if account.adp else None
    opened = app is None or account.consent.opens(app, request, now)
    # Terms that wait look like missing keys, too.
    if opened and account.web_access and not account.terms_pending:
        return None
    if account.pcs_refused == 423:
        return 423, {"errorReason": "Missing PCS cookies from the request", "errorCode": 423}
    return 403, {
        "reason": "private db access disabled for this account",
        "serverErrorCode": "ACCESS_DENIED",
    }
