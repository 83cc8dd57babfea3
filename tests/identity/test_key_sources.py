"""Keys that are remembered: how long, when they are read again, and what holds when they cannot be."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from authz_service.identity.failures import IssuerUnreachableError, TokenFailure
from authz_service.identity.key_sets import KeySet
from authz_service.identity.key_sources import FAILURE_SECONDS, SEARCH_SECONDS, KeySource, read_keys_file
from authz_service.identity.tokens import AccessTokens, TrustedIssuer, trusted
from tests.identity.issuing import NOW, Published, Signer, claims, issuer, new_signer

LIFETIME = 3600.0


class Flaky(Published):
    """Keys that can be out of reach."""

    reachable: bool = True

    def read(self) -> KeySet:
        if not self.reachable:
            self.reads += 1
            raise IssuerUnreachableError("gone")
        keys: KeySet = super().read()
        return keys


@pytest.fixture
def published(signer: Signer) -> Flaky:
    return Flaky([signer.public_key()])


def test_keys_are_read_once_and_remembered(published: Flaky) -> None:
    source = published.source(LIFETIME)
    for _ in range(5):
        assert source.find("key-1", "ES256")
    assert published.reads == 1


def test_a_new_key_is_found_when_a_token_names_it(published: Flaky) -> None:
    source = published.source(LIFETIME)
    assert source.find("key-1", "ES256")
    published.keys.append(new_signer("key-2").public_key())
    published.seconds = SEARCH_SECONDS
    assert source.find("key-2", "ES256")
    assert published.reads == 2


def test_unknown_keys_have_the_keys_read_again_once_a_minute_at_most(published: Flaky) -> None:
    source = published.source(LIFETIME)
    for number in range(100):
        assert source.find(f"unknown-{number}", "ES256") is None
    assert published.reads == 1, "they were read just now"
    published.seconds = SEARCH_SECONDS
    for number in range(100):
        assert source.find(f"unknown-{number}", "ES256") is None
    assert published.reads == 2


def test_a_token_that_names_no_key_never_has_them_read_again(published: Flaky) -> None:
    published.keys.append(new_signer("key-2").public_key())
    source = published.source(LIFETIME)
    assert source.find(None, "ES256") is None
    published.seconds = SEARCH_SECONDS
    assert source.find(None, "ES256") is None
    assert published.reads == 1


def test_a_key_that_is_withdrawn_is_forgotten_after_half_the_lifetime(published: Flaky) -> None:
    source = published.source(LIFETIME)
    assert source.find("key-1", "ES256")
    published.keys[:] = [new_signer("key-2").public_key()]
    published.seconds = LIFETIME / 2
    assert source.find("key-1", "ES256") is None
    assert source.find("key-2", "ES256")


def test_keys_serve_until_the_end_of_their_lifetime_when_the_issuer_is_gone(published: Flaky) -> None:
    source = published.source(LIFETIME)
    assert source.find("key-1", "ES256")
    published.reachable = False
    for seconds in (LIFETIME / 2, LIFETIME - 1):
        published.seconds = seconds
        assert source.find("key-1", "ES256")
    published.seconds = LIFETIME + FAILURE_SECONDS
    with pytest.raises(IssuerUnreachableError):
        source.find("key-1", "ES256")


def test_an_unknown_key_cannot_be_called_unknown_when_the_issuer_is_gone(published: Flaky) -> None:
    source = published.source(LIFETIME)
    assert source.find("key-1", "ES256")
    published.reachable = False
    published.seconds = SEARCH_SECONDS
    with pytest.raises(IssuerUnreachableError):
        source.find("key-2", "ES256")


def test_an_issuer_that_is_gone_is_not_asked_again_at_once(published: Flaky) -> None:
    source = published.source(LIFETIME)
    published.reachable = False
    for _ in range(50):
        with pytest.raises(IssuerUnreachableError):
            source.find("key-1", "ES256")
    assert published.reads == 1
    published.reachable = True
    published.seconds = FAILURE_SECONDS
    assert source.find("key-1", "ES256")


def test_many_threads_read_the_keys_once(signer: Signer) -> None:
    published = Published([signer.public_key()])
    together = threading.Barrier(8)

    def read() -> KeySet:
        time.sleep(0.1)
        keys: KeySet = published.read()
        return keys

    source = KeySource(read, LIFETIME)

    def find(_: int) -> bool:
        together.wait()
        return source.find("key-1", "ES256") is not None

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(find, range(8)))
    assert published.reads == 1


def test_one_slow_issuer_does_not_hold_the_other_threads(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authz_service.identity.key_sources.WAIT_SECONDS", 0.05)
    begun, answer = threading.Event(), threading.Event()
    published = Published([signer.public_key()])

    def read() -> KeySet:
        begun.set()
        answer.wait(20)
        keys: KeySet = published.read()
        return keys

    source = KeySource(read, LIFETIME)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(source.find, "key-1", "ES256")
        begun.wait(20)
        with pytest.raises(IssuerUnreachableError, match="takes long"):
            source.find("key-1", "ES256")
        answer.set()
        assert slow.result()
    assert source.find("key-1", "ES256")


def test_known_keys_serve_while_another_thread_reads_newer_ones(signer: Signer) -> None:
    published = Published([signer.public_key()])
    begun, answer = threading.Event(), threading.Event()
    seconds = 0.0

    def read() -> KeySet:
        if published.reads:
            begun.set()
            answer.wait(20)
        keys: KeySet = published.read()
        return keys

    source = KeySource(read, LIFETIME, clock=lambda: seconds)
    assert source.find("key-1", "ES256")
    seconds = LIFETIME / 2
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(source.find, "key-1", "ES256")
        begun.wait(20)
        assert source.find("key-1", "ES256"), "without waiting"
        answer.set()
        assert renewing.result()
    assert published.reads == 2


class TestKeysInAFile:
    """A JWK set that an administrator puts there, and puts another in its place."""

    def test_it_must_be_there_and_of_use_from_the_start(self, tmp_path: Path) -> None:
        file = tmp_path / "keys.json"
        with pytest.raises(IssuerUnreachableError, match=r"cannot be read: .*keys\.json: No such file"):
            trusted(issuer(keys_file=file))
        file.write_text("{}")
        with pytest.raises(IssuerUnreachableError, match=r"of no use: .*keys\.json: they are no JWK set"):
            trusted(issuer(keys_file=file))
        file.write_text('{"keys": []}')
        with pytest.raises(IssuerUnreachableError, match="there is no key among them"):
            trusted(issuer(keys_file=file))

    def test_a_file_that_is_replaced_is_read_again_for_a_key_it_did_not_have(self, tmp_path: Path) -> None:
        old, new, file, seconds = new_signer("old"), new_signer("new"), tmp_path / "keys.json", 0.0
        settings = issuer(keys_file=file)
        source = KeySource(lambda: read_keys_file(file, settings), LIFETIME, clock=lambda: seconds)
        tokens = AccessTokens([TrustedIssuer(settings, source)], now=lambda: NOW * 1_000_000)
        file.write_text(json.dumps({"keys": [old.public_key()]}))
        assert not isinstance(tokens.principal(old.token(claims())), TokenFailure)
        file.write_text(json.dumps({"keys": [new.public_key()]}))
        assert tokens.principal(new.token(claims())) is TokenFailure.UNKNOWN_KEY
        seconds = SEARCH_SECONDS
        assert not isinstance(tokens.principal(new.token(claims())), TokenFailure)
        assert tokens.principal(old.token(claims())) is TokenFailure.UNKNOWN_KEY
