"""A program may come with an access token instead of a key; a person's token is none for asking questions."""

import dataclasses
from pathlib import Path

import pytest

from authz_service.bootstrap.callers import KeysAndTokens
from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.settings import DecisionSettings
from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Scope
from authz_service.identity.development import DevelopmentIssuer, ensure_development_key
from authz_service.identity.tokens import AccessTokens, TrustedIssuer, trusted
from tests.support.reference import ALLOWED, PUBLIC_URL, Reference
from tests.support.wire import Wire


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    key = ensure_development_key(tmp_path / "issuer.pem")
    return DevelopmentIssuer(f"{PUBLIC_URL}/development", PUBLIC_URL, frozenset({"eid"}), key)


def asked_with(reference: Reference, token: str, *issuers: TrustedIssuer) -> int:
    callers = KeysAndTokens(reference.callers, AccessTokens(issuers))
    settings = DecisionSettings(public_url=PUBLIC_URL)
    searches = reference.searches
    application = DecisionApplication(reference.decisions, searches, callers, reference.explanations, dict, settings)
    return Wire(application, token).evaluate(ALLOWED).status


def test_a_program_with_the_scope_is_answered(reference: Reference, issuer: DevelopmentIssuer) -> None:
    assert asked_with(reference, issuer.machine("portal", [Scope.DECIDE], 60), issuer.trusted()) == 200


def test_a_program_without_the_scope_is_refused(reference: Reference, issuer: DevelopmentIssuer) -> None:
    assert asked_with(reference, issuer.machine("portal", [Scope.SEARCH], 60), issuer.trusted()) == 403


def test_a_person_is_no_caller(reference: Reference, issuer: DevelopmentIssuer) -> None:
    assert asked_with(reference, issuer.person(Niss("85091291489"), "eid", 60), issuer.trusted()) == 401


def test_another_issuers_token_is_nobodys(reference: Reference, issuer: DevelopmentIssuer, tmp_path: Path) -> None:
    stranger = DevelopmentIssuer(
        issuer.url, issuer.audience, issuer.means, ensure_development_key(tmp_path / "stranger.pem")
    )
    assert asked_with(reference, stranger.machine("portal", [Scope.DECIDE], 60), issuer.trusted()) == 401


def test_keys_still_work_beside_tokens(reference: Reference, issuer: DevelopmentIssuer) -> None:
    assert asked_with(reference, reference.add_caller("with a key beside tokens"), issuer.trusted()) == 200


def test_nothing_is_decided_while_the_issuer_does_not_answer(reference: Reference, issuer: DevelopmentIssuer) -> None:
    nobody_listens = dataclasses.replace(issuer, url="http://127.0.0.1:9/issuer")
    remote = dataclasses.replace(nobody_listens.trusted().issuer)
    token = nobody_listens.machine("portal", [Scope.DECIDE], 60)
    assert asked_with(reference, token, trusted(remote)) == 503
