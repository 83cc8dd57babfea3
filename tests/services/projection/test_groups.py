"""Groups and the table that says who is in them."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as some

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.vocabulary import Domain, ResourceType
from authz_service.services.projection.memberships import MEMBERSHIPS, strongest
from tests.model.rules_subjects import LEVELS

HOSTILE: Final = some.text(alphabet=some.sampled_from("ab/%2F ,=\\#+é😀\n\0"), max_size=6)
GROUPS: Final = some.builds(
    Group,
    kind=some.sampled_from(GroupKind),
    enterprise_number=some.just("0999010126"),
    capacity_id=HOSTILE,
    domain=some.sampled_from(Domain),
    object=HOSTILE,
    context=HOSTILE,
    mandator_number=some.sampled_from(["", "0999020222"]),
)


@given(GROUPS, GROUPS)
def test_two_groups_have_one_key_only_if_they_are_the_same(one: Group, other: Group) -> None:
    assert (one.key == other.key) == (one == other)


@given(GROUPS)
def test_a_key_is_printable_ascii(group: Group) -> None:
    assert group.key.isascii()
    assert group.key.isprintable()


def test_every_kind_of_group_stands_for_a_question_or_a_relation() -> None:
    assert set(MEMBERSHIPS) == set(GroupKind)
    assert all(membership.asked or membership.held for membership in MEMBERSHIPS.values())


def test_groups_ask_only_what_is_asked_of_an_enterprise_or_of_what_it_has() -> None:
    asked = {RESOURCE_OF[each.asked.action] for each in MEMBERSHIPS.values() if each.asked}
    assert asked == {
        ResourceType.APPLICATION,
        ResourceType.CAPACITY,
        ResourceType.ENTERPRISE,
        ResourceType.ROLE_ASSIGNMENT,
    }


def test_people_are_logged_in_with_the_strongest_of_their_own_keys() -> None:
    assert strongest(("password", "itsme", "totp_app"), LEVELS) == "itsme"
    assert strongest((), LEVELS) is None
