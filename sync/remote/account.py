"""What is known of an iCloud account: who it is, and what an open session to it consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.remote.endpoint import Endpoint, parse_endpoint

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

__all__ = ["Account", "Connection"]


@dataclass(frozen=True, slots=True)
class Account:
    """An Apple account: its e-mail name, ``region`` (``world`` or ``china``) and ``endpoint``.

    ``endpoint`` is the text of the config key of that name, ``None`` for Apple itself.
    """

    apple_id: str
    region: str
    endpoint: str | None

    @property
    def home(self) -> str:
        """The origin of the web page whose requests ours look like."""
        return "https://www.icloud.com" + self._suffix

    @property
    def setup(self) -> str:
        """The setup service, where a session is opened, checked and closed."""
        return f"https://setup.icloud.com{self._suffix}/setup/ws/1"

    @property
    def idmsa(self) -> str:
        """The sign-in service, the same in both regions."""
        return "https://idmsa.apple.com/appleauth/auth"

    @property
    def redirect(self) -> Endpoint | None:
        """Where requests really go; UsageError when the config has nonsense there."""
        return parse_endpoint(self.endpoint)

    @property
    def _suffix(self) -> str:
        return ".cn" if self.region == "china" else ""


@dataclass(frozen=True, slots=True)
class Connection:
    """An open session.

    ``database_url`` is the origin of the account's CloudKit partition, ``params`` the query
    parameters that name this client, ``cookies`` a jar that stays the session's own, ``dsid`` the
    account's number as decimal text.
    """

    database_url: str
    params: dict[str, str] = field(repr=False)
    cookies: CookieJar = field(repr=False)
    dsid: str = field(repr=False)
