"""The account on the control socket: how its sign-in stands, signing in and out.

    GET  /account          the state, as /status has it in ``sign_in``
    POST /account/login    {password?, code?, choice?}: sign in, as far as that goes
    POST /account/code     {code} types the code that is owed, {send} has one sent in another way
    POST /account/logout   forget the session, here and at Apple

What takes time is done in a thread of its own; the socket and the loop go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.password import find_password
from daemon.process.worker import Worker
from daemon.replies import json_answer, no_query, read_body
from daemon.settings.config import Config
from daemon.wording.instants import told_sign_in
from sync.errors import SignInNeeded, UsageError
from sync.remote.signing.states import SignInState

__all__ = ["Accounts", "Desk"]

_GRACE_S = 2.0
Document = dict[str, Any]


class Desk(Protocol):
    """What is needed of ``sync.remote.desk.SignInDesk``."""

    def state(self) -> SignInState:
        """How the sign-in stands, without asking Apple."""

    def attempt(
        self, password: str, code: str | None = None, choice: str | None = None
    ) -> SignInState:
        """Sign in, as far as it goes."""

    def send_code(self, how: str) -> SignInState:
        """Have a code sent."""

    def submit(self, code: str) -> SignInState:
        """Type the code."""

    def logout(self) -> None:
        """Forget the session."""


class Accounts:
    """The account at ``desk``; ``gone`` is called when it has been signed out."""

    def __init__(self, desk: Desk, config: Callable[[], Config], gone: Callable[[], None]) -> None:
        self._desk = desk
        self._config = config
        self._gone = gone
        self._worker = Worker("sign-in")
        self.reading = {"/account": self._account}
        self.doing = {
            "/account/login": self._login,
            "/account/code": self._code,
            "/account/logout": self._logout,
        }

    def close(self) -> None:
        """Wait for what is under way, but not for long."""
        self._worker.close(_GRACE_S)

    def told(self) -> Document:
        """How the sign-in stands."""
        return told_sign_in(self._desk.state())

    async def _account(self, asked: Asked) -> Response:
        no_query(asked)
        return self._answer(self._desk.state())

    async def _login(self, asked: Asked) -> Response:
        body = await read_body(asked, "password", "code", "choice")
        given = {name: body.text(name) for name in body.content}

        def work() -> SignInState:
            password = given.get("password") or self._password()
            return self._desk.attempt(password, given.get("code"), given.get("choice"))

        return await self._done(work)

    async def _code(self, asked: Asked) -> Response:
        body = await read_body(asked, "code", "send")
        if len(body.content) != 1:
            raise UsageError(
                "the body must have either `code` or `send`", 'such as {"send": "sms"}'
            )
        if "send" in body.content:
            how = body.text("send")
            return await self._done(lambda: self._desk.send_code(how))
        code = body.text("code")
        return await self._done(lambda: self._desk.submit(code))

    async def _logout(self, asked: Asked) -> Response:
        await read_body(asked)

        def work() -> SignInState:
            self._desk.logout()
            self._gone()
            return self._desk.state()

        return await self._done(work)

    async def _done(self, work: Callable[[], SignInState]) -> Response:
        return self._answer(await asyncio.wrap_future(self._worker.do(work)))

    def _answer(self, state: SignInState) -> Response:
        account = self._config().account.apple_id
        return json_answer({"schema": 1, "account": account, "sign_in": told_sign_in(state)})

    def _password(self) -> str:
        account = self._config().account
        found = find_password(account.apple_id, account.password_command)
        if found is None:
            raise SignInNeeded(
                "there is no password", "give it in the body, or set account.password_command"
            )
        return found
