"""Reading from a real server: everything, or an error."""

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest

from authz_service.directory.errors import ConnectionLostError, IncompleteReadError
from authz_service.directory.filters import InvalidFilterError
from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, OutcomeKind, Scope
from authz_service.directory.servers import ServerSettings, Vendor
from authz_service.directory.session import Session, open_session
from tests.directory.certificates import Authority
from tests.directory.conftest import settings_for
from tests.directory.slapd import BASE, Slapd, SlapdOptions

PEOPLE = Dn.parse(f"ou=people,{BASE}")
PERSON = "(objectClass=inetOrgPerson)"


def fill(slapd: Slapd, count: int) -> None:
    """Add so many people, as somebody else would."""
    slapd.add(
        "\n".join(
            f"dn: uid=u{number},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: u{number}\ncn: U {number}\nsn: U\n"
            for number in range(count)
        )
    )


def test_every_page_is_read(slapd: Slapd, settings: ServerSettings) -> None:
    fill(slapd, 23)
    with open_session(replace(settings, page_size=5)) as session:
        found = list(session.search(PEOPLE, PERSON, ["uid"]))
    assert len({entry.dn for entry in found}) == 23
    assert {entry.attributes["uid"] for entry in found} == {(f"u{number}".encode(),) for number in range(23)}


def test_a_search_that_finds_nothing(session: Session) -> None:
    assert list(session.search(PEOPLE, PERSON, ["uid"])) == []


def test_entries_that_fill_the_last_page(slapd: Slapd, settings: ServerSettings) -> None:
    fill(slapd, 10)
    with open_session(replace(settings, page_size=5)) as session:
        assert len(list(session.search(PEOPLE, PERSON, ["uid"]))) == 10


@pytest.mark.parametrize(
    "limits",
    [
        "size=20",
        "size=20 size.prtotal=20",
        "size.prtotal=disabled",
        "size.pr=2",
        "size=20 size.pr=noEstimate size.prtotal=15",
    ],
)
def test_a_server_that_gives_less_than_there_is(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority, limits: str
) -> None:
    slapd = start_slapd(SlapdOptions(limits=limits))
    fill(slapd, 50)
    with open_session(replace(settings_for(slapd, authority), page_size=10)) as session:
        with pytest.raises(IncompleteReadError, match="code") as caught:
            list(session.search(PEOPLE, PERSON, ["uid"]))
        assert caught.value.code in {4, 11, 53}


def test_a_base_that_is_not_there_is_not_an_empty_one(session: Session) -> None:
    with pytest.raises(IncompleteReadError) as caught:
        list(session.search(PEOPLE.child("ou", "gone"), PERSON, ["uid"]))
    assert caught.value.code == 32


def test_a_part_that_lies_on_another_server(slapd: Slapd, session: Session) -> None:
    slapd.tool(
        "ldapadd",
        "-M",
        given=f"dn: ou=away,ou=people,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: away\nref: ldap://elsewhere.invalid/\n",
    )
    with pytest.raises(IncompleteReadError) as caught:
        list(session.search(PEOPLE, PERSON, ["uid"]))
    assert caught.value.code == 10


def test_a_server_that_is_killed_between_two_pages(slapd: Slapd, settings: ServerSettings) -> None:
    fill(slapd, 20)
    with open_session(replace(settings, page_size=5)) as session:
        found = session.search(PEOPLE, PERSON, ["uid"])
        next(found)
        slapd.kill()
        with pytest.raises(ConnectionLostError):
            list(found)
        assert session.is_lost


def test_a_server_that_falls_silent(slapd: Slapd, settings: ServerSettings) -> None:
    with open_session(replace(settings, receive_timeout_seconds=1)) as session:
        slapd.pause()
        with pytest.raises(ConnectionLostError, match="in time"):
            list(session.search(PEOPLE, PERSON, ["uid"]))
        slapd.resume()
        with pytest.raises(ConnectionLostError):
            session.entry(PEOPLE, ["ou"])


def test_a_search_begun_within_another_makes_the_first_incomplete(slapd: Slapd, settings: ServerSettings) -> None:
    fill(slapd, 20)
    with open_session(replace(settings, page_size=5)) as session:
        outer = session.search(PEOPLE, PERSON, ["uid"])
        next(outer)
        assert len(list(session.search(PEOPLE, PERSON, ["uid"]))) == 20
        with pytest.raises(IncompleteReadError, match="another search"):
            list(outer)


