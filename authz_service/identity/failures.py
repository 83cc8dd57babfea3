"""What can be wrong with a token, with the keys to check it, and with the issuers as they are set up.

No text here holds a value from a token.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["DevelopmentKeyError", "IssuerUnreachableError", "TokenFailure"]


class TokenFailure(StrEnum):
    """Why a token is not accepted. EXPIRED is told only of a token whose signature is right."""

    BAD_SIGNATURE = "bad_signature"
    BOUND_TO_KEY = "bound_to_key"
    """The token asks for a proof of possession (RFC 7800), which a bearer does not give (RFC 9449 section 7.2)."""
    EXPIRED = "expired"
    INVALID_NATIONAL_NUMBER = "invalid_national_number"
    MALFORMED = "malformed"
    MISSING_CLAIM = "missing_claim"
    NOT_YET_VALID = "not_yet_valid"
    NO_SUBJECT_KIND = "no_subject_kind"
    """The token speaks of nobody its issuer is believed about: a person, an agent, a program that comes for itself."""
    TOO_OLD = "too_old"
    TWO_SUBJECT_KINDS = "two_subject_kinds"
    UNACCEPTABLE_ALGORITHM = "unacceptable_algorithm"
    UNKNOWN_KEY = "unknown_key"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_ISSUER = "wrong_issuer"


class IssuerUnreachableError(Exception):
    """An issuer's keys cannot be had, so its tokens can be neither accepted nor refused: nothing is known of them."""


class DevelopmentKeyError(Exception):
    """The key file of the development issuer is missing, readable by others, or no key file."""
