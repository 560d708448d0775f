"""Where one account's session is kept on disk, in the format that pyicloud reads and writes too.

The directory is 0700, one sub directory for each account (pyicloud drops punctuation from its file
names, so that ``john.doe@x.y`` and ``johndoe@x.y`` would share a session), files 0600, replaced in
one step.
"""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import orjson

from sync.privatefile import write_private
from sync.remote.account import Account

if TYPE_CHECKING:
    from http.cookiejar import LWPCookieJar

__all__ = ["WEB_TOKEN", "SessionStore", "web_token"]

WEB_TOKEN = "X-APPLE-WEBAUTH-TOKEN"
_HALF = "under-way"
_CARRIED = ("client_id", "trust_token", "account_country")
_LWP_HEADER = "#LWP-Cookies-2.0\n"


def web_token(cookies: LWPCookieJar) -> str | None:
    """The value of the cookie that opens every service, if it is there."""
    return next((cookie.value for cookie in cookies if cookie.name == WEB_TOKEN), None)


class SessionStore:
    """The session file and the cookie jar of one account below ``directory``."""

    def __init__(self, account: Account, directory: Path) -> None:
        key = "\n".join((account.apple_id, account.region, account.endpoint or ""))
        self._stay(account, directory, directory / sha256(key.encode()).hexdigest()[:16])

    def _stay(self, account: Account, directory: Path, folder: Path) -> None:
        name = "".join(re.findall(r"\w", account.apple_id))
        self._account = account
        self._directory = directory
        self.folder = folder
        self.session_path = self.folder / f"{name}.session"
        self.cookie_path = self.folder / f"{name}.cookiejar"
        self.standing_path = self.folder / "standing.json"

    def half(self) -> SessionStore:
        """Where a sign-in under way is kept, so that it cannot spoil a session that still holds."""
        store = SessionStore.__new__(SessionStore)
        store._stay(self._account, self.folder, self.folder / _HALF)
        return store

    def begin(self) -> SessionStore:
        """An empty half session; the trust of before goes with it, so that no code need be owed."""
        store = self.half()
        store.forget()
        self.prepare()
        data = self.data()
        store.save_data({name: data[name] for name in _CARRIED if data.get(name)})
        jar = self.cookies()
        for cookie in [cookie for cookie in jar if cookie.name == WEB_TOKEN]:
            jar.clear(cookie.domain, cookie.path, cookie.name)
        store.save_cookies(jar)
        return store

    def adopt(self, store: SessionStore) -> None:
        """Let a half session that has become whole be the session."""
        self.save_cookies(store.cookies())
        self.save_data(store.data())  # last: this is where other processes see that it happened
        store.forget()

    def prepare(self) -> None:
        """Make the directories and the files, so that whoever writes next cannot widen them."""
        self._make()
        # pyicloud fails on a file that it cannot read; an empty one only costs a sign-in.
        if self._read_data() is None:
            write_private(self.session_path, b"{}")
        if self._read_cookies() is None:
            write_private(self.cookie_path, _LWP_HEADER.encode())
        self.narrow()

    def _make(self) -> None:
        for folder in (self._directory, self.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def narrow(self) -> None:
        """Give the files mode 0600 again; to be called after somebody else wrote them."""
        for path in (self.session_path, self.cookie_path):
            try:
                path.chmod(0o600)
            except FileNotFoundError:
                continue

    def is_empty(self) -> bool:
        """Whether there are neither tokens nor cookies."""
        return not (self.session_path.exists() or self.cookie_path.exists())

    def data(self) -> dict[str, Any]:
        """The stored tokens by pyicloud's names; empty if there is no readable file."""
        return self._read_data() or {}

    def cookies(self) -> LWPCookieJar:
        """The stored cookies; an empty jar if there is no readable file."""
        from http.cookiejar import LWPCookieJar  # slow to load, and most who ask have no session

        jar = self._read_cookies()
        return LWPCookieJar() if jar is None else jar

    def save_data(self, data: dict[str, Any]) -> None:
        """Replace the stored tokens."""
        self.prepare()
        write_private(self.session_path, orjson.dumps(data))

    def save_cookies(self, jar: LWPCookieJar) -> None:
        """Replace the stored cookies; those that have no end are kept, the expired are not.

        What is stored already is not written again: an idle daemon leaves the disk alone.
        """
        text = _LWP_HEADER + jar.as_lwp_str(ignore_discard=True, ignore_expires=False)
        self.prepare()
        if self.cookie_path.read_bytes() != text.encode():
            write_private(self.cookie_path, text.encode())

    def standing(self) -> dict[str, Any]:
        """What was noted about the sign-in itself; empty if nothing was, or it cannot be read."""
        return _read_object(self.standing_path) or {}

    def note(self, **changes: Any) -> None:
        """Change what is noted about the sign-in; ``None`` is nothing, and leaves no file."""
        before = self.standing()
        standing = {k: v for k, v in {**before, **changes}.items() if v is not None}
        if standing == before:
            return
        if standing:
            self._make()
            write_private(self.standing_path, orjson.dumps(standing))
        else:
            self.standing_path.unlink(missing_ok=True)

    def fingerprint(self) -> str:
        """Changes when somebody signs in, in whichever process."""
        data = self.data()
        tokens = f"{data.get('session_token')}\n{data.get('trust_token')}"
        return sha256(tokens.encode()).hexdigest()

    def forget(self) -> None:
        """Remove everything kept for this account."""
        if self.folder.is_dir():
            shutil.rmtree(self.folder)

    def _read_data(self) -> dict[str, Any] | None:
        return _read_object(self.session_path)

    def _read_cookies(self) -> LWPCookieJar | None:
        from http.cookiejar import LoadError, LWPCookieJar

        jar = LWPCookieJar()
        try:
            with catch_warnings():
                simplefilter("ignore")  # it warns with a traceback, and a piece of the cookie
                jar.load(str(self.cookie_path), ignore_discard=True)
        except (FileNotFoundError, LoadError, UnicodeDecodeError):
            return None
        return jar


def _read_object(path: Path) -> dict[str, Any] | None:
    try:
        document = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return document if isinstance(document, dict) else None
