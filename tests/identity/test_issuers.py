"""Issuers as they are set up: what the service does not start with."""

import json
from pathlib import Path
from typing import Any

import pytest

from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.identity import build_access_tokens, development_issuer
from authz_service.bootstrap.tokens import Tokens
from authz_service.domain.principals import MachinePrincipal
from authz_service.domain.vocabulary import Scope
from authz_service.identity.failures import TokenFailure
from authz_service.identity.issuers import ALGORITHMS, Issuer
from authz_service.settings import Settings, SettingsError, load_settings
from tests.identity.issuing import Signer, claims, issuer, new_signer

ISSUER = {"url": "https://idp.example.org", "audiences": ["https://authz.example.org"], "algorithms": ["ES256"]}
PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the configuration as it is shipped."""
    (tmp_path / "authz.toml").write_text((PROJECT / "config" / "authz.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setenv("AUTHZ_CONFIG_DIR", str(tmp_path))
    return tmp_path


def having(*issuers: dict[str, Any], **identity: Any) -> Settings:
    return load_settings(identity={"issuers": issuers, **identity})


def test_nobody_is_trusted_by_default() -> None:
    identity = load_settings().identity
    assert (identity.issuers, identity.development_issuer) == ((), False)


def test_an_issuer_has_defaults_for_what_it_does_not_say() -> None:
    (given,) = having(ISSUER).identity.issuers
    assert given == Issuer("https://idp.example.org", frozenset({"https://authz.example.org"}), frozenset({"ES256"}))
    assert given.speaks_of == {"person"}
    assert (given.leeway_seconds, given.max_age_seconds, given.claims.national_number) == (30, 3600, "egovNRN")


def test_the_example_in_the_configuration_is_a_configuration(config: Path) -> None:
    lines = (config / "authz.toml").read_text("utf-8").splitlines()
    begin = lines.index("# [[identity.issuers]]")
    end = lines.index("", begin)
    example = "\n".join(line.removeprefix("# ") for line in lines[begin:end])
    (config / "local.toml").write_text(example, "utf-8")
    (given,) = load_settings().identity.issuers
    assert given.keys_file == Path("config/idp.jwks.json")
    assert given.means == {"urn:be:fedict:iam:fas:Level500": "eid", "urn:be:fedict:iam:fas:Level450": "itsme"}
    assert given == issuer(keys_file=given.keys_file, means=given.means)


def test_issuers_can_be_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHZ_IDENTITY__ISSUERS", json.dumps([ISSUER]))
    assert load_settings().identity.issuers[0].url == "https://idp.example.org"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": ""}, "url of an issuer is absolute"),
        ({"url": "idp.example.org"}, "url of an issuer is absolute"),
        ({"url": "http://idp.example.org"}, "url of an issuer is https"),
        ({"url": "http://localhost.example.org"}, "url of an issuer is https"),
        ({"url": "file:///etc/issuer"}, "url of an issuer is absolute"),
        ({"url": "https://user:secret@idp.example.org"}, "without user, query and fragment"),
        ({"url": "https://idp.example.org?secret"}, "without user, query and fragment"),
        ({"audiences": []}, "an issuer needs an audience"),
        ({"audiences": [""]}, "an issuer needs an audience"),
        ({"audiences": "https://authz.example.org"}, "valid frozenset"),
        ({"algorithms": []}, "an issuer needs algorithms"),
        ({"algorithms": ["none"]}, "algorithms of an issuer are among"),
        ({"algorithms": ["ES256", "HS256"]}, "algorithms of an issuer are among"),
        ({"speaks_of": []}, "speaks of persons, agents or machines"),
        ({"speaks_of": ["operator"]}, "'agent', 'machine' or 'person'"),
        ({"leeway_seconds": -1}, "leeway_seconds is 0 to 300"),
        ({"leeway_seconds": 3600}, "leeway_seconds is 0 to 300"),
        ({"max_age_seconds": 0}, "60 to 86400"),
        ({"keys_lifetime_seconds": 10**6}, "60 to 86400"),
        ({"means": {"urn:secret": "eld"}}, "names that assurance.levels has"),
        ({"claims": {"agent": "egovNRN"}}, "each another one"),
        ({"claims": {"client": ""}}, "each another one"),
        ({"claims": {"client": "sub"}}, "every token would be a machine's"),
        ({"claims": {"name": "name"}}, "there is no such setting"),
        ({"audience": "https://authz.example.org"}, "there is no such setting"),
    ],
    ids=str,
)
def test_an_issuer_that_cannot_be_right_is_refused_at_start(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=rf"setting identity\.issuers.*{message}") as told:
        having({**ISSUER, **changes})
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("name", ["url", "audiences", "algorithms"])
def test_an_issuer_says_who_it_is_for_whom_and_how_it_signs(name: str) -> None:
    given = {member: value for member, value in ISSUER.items() if member != name}
    with pytest.raises(SettingsError, match=rf"setting identity\.issuers\.0\.{name} .*must be set"):
        having(given)


def test_an_issuer_cannot_be_there_twice() -> None:
    with pytest.raises(SettingsError, match="an issuer is there twice"):
        having(ISSUER, ISSUER)


def test_no_algorithm_has_a_shared_secret() -> None:
    assert not any(algorithm.startswith(("HS", "none")) for algorithm in ALGORITHMS)


class TestDevelopmentIssuer:
    """Tokens for trying things out: never in production, and never by accident."""

    @pytest.fixture
    def switched_on(self, tmp_path: Path) -> dict[str, Any]:
        return {"development_issuer": True, "development_key_file": tmp_path / "development.pem"}

    def test_production_does_not_start_with_it(self, switched_on: dict[str, Any]) -> None:
        with pytest.raises(SettingsError, match=r"identity\.development_issuer: .* not in production"):
            load_settings(environment="production", identity=switched_on)

    def test_production_is_what_runs_unless_said_otherwise(self, switched_on: dict[str, Any]) -> None:
        with pytest.raises(SettingsError, match="not in production"):
            load_settings(identity=switched_on)

    def test_it_is_trusted_where_it_is_switched_on(self, switched_on: dict[str, Any]) -> None:
        settings = load_settings(environment="development", identity=switched_on)
        token = development_issuer(settings).machine("portal", [Scope.DECIDE], 60)
        portal = MachinePrincipal("portal", frozenset({Scope.DECIDE}), "http://127.0.0.1:8080/development")
        assert build_access_tokens(settings).principal(token) == portal

    @pytest.mark.parametrize("environment", ["development", "production"])
    def test_its_tokens_open_nothing_where_it_is_off(self, switched_on: dict[str, Any], environment: str) -> None:
        token = development_issuer(load_settings(environment="development", identity=switched_on)).machine(
            "portal", [Scope.DECIDE], 60
        )
        off = load_settings(environment=environment, identity={**switched_on, "development_issuer": False})
        assert build_access_tokens(off).principal(token) is TokenFailure.WRONG_ISSUER
        with pytest.raises(StartError, match="the development issuer is off"):
            development_issuer(off)

    def test_nobody_else_is_trusted_under_its_name(self, switched_on: dict[str, Any], tmp_path: Path) -> None:
        keys = tmp_path / "keys.json"
        keys.write_text(json.dumps({"keys": [new_signer().public_key()]}))
        same = {**ISSUER, "url": "http://127.0.0.1:8080/development", "keys_file": keys}
        settings = load_settings(environment="development", identity={**switched_on, "issuers": [same]})
        with pytest.raises(SettingsError, match="twice"):
            build_access_tokens(settings)


class TestBuilding:
    """What bootstrap puts together."""

    def test_the_keys_of_a_file_are_used(self, tmp_path: Path, signer: Signer) -> None:
        keys = tmp_path / "keys.json"
        keys.write_text(json.dumps({"keys": [signer.public_key()]}))
        tokens = build_access_tokens(having({**ISSUER, "keys_file": keys}))
        assert tokens.principal(signer.token(claims())) is TokenFailure.EXPIRED, "it was made long ago"

    def test_a_file_of_keys_that_is_not_there_stops_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(StartError, match=r"keys\.json: No such file"):
            build_access_tokens(having({**ISSUER, "keys_file": tmp_path / "keys.json"}))

    def test_without_issuers_no_token_is_accepted(self, signer: Signer) -> None:
        assert build_access_tokens(load_settings()).principal(signer.token(claims())) is TokenFailure.WRONG_ISSUER

    def test_a_service_that_accepts_no_token_reads_the_first_that_comes(self, signer: Signer) -> None:
        assert Tokens(load_settings()).principal(signer.token(claims())) is TokenFailure.WRONG_ISSUER

    def test_a_service_reads_what_is_set_up_when_it_starts(self, tmp_path: Path) -> None:
        with pytest.raises(StartError, match=r"keys\.json: No such file"):
            Tokens(having({**ISSUER, "keys_file": tmp_path / "keys.json"}))
