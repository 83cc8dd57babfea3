"""What is 389 Directory Server's own: limits of requests and of searches, and names in ASCII."""

from dataclasses import replace

import pytest

from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, OutcomeKind
from authz_service.directory.session import open_session
from authz_service.store.directories import RunOutcome
from tests.directory_servers.branches import Branch, people_by_name
from tests.directory_servers.conftest import OpenBranch
from tests.directory_servers.ds389 import Ds389, Ds389WithMemberships
from tests.directory_servers.servers import DirectoryServer
from tests.sync.mappings import CARLA, ELS, FRANK, INES, PEOPLE, person

pytestmark = pytest.mark.directories
as_installed = pytest.mark.parametrize("server", [pytest.param(Ds389, id="389")], indirect=True)
with_memberships = pytest.mark.parametrize(
    "server", [pytest.param(Ds389WithMemberships, id="389 memberOf")], indirect=True
)
MANY = 30_000


@as_installed
def test_an_address_beyond_ascii_is_left_out_and_its_entry_is_written(branch: Branch) -> None:
    people = tuple(replace(each, email="inès@alpha.example") if each.person_id == INES else each for each in PEOPLE)
    branch.done(branch.with_managers(INES, people=people))
    assert branch.person(INES)[1].get("mail", set()) <= {b"ins@alpha.example", b"ines@alpha.example"}
    assert branch.writes_nothing()


@as_installed
def test_a_login_beyond_ascii_is_refused_and_told_and_the_rest_is_written(open_branch: OpenBranch) -> None:
    after = '\nobject_classes = ["inetOrgPerson"]\n\n[targets.rma'
    branch = open_branch((f'dn = "uid={{person_id}}"{after}', f'dn = "uid={{user_name}}"{after}'))
    report = branch.apply(branch.with_managers(ELS, INES))
    assert report.run.outcome is RunOutcome.PARTIAL
    (failure,) = report.run.failures
    assert failure.key == f"person/{INES}"
    assert failure.cause.startswith("code 19")
    assert branch.managers() == branch.names(ELS)


@as_installed
class TestSizeOfRequests:
    """The server ends the connection for a request of more than 2 MiB (nsslapd-maxbersize)."""

    def group(self, branch: Branch) -> Add:
        base = branch.target.mapped.base
        names = [f"uid={number:06},{'x' * 10},{base}".encode() for number in range(MANY)]
        members = [name.replace(b",xxxxxxxxxx", b",ou=xxxxxxxxxx") for name in names]
        return Add(base.child("cn", "many"), {"objectClass": [b"groupOfUniqueNames"], "uniqueMember": members})

    def test_more_members_than_that_are_written_in_several(self, branch: Branch) -> None:
        group = self.group(branch)
        assert sum(map(len, group.attributes["uniqueMember"])) > 2 << 20
        with branch.connect() as session:
            assert session.add(group.dn, group.attributes).kind is OutcomeKind.DONE
            entry = session.entry(group.dn, ["uniqueMember"])
        assert entry is not None
        assert len(entry.attributes["uniqueMember"]) == MANY

    def test_one_that_is_too_large_has_an_outcome_that_nobody_knows(self, branch: Branch) -> None:
        group = self.group(branch)
        boundless = replace(branch.settings, max_request_bytes=1 << 24, max_values=MANY + 1)
        with open_session(boundless) as session:
            assert session.add(group.dn, group.attributes).kind is OutcomeKind.UNKNOWN
            assert session.is_lost


@as_installed
def test_a_search_that_the_server_gives_up_ends_the_run_until_the_account_may_see_everything(branch: Branch) -> None:
    """An account that is nobody in particular may look through 5,000 entries (nsslapd-lookthroughlimit)."""
    branch.without_limits()
    crowd = tuple(person(f"p_{number:05}", "", f"N{number}") for number in range(5_100))
    told = branch.with_managers(CARLA, people=(*PEOPLE, *crowd))
    branch.apply(told)
    before = branch.server.mark()
    report = branch.apply(told)
    assert report.run.outcome is RunOutcome.FAILED
    assert "code 11" in report.run.failures[0].cause
    assert branch.server.mark() == before
    account = f"dn: {branch.server.bind_dn}\nchangetype: modify\n"
    branch.server.by_hand(account + "add: nsLookThroughLimit\nnsLookThroughLimit: -1\n")
    try:
        branch.done()
        assert len(branch.held(f"(objectClass={branch.person_class})")) == len(told.people)
        assert branch.writes_nothing()
    finally:
        branch.server.by_hand(account + "delete: nsLookThroughLimit\n")


@with_memberships
class TestWithMemberships:
    """The server writes into the entries of people by itself: their groups (memberOf), and a class that allows it."""

    def groups(self, branch: Branch, person_id: str) -> set[Dn]:
        (held,) = branch.server.found(branch.person(person_id)[0], "(objectClass=*)", "memberOf", scope="base").values()
        return {Dn.parse(value.decode()) for value in held.get("memberof", set())}

    def test_what_the_server_adds_by_itself_is_no_difference(self, branch: Branch) -> None:
        branch.done(branch.with_managers(ELS, INES))
        assert branch.wanted_entry(f"group/{branch.group().key}").dn in self.groups(branch, INES)
        assert branch.writes_nothing()
        branch.done(branch.with_managers(ELS))
        assert self.groups(branch, INES) == set()
        assert branch.writes_nothing()

    def test_members_that_the_server_renames_by_itself(self, open_branch: OpenBranch, server: DirectoryServer) -> None:
        branch = open_branch(people_by_name(server))
        branch.done(branch.with_managers(ELS, INES))
        people = tuple(replace(each, name="Van Evers") if each.person_id == ELS else each for each in PEOPLE)
        branch.done(branch.with_managers(ELS, INES, people=people))
        assert branch.managers() == branch.names(ELS, INES)
        assert branch.writes_nothing()

    def test_somebody_who_goes_while_his_groups_change(self, branch: Branch) -> None:
        branch.done(branch.with_managers(ELS, INES))
        people = tuple(each for each in PEOPLE if each.person_id != INES)
        branch.done(branch.with_managers(FRANK, people=people))
        assert branch.managers() == branch.names(FRANK)
        assert branch.writes_nothing()
