"""Who may do what: every cell is an answer of the policy, whichever way one asks for it."""

import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.standings import Standing
from authz_service.domain.vocabulary import Action, SubjectType
from authz_service.policy.engine import PolicyEngine
from authz_service.services.messages import LANGUAGES
from authz_service.services.policy_book.authority_tables import AuthorityTable, Row
from authz_service.services.policy_book.book import Book
from authz_service.services.policy_book.circumstances import VARIANTS
from authz_service.services.policy_book.roles import ATTRIBUTES, IN_ACTION, BookRole
from authz_service.services.policy_book.standings import standing_for
from tests.policy.standing_generation import generated
from tests.policy.standing_settling import settled
from tests.policy.standing_shapes import Flat, build, flat_of, values_of
from tests.services.policy_book.documents import Document

WHO: Final = frozenset(
    {
        *(path for attributes in ATTRIBUTES.values() for path in attributes),
        "enterprise.former_head_local_manager",
        "signing_enterprise.former_head_local_manager",
        "capacity.former_manager",
        "capacity.former_manager_of_another",
        "acting_side",
    }
)
"""The attributes that say who asks; all others are about the case."""
TRIES: Final = 1


def _rows(book: Book) -> Iterator[tuple[AuthorityTable, Row, Mapping[str, Any]]]:
    for table in book.authority:
        for row in table.rows:
            yield table, row, dict(VARIANTS.get(row.action, ())).get(row.variant, {})


def test_every_action_stands_in_the_table_of_its_resource_in_all_its_circumstances(book: Book) -> None:
    for table in book.authority:
        asked = [(row.action, row.variant) for row in table.rows]
        assert asked == [
            (action, name)
            for action in Action
            if RESOURCE_OF[action] is table.resource
            for name, _ in VARIANTS.get(action, (("", {}),))
        ]


def test_every_role_is_a_column_or_is_said_to_be_none(book: Book) -> None:
    for table in book.authority:
        assert sorted((*table.roles, *table.powerless, *table.like_anybody)) == sorted(BookRole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_on_the_page_is_what_the_policy_answers(
    pages: Mapping[str, Document], book: Book, policy: PolicyEngine, language: str
) -> None:
    for table, row, variant in _rows(book):
        section = pages[language][f"authority-{table.resource}"]
        roles = [head.attributes["data-role"] for head in section.all("th") if "data-role" in head.attributes]
        line = section.one("tr", data_action=row.action, data_variant=row.variant)
        cells = [cell.attributes["class"] for cell in line.all("td")]
        answers = [policy.ask(standing_for(row.action, BookRole(role), variant)).allowed for role in roles]
        assert cells == [*("yes" if allowed else "no" for allowed in answers), "number"]
        assert len(roles) == len(table.roles)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_has_no_column_may_do_nothing_or_what_anybody_may(
    pages: Mapping[str, Document], book: Book, policy: PolicyEngine, language: str
) -> None:
    for table in book.authority:
        section = pages[language][f"authority-{table.resource}"]
        assert [item.attributes["data-role"] for item in section.all("li")] == [*table.powerless, *table.like_anybody]
    for table, row, variant in _rows(book):
        anybody = policy.ask(standing_for(row.action, BookRole.OTHER_PERSON, variant)).allowed
        for role in (*table.powerless, *table.like_anybody):
            allowed = policy.ask(standing_for(row.action, role, variant)).allowed
            assert allowed is (role in table.like_anybody and anybody)


def test_the_standings_are_such_as_questions_and_facts_make(book: Book) -> None:
    for _, row, variant in _rows(book):
        for role in BookRole:
            flat = flat_of(standing_for(row.action, role, variant))
            assert settled(row.action, flat) == flat, (row, role)


@pytest.mark.slow
def test_a_no_stays_a_no_whatever_else_is_so(book: Book, policy: PolicyEngine) -> None:
    rng = random.Random("whatever else is so")
    for _, row, variant in _rows(book):
        for role in sorted(set(BookRole) - row.allowed):
            for standing in _otherwise(row.action, role, variant, rng):
                assert not policy.ask(standing).allowed, (row, role, standing)


def _otherwise(action: Action, role: BookRole, variant: Mapping[str, Any], rng: random.Random) -> Iterator[Standing]:
    """Yield standings of the same person in another case."""
    start = flat_of(standing_for(action, role, variant))
    fixed = WHO | variant.keys() | {path for _, only in IN_ACTION if only is action for path in ("right_held",)}
    values = {path: some for path, some in values_of(action).items() if path not in fixed}
    for _ in range(TRIES):
        flat = dict(start)
        for path in rng.sample(sorted(values), min(len(values), rng.choice((1, 2, 3)))):
            flat[path] = rng.choice(values[path])
        flat = settled(action, flat)
        if all(flat[path] == start[path] for path in fixed & start.keys()):
            yield build(action, flat)


@pytest.mark.slow
@pytest.mark.parametrize("action", Action, ids=str)
def test_whoever_is_allowed_has_a_role_that_the_table_allows(action: Action, book: Book, policy: PolicyEngine) -> None:
    able = frozenset[BookRole]().union(*(row.allowed for _, row, _ in _rows(book) if row.action is action))
    met = 0
    for standing in generated(action, 60):
        if policy.ask(standing).allowed:
            met += 1
            assert any(_has(role, action, flat_of(standing)) for role in able), standing
    assert met


def _has(role: BookRole, action: Action, flat: Flat) -> bool:
    attributes = {**ATTRIBUTES[role], **IN_ACTION.get((role, action), {})}
    paths = [path for path in attributes if path in flat and path != "role_exists"]
    same = [_same(flat[path], attributes[path]) for path in paths if path not in {"subject.level", "subject.key"}]
    return any(same) if role is BookRole.HOLDER else all(same)


def _same(value: object, wanted: object) -> bool:
    return bool(set(value) & set(wanted)) if isinstance(value, tuple) and isinstance(wanted, tuple) else value == wanted


def test_the_level_is_the_one_that_the_action_asks(book: Book) -> None:
    asked = {entry.action: entry for entry in book.contents.actions}
    for _, row, _ in _rows(book):
        entry = asked[row.action]
        if row.allowed and entry.audience == SubjectType.PERSON:
            assert row.level == int(entry.level), row
        else:
            assert row.level is None
