"""Which keys of a JWK set are used, and for which algorithm."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from authz_service.identity.issuers import ALGORITHMS
from authz_service.identity.key_sets import KeySet, key_set_of
from tests.identity.issuing import PrivateKey, new_signer, public_key_of


def key_set(*keys: object) -> KeySet:
    return key_set_of(json.dumps({"keys": keys}).encode(), ALGORITHMS)


def of_use(key: dict[str, Any]) -> set[str]:
    """Return the algorithms that the key is used for."""
    other = public_key_of(ed25519.Ed25519PrivateKey.generate(), "other")
    keys = key_set(key, other)
    return {algorithm for algorithm in ALGORITHMS if keys.find("key-1", algorithm)}


@pytest.mark.parametrize(
    ("key", "algorithms"),
    [
        (ec.generate_private_key(ec.SECP256R1()), {"ES256"}),
        (ec.generate_private_key(ec.SECP384R1()), {"ES384"}),
        (ec.generate_private_key(ec.SECP521R1()), {"ES512"}),
        (ed25519.Ed25519PrivateKey.generate(), {"EdDSA"}),
        (ec.generate_private_key(ec.SECP256K1()), set()),
        (rsa.generate_private_key(65537, 1024), set()),  # noqa: S505 - that it is refused is the point
    ],
    ids=["P-256", "P-384", "P-521", "Ed25519", "secp256k1", "short RSA"],
)
def test_each_kind_of_key_has_its_algorithm(key: PrivateKey, algorithms: set[str]) -> None:
    assert of_use(public_key_of(key, "key-1")) == algorithms


def test_an_rsa_key_serves_for_what_it_says(rsa_key: rsa.RSAPrivateKey) -> None:
    assert of_use(public_key_of(rsa_key, "key-1")) == {"PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
    assert of_use(public_key_of(rsa_key, "key-1", alg="PS256")) == {"PS256"}


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": None},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": ["ES256"]},
        {"kid": 1},
        {"kid": ["key-1"]},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA"},
        {"kty": None},
        {"crv": "P-384"},
        {"x": "AAAA"},
        {"y": None},
        {"x": 7},
    ],
    ids=str,
)
def test_a_key_that_is_for_something_else_or_is_none_is_passed_over(members: dict[str, Any]) -> None:
    assert of_use({**new_signer().public_key(), **members}) == set()


def test_two_keys_under_one_id_are_as_good_as_none() -> None:
    keys = key_set(new_signer().public_key(), new_signer().public_key(), new_signer("key-2").public_key())
    assert keys.find("key-1", "ES256") is None
    assert keys.find("key-2", "ES256")


def test_a_key_whose_id_is_no_text_does_not_stand_in_the_way_of_the_only_other(rsa_key: rsa.RSAPrivateKey) -> None:
    keys = key_set({**new_signer().public_key(), "kid": 1}, new_signer("key-2").public_key())
    assert keys.find(None, "ES256") is keys.find("key-2", "ES256")


def test_an_id_may_stand_for_keys_of_two_kinds(rsa_key: rsa.RSAPrivateKey) -> None:
    keys = key_set(new_signer().public_key(), public_key_of(rsa_key, "key-1"))
    assert keys.find("key-1", "ES256")
    assert keys.find("key-1", "PS256")


def test_only_the_public_part_of_a_key_is_taken() -> None:
    signer = new_signer()
    private = {**signer.public_key(), "d": "AAAA"}
    found = key_set(private).find("key-1", "ES256")
    assert found is not None
    assert isinstance(found.key, ec.EllipticCurvePublicKey)


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b'{"keys":null}', b'{"keys":7}', b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_key_set(text: bytes) -> None:
    with pytest.raises(ValueError, match="they are no JWK set"):
        key_set_of(text, ALGORITHMS)
