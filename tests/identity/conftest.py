"""Keys that are costly to make, and the issuer that most tests ask."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from authz_service.identity.tokens import AccessTokens
from tests.identity.issuing import Signer, issuer, new_signer, tokens_of


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The key of the trusted issuer."""
    return new_signer()


@pytest.fixture(scope="session")
def tokens(signer: Signer) -> AccessTokens:
    """What accepts the tokens of the trusted issuer."""
    return tokens_of(issuer(), signer.public_key())
