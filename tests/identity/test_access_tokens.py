"""Access tokens that must not be accepted, and the least that must be (F28)."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from authz_service.domain.principals import MachinePrincipal
from authz_service.domain.vocabulary import Scope
from authz_service.identity.compact import MAX_OCTETS
from authz_service.identity.failures import TokenFailure
from authz_service.identity.tokens import AccessTokens, TrustedIssuer
from tests.identity.issuing import (
    NOW,
    URL,
    Published,
    Signer,
    claims,
    encoded,
    issuer,
    new_signer,
    segment,
    signed_with_secret,
    tokens_of,
)

PORTAL = MachinePrincipal("portal", frozenset({Scope.DECIDE, Scope.EXPLAIN}), URL)
GOOD = new_signer()
TOKENS = tokens_of(issuer(), GOOD.public_key())


class TestHostileTokens:
    """F28: each of these is refused, and for its own reason."""

    def test_the_token_they_all_start_from_is_accepted(self, tokens: AccessTokens, signer: Signer) -> None:
        assert tokens.principal(signer.token(claims())) == PORTAL

    @pytest.mark.parametrize(
        ("changes", "failure"),
        [
            ({"aud": None}, TokenFailure.MISSING_CLAIM),
            ({"aud": "https://other.example.org"}, TokenFailure.WRONG_AUDIENCE),
            ({"aud": ["https://other.example.org"]}, TokenFailure.WRONG_AUDIENCE),
            ({"aud": "https://authz.example.org/"}, TokenFailure.WRONG_AUDIENCE),
            ({"aud": "HTTPS://AUTHZ.EXAMPLE.ORG"}, TokenFailure.WRONG_AUDIENCE),
            ({"aud": []}, TokenFailure.WRONG_AUDIENCE),
            ({"aud": ""}, TokenFailure.WRONG_AUDIENCE),
            ({"aud": {"https://authz.example.org": 1}}, TokenFailure.MALFORMED),
            ({"aud": ["https://authz.example.org", 1]}, TokenFailure.MALFORMED),
            ({"iss": None}, TokenFailure.MISSING_CLAIM),
            ({"iss": "https://evil.example.org"}, TokenFailure.WRONG_ISSUER),
            ({"iss": URL + "/"}, TokenFailure.WRONG_ISSUER),
            ({"iss": URL.upper()}, TokenFailure.WRONG_ISSUER),
            ({"iss": [URL]}, TokenFailure.WRONG_ISSUER),
            ({"exp": None}, TokenFailure.MISSING_CLAIM),
            ({"exp": NOW - 31}, TokenFailure.EXPIRED),
            ({"exp": str(NOW + 300)}, TokenFailure.MALFORMED),
            ({"exp": True}, TokenFailure.MALFORMED),
            ({"exp": -1}, TokenFailure.MALFORMED),
            ({"exp": 10**30}, TokenFailure.MALFORMED),
            ({"iat": None}, TokenFailure.MISSING_CLAIM),
            ({"iat": NOW + 31}, TokenFailure.NOT_YET_VALID),
            ({"iat": NOW + 10**9}, TokenFailure.NOT_YET_VALID),
            ({"iat": str(NOW)}, TokenFailure.MALFORMED),
            ({"iat": NOW - 3630}, TokenFailure.TOO_OLD),
            ({"nbf": NOW + 31}, TokenFailure.NOT_YET_VALID),
            ({"nbf": "soon"}, TokenFailure.MALFORMED),
            ({"sub": None}, TokenFailure.MISSING_CLAIM),
            ({"sub": ""}, TokenFailure.MALFORMED),
            ({"sub": 7}, TokenFailure.MALFORMED),
            ({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}, TokenFailure.BOUND_TO_KEY),
        ],
        ids=str,
    )
    def test_a_claim_that_is_wrong(
        self, tokens: AccessTokens, signer: Signer, changes: dict[str, Any], failure: TokenFailure
    ) -> None:
        assert tokens.principal(signer.token(claims(**changes))) is failure

    @pytest.mark.parametrize(
        ("header", "failure"),
        [
            ({"alg": "none"}, TokenFailure.UNACCEPTABLE_ALGORITHM),
            ({"alg": "None"}, TokenFailure.UNACCEPTABLE_ALGORITHM),
            ({"alg": "HS256"}, TokenFailure.UNACCEPTABLE_ALGORITHM),
            ({"alg": "RS256"}, TokenFailure.UNACCEPTABLE_ALGORITHM),
            ({"alg": None}, TokenFailure.MALFORMED),
            ({"alg": ["ES256"]}, TokenFailure.MALFORMED),
            ({"kid": "key-2"}, TokenFailure.UNKNOWN_KEY),
            ({"kid": ""}, TokenFailure.UNKNOWN_KEY),
            ({"kid": "../../etc/passwd"}, TokenFailure.UNKNOWN_KEY),
            ({"kid": "' UNION SELECT 'secret"}, TokenFailure.UNKNOWN_KEY),
            ({"kid": "https://evil.example.org/keys"}, TokenFailure.UNKNOWN_KEY),
            ({"kid": 1}, TokenFailure.MALFORMED),
            ({"jku": "https://evil.example.org/keys"}, TokenFailure.MALFORMED),
            ({"x5u": "https://evil.example.org/chain"}, TokenFailure.MALFORMED),
            ({"x5c": ["MIIB"]}, TokenFailure.MALFORMED),
            ({"jwk": new_signer().public_key()}, TokenFailure.MALFORMED),
            ({"crit": ["exp"]}, TokenFailure.MALFORMED),
            ({"crit": []}, TokenFailure.MALFORMED),
            ({"crit": ["b64"], "b64": False}, TokenFailure.MALFORMED),
            ({"typ": "logout+jwt"}, TokenFailure.MALFORMED),
            ({"typ": "dpop+jwt"}, TokenFailure.MALFORMED),
            ({"typ": None}, TokenFailure.MALFORMED),
        ],
        ids=lambda value: "" if "jwk" in value else str(value),
    )
    def test_a_header_that_is_wrong(
        self, tokens: AccessTokens, signer: Signer, header: dict[str, Any], failure: TokenFailure
    ) -> None:
        assert tokens.principal(signer.token(claims(), **header)) is failure

    def test_no_signature_at_all(self, tokens: AccessTokens, signer: Signer) -> None:
        signing_input = signer.token(claims()).rpartition(".")[0]
        assert tokens.principal(signing_input + ".") is TokenFailure.BAD_SIGNATURE
        assert tokens.principal(signing_input) is TokenFailure.MALFORMED
        unsigned = f"{segment({'alg': 'none', 'typ': 'JWT'})}.{segment(claims())}."
        assert tokens.principal(unsigned) is TokenFailure.UNACCEPTABLE_ALGORITHM

    def test_the_public_key_used_as_a_shared_secret(self, rsa_key: rsa.RSAPrivateKey) -> None:
        signer = Signer(rsa_key, "RS256")
        tokens = tokens_of(issuer(algorithms=frozenset({"RS256"})), signer.public_key())
        public = rsa_key.public_key()
        secrets = [
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            json.dumps(signer.public_key()).encode(),
        ]
        for secret in secrets:
            for algorithm, failure in (
                ("HS256", TokenFailure.UNACCEPTABLE_ALGORITHM),
                ("RS256", TokenFailure.BAD_SIGNATURE),
            ):
                header = {"alg": algorithm, "typ": "at+jwt", "kid": "key-1"}
                assert tokens.principal(signed_with_secret(secret, header, claims())) is failure

    def test_another_algorithm_with_the_right_key(self, rsa_key: rsa.RSAPrivateKey) -> None:
        tokens = tokens_of(issuer(algorithms=frozenset({"PS256", "RS256"})), Signer(rsa_key).public_key(alg="PS256"))
        assert tokens.principal(Signer(rsa_key, "PS256").token(claims())) == PORTAL
        assert tokens.principal(Signer(rsa_key, "RS256").token(claims())) is TokenFailure.UNKNOWN_KEY

    def test_another_key_under_the_id_of_the_right_one(self, tokens: AccessTokens) -> None:
        assert tokens.principal(new_signer().token(claims())) is TokenFailure.BAD_SIGNATURE

    def test_one_trusted_issuer_speaking_for_another(self, signer: Signer) -> None:
        other = new_signer()
        tokens = AccessTokens(
            [
                TrustedIssuer(issuer(), Published([signer.public_key()]).source()),
                TrustedIssuer(issuer(url="https://other.example.org"), Published([other.public_key()]).source()),
            ],
            now=lambda: NOW * 1_000_000,
        )
        assert signer.key_id == other.key_id
        assert tokens.principal(signer.token(claims())) == PORTAL
        elsewhere = replace(PORTAL, issuer="https://other.example.org")
        assert tokens.principal(other.token(claims(iss="https://other.example.org"))) == elsewhere
        assert tokens.principal(other.token(claims())) is TokenFailure.BAD_SIGNATURE

    def test_claims_exchanged_under_a_good_signature(self, tokens: AccessTokens, signer: Signer) -> None:
        header, _, signature = signer.token(claims()).split(".")
        exchanged = segment(claims(scope="authz:admin"))
        assert tokens.principal(f"{header}.{exchanged}.{signature}") is TokenFailure.BAD_SIGNATURE

    def test_an_expired_token_with_a_bad_signature_is_not_told_to_be_expired(self, tokens: AccessTokens) -> None:
        assert tokens.principal(new_signer().token(claims(exp=NOW - 1000))) is TokenFailure.BAD_SIGNATURE

    @pytest.mark.parametrize(
        "payload",
        [
            b'{"sub":"portal","sub":"operator"}',
            b'{"aud":{"a":1,"a":2}}',
            b'{"exp":NaN}',
            b'{"exp":Infinity}',
            b"[]",
            b'"text"',
            b"7",
            b"{",
            b"",
            b'{"sub":"\xff"}',
            b"\xef\xbb\xbf{}",
            b"[" * 8000,
        ],
        ids=lambda payload: payload[:24],
    )
    def test_a_payload_that_is_no_json_object_or_says_things_twice(
        self, tokens: AccessTokens, signer: Signer, payload: bytes
    ) -> None:
        assert tokens.principal(signer.token_of(payload)) is TokenFailure.MALFORMED

    def test_a_header_that_says_things_twice(self, tokens: AccessTokens, signer: Signer) -> None:
        header = b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key-1"}'
        assert tokens.principal(signer.signed(header, json.dumps(claims()).encode())) is TokenFailure.MALFORMED

    @pytest.mark.parametrize(
        "text",
        [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "e30.e30.e30",
            "authz_" + "A" * 43,
            "é.é.é",
            "\ud800.\ud800.\ud800",
            "٣٣٣.٣٣٣.٣٣٣",
            "e30.e30.e30\n",
            "e30=.e30=.",
            "eyJ.eyJ.eyJ.eyJ.eyJ",
        ],
        ids=ascii,
    )
    def test_what_is_no_token(self, tokens: AccessTokens, text: str) -> None:
        assert tokens.principal(text) is TokenFailure.MALFORMED

    def test_a_huge_token(self, tokens: AccessTokens, signer: Signer) -> None:
        room = MAX_OCTETS - len(signer.token(claims(more="")))
        assert tokens.principal(signer.token(claims(more="x" * (room * 3 // 4 - 2)))) == PORTAL
        assert tokens.principal(signer.token(claims(more="x" * room))) is TokenFailure.MALFORMED
        assert tokens.principal("e30." * 5_000_000) is TokenFailure.MALFORMED

    def test_a_number_too_long_to_be_read(self, tokens: AccessTokens, signer: Signer) -> None:
        assert tokens.principal(signer.token_of(b'{"exp":' + b"9" * 5000 + b"}")) is TokenFailure.MALFORMED

    def test_a_lone_surrogate_in_a_name(self, tokens: AccessTokens, signer: Signer) -> None:
        assert tokens.principal(signer.token(claims(sub="\ud800"))) is TokenFailure.MALFORMED

    @given(position=st.integers(0, 100_000), character=st.sampled_from("AQgw5_-.=~é"))
    @settings(max_examples=300, deadline=None)
    def test_a_token_with_any_character_exchanged(self, position: int, character: str) -> None:
        token = GOOD.token(claims())
        place = position % len(token)
        changed = token[:place] + character + token[place + 1 :]
        assert changed == token or isinstance(TOKENS.principal(changed), TokenFailure)

    def test_what_is_told_of_a_token_is_one_word_of_ours(self) -> None:
        assert all(re.fullmatch("[a-z_]+", failure) for failure in TokenFailure)


class TestTimes:
    """A token's times, with clocks that differ by the leeway (30 seconds) at most."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": NOW - 29},
            {"exp": NOW + 0.5},
            {"iat": NOW + 30},
            {"nbf": NOW + 30},
            {"nbf": NOW - 10_000},
            {"iat": NOW - 3629},
            {"exp": NOW + 10**9},
        ],
        ids=str,
    )
    def test_what_is_still_or_already_accepted(
        self, tokens: AccessTokens, signer: Signer, changes: dict[str, Any]
    ) -> None:
        assert tokens.principal(signer.token(claims(**changes))) == PORTAL

    def test_the_leeway_and_the_age_are_the_issuers(self, signer: Signer) -> None:
        tokens = tokens_of(issuer(leeway_seconds=0, max_age_seconds=60), signer.public_key())
        assert tokens.principal(signer.token(claims(exp=NOW))) is TokenFailure.EXPIRED
        assert tokens.principal(signer.token(claims(exp=NOW + 1))) == PORTAL
        assert tokens.principal(signer.token(claims(iat=NOW - 59))) == PORTAL
        assert tokens.principal(signer.token(claims(iat=NOW - 60))) is TokenFailure.TOO_OLD


