"""Keys fetched from an issuer over the network: from the right place, in time, and not too much of them."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.identity.failures import IssuerUnreachableError, TokenFailure
from authz_service.identity.issuers import Issuer
from authz_service.identity.metadata import MAX_OCTETS, _may_fetch, fetch_keys
from authz_service.identity.tokens import AccessTokens, trusted
from tests.identity.issuing import NOW, Signer, claims, issuer, new_signer
from tests.identity.publishing import (
    METADATA_PATH,
    Answer,
    KeyServer,
    answers,
    answers_json,
    drips,
    key_server,
    never_ends,
    write_certificate,
)


@pytest.fixture
def server(signer: Signer) -> Iterator[KeyServer]:
    """A server that publishes the issuer's key as it should."""
    with key_server() as serving:
        serving.publish(signer.public_key())
        yield serving


@pytest.fixture
def published(server: KeyServer) -> Issuer:
    return issuer(url=server.url)


def test_a_token_is_checked_with_the_keys_that_its_issuer_publishes(
    server: KeyServer, published: Issuer, signer: Signer
) -> None:
    tokens = AccessTokens([trusted(published)], now=lambda: NOW * 1_000_000)
    assert server.asked == [], "nothing is fetched before a token comes"
    for _ in range(3):
        assert not isinstance(tokens.principal(signer.token(claims(iss=server.url))), TokenFailure)
    assert server.asked == [METADATA_PATH, "/keys"]


def test_a_token_whose_issuer_is_down_is_neither_accepted_nor_refused(signer: Signer) -> None:
    with key_server() as gone:
        pass
    tokens = AccessTokens([trusted(issuer(url=gone.url))], now=lambda: NOW * 1_000_000)
    with pytest.raises(IssuerUnreachableError, match="the metadata cannot be fetched"):
        tokens.principal(signer.token(claims(iss=gone.url)))
    assert tokens.principal(signer.token(claims())) is TokenFailure.WRONG_ISSUER


def test_an_issuer_with_a_path_or_a_final_slash(server: KeyServer, signer: Signer) -> None:
    for path, asked in (("/realms/a", f"/realms/a{METADATA_PATH}"), ("/", METADATA_PATH)):
        server.paths[asked] = answers_json({"issuer": server.url + path, "jwks_uri": f"{server.url}/keys?of=all"})
        server.paths["/keys?of=all"] = answers_json({"keys": [signer.public_key()]})
        assert fetch_keys(issuer(url=server.url + path)).find(signer.key_id, "ES256")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://idp.example.org"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": ["https://idp.example.org/keys"]},
        {"jwks_uri": "http://idp.example.org/keys"},
        {"jwks_uri": "http://169.254.169.254/latest/meta-data"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"jwks_uri": "//127.0.0.1/keys"},
        {"jwks_uri": "keys"},
        {"jwks_uri": "https:///keys"},
        {"jwks_uri": "https://:443/keys"},
        {"jwks_uri": "http://[::1/keys"},
        {"jwks_uri": "http://127.0.0.1/ключи"},
    ],
    ids=str,
)
def test_metadata_that_lead_elsewhere_are_not_followed(
    server: KeyServer, published: Issuer, signer: Signer, metadata: dict[str, object]
) -> None:
    server.publish(signer.public_key(), **metadata)
    with pytest.raises(IssuerUnreachableError, match=r"the metadata (are those of another issuer|name no address)"):
        fetch_keys(published)
    assert server.asked == [METADATA_PATH]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answers(302, b"", Location="/elsewhere"), "status 302"),
        (answers(301, b"", Location="https://example.org"), "status 301"),
        (answers(500, b"{}"), "status 500"),
        (answers(404, b"{}"), "status 404"),
        (answers(204, b""), "status 204"),
        (answers(200, b" " * (MAX_OCTETS + 1)), "larger than 262144 octets"),
        (never_ends, "larger than 262144 octets"),
        (answers(200, b"<html>"), "are no"),
        (answers(200, b""), "are no"),
        (answers(200, b"[]"), "are no"),
        (answers(200, b"[" * 100_000), "are no"),
        (answers(200, b"\xff"), "are no"),
        (lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), r"cannot be fetched \(BadStatusLine\)"),
        (lambda _handler: None, "cannot be fetched"),
        (drips(30), "take longer than 0.3 seconds|cannot be fetched"),
        (lambda _handler: time.sleep(1), "cannot be fetched"),
    ],
    ids=[
        "redirect",
        "redirect elsewhere",
        "fault",
        "not there",
        "nothing",
        "oversized",
        "endless",
        "a page",
        "empty",
        "a list",
        "deep",
        "no UTF-8",
        "no HTTP",
        "hangs up",
        "drips",
        "silent",
    ],
)
@pytest.mark.parametrize("path", [METADATA_PATH, "/keys"])
def test_an_answer_that_will_not_do(
    server: KeyServer, published: Issuer, path: str, answer: Answer, reason: str
) -> None:
    server.paths[path] = answer
    begun = time.monotonic()
    with pytest.raises(IssuerUnreachableError, match=reason):
        fetch_keys(published, deadline_seconds=0.3)
    assert time.monotonic() - begun < 5
    assert "/elsewhere" not in server.asked, "a redirect is not followed"


@pytest.mark.parametrize("keys", [[], [{}], ["key"], [{"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"}]], ids=str)
def test_keys_of_no_use(server: KeyServer, published: Issuer, keys: list[object]) -> None:
    server.paths["/keys"] = answers_json({"keys": keys})
    with pytest.raises(IssuerUnreachableError, match="there is no key among them for the algorithms"):
        fetch_keys(published)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/keys", "http://localhost:8080/keys", "http://idp.example.org/keys"]
)
def test_an_issuer_elsewhere_cannot_send_us_anywhere_without_tls(address: str) -> None:
    assert not _may_fetch(address, issuer(url="https://idp.example.org"))
    assert _may_fetch(address.replace("http:", "https:"), issuer(url="https://idp.example.org"))


def test_a_server_that_takes_no_connections_is_given_up(signer: Signer) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(IssuerUnreachableError, match="cannot be fetched"):
            fetch_keys(issuer(url=url), deadline_seconds=0.2)
        assert time.monotonic() - begun < 5


def test_a_certificate_must_be_one_that_this_machine_trusts(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = write_certificate(tmp_path / "certificate.pem")
    with key_server(certificate) as server:
        server.publish(signer.public_key())
        with pytest.raises(IssuerUnreachableError, match="SSLCertVerificationError"):
            fetch_keys(issuer(url=server.url))
        assert server.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch_keys(issuer(url=server.url)).find(signer.key_id, "ES256")


def test_what_is_told_of_an_issuer_that_cannot_be_reached_holds_no_address(
    published: Issuer, server: KeyServer
) -> None:
    server.paths["/keys"] = answers(500, b"")
    with pytest.raises(IssuerUnreachableError) as told:
        fetch_keys(published)
    assert not re.search(r"://|127\.0", str(told.value))


def test_keys_that_are_rotated_are_found(server: KeyServer, published: Issuer) -> None:
    old, new = new_signer("old"), new_signer("new")
    server.publish(old.public_key())
    before = fetch_keys(published)
    server.publish(old.public_key(), new.public_key())
    assert not before.find("new", "ES256")
    assert fetch_keys(published).find("new", "ES256")
