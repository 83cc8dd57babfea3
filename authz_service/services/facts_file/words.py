"""The closed lists of words that members of a facts file are taken from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authz_service.domain.vocabulary import ACCOUNT_KINDS, DESIGNATION_KINDS, Domain, MandateSystem

__all__ = [
    "ACCOUNT_STATUSES",
    "ACCOUNT_TYPES",
    "APPLICATION_CHANNELS",
    "CBE_STATUSES",
    "CONTACT_OWNERS",
    "DESIGNATION_ROLES",
    "DOMAINS",
    "ENTERPRISE_KINDS",
    "IDENTIFIER_SCHEMES",
    "LANGUAGES",
    "MANDATE_SYSTEMS",
    "NUMBER_KINDS",
    "REQUEST_STATUSES",
    "ROLE_STATUSES",
    "SENDER_CHANNELS",
    "SENDER_STATUSES",
]

NUMBER_KINDS: Final = ("nrn", "bis")
LANGUAGES: Final = ("nl", "fr", "de", "en")
CBE_STATUSES: Final = ("active", "stopped")
ENTERPRISE_KINDS: Final = (
    "private_employer",
    "provincial_or_local_administration",
    "social_service_provider",
    "approved_social_secretariat",
    "enterprise_without_staff",
)
DOMAINS: Final = tuple(domain.value for domain in Domain if domain is not Domain.NONE)
MANDATE_SYSTEMS: Final = tuple(system.value for system in MandateSystem if system is not MandateSystem.NONE)
DESIGNATION_ROLES: Final = tuple(sorted(DESIGNATION_KINDS))
ACCOUNT_TYPES: Final = tuple(sorted(ACCOUNT_KINDS))
ACCOUNT_STATUSES: Final = ("active", "blocked", "deleted")
IDENTIFIER_SCHEMES: Final = ("nsso_number", "enterprise_number")
# Only the first is in the sources' facts; the others are its further course (GGA-EXC-06..11).
REQUEST_STATUSES: Final = ("awaiting_signature", "posted", "processed", "disregarded")
ROLE_STATUSES: Final = ("pending_acceptance", "accepted", "declined", "ended")
SENDER_STATUSES: Final = ("active", "stopped")
SENDER_CHANNELS: Final = ("ftp", "sftp", "webservice")
APPLICATION_CHANNELS: Final = ("portal", *SENDER_CHANNELS)
CONTACT_OWNERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "persons",
        "account": "accounts",
        "designation": "designations",
        "requester": "designations",
        "capacity": "capacities",
    }
)
"""What a contact can be of, each with the kind of fact that the owner's id is looked for in."""
