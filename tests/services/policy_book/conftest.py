"""The book of the policy that is shipped, and its pages as documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from authz_service.policy.engine import PolicyEngine
from authz_service.services.messages import LANGUAGES
from authz_service.services.policy_book.book import Book, make_book
from authz_service.services.policy_book.readings import readings_of
from authz_service.services.policy_book.rendering import page
from authz_service.services.policy_book.texts import BookTexts
from authz_service.services.policy_cases.tables import read_tables
from tests.services.policy_book.documents import Document, read_document

PROJECT: Final = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def book(policy: PolicyEngine) -> Book:
    readings = readings_of((PROJECT / "docs" / "ambiguities.md").read_text("utf-8"))
    return make_book(policy, read_tables(PROJECT / "policies" / "cases"), readings)


@pytest.fixture(scope="session")
def texts() -> BookTexts:
    return BookTexts.load()


@pytest.fixture(scope="session")
def pages(book: Book, texts: BookTexts) -> Mapping[str, Document]:
    """The page in each language, read strictly."""
    return {language: read_document(page(book, texts, language)) for language in LANGUAGES}
