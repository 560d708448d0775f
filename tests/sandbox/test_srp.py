"""The server's half of SRP agrees with independently computed vectors (docs/wire.md, "Sign-in")."""

from __future__ import annotations

import hashlib

import pytest

from sandbox.signing import srp

NAME = "ada@example.test"
PASSWORD = "correct horse battery"
SALT = bytes(range(1, 17))
SECRET = int.from_bytes(b"\x22" * 32, "big")
ALL_ONES = int.from_bytes(b"\x11" * 32, "big")

# protocol, client secret a -> SHA-256 of minimal B, K, M1, M2
VECTORS = [
    (
        "s2k",
        ALL_ONES,
        "a516688523b8210e9485f9c003a483573123d05cb20f585562b6b381c1101430",
        "5f3c7ab195d628d356a82ee8c350bf2e851f9da7c8e6c70950816763ba82fa7c",
        "895028d879f3b24366492158328d8cbecaf14b4a6fc23b057f12e3dd8bed8c4e",
        "48aea6a628e2bef16ba3ff486ba538ba9b2f7a9a6111233aa809956b1127c49c",
    ),
    (
        "s2k_fo",
        ALL_ONES,
        "9e69ea24aa0b7f7dbc609169c1e4221bb66da24a291fbae6b0be040c596c1de4",
        "5335f23ccd902606e9cd9476951841095af4ce851860c259a84e0ebb662dca39",
        "73ef32736c90eb0d7c8671b8aca70605a924a888b0cfe0c4f91a8ea0afb86d43",
        "d5226cb79147b6cd783fad11d6c9a2ffebb4ec4ec98a6ab1a5827746126a8b83",
    ),
    (  # A has only 255 octets here: padding it in M1 is the classic mistake
        "s2k",
        2480,
        "a516688523b8210e9485f9c003a483573123d05cb20f585562b6b381c1101430",
        "8c79d4f96bf627340af01684278fd2c0589704324a838cd3cd67a4de0fff54da",
        "f3ccb01f1b84bdba23d1f6f5d99f7313984bb755a2731e782b89e651eaad17c3",
        "c27a918cd73fbd4786c444a8531027e81b53ee91171e87b853f813bcb40e7b19",
    ),
]


def client_key(secret: int) -> bytes:
    """A = g^a mod N without leading zeros, as clients send it."""
    number = pow(srp.G, secret, srp.N)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def exchange(protocol: str, client_secret: int, password: str = PASSWORD) -> srp.Challenge:
    verifier = srp.make_verifier(password, SALT, 1000, protocol)
    return srp.make_challenge(verifier, client_key(client_secret), SECRET)


@pytest.mark.parametrize(("protocol", "secret", "b_hash", "key", "m1", "m2"), VECTORS)
def test_vectors(protocol: str, secret: int, b_hash: str, key: str, m1: str, m2: str) -> None:
    challenge = exchange(protocol, secret)
    assert hashlib.sha256(challenge.b.lstrip(b"\0")).hexdigest() == b_hash
    proofs = challenge.proofs(NAME)
    assert (proofs.key.hex(), proofs.m1.hex(), proofs.m2.hex()) == (key, m1, m2)
    assert challenge.accepts(NAME, bytes.fromhex(m1), bytes.fromhex(m2))


def test_the_short_key_of_the_padding_vector_is_really_short() -> None:
    assert len(client_key(2480)) == 255


def test_group_constants() -> None:
    assert hashlib.sha256(client_key(ALL_ONES)).hexdigest() == (
        "6532302de45c50ade1f2fc01a87a82c52ed3ae8a0a87180ea54fe98fa18c382a"
    )


def test_either_proof_alone_is_refused() -> None:
    challenge = exchange("s2k", ALL_ONES)
    right = challenge.proofs(NAME)
    assert not challenge.accepts(NAME, right.m1, bytes(32))
    assert not challenge.accepts(NAME, bytes(32), right.m2)


def test_another_password_or_another_spelling_of_the_name_is_refused() -> None:
    right = exchange("s2k", ALL_ONES).proofs(NAME)
    assert not exchange("s2k", ALL_ONES, "wrong").accepts(NAME, right.m1, right.m2)
    assert not exchange("s2k", ALL_ONES).accepts(NAME.upper(), right.m1, right.m2)


@pytest.mark.parametrize("key", [0, srp.N, 2 * srp.N, srp.N + 1])
def test_a_client_key_outside_the_group_is_refused(key: int) -> None:
    verifier = srp.make_verifier(PASSWORD, SALT, 1)
    with pytest.raises(srp.BadClientKey):
        srp.make_challenge(verifier, key.to_bytes(257, "big"), SECRET)


def test_an_unknown_key_derivation_is_refused() -> None:
    with pytest.raises(ValueError, match="s2k_fo"):
        srp.make_verifier(PASSWORD, SALT, 1, "md5")


def test_a_salt_that_starts_with_zero_is_hashed_whole() -> None:
    salt = b"\0" + SALT[1:]
    whole = srp.make_verifier(PASSWORD, salt, 1000)
    assert srp.make_challenge(whole, client_key(ALL_ONES), SECRET).proofs(NAME).m1 != (
        srp.make_challenge(
            srp.Verifier("s2k", salt[1:], 1000, whole.value), client_key(ALL_ONES), SECRET
        )
        .proofs(NAME)
        .m1
    )