class TestAccepted:
    """The forms in which a good token may come."""

    @pytest.mark.parametrize("kind", ["at+jwt", "JWT", "jwt", "application/at+jwt", "AT+JWT"])
    def test_the_types(self, tokens: AccessTokens, signer: Signer, kind: str) -> None:
        assert tokens.principal(signer.token(claims(), typ=kind)) == PORTAL

    def test_an_audience_among_others(self, tokens: AccessTokens, signer: Signer) -> None:
        several = ["https://other.example.org", "https://authz.example.org"]
        assert tokens.principal(signer.token(claims(aud=several))) == PORTAL

    def test_a_token_without_a_key_id_where_only_one_key_can_be_meant(self, signer: Signer) -> None:
        token = signer.token(claims(), kid=None)
        assert tokens_of(issuer(), signer.public_key()).principal(token) == PORTAL
        two = tokens_of(issuer(), signer.public_key(), new_signer("key-2").public_key())
        assert two.principal(token) is TokenFailure.UNKNOWN_KEY

    @pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "EdDSA", "PS256", "PS512", "RS256", "RS384"])
    def test_each_algorithm(self, rsa_key: rsa.RSAPrivateKey, algorithm: str) -> None:
        curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
        if algorithm in curves:
            signer = Signer(ec.generate_private_key(curves[algorithm]), algorithm)
        else:
            signer = Signer(ed25519.Ed25519PrivateKey.generate() if algorithm == "EdDSA" else rsa_key, algorithm)
        tokens = tokens_of(issuer(algorithms=frozenset({algorithm})), signer.public_key())
        token = signer.token(claims())
        assert tokens.principal(token) == PORTAL
        assert tokens.principal(token[:-8] + encoded(b"wrong!")) is TokenFailure.BAD_SIGNATURE


def test_without_issuers_every_token_is_of_the_wrong_one(signer: Signer) -> None:
    assert AccessTokens([]).principal(signer.token(claims())) is TokenFailure.WRONG_ISSUER


def test_an_issuer_cannot_be_there_twice(signer: Signer) -> None:
    one = TrustedIssuer(issuer(), Published([signer.public_key()]).source())
    with pytest.raises(ValueError, match="twice"):
        AccessTokens([one, one])
