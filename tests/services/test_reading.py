"""Reading a question: where its parts may stand, and what is wrong with them."""

from typing import Any

import pytest

from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, Reason
from authz_service.services.standings.reading import Asker, Reading

ASKER = Asker(frozenset(), 1_710_500_400_000_000, {"eid": 500})


def reading(properties: dict[str, Any], context: dict[str, Any]) -> Reading:
    question = Question(
        "person", "71031490293", "list_users", "capacity", "alpha.nsso", subject_properties=properties, context=context
    )
    return Reading(question, Action.LIST_USERS, ASKER)


@pytest.mark.parametrize(
    ("properties", "context", "means"),
    [
        ({}, {}, None),
        ({}, {"authentication_means": "eid"}, "eid"),
        ({"authentication_means": "itsme"}, {}, "itsme"),
        ({"authentication_means": "itsme"}, {"authentication_means": "eid"}, "eid"),
        ({"authentication_means": "itsme"}, {"authentication_means": None}, "itsme"),
    ],
)
def test_the_means_stands_in_the_context_or_else_with_the_subject(
    properties: dict[str, Any], context: dict[str, Any], means: str | None
) -> None:
    assert reading(properties, context).means == means


@pytest.mark.parametrize(
    ("acting_for", "problems"),
    [
        (None, set()),
        ("0999010126", set()),
        ("0999010127", {Reason.INVALID_IDENTIFIER}),
        ("999.010.126", {Reason.INVALID_IDENTIFIER}),
        (999010126, {Reason.INVALID_INPUT}),
    ],
)
def test_the_enterprise_acted_for_is_a_number_with_right_check_digits(
    acting_for: object, problems: set[Reason]
) -> None:
    assert reading({"acting_for": acting_for}, {}).problems == problems


@pytest.mark.parametrize("at", ["2024-02-30", "now", 20240315, {}, "2024-03-15T12:00"])
def test_a_moment_that_cannot_be_read_is_noticed(at: object) -> None:
    assert not reading({}, {"at": at}).moment_readable
