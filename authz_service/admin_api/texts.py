"""The words of the administration API in its four languages: terms, the declaration, labels, notices, problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from authz_service.admin_api.problems import OWN_TYPES
from authz_service.domain.vocabulary import Domain
from authz_service.services.administration.views import AccountStatus, NoticeCode
from authz_service.services.authority.chief_access_managers import CURRENT_DECLARATION
from authz_service.services.messages import FOLDER, LANGUAGES, MessagesError, read_catalogue

__all__ = ["DECLARATIONS", "TERMS", "ApiTexts"]

TERMS: Final = (
    "accessManager",
    "capacity",
    "chiefAccessManager",
    "coAccessManager",
    "coChiefAccessManager",
    "domain",
    "enterpriseNumber",
    "flemishHeadLocalManager",
    "legalRepresentative",
    "managementOfAccessManagers",
    "ssin",
    "user",
)
"""The terms that are told, by code; those that had another name have `.old` too (SYS-06 to SYS-09)."""
DECLARATIONS: Final = (CURRENT_DECLARATION,)
"""The versions of the text that a legal representative confirms (GGA-DES-15, GGA-DES-16, AMB-25)."""
CSV_COLUMNS: Final = ("familyName", "givenName", "userName", "type", "ssin", "status")
"""The columns of the exported list of users (UM-LST-02)."""
BULK_REFUSED: Final = "bulkRefused"


@dataclass(frozen=True, slots=True)
class ApiTexts:
    """For every language, each text by its message id."""

    texts: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read `administration.<language>.po` of a folder. Raises MessagesError when one lacks a text."""
        return cls({language: _texts(folder / f"administration.{language}.po") for language in LANGUAGES})

    def text(self, message_id: str, language: str) -> str:
        """Return a text in a language."""
        return self.texts[language][message_id]

    def localized(self, message_id: str) -> dict[str, str]:
        """Return a text in all languages."""
        return {language: self.texts[language][message_id] for language in LANGUAGES}

    def has(self, message_id: str) -> bool:
        """Return True when there is such a text, and then there is one in every language."""
        return all(message_id in self.texts[language] for language in LANGUAGES)

    def capacity_name(self, capacity_type: str) -> dict[str, str]:
        """Return what a type of capacity is called; types that nobody named are called by their code."""
        message_id = f"capacity.{capacity_type}"
        return self.localized(message_id) if self.has(message_id) else dict.fromkeys(LANGUAGES, capacity_type)


def _texts(path: Path) -> Mapping[str, str]:
    texts = read_catalogue(path)
    for needed in _needed():
        if needed not in texts:
            raise MessagesError(f"{path.name} has no translation of {needed}")
    return MappingProxyType(texts)


def _needed() -> list[str]:
    return [
        *(f"term.{code}.new" for code in TERMS),
        *(f"declaration.{version}" for version in DECLARATIONS),
        *(f"problem.{code}" for code in (*OWN_TYPES, BULK_REFUSED)),
        *(f"column.{column}" for column in CSV_COLUMNS),
        *(f"status.{status}" for status in AccountStatus),
        *(f"domain.{domain}" for domain in Domain if domain is not Domain.NONE),
        *(f"notice.{code}" for code in NoticeCode),
    ]
