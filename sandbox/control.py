"""Changes the account from outside the process: `/sandbox/account`, for trying out bad days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.account import MFA_KINDS, Account
from sandbox.wire import json_object

if TYPE_CHECKING:
    from sandbox.world import World

_KINDS: dict[str, type] = {
    "mfa": str,
    "code": str,
    "password": str,
    "by_sms": bool,
    "locked": bool,
    "terms_pending": bool,
}
_TOKENS = ("web", "session", "trust")


def routes(world: World) -> list[Route]:
    """Return the route of the account's switches.

    GET shows them and counts living tokens. PUT sets those it names: mfa, code, password, by_sms,
    locked, terms_pending; `revoke` lists the kinds of token to revoke: web, session, trust.
    """
    account = world.account

    async def switches(request: Request) -> Response:
        if request.method == "PUT":
            _change(account, await json_object(request))
        return JSONResponse(_shown(account))

    return [Route("/sandbox/account", switches, methods=["GET", "PUT"])]


def _change(account: Account, wanted: dict[str, Any]) -> None:
    """Apply `wanted` as a whole; raises HTTPException 400, naming the key, if any part is wrong."""
    revoked = wanted.pop("revoke", [])
    for key, value in wanted.items():
        if key not in _KINDS:
            raise HTTPException(400, f"{key}: unknown; there are {', '.join(_KINDS)} and revoke")
        if not isinstance(value, _KINDS[key]):
            raise HTTPException(400, f"{key}: must be a {_KINDS[key].__name__}")
    if wanted.get("mfa", account.mfa) not in MFA_KINDS:
        raise HTTPException(400, f"mfa: must be one of {', '.join(MFA_KINDS)}")
    if not isinstance(revoked, list) or not all(kind in _TOKENS for kind in revoked):
        raise HTTPException(400, f"revoke: must be a list of {', '.join(_TOKENS)}")
    for key, value in wanted.items():
        setattr(account, key, value)
    if "web" in revoked:
        account.revoke_web_tokens()
    if "session" in revoked:
        account.revoke_session_tokens()
    if "trust" in revoked:
        account.revoke_trust()


def _shown(account: Account) -> dict[str, Any]:
    switches = {key: getattr(account, key) for key in _KINDS if key != "password"}
    counts = (len(account.browsers), len(account.sessions), len(account.trust_tokens))
    living = dict(zip(_TOKENS, counts, strict=True))
    return {"apple_id": account.apple_id, **switches, "living": living}
