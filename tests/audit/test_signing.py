"""The key that checkpoints are signed with: its file, its id, what a signature is worth."""

import stat
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authz_service.audit.errors import SigningKeyError
from authz_service.audit.signing import (
    Signature,
    SigningKey,
    ensure_signing_key,
    judged,
    read_public_keys,
    read_signing_key,
    signed,
    statement,
)
from tests.audit.logs import AT, KEY, trusting

HASH = b"\7" * 32


def test_a_new_key_file_is_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "audit.pem"
    made = ensure_signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert ensure_signing_key(path).key_id == made.key_id == read_signing_key(path).key_id
    assert list(path.parent.iterdir()) == [path]


def test_all_that_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    made: list[str] = []

    def make() -> None:
        barrier.wait()
        made.append(ensure_signing_key(tmp_path / "audit.pem").key_id)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["audit.pem"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "audit.pem"
    ensure_signing_key(path)
    path.chmod(mode)
    with pytest.raises(SigningKeyError, match="chmod 600"):
        ensure_signing_key(path)


def test_what_is_no_key_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "audit.pem"
    with pytest.raises(SigningKeyError, match="No such file"):
        read_signing_key(path)
    with pytest.raises(SigningKeyError, match="no regular file"):
        read_signing_key(tmp_path)
    path.touch(0o600)
    with pytest.raises(SigningKeyError, match="no Ed25519 key"):
        read_signing_key(path)
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(SigningKeyError, match="no Ed25519 key"):
        read_signing_key(path)
    with pytest.raises(SigningKeyError, match="no Ed25519 key"):
        read_public_keys([path])


def test_a_key_does_not_show_itself() -> None:
    assert repr(KEY) == f"SigningKey(key_id='{KEY.key_id}')"


def test_the_id_of_a_key_is_what_openssl_says_its_fingerprint_is(tmp_path: Path) -> None:
    path = tmp_path / "public.pem"
    path.write_text(KEY.public_pem)
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", path, "-outform", "DER"], capture_output=True, check=True
    ).stdout
    digest = subprocess.run(["sha256sum"], input=der, capture_output=True, check=True).stdout.decode()
    assert digest.startswith(KEY.key_id)
    assert list(read_public_keys([path])) == [KEY.key_id]


def test_what_is_signed_says_where_the_log_was_and_when() -> None:
    assert statement(3, HASH, AT, "k") == (
        f'{{"format":1,"hash":"{HASH.hex()}","key_id":"k","sequence":3,"signed_at":"2024-03-15T10:53:20Z"}}'
    )


def test_a_signature_is_good_only_for_what_was_signed_with_a_known_key() -> None:
    checkpoint = signed(KEY, 3, HASH, AT)
    assert judged(checkpoint, trusting(KEY)) is Signature.GOOD
    assert judged(checkpoint, trusting(KEY, SigningKey.new())) is Signature.GOOD
    assert judged(checkpoint, trusting(SigningKey.new())) is Signature.OF_UNKNOWN_KEY
    others = ({"sequence": 4}, {"hash": bytes(32)}, {"signed_at": AT + 1}, {"signature": b""}, {"signed_at": 2**62})
    for changed in others:
        assert judged(replace(checkpoint, **changed), trusting(KEY)) is Signature.BAD
