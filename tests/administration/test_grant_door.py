"""What the write door must never let through, told one by one; each failure has its number.

F01 (every way to the facts leads to the door) is for the walls between the rooms to say. F07 asks that moving, renaming,
merging or splitting an enterprise widens nobody's reach: no command does any of it, so only a facts file could.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from authz_service.services.authority.reports import Report
from authz_service.services.facts_file.errors import FactsFileError
from tests.administration import worlds
from tests.administration.desk import Desk, Equipment
from tests.administration.standing import standing
from tests.administration.worlds import PEOPLE, Beginning, numbers
from tests.model.administration import Asker, Wish

HOUSE: Final = Beginning(
    chief={"alpha": "alpha_ann", "beta": "beta_ann"},
    co_chiefs={"alpha": ["alpha_bob"]},
    active={"alpha": True, "beta": True},
    accounts=[
        ("alpha_cis", "alpha.nsso", "access_manager"),
        ("both", "alpha.nsso", "co_access_manager"),
        ("alpha_dan", "alpha.nsso", "user"),
        ("alpha_ann", "alpha.nsso", "user"),
        ("beta_cis", "beta.nsso", "access_manager"),
        ("both", "beta.nsso", "user"),
    ],
)
ANN, BOB, CIS, DAN = (Asker("person", f"alpha_{name}", "alpha") for name in ("ann", "bob", "cis", "dan"))
REPRESENTATIVE: Final = Asker("person", "alpha_rep", "alpha")
GAP_OF_ALPHA: Final = "chief_access_manager/alpha/alpha_ann"
GA_RECORD, CO_GA_RECORD, USER_RECORD = (f"alpha.nsso/{name}" for name in ("alpha_cis", "both", "alpha_dan"))


@pytest.fixture(scope="module")
def equipment(tmp_path_factory: pytest.TempPathFactory) -> Equipment:
    return Equipment.in_folder(tmp_path_factory.mktemp("grant_door"))


@pytest.fixture(scope="module")
def house(equipment: Equipment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two firms at work: Ann is the GAP, Bob her co-GAP, Cis the GA, `both` the co-GA and Dan a user."""
    path = tmp_path_factory.mktemp("house") / "house.db"
    desk = Desk(equipment, f"sqlite:///{path}", numbers())
    desk.open_with(worlds.world(HOUSE))
    desk.close()
    return path


@pytest.fixture
def desk(equipment: Equipment, house: Path, tmp_path: Path) -> Iterator[Desk]:
    yield from opened(equipment, house, tmp_path / "house.db")


@pytest.fixture
def another_desk(equipment: Equipment, house: Path, tmp_path: Path) -> Iterator[Desk]:
    """The same two firms in another database."""
    yield from opened(equipment, house, tmp_path / "another.db")


def opened(equipment: Equipment, house: Path, path: Path) -> Iterator[Desk]:
    shutil.copyfile(house, path)
    desk = Desk(equipment, f"sqlite:///{path}", numbers())
    yield desk
    report = desk.audit_report()
    desk.close()
    assert report.whole, [str(fault) for fault in report.faults]


def outcomes(report: Report) -> list[str]:
    return [result.outcome.value for result in report.results]


def refused(desk: Desk, asker: Asker, wish: Wish) -> tuple[str, ...]:
    """Return the reasons for which a wish is refused; it leaves a record of itself and changes nothing."""
    before = desk.state()
    report = desk.carry_out(asker, [wish])
    after = desk.state()
    assert outcomes(report) == ["refused"]
    assert (after.revision, after.believed) == (before.revision, before.believed)
    assert after.audited == before.audited + 1
    return tuple(reason.value for reason in report.results[0].decision.answer.reasons)


def stands(desk: Desk) -> frozenset[tuple[object, ...]]:
    state = desk.state()
    return standing(state.believed, desk.names(), state.instant)


def managed_by(desk: Desk, name: str, firm: str = "alpha") -> set[str]:
    """Return the capacities of the firm whose users somebody may list."""
    asker = Asker("person", name, firm)
    capacities = sorted({*worlds.CAPACITIES[firm], worlds.LATER[firm]})
    return {where for where in capacities if desk.may(asker, "list_users", "capacity", where)}


def uses(desk: Desk, name: str, application: str, where: str) -> bool:
    asker = Asker("person", name, where.partition(".")[0])
    return desk.may(asker, "use_application", "application", application, capacity=where)


