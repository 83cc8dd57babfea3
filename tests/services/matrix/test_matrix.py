"""What a cell of the matrix tells beside its yes: why, since when, and what else would be enough."""

import dataclasses
from typing import Any

import pytest

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import Period, begin_of, moment_of
from authz_service.domain.records import RelationRecord
from authz_service.services.matrix.matrix import EnterpriseMatrix, Granted, Right
from authz_service.store.known_then import SnapshotThen
from tests.services.matrix.agreement import cells, matrix_of
from tests.services.projection.worlds import NISS, NUMBERS, WorldInUse

DAY = moment_of("2024-03-15")
NO_RELATION = Period(begin_of("2024-02-01"), moments.FOREVER)


def alpha(used: WorldInUse, **wanted: Any) -> EnterpriseMatrix:
    (matrix,) = matrix_of(used, **{"enterprise_number": NUMBERS["alpha"], "at": DAY, **wanted})
    return matrix


@pytest.fixture(scope="module")
def alpha_now(reference: WorldInUse) -> EnterpriseMatrix:
    """The matrix of Alpha in the reference world as it is."""
    return alpha(reference)


def right(used: WorldInUse, matrix: EnterpriseMatrix, name: str, action: str, resource: str) -> Right:
    """The one right of somebody to do the action there."""
    found = [
        each
        for each in matrix.rights()
        if used.names[each.person_id] == name and each.action == action and resource in each.resource_ids
    ]
    assert len(found) == 1, found
    return found[0]


def records(granted: Granted) -> set[str]:
    return {fact.record_id for fact in granted.records}


def test_the_record_behind_a_right_is_named_with_the_rules_and_the_day(
    reference: WorldInUse, alpha_now: EnterpriseMatrix
) -> None:
    (granted,) = right(reference, alpha_now, "carla", "list_users", "alpha.nsso").granted
    assert records(granted) == {"ds02"}
    assert granted.since == begin_of("2023-06-01")
    assert "GGA-CAM-03" in granted.rules
    assert "UM-MGT-01" in granted.rules


def test_an_application_rests_on_the_account_and_the_grant_together(alpha_now: EnterpriseMatrix) -> None:
    granted = [
        each.granted
        for each in alpha_now.rights()
        if each.action == "use_application" and each.target.capacity_id == "alpha.nsso"
    ]
    kinds = {tuple(sorted({fact.kind for fact in each.records})) for grounds in granted for each in grounds}
    assert ("application_grant", "user") in kinds
    assert ("chief_access_manager",) in kinds


def test_what_else_would_be_enough_is_told_beside(used: WorldInUse) -> None:
    person = used.person_id("frank")
    with SnapshotThen(used.database, DAY, moments.now()) as snapshot:
        (known,) = snapshot.known(RelationRecord, relation_id="ds03")
    used.add(dataclasses.replace(known, relation_id="ds_more", person_id=person, valid=NO_RELATION))

    granted = right(used, alpha(used), "frank", "list_users", "alpha.nsso").granted
    assert [records(each) for each in granted] == [{"acc_frank"}, {"ds_more"}]
    assert "UM-MGT-01" in granted[0].rules
    assert "GGA-CAM-03" in granted[1].rules
    assert "GGA-CAM-03" not in granted[0].rules


def test_without_any_of_its_records_a_right_is_gone(used: WorldInUse) -> None:
    before = cells(used, alpha(used, capacity_id="alpha.nsso"))
    used.change(RelationRecord, {"relation_id": "acc_frank"}, valid=Period(begin_of("2021-03-01"), DAY))
    after = cells(used, alpha(used, capacity_id="alpha.nsso"))
    lost = {cell for cell in before - after if cell[0] == "frank"}
    assert ("frank", "list_users", "alpha.nsso", "", "", "", "") in lost
    assert {cell[1] for cell in after if cell[0] == "frank"} <= {
        *("change_own_password", "update_own_data", "view_own_certificate")
    }


def test_everybody_has_his_own_record_by_nothing_but_himself(alpha_now: EnterpriseMatrix) -> None:
    own = [each for each in alpha_now.rights() if each.action == "update_own_data"]
    assert own
    assert all(granted.records == () and granted.since is None for each in own for granted in each.granted)


def test_the_matrix_as_of_then_is_the_one_that_was_given_then(used: WorldInUse) -> None:
    known_then = moments.now()
    place = {"capacity_id": "alpha.nsso"}
    before = cells(used, alpha(used, **place))
    used.change(RelationRecord, {"relation_id": "ds02"}, valid=Period(begin_of("2023-06-01"), begin_of("2024-01-01")))
    after = cells(used, alpha(used, **place))
    assert after != before
    assert cells(used, alpha(used, known_at=known_then, **place)) == before
    assert not any(cell[0] == "carla" and cell[1] == "list_users" for cell in after)


def test_before_anything_was_known_there_is_no_matrix(reference: WorldInUse) -> None:
    assert matrix_of(reference, at=DAY, known_at=begin_of("2000-01-01")) == []


@pytest.mark.parametrize("as_number", [True, False])
def test_the_matrix_of_a_person_is_what_he_may_do_wherever_he_stands(reference: WorldInUse, as_number: bool) -> None:
    name = "carla"
    person = Niss(NISS[name]) if as_number else reference.person_id(name)
    whole = {
        (matrix.number, cell)
        for matrix in matrix_of(reference, at=DAY)
        for cell in cells(reference, matrix)
        if cell[0] == name
    }
    his = {
        (each.number, cell) for each in matrix_of(reference, at=DAY, person=person) for cell in cells(reference, each)
    }
    assert his == whole
    assert his


def test_the_matrix_of_a_capacity_is_what_is_asked_there(reference: WorldInUse, alpha_now: EnterpriseMatrix) -> None:
    (there,) = matrix_of(reference, at=DAY, capacity_id="alpha.finance")
    whole = [each for each in alpha_now.rights() if each.target.capacity_id == "alpha.finance"]
    assert [(each.person_id, each.action, each.resource_ids) for each in there.rights()] == [
        (each.person_id, each.action, each.resource_ids) for each in whole
    ]


def test_of_nobody_there_is_nothing(reference: WorldInUse) -> None:
    assert matrix_of(reference, at=DAY, person="p_nobody") == []
    assert matrix_of(reference, at=DAY, capacity_id="nowhere") == []
    assert matrix_of(reference, at=DAY, enterprise_number="0000000097") == []
