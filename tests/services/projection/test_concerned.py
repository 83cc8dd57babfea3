"""Whose projection a change may change."""

from authz_service.domain.records import MandateRecord
from tests.services.projection.worlds import NUMBERS, WorldInUse


def enterprise_ids(world: WorldInUse, *names: str) -> frozenset[str]:
    return frozenset(world.projection(name).enterprise.enterprise_id for name in names)


def person_ids(world: WorldInUse, *names: str) -> frozenset[str]:
    return frozenset(world.person_id(name) for name in names)


def concerned(world: WorldInUse, enterprises: tuple[str, ...] = (), persons: tuple[str, ...] = ()) -> set[str]:
    """Return the names of the enterprises that a change of these concerns."""
    found = world.projections.concerned(enterprise_ids(world, *enterprises), person_ids(world, *persons))
    return {name for name, number in NUMBERS.items() if number in found}


def test_nothing_concerns_nobody(reference: WorldInUse) -> None:
    assert concerned(reference) == set()


def test_an_enterprise_concerns_itself_and_those_who_have_a_mandate_of_it(reference: WorldInUse) -> None:
    given = {each["mandatary"] for each in reference.world["mandates"] if each["mandator"] == "alpha"}
    assert given
    assert concerned(reference, ("alpha",)) == {"alpha", *given}


def test_a_mandatary_concerns_nobody_who_gave_it_a_mandate(reference: WorldInUse) -> None:
    assert concerned(reference, ("omega",)) == {"omega"}


def test_a_mandate_counts_before_and_after_its_term(used: WorldInUse) -> None:
    """What is said of its dates may be what has changed."""
    assert "sigma" in concerned(used, ("kappa",))


def test_a_mandate_that_nobody_believes_any_more_does_not_count(used: WorldInUse) -> None:
    sigma = used.projection("sigma").enterprise.enterprise_id
    (kappa,) = enterprise_ids(used, "kappa")
    omega = used.projection("omega").enterprise.enterprise_id
    used.change(MandateRecord, {"mandator_id": kappa, "mandatary_id": sigma}, mandatary_id=omega)
    assert concerned(used, ("kappa",)) == {"kappa", "omega"}


def test_a_person_concerns_every_enterprise_where_he_stands(reference: WorldInUse) -> None:
    for name in ("carla", "ines", "willa", "frank"):
        shown = {
            enterprise
            for enterprise, number in NUMBERS.items()
            if (projection := reference.projections.of(number)) is not None and name in reference.people(projection)
        }
        assert shown
        assert concerned(reference, persons=(name,)) >= shown


def test_both_are_put_together(reference: WorldInUse) -> None:
    assert concerned(reference, ("omega",), ("ines",)) >= {"omega"} | concerned(reference, persons=("ines",))


def test_what_is_not_known_concerns_nobody(reference: WorldInUse) -> None:
    assert reference.projections.concerned(frozenset({"nothing"}), frozenset({"p_nobody"})) == frozenset()
