"""Reads the address of ``control.listen``: a port of this machine that no other one can reach."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

__all__ = ["Address", "parse_listen"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; ``host`` is without brackets."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """What a client is given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def names(self) -> frozenset[str]:
        """What a request may call it in its Host header."""
        hosts = {self.url.removeprefix("http://").rpartition(":")[0], "localhost"}
        return frozenset(f"{host}:{self.port}" for host in hosts)


def parse_listen(text: str) -> Address:
    """Read ``control.listen``; raises ValueError for what is no loopback address with a port."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    wanted = "write a loopback address and a port, such as 127.0.0.1:8474"
    try:
        is_here = bare == "localhost" or _is_loopback(bare)
    except ValueError:
        raise ValueError(wanted) from None
    if not is_here or (":" in bare) != (bare != host):
        raise ValueError(f"{host or 'nothing'} is not this machine alone; {wanted}")
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise ValueError(wanted)
    return Address("127.0.0.1" if bare == "localhost" else bare, int(port))


def _is_loopback(host: str) -> bool:
    address = ip_address(host)
    # An IPv4 address mapped into IPv6 is refused: what it reaches depends on the system.
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None
