"""Which accounts of a capacity are wanted, and in which order (UM-LST-01)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.administration.views import AccountStatus

__all__ = ["AccountFilter", "AccountOrder"]


class AccountOrder(StrEnum):
    """By what accounts are put in order; what comes after is the other names, then the id."""

    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    USER_NAME = "user_name"


@dataclass(frozen=True, slots=True, repr=False)
class AccountFilter:
    """All that are given must be so; "" and None are not given.

    The names are found anywhere in the name, whatever the case and the accents. `kind`: one of ACCOUNT_KINDS.
    `application`: the code of one that stands in the profile.
    """

    family_name: str = ""
    given_name: str = ""
    user_name: str = ""
    niss: Niss | None = None
    kind: RelationKind | None = None
    status: AccountStatus | None = None
    application: str = ""
    order: AccountOrder = AccountOrder.FAMILY_NAME
    descending: bool = False
