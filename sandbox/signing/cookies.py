"""Sets cookies the way the setup service does: quoted, for the whole domain of the region asked."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response


def is_chinese(request: HTTPConnection) -> bool | None:
    """Say whether the host asked for is mainland China's; None if it is no host of Apple's."""
    host = request.headers.get("host", "").partition(":")[0].lower()
    if not host.removesuffix(".cn").endswith((".icloud.com", ".apple.com")):
        return None
    return host.endswith(".cn")


def set_cookie(
    request: HTTPConnection,
    response: Response,
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    http_only: bool = False,
) -> None:
    """Add a cookie by hand: Apple's values are in double quotes, which libraries leave out.

    `max_age` is in seconds; None is a cookie of the session.
    """
    domain = ".icloud.com.cn" if is_chinese(request) else ".icloud.com"
    cookie = f'{name}="{value}"; Domain={domain}; Path=/; Secure'
    if max_age is not None:
        cookie += f"; Max-Age={max_age}"
    if http_only:
        cookie += "; HttpOnly"
    response.headers.append("set-cookie", cookie)