def test_entries_are_looked_up_and_written_within_a_search(slapd: Slapd, settings: ServerSettings) -> None:
    fill(slapd, 20)
    with open_session(replace(settings, page_size=5)) as session:
        for found in session.search(PEOPLE, PERSON, ["uid"]):
            assert session.entry(found.dn, ["uid"]) == found
            assert session.delete(found.dn).kind is OutcomeKind.DONE


def test_attributes_are_called_as_they_were_asked_for(slapd: Slapd, session: Session) -> None:
    fill(slapd, 1)
    (found,) = session.search(PEOPLE, PERSON, ["UID", "CommonName", "description"])
    assert dict(found.attributes) == {"UID": (b"u0",), "cn": (b"U 0",)}


def test_scopes(slapd: Slapd, session: Session) -> None:
    fill(slapd, 2)
    anything = "(objectClass=*)"
    assert [entry.dn for entry in session.search(PEOPLE, anything, [], Scope.BASE)] == [PEOPLE]
    assert len(list(session.search(PEOPLE, anything, [], Scope.ONE_LEVEL))) == 2
    assert len(list(session.search(PEOPLE, anything, [], Scope.SUBTREE))) == 3


def test_the_id_of_an_entry_stays_when_it_is_renamed_and_finds_it(slapd: Slapd, session: Session) -> None:
    fill(slapd, 2)
    old = PEOPLE.child("uid", "u0")
    before = session.entry(old, ["uid"])
    assert session.rename(old, PEOPLE.parent.child("uid", "other")).kind is OutcomeKind.DONE
    assert before is not None
    assert len(before.entry_id) == 36
    (after,) = session.search(Dn.parse(BASE), session.features.entry_id_filter(before.entry_id), ["uid"])
    assert after.dn == PEOPLE.parent.child("uid", "other")
    assert after.entry_id == before.entry_id
    assert after.attributes["uid"] == (b"other",)


def test_an_entry_that_is_not_there(session: Session) -> None:
    assert session.entry(PEOPLE.child("uid", "nobody"), ["uid"]) is None


def test_a_filter_that_is_none_is_told_before_anything_is_asked(session: Session) -> None:
    with pytest.raises(InvalidFilterError):
        session.search(PEOPLE, "(uid=", ["uid"])


def test_a_group_with_many_members_is_read_whole(session: Session) -> None:
    members = [f"uid=u{number},ou=people,{BASE}".encode() for number in range(4_000)]
    group = Dn.parse(f"cn=all,ou=groups,{BASE}")
    assert (
        session.add(group, {"objectClass": [b"groupOfNames"], "cn": [b"all"], "member": members}).kind
        is OutcomeKind.DONE
    )
    found = session.entry(group, ["member"])
    assert found is not None
    assert sorted(found.attributes["member"]) == sorted(members)


def test_the_token_changes_with_every_write_and_with_nothing_else(slapd: Slapd, session: Session) -> None:
    token = session.change_token(PEOPLE)
    assert token is not None
    assert session.change_token(PEOPLE) == token
    fill(slapd, 1)
    assert session.change_token(PEOPLE) not in {None, token}


def test_no_token_where_the_server_keeps_none(
    start_slapd: Callable[[SlapdOptions], Slapd], authority: Authority
) -> None:
    with open_session(settings_for(start_slapd(SlapdOptions(overlays=())), authority)) as session:
        session.add(PEOPLE.child("ou", "a"), {"objectClass": [b"organizationalUnit"], "ou": [b"a"]})
        assert session.change_token(Dn.parse("dc=elsewhere")) is None


def test_what_the_server_can_do(session: Session) -> None:
    features = session.features
    assert (features.vendor, features.entry_id_attribute) == (Vendor.OPENLDAP, "entryUUID")
    assert features.paged_results
    assert features.assertion


def test_reading_many_entries_holds_one_page_of_them(slapd: Slapd, settings: ServerSettings) -> None:
    with open_session(settings) as session:
        people = [PEOPLE.child("ou", f"o{number}") for number in range(300)]
        adds = [Add(dn, {"objectClass": [b"organizationalUnit"], "ou": [dn.rdns[0][0][1].encode()]}) for dn in people]
        assert all(outcome.kind is OutcomeKind.DONE for outcome in session.write_many(adds))
    with open_session(replace(settings, page_size=10)) as session:
        held = 0
        for number, _ in enumerate(session.search(PEOPLE, "(ou=o*)", ["ou"])):
            if number % 100 == 50:
                held = max(held, sum(type(thing).__name__ == "FoundEntry" for thing in gc.get_objects()))
        assert held < 50