# --- F02, F03: groups -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forbidden", [0, 1, 2])
def test_a_group_of_grants_of_which_one_is_not_permitted_is_refused_as_a_whole(desk: Desk, forbidden: int) -> None:
    wishes = [Wish("grant_application", USER_RECORD, application="DMFA") for _ in range(3)]
    wishes[forbidden] = Wish("grant_application", USER_RECORD, application="INTERVAT")
    before = desk.state()
    report = desk.carry_out(CIS, wishes)
    after = desk.state()
    expected = ["withdrawn"] * 3
    expected[forbidden] = "refused"
    assert outcomes(report) == expected
    assert not report.changed
    assert (after.revision, after.believed) == (before.revision, before.believed)
    assert after.audited == before.audited + 3


def test_a_group_that_fails_tells_of_no_revision_that_never_was(desk: Desk) -> None:
    before = desk.state().revision
    grants = [Wish("grant_application", USER_RECORD, application=name) for name in ("DMFA", "INTERVAT")]
    report = desk.carry_out(CIS, grants)
    assert [result.decision.facts for result in report.results] == [before, before]


def test_a_user_who_is_created_with_applications_is_as_one_who_is_given_them_afterwards(
    desk: Desk, another_desk: Desk
) -> None:
    create = Wish("create_user", "alpha.nsso", "alpha_rep", new="account")
    grants = [Wish("grant_application", "account", application=name) for name in ("DMFA", "HORIZON")]
    assert desk.carry_out(CIS, [create, *grants]).done
    for wish in (create, *grants):
        assert another_desk.carry_out(CIS, [wish]).done
    assert stands(desk) == stands(another_desk)
    for each in (desk, another_desk):
        assert uses(each, "alpha_rep", "DMFA", "alpha.nsso")
        assert uses(each, "alpha_rep", "HORIZON", "alpha.nsso")


def test_nobody_is_created_with_an_application_that_he_could_not_be_given_afterwards(desk: Desk) -> None:
    create = Wish("create_user", "alpha.nsso", "alpha_rep", new="account")
    before = stands(desk)
    report = desk.carry_out(CIS, [create, Wish("grant_application", "account", application="INTERVAT")])
    assert outcomes(report) == ["withdrawn", "refused"]
    assert stands(desk) == before


# --- F04: oneself -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asker", "wish"),
    [
        (DAN, Wish("grant_application", USER_RECORD, application="DMFA")),
        (CIS, Wish("grant_application", GA_RECORD, application="DMFA")),
        (DAN, Wish("create_user", "alpha.finance", "alpha_dan", new="own")),
        (DAN, Wish("add_co_access_manager", "alpha.nsso", "alpha_dan", new="own")),
        (CIS, Wish("add_co_access_manager", "alpha.finance", "alpha_cis", new="own")),
        (CIS, Wish("create_user", "alpha.finance", "alpha_cis", new="own")),
        (CIS, Wish("designate_co_chief_access_manager", "alpha", "alpha_cis", new="own")),
        (BOB, Wish("designate_chief_access_manager", "alpha", "alpha_bob", replaces=GAP_OF_ALPHA, new="own")),
        (BOB, Wish("designate_co_chief_access_manager", "alpha", "alpha_bob", new="own")),
        (
            Asker("person", "alpha_silent", "alpha"),
            Wish("designate_chief_access_manager", "alpha", "alpha_silent", replaces=GAP_OF_ALPHA, new="own"),
        ),
        (
            Asker("person", "alpha_once", "alpha"),
            Wish("designate_chief_access_manager", "alpha", "alpha_once", replaces=GAP_OF_ALPHA, new="own"),
        ),
        (REPRESENTATIVE, Wish("change_access_manager", "alpha.nsso", "alpha_rep", replaces=GA_RECORD, new="own")),
        (REPRESENTATIVE, Wish("create_user", "alpha.nsso", "alpha_rep", new="own")),
    ],
    ids=lambda value: value.name if isinstance(value, Asker) else value.action,
)
def test_nobody_gives_himself_what_he_does_not_have(desk: Desk, asker: Asker, wish: Wish) -> None:
    assert refused(desk, asker, wish)


