"""What is Active Directory's own: names that are unique in a whole domain, numbers with bits of others, ranges, TLS."""

from dataclasses import replace

import pytest

from authz_service.directory.errors import BindRefusedError
from authz_service.directory.session import open_session
from authz_service.store.directories import RunOutcome
from tests.directory_servers.branches import Branch, without_passwords
from tests.directory_servers.conftest import OpenBranch
from tests.directory_servers.samba import Samba
from tests.directory_servers.servers import DirectoryServer
from tests.sync.mappings import ELS, FRANK, INES, PEOPLE, person

pytestmark = [
    pytest.mark.directories,
    pytest.mark.parametrize("server", [pytest.param(Samba, id="samba")], indirect=True),
]
STRONGER_AUTHENTICATION_REQUIRED = 8
NEVER_EXPIRES = 0x10000


def test_a_password_over_an_unprotected_connection_is_refused_by_the_server_too(branch: Branch) -> None:
    settings = replace(branch.settings, urls=(branch.server.plain_url,), plain_allowed=True)
    with pytest.raises(BindRefusedError) as refused, open_session(settings):
        raise AssertionError("let in")
    assert refused.value.code == STRONGER_AUTHENTICATION_REQUIRED


def test_blocking_leaves_the_bits_of_others_as_they_are(branch: Branch) -> None:
    def control() -> int:
        (value,) = branch.person(INES)[1]["useraccountcontrol"]
        return int(value)

    branch.done(branch.with_managers(INES))
    dn = branch.wanted_entry(f"person/{INES}").dn
    value = 512 | NEVER_EXPIRES
    branch.server.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: {value}\n")
    assert branch.writes_nothing()
    people = tuple(replace(each, blocked=each.person_id == INES) for each in PEOPLE)
    branch.done(branch.with_managers(people=people))
    assert control() == value | 2
    branch.done(branch.with_managers(INES))
    assert control() == value


def test_a_login_that_somebody_has_in_another_case_is_told_and_the_rest_is_written(branch: Branch) -> None:
    taken = branch.root.child("ou", "foreign").child("cn", "somebody")
    branch.server.by_hand(f"dn: {taken}\nchangetype: add\nobjectClass: user\nsAMAccountName: {INES[:20].upper()}\n")
    report = branch.apply(branch.with_managers(ELS, INES))
    assert report.run.outcome is RunOutcome.PARTIAL
    (failure,) = report.run.failures
    assert failure.key == f"person/{INES}"
    assert failure.cause.startswith("code 68")
    assert branch.managers() == branch.names(ELS)
    branch.server.by_hand(f"dn: {taken}\nchangetype: delete\n")
    branch.done()
    assert branch.managers() == branch.names(ELS, INES)
    assert branch.writes_nothing()


def test_members_are_members_to_the_server_itself(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))

    def groups(person_id: str) -> set[bytes]:
        (held,) = branch.server.found(
            branch.person(person_id)[0], "(objectClass=*)", "tokenGroups", scope="base"
        ).values()
        return held["tokengroups"]

    group = branch.wanted_entry(f"group/{branch.group().key}").dn
    (sid,) = branch.held()[group]["objectsid"]
    assert sid in groups(INES)
    assert sid not in groups(FRANK)
    branch.done(branch.with_managers(ELS))
    assert sid not in groups(INES)


def test_a_deleted_entry_that_the_server_keeps_is_not_ours_any_more(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))
    dn, attributes = branch.person(INES)
    branch.server.by_hand(f"dn: {dn}\nchangetype: delete\n")
    branch.done()
    again = branch.person(INES)
    assert again[0] == dn
    assert again[1]["objectguid"] != attributes["objectguid"]
    people = tuple(each for each in PEOPLE if each.person_id != INES)
    branch.done(branch.with_managers(ELS, people=people))
    assert branch.writes_nothing()


class TestRanges:
    """Active Directory gives at most 1,500 values at once and says where to go on; Samba does when it is asked to."""

    def test_every_range_is_followed_to_its_end(self, open_branch: OpenBranch, server: DirectoryServer) -> None:
        branch = open_branch(*without_passwords(server))
        crowd = tuple(person(f"p_{number:05}", "", f"N{number}") for number in range(700))
        branch.done(branch.with_managers(*(each.person_id for each in crowd), people=crowd))
        group = branch.wanted_entry(f"group/{branch.group().key}").dn
        with branch.connect() as session:
            entry = session.entry(group, ["member;range=0-199"])
        assert entry is not None
        assert len(entry.attributes["member"]) == 700
        assert len(set(entry.attributes["member"])) == 700
