"""Who a token speaks of: a person, an agent or a program; by which means; with which scopes."""

from typing import Any

import pytest

from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import AgentPrincipal, MachinePrincipal, PersonPrincipal, PrincipalKind
from authz_service.domain.vocabulary import Scope
from authz_service.identity.failures import TokenFailure
from authz_service.identity.issuers import ClaimNames
from authz_service.identity.tokens import AccessTokens
from tests.identity.issuing import AGENT, MACHINE, NUMBER, PERSON, URL, Signer, claims_of, issuer, tokens_of

LEVEL_500 = "urn:be:fedict:iam:fas:Level500"
LEVEL_450 = "urn:be:fedict:iam:fas:Level450"


def test_a_person(tokens: AccessTokens, signer: Signer) -> None:
    token = signer.token(claims_of(PERSON, acr=LEVEL_500))
    assert tokens.principal(token) == PersonPrincipal(Niss(NUMBER), "eid", "portal")


def test_a_person_is_masked_when_shown(tokens: AccessTokens, signer: Signer) -> None:
    shown = tokens.principal(signer.token(claims_of(PERSON)))
    assert NUMBER not in repr(shown) + str(shown)


def test_an_agent(tokens: AccessTokens, signer: Signer) -> None:
    token = signer.token(claims_of(AGENT, acr=LEVEL_450))
    assert tokens.principal(token) == AgentPrincipal("agent_7", "itsme", "portal")


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("authz:decide", {Scope.DECIDE}),
        ("openid authz:decide  authz:audit decide authz:everything", {Scope.DECIDE, Scope.AUDIT}),
        (["authz:as_of", "email"], {Scope.AS_OF}),
        ("", set()),
        ([], set()),
        (None, set()),
        ("AUTHZ:DECIDE authz:decide\tauthz:admin", set()),
    ],
)
def test_a_machine_has_the_scopes_meant_for_this_service(
    tokens: AccessTokens, signer: Signer, scope: object, scopes: set[Scope]
) -> None:
    token = signer.token(claims_of(MACHINE, scope=scope))
    assert tokens.principal(token) == MachinePrincipal("portal", frozenset(scopes), URL)


@pytest.mark.parametrize("scope", [7, {"authz:decide": True}, [["authz:decide"]], True], ids=str)
def test_scopes_that_are_no_texts(tokens: AccessTokens, signer: Signer, scope: object) -> None:
    assert tokens.principal(signer.token(claims_of(MACHINE, scope=scope))) is TokenFailure.MALFORMED


@pytest.mark.parametrize(
    "said",
    [
        {**PERSON, **AGENT},
        {**PERSON, "sub": "portal"},
        {**AGENT, "sub": "portal"},
        {**PERSON, **AGENT, **MACHINE},
    ],
    ids=["person and agent", "person and machine", "agent and machine", "all three"],
)
def test_a_token_that_speaks_of_two_is_refused(tokens: AccessTokens, signer: Signer, said: dict[str, Any]) -> None:
    assert tokens.principal(signer.token(claims_of(said))) is TokenFailure.TWO_SUBJECT_KINDS


@pytest.mark.parametrize(
    "said", [{"sub": "somebody", "client_id": "portal"}, {"sub": "somebody"}], ids=["with a client", "without"]
)
def test_a_token_of_a_user_without_a_number_is_nobodys(
    tokens: AccessTokens, signer: Signer, said: dict[str, Any]
) -> None:
    token = signer.token(claims_of({**said, "scope": "authz:decide"}))
    assert tokens.principal(token) is TokenFailure.NO_SUBJECT_KIND


def _wrong_check_digits() -> str:
    return NUMBER[:-2] + f"{(int(NUMBER[-2:]) + 1) % 97:02d}"


@pytest.mark.parametrize(
    "number",
    [_wrong_check_digits(), "", NUMBER + "0", NUMBER[:6] + "-" + NUMBER[6:], int(NUMBER), [NUMBER], {}, False],
    ids=["check digits", "empty", "too long", "with a dash", "a number", "a list", "an object", "false"],
)
def test_a_national_number_that_is_none(tokens: AccessTokens, signer: Signer, number: object) -> None:
    token = signer.token(claims_of({**PERSON, "egovNRN": number}))
    assert tokens.principal(token) is TokenFailure.INVALID_NATIONAL_NUMBER