def test_nobody_unblocks_himself(desk: Desk) -> None:
    assert desk.carry_out(BOB, [Wish("block_user", GA_RECORD)]).done
    assert "ACCOUNT_BLOCKED" in refused(desk, CIS, Wish("unblock_user", GA_RECORD))
    assert managed_by(desk, "alpha_cis") == set()


# --- F05, F06: upward -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("block_user", "TARGET_IS_MANAGER"),
        ("delete_user", "TARGET_IS_MANAGER"),
        ("grant_application", "TARGET_IS_MANAGER"),
        ("revoke_application", "TARGET_IS_MANAGER"),
        ("remove_co_access_manager", "NOT_CHIEF_ACCESS_MANAGER"),
    ],
)
@pytest.mark.parametrize(("asker", "record"), [(CIS, CO_GA_RECORD), (Asker("person", "both", "alpha"), GA_RECORD)])
def test_an_access_manager_touches_no_record_of_an_access_manager(
    desk: Desk, asker: Asker, record: str, action: str, reason: str
) -> None:
    application = "DMFA" if "application" in action else ""
    assert reason in refused(desk, asker, Wish(action, record, application=application))


@pytest.mark.parametrize(
    ("asker", "wish"),
    [
        (CIS, Wish("remove_co_chief_access_manager", "alpha", "alpha_bob")),
        (CIS, Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=GAP_OF_ALPHA, new="another")),
        (CIS, Wish("change_access_manager", "alpha.nsso", "alpha_dan", replaces=GA_RECORD, new="another")),
        (BOB, Wish("remove_co_chief_access_manager", "alpha", "alpha_bob")),
        (BOB, Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=GAP_OF_ALPHA, new="another")),
        (ANN, Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=GAP_OF_ALPHA, new="another")),
    ],
    ids=lambda value: value.name if isinstance(value, Asker) else value.action,
)
def test_nobody_takes_from_those_above_him(desk: Desk, asker: Asker, wish: Wish) -> None:
    assert refused(desk, asker, wish)


@pytest.mark.parametrize("action", ["block_user", "delete_user"])
def test_what_is_done_to_a_user_record_of_the_chief_takes_none_of_his_power(desk: Desk, action: str) -> None:
    assert desk.carry_out(CIS, [Wish(action, "alpha.nsso/alpha_ann")]).done
    assert managed_by(desk, "alpha_ann") == set(worlds.CAPACITIES["alpha"])


# --- F07: what an enterprise is ---------------------------------------------------------------------------------------


def test_no_facts_file_moves_a_capacity_to_another_enterprise(desk: Desk) -> None:
    moved = worlds.capacity("alpha.finance") | {"enterprise": "beta"}
    with pytest.raises(FactsFileError):
        desk.register_says({"capacities": [moved]})
    assert managed_by(desk, "beta_ann", "beta") == set(worlds.CAPACITIES["beta"])


# --- F08, F09: mandates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        Wish("create_user", "alpha.nsso", "alpha_rep", new="own"),
        Wish("grant_application", USER_RECORD, application="DMFA"),
        Wish("block_user", USER_RECORD),
        Wish("change_access_manager", "alpha.nsso", "both", replaces=GA_RECORD, new="own"),
        Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=GAP_OF_ALPHA, new="own"),
        Wish("designate_co_chief_access_manager", "alpha", "alpha_dan", new="own"),
    ],
    ids=lambda wish: wish.action,
)
def test_acting_under_a_mandate_gives_no_administration(desk: Desk, wish: Wish) -> None:
    for name in ("beta_ann", "beta_cis", "beta_rep"):
        for acting_for in ("alpha", "beta", ""):
            assert refused(desk, Asker("person", name, acting_for), wish)


def test_the_mandate_of_these_tests_opens_what_a_mandate_opens(desk: Desk) -> None:
    asker, number = Asker("person", "beta_cis", "beta"), worlds.NUMBERS["alpha"]
    asked = {"capacity": "beta.nsso", "for_enterprise": number}
    assert desk.may(asker, "act_under_mandate", "application", "DMFA", **asked)


# --- F10: at once -----------------------------------------------------------------------------------------------------


