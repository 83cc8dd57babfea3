"""The development issuer: its tokens and its key file."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import AgentPrincipal, MachinePrincipal, PersonPrincipal
from authz_service.domain.vocabulary import Scope
from authz_service.identity.development import DevelopmentIssuer, ensure_development_key
from authz_service.identity.failures import DevelopmentKeyError, TokenFailure
from authz_service.identity.tokens import AccessTokens
from tests.identity.issuing import NUMBER

URL = "http://127.0.0.1:8080/development"


def issuer_with(path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(
        url=URL,
        audience="http://127.0.0.1:8080",
        means=frozenset({"eid", "password"}),
        key=ensure_development_key(path),
    )


@pytest.fixture
def development(tmp_path: Path) -> DevelopmentIssuer:
    return issuer_with(tmp_path / "development.pem")


@pytest.fixture
def tokens(development: DevelopmentIssuer) -> AccessTokens:
    return AccessTokens([development.trusted()])


def test_its_tokens_say_who_comes(development: DevelopmentIssuer, tokens: AccessTokens) -> None:
    niss = Niss(NUMBER)
    assert tokens.principal(development.person(niss, "eid", 60)) == PersonPrincipal(niss, "eid", "authz-token")
    assert tokens.principal(development.person(niss, None, 60)) == PersonPrincipal(niss, None, "authz-token")
    assert tokens.principal(development.agent("agent_7", "password", 60)) == AgentPrincipal(
        "agent_7", "password", "authz-token"
    )
    machine = development.machine("portal", [Scope.AS_OF, Scope.DECIDE], 60)
    assert tokens.principal(machine) == MachinePrincipal("portal", frozenset({Scope.DECIDE, Scope.AS_OF}), URL)


def test_a_program_named_like_the_tool_is_a_program(development: DevelopmentIssuer, tokens: AccessTokens) -> None:
    machine = development.machine("authz-token", [Scope.DECIDE], 60)
    assert tokens.principal(machine) == MachinePrincipal("authz-token", frozenset({Scope.DECIDE}), URL)


def test_its_tokens_end(development: DevelopmentIssuer) -> None:
    token = development.machine("portal", [Scope.DECIDE], 60)
    for seconds, ended in ((59, False), (89, False), (92, True)):
        later = moments.now() + seconds * 1_000_000
        tokens = AccessTokens([development.trusted()], now=lambda later=later: later)  # type: ignore[misc]
        assert (tokens.principal(token) is TokenFailure.EXPIRED) == ended


def test_a_means_that_it_does_not_know_says_nothing(development: DevelopmentIssuer, tokens: AccessTokens) -> None:
    assert tokens.principal(development.agent("agent_7", "telepathy", 60)) == AgentPrincipal(
        "agent_7", None, "authz-token"
    )


def test_no_two_installations_trust_one_another(development: DevelopmentIssuer, tmp_path: Path) -> None:
    other = issuer_with(tmp_path / "other.pem")
    token = other.machine("portal", [Scope.DECIDE], 60)
    assert AccessTokens([development.trusted()]).principal(token) is TokenFailure.UNKNOWN_KEY


def test_its_key_is_never_shown(development: DevelopmentIssuer) -> None:
    assert "key" not in repr(development)


class TestKeyFile:
    """PEM, made where there is none, for its owner alone."""

    def test_it_is_made_once_and_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "folder" / "development.pem"
        first = ensure_development_key(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in path.parent.iterdir()] == ["development.pem"]
        assert _same(ensure_development_key(path), first)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_one_that_others_may_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "development.pem"
        ensure_development_key(path)
        path.chmod(mode)
        with pytest.raises(DevelopmentKeyError, match="chmod 600"):
            ensure_development_key(path)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no key",
            ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        ],
        ids=["empty", "text", "Ed25519", "P-384", "public"],
    )
    def test_one_that_holds_something_else_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "development.pem"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(DevelopmentKeyError, match="holds no P-256 key"):
            ensure_development_key(path)

    def test_a_place_where_there_can_be_none_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(DevelopmentKeyError, match="of the development issuer: "):
            ensure_development_key(tmp_path / "file" / "development.pem")
        with pytest.raises(DevelopmentKeyError, match="of the development issuer"):
            ensure_development_key(tmp_path)

    def test_processes_that_make_it_at_once_have_one_key(self, tmp_path: Path) -> None:
        path = tmp_path / "development.pem"
        with multiprocessing.get_context("spawn").Pool(3) as pool:
            urls = pool.map(_thumbprint, [path] * 6)
        assert len(set(urls)) == 1


def _thumbprint(path: Path) -> bytes:
    public = ensure_development_key(path).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def _same(one: ec.EllipticCurvePrivateKey, other: ec.EllipticCurvePrivateKey) -> bool:
    return one.private_numbers() == other.private_numbers()
