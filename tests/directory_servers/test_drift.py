"""What others do to our entries, on every server: told by its kind, and repaired by one run that writes nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authz_service.directory.names import Dn
from authz_service.store.directories import RunOutcome
from authz_service.sync.plans import DriftKind
from tests.directory_servers.branches import Branch
from tests.sync.mappings import CARLA, ELS, FRANK, INES, PEOPLE

Spoil = Callable[[Branch], str]


def dn(branch: Branch, person_id: str) -> Dn:
    return branch.wanted_entry(f"person/{person_id}").dn


def group(branch: Branch) -> Dn:
    return branch.wanted_entry(f"group/{branch.group().key}").dn


def member(branch: Branch, how: str, person_id: str) -> str:
    attribute = branch.member_attribute
    return f"dn: {group(branch)}\nchangetype: modify\n{how}: {attribute}\n{attribute}: {dn(branch, person_id)}\n"


def replaced(name: Dn, attribute: str, value: str) -> str:
    return f"dn: {name}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"


def renamed(branch: Branch, person_id: str, value: str, parent: Dn | None = None) -> str:
    name = dn(branch, person_id)
    new = name.parent.child(name.rdns[0][0][0], value).rdn
    above = f"newsuperior: {parent}\n" if parent else ""
    return f"dn: {name}\nchangetype: modrdn\nnewrdn: {new}\ndeleteoldrdn: 1\n{above}"


def container(branch: Branch) -> Dn:
    return next(entry.dn for entry in branch.entries if entry.key.startswith("container/enterprise/"))


CASES: dict[str, tuple[DriftKind, str, Spoil]] = {
    "a member added": (DriftKind.MEMBERS, "group", lambda branch: member(branch, "add", FRANK)),
    "a member removed": (DriftKind.MEMBERS, "group", lambda branch: member(branch, "delete", INES)),
    "an attribute changed": (
        DriftKind.CHANGED,
        f"person/{ELS}",
        lambda branch: replaced(dn(branch, ELS), "sn", "Somebody"),
    ),
    "an attribute taken away": (
        DriftKind.CHANGED,
        f"person/{CARLA}",
        lambda branch: f"dn: {dn(branch, CARLA)}\nchangetype: modify\ndelete: mail\n",
    ),
    "a container changed": (
        DriftKind.CHANGED,
        "container/enterprise",
        lambda branch: replaced(container(branch), "description", "another"),
    ),
    "somebody locked out": (
        DriftKind.CHANGED,
        f"person/{FRANK}",
        lambda branch: replaced(dn(branch, FRANK), branch.server.blocked[0], branch.server.blocked[1].decode()),
    ),
    "an entry deleted": (
        DriftKind.DELETED,
        f"person/{FRANK}",
        lambda branch: f"dn: {dn(branch, FRANK)}\nchangetype: delete\n",
    ),
    "an entry moved away": (
        DriftKind.MOVED,
        f"person/{FRANK}",
        lambda branch: renamed(branch, FRANK, FRANK, branch.root.child("ou", "foreign")),
    ),
    "an entry renamed": (DriftKind.MOVED, f"person/{FRANK}", lambda branch: renamed(branch, FRANK, "x")),
}


@pytest.mark.parametrize(("kind", "key", "spoil"), CASES.values(), ids=CASES)
def test_it_is_told_by_kind_and_repaired_by_one_write(branch: Branch, kind: DriftKind, key: str, spoil: Spoil) -> None:
    branch.done(branch.with_managers(ELS, INES))
    branch.server.by_hand(spoil(branch))
    (change,) = branch.plan().changes
    assert change.key.startswith(key)
    assert change.drift == (kind,)
    before = branch.server.mark()
    report = branch.done()
    assert sum(report.writes.values()) == 1
    assert len(branch.server.written_since(before)) == 1
    assert report.run.counts[f"drift_{kind}"] == 1
    assert branch.writes_nothing()


def test_somebody_deleted_is_in_his_groups_again(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))
    branch.server.by_hand(f"dn: {dn(branch, INES)}\nchangetype: delete\n")
    branch.done()
    assert branch.managers() == branch.names(ELS, INES)
    assert branch.writes_nothing()


def test_a_group_deleted_comes_back_with_its_members(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))
    branch.server.by_hand(f"dn: {group(branch)}\nchangetype: delete\n")
    branch.done()
    assert branch.managers() == branch.names(ELS, INES)
    assert branch.writes_nothing()


def test_an_entry_moved_and_one_put_in_its_place(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))
    branch.server.by_hand(renamed(branch, INES, INES, branch.root.child("ou", "foreign")))
    branch.stranger(dn(branch, INES))
    report = branch.apply()
    assert report.run.outcome is RunOutcome.PARTIAL
    assert report.plan is not None
    assert [clash.dn for clash in report.plan.clashes] == [dn(branch, INES)]
    assert branch.server.found(dn(branch, INES), scope="base")


def test_the_mark_of_the_last_change_tells_that_somebody_was_there(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))
    with branch.connect() as session:
        base = branch.target.mapped.base
        before = session.change_token(base)
        assert before is not None
        assert session.change_token(base) == before
        branch.server.by_hand(replaced(dn(branch, ELS), "sn", "Somebody"))
        assert session.change_token(base) != before


def test_what_others_do_between_the_plan_and_the_write_is_settled(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS))
    people = tuple(replace(each, email="new@alpha.example") if each.person_id == FRANK else each for each in PEOPLE)
    told = branch.with_managers(INES, people=people)
    once = [member(branch, "add", INES) + "\n" + member(branch, "delete", ELS)]

    def meddle(_done: int, _total: int) -> None:
        if once:
            branch.server.by_hand(once.pop())

    report = branch.runner.apply(branch.wanted(told), progress=meddle)
    assert not once
    assert report.run.outcome is RunOutcome.DONE, report.run.failures
    assert branch.managers() == branch.names(INES)
    assert branch.writes_nothing()