def test_a_chief_who_is_replaced_loses_every_power_at_once_and_what_she_gave_stays(desk: Desk) -> None:
    given = [
        Wish("create_user", "alpha.social", "alpha_rep", new="given"),
        Wish("grant_application", "given", application="HORIZON"),
    ]
    assert desk.carry_out(ANN, given).done
    replaced = Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=GAP_OF_ALPHA, new="next")
    assert desk.carry_out(REPRESENTATIVE, [replaced]).done
    assert managed_by(desk, "alpha_ann") == set()
    assert "ROLE_ENDED" in refused(desk, ANN, Wish("block_user", USER_RECORD))
    assert managed_by(desk, "alpha_dan") == set(worlds.CAPACITIES["alpha"])
    assert managed_by(desk, "alpha_bob") == set(worlds.CAPACITIES["alpha"])
    assert uses(desk, "alpha_rep", "HORIZON", "alpha.social")


def test_whoever_was_co_chief_before_keeps_nothing_when_he_is_replaced_as_chief(desk: Desk) -> None:
    first = Wish("designate_chief_access_manager", "alpha", "alpha_bob", replaces=GAP_OF_ALPHA, new="bob")
    then = Wish("designate_chief_access_manager", "alpha", "alpha_ann", replaces="bob", new="ann")
    assert desk.carry_out(REPRESENTATIVE, [first, then]).done
    assert managed_by(desk, "alpha_bob") == set()


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("alpha_bob", Wish("remove_co_chief_access_manager", "alpha", "alpha_bob")),
        ("alpha_cis", Wish("change_access_manager", "alpha.nsso", "alpha_dan", replaces=GA_RECORD, new="next")),
        ("alpha_cis", Wish("block_user", GA_RECORD)),
        ("both", Wish("remove_co_access_manager", CO_GA_RECORD)),
        ("both", Wish("delete_user", CO_GA_RECORD)),
        ("both", Wish("block_user", CO_GA_RECORD)),
    ],
    ids=lambda value: value.action if isinstance(value, Wish) else value,
)
def test_a_role_that_ends_ends_its_powers_at_once(desk: Desk, name: str, wish: Wish) -> None:
    assert managed_by(desk, name)
    assert desk.carry_out(ANN, [wish]).done
    assert managed_by(desk, name) == set()
    assert not uses(desk, name, "DMFA", "alpha.nsso")


@pytest.mark.parametrize(("name", "kept"), [("alpha_ann", worlds.CAPACITIES["alpha"]), ("alpha_cis", ("alpha.nsso",))])
def test_who_leaves_the_firm_keeps_his_powers_until_he_is_replaced(
    desk: Desk, name: str, kept: tuple[str, ...]
) -> None:
    """ACC-12, AMB-35: that is for the firm to see to."""
    gone = worlds.employment(name, "alpha", worlds.OVER)
    desk.register_says({"persons": worlds.persons(), "employments": [gone]})
    assert managed_by(desk, name) == set(kept)


# --- F11: a new capacity ----------------------------------------------------------------------------------------------


def test_a_new_capacity_is_the_chiefs_at_once_and_nobody_has_a_record_of_it(desk: Desk) -> None:
    assert worlds.LATER["alpha"] not in managed_by(desk, "alpha_ann")
    before = desk.state().believed
    desk.register_says({"capacities": [worlds.capacity(worlds.LATER["alpha"])]})
    assert {type(record).__name__ for record in desk.state().believed - before} == {"CapacityRecord"}
    having = {name for name in PEOPLE if worlds.LATER["alpha"] in managed_by(desk, name)}
    assert having == {"alpha_ann", "alpha_bob"}


# --- F12: nobody to represent the enterprise --------------------------------------------------------------------------


def test_without_a_legal_representative_nobody_names_the_chief_and_what_is_there_goes_on(desk: Desk) -> None:
    gone = worlds.function("alpha_rep", "alpha", worlds.OVER)
    desk.register_says({"persons": worlds.persons(), "legal_functions": [gone]})
    wish = Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=GAP_OF_ALPHA, new="next")
    for name in PEOPLE:
        reason = "NO_SIGNING_POWER" if name == "alpha_silent" else "NOT_LEGAL_REPRESENTATIVE"
        assert reason in refused(desk, Asker("person", name, "alpha"), wish)
    assert managed_by(desk, "alpha_ann") == set(worlds.CAPACITIES["alpha"])
    assert desk.carry_out(CIS, [Wish("grant_application", USER_RECORD, application="DMFA")]).done
    assert uses(desk, "alpha_dan", "DMFA", "alpha.nsso")