def test_a_national_number_that_is_null_makes_no_machine(tokens: AccessTokens, signer: Signer) -> None:
    said = b'{"iss":"https://idp.example.org","aud":"https://authz.example.org","iat":1750000000,"exp":1750000300,'
    person = signer.token_of(said + b'"sub":"somebody","client_id":"portal","egovNRN":null}')
    assert tokens.principal(person) is TokenFailure.INVALID_NATIONAL_NUMBER
    machine = signer.token_of(said + b'"sub":"portal","client_id":"portal","egovNRN":null}')
    assert tokens.principal(machine) is TokenFailure.TWO_SUBJECT_KINDS


@pytest.mark.parametrize(
    "name", ["", "x" * 256, "new\nline", 7, ["agent_7"]], ids=["empty", "long", "line", "number", "list"]
)
def test_a_name_that_is_none(tokens: AccessTokens, signer: Signer, name: object) -> None:
    assert tokens.principal(signer.token(claims_of({**AGENT, "agent_id": name}))) is TokenFailure.MALFORMED
    assert tokens.principal(signer.token(claims_of({**PERSON, "client_id": name}))) is TokenFailure.MALFORMED


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"acr": LEVEL_500}, "eid"),
        ({"amr": ["pwd", "otp"]}, "totp_app"),
        ({"amr": "otp"}, "totp_app"),
        ({"acr": LEVEL_450, "amr": ["swk"]}, "itsme"),
        ({"acr": LEVEL_500, "amr": [LEVEL_500]}, "eid"),
        ({}, None),
        ({"acr": "urn:be:fedict:iam:fas:Level600"}, None),
        ({"acr": "eid"}, None),
        ({"acr": LEVEL_500.upper()}, None),
        ({"acr": LEVEL_500, "amr": ["otp"]}, None),
        ({"amr": [LEVEL_500, LEVEL_450]}, None),
        ({"acr": 500}, None),
        ({"acr": [LEVEL_500]}, None),
        ({"amr": {"otp": True}}, None),
        ({"amr": [["otp"], 7, None]}, None),
    ],
    ids=str,
)
def test_the_means_is_what_the_settings_make_of_acr_and_amr_and_never_a_guess(
    tokens: AccessTokens, signer: Signer, said: dict[str, Any], means: str | None
) -> None:
    who = tokens.principal(signer.token(claims_of(PERSON, **said)))
    assert isinstance(who, PersonPrincipal)
    assert who.means == means


def test_each_issuer_names_its_claims(signer: Signer) -> None:
    names = ClaimNames(national_number="rrn", agent="employee", scope="scp", client="azp")
    tokens = tokens_of(issuer(claims=names), signer.public_key())
    person = {"sub": "somebody", "rrn": NUMBER, "azp": "portal"}
    machine = {"sub": "portal", "azp": "portal", "scp": ["authz:search"]}
    assert tokens.principal(signer.token(claims_of(person))) == PersonPrincipal(Niss(NUMBER), None, "portal")
    assert tokens.principal(signer.token(claims_of(machine))) == MachinePrincipal(
        "portal", frozenset({Scope.SEARCH}), URL
    )
    assert tokens.principal(signer.token(claims_of(PERSON))) is TokenFailure.NO_SUBJECT_KIND


@pytest.mark.parametrize("kind", list(PrincipalKind))
def test_an_issuer_is_believed_only_about_those_it_is_to_speak_of(signer: Signer, kind: PrincipalKind) -> None:
    believed = tokens_of(issuer(speaks_of=frozenset({kind})), signer.public_key())
    others = tokens_of(issuer(speaks_of=frozenset(PrincipalKind) - {kind}), signer.public_key())
    whom = {PrincipalKind.PERSON: PERSON, PrincipalKind.AGENT: AGENT, PrincipalKind.MACHINE: MACHINE}[kind]
    token = signer.token(claims_of(whom))
    assert not isinstance(believed.principal(token), TokenFailure)
    assert others.principal(token) is TokenFailure.NO_SUBJECT_KIND


def test_not_being_believed_about_one_kind_does_not_make_a_token_of_two_one_of_the_other(signer: Signer) -> None:
    tokens = tokens_of(issuer(speaks_of=frozenset({PrincipalKind.MACHINE})), signer.public_key())
    token = signer.token(claims_of({**PERSON, **MACHINE}))
    assert tokens.principal(token) is TokenFailure.TWO_SUBJECT_KINDS
