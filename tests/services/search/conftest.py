"""Searches over the reference world."""

import pytest

from authz_service.services.search.searches import Searches
from tests.services.projection.worlds import WorldInUse


@pytest.fixture(scope="module")
def searches(reference: WorldInUse) -> Searches:
    """Searches over the reference world as it is, for all tests of a module."""
    return Searches(reference.database, reference.decisions)
