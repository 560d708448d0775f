"""Checks a password without being told it: the server's half of SRP-6a as Apple's sign-in uses it.

The arithmetic is RFC 5054 with its 2048-bit group and SHA-256, with three turns of Apple's own:
the password is hashed before PBKDF2, the account name is left out of `x` (but not out of `M1`),
and public keys are padded in `u` but not in `M1`. Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

N = int(
    "AC6BDB41324A9A9BF166DE5E1389582FAF72B6651987EE07FC3192943DB56050"
    "A37329CBB4A099ED8193E0757767A13DD52312AB4B03310DCD7F48A9DA04FD50"
    "E8083969EDB767B0CF6095179A163AB3661A05FBD5FAAAE82918A9962F0B93B8"
    "55F97993EC975EEAA80D740ADBF4FF747359D041D5C33EA71D281E446B14773B"
    "CA97B43A23FB801676BD207A436C6481F1D2B9078717461A5B9D32E688F87748"
    "544523B524B0D57D5EA77A2775D2ECFA032CFBDBF52FB3786160279004E57AE6"
    "AF874E7303CE53299CCC041C7BC308D82A5698F3A8D0C38271AE35F8E9DBFBB6"
    "94B5C803D89F7AE435DE236D525F54759B65E372FCD68EF20FA7111F9E4AFF73",
    16,
)
G = 2
PROTOCOLS = ("s2k", "s2k_fo")
_WIDTH = 256  # octets of N
_KEY_LENGTH = 32  # octets of the derived password key


class BadClientKey(ValueError):
    """The client's public key is not in 1..N-1; 0 would make every password right."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """What the server keeps in place of a password.

    `salt` is 16 raw octets and `iterations` the PBKDF2 rounds; both are told to the client, as is
    `protocol` ("s2k" or "s2k_fo"). `value` is v = g^x mod N and stays here.
    """

    protocol: str
    salt: bytes
    iterations: int
    value: int


@dataclass(frozen=True, slots=True)
class Proofs:
    """One exchange's answers, 32 octets each: the client's M1, the server's M2; `key` is K."""

    m1: bytes
    m2: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Challenge:
    """One half-done exchange: the client's A is known, the server's B is on its way."""

    verifier: Verifier
    client_public: int
    server_secret: int
    server_public: int

    @property
    def b(self) -> bytes:
        """B for the wire: big-endian, padded to 256 octets."""
        return _pad(self.server_public)

    def proofs(self, account_name: str) -> Proofs:
        """Return what both sides must send if the password was right.

        `account_name` is the name exactly as the client typed it, letter case included.
        """
        a, b = _minimal(self.client_public), _minimal(self.server_public)
        u = _number(_sha256(_pad(self.client_public), _pad(self.server_public)))
        base = self.client_public * pow(self.verifier.value, u, N)
        key = _sha256(_minimal(pow(base, self.server_secret, N)))
        name = _sha256(account_name.encode())
        m1 = _sha256(_GROUP_HASH, name, self.verifier.salt, a, b, key)
        return Proofs(m1=m1, m2=_sha256(a, m1, key), key=key)

    def accepts(self, account_name: str, m1: bytes, m2: bytes) -> bool:
        """Say whether both of the client's proofs are right; Apple's client sends M2 as well."""
        expected = self.proofs(account_name)
        return hmac.compare_digest(expected.m1, m1) and hmac.compare_digest(expected.m2, m2)


def make_verifier(password: str, salt: bytes, iterations: int, protocol: str = "s2k") -> Verifier:
    """Derive the verifier of `password`; raises ValueError for an unknown `protocol`."""
    if protocol not in PROTOCOLS:
        raise ValueError(
            f"unknown key derivation {protocol!r}; it is one of {', '.join(PROTOCOLS)}"
        )
    digest = hashlib.sha256(password.encode()).digest()
    secret = digest if protocol == "s2k" else digest.hex().encode()
    key = hashlib.pbkdf2_hmac("sha256", secret, salt, iterations, _KEY_LENGTH)
    x = _number(_sha256(salt, _sha256(b":", key)))
    return Verifier(protocol=protocol, salt=salt, iterations=iterations, value=pow(G, x, N))


def make_challenge(verifier: Verifier, client_public: bytes, server_secret: int) -> Challenge:
    """Answer the client's A (big-endian octets); `server_secret` is b, drawn by the caller.

    Raises BadClientKey when A is 0 modulo N or no element of the group at all.
    """
    a = _number(client_public)
    if a % N == 0 or a > N:
        raise BadClientKey("the client's public key must be between 1 and N-1")
    b = (_MULTIPLIER * verifier.value + pow(G, server_secret, N)) % N
    return Challenge(verifier, a, server_secret, b)


def _sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _pad(number: int) -> bytes:
    return number.to_bytes(_WIDTH, "big")


_MULTIPLIER = _number(_sha256(_pad(N), _pad(G)))  # RFC 5054's k
_GROUP_HASH = bytes(n ^ g for n, g in zip(_sha256(_pad(N)), _sha256(_pad(G)), strict=True))
