"""Distinguished names, held against what OpenLDAP makes of them."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authz_service.directory.filters import escape
from authz_service.directory.names import Dn
from authz_service.directory.operations import OutcomeKind, ResultCode, Scope
from authz_service.directory.session import Session, open_session
from tests.directory.certificates import Authority
from tests.directory.conftest import settings_for
from tests.directory.slapd import BASE, Slapd

PEOPLE = Dn.parse(f"ou=people,{BASE}")
VALUES = st.text(
    st.sampled_from('aAbéÉe\u0301ßsﬁi\uff111🙂\u00a0 #,+"\\<>;=*()\t\n\x7f\u2028\u200b'), min_size=1, max_size=6
)
NAMES = [
    'Müller, "Ünal" #1 + co',
    " lead",
    "trail ",
    "#x",
    "a=b",
    "back\\slash",
    "(x)*",
    "😀",
    "a  b",
    "<a>;b",
    "\ttab",
    "*",
    "\\2C",
]


@pytest.fixture(scope="module")
def shared(authority: Authority) -> Iterator[Session]:
    """One server for many examples, each of which cleans up behind it."""
    certificate = authority.sign("127.0.0.1")
    with Slapd(certificate) as slapd, open_session(settings_for(slapd, authority)) as session:
        yield session


def attributes(value: str) -> dict[str, list[bytes]]:
    return {"objectClass": [b"organizationalRole"], "cn": [value.encode()]}


@settings(max_examples=60, deadline=None)
@given(one=VALUES, other=VALUES)
def test_names_are_equal_where_the_server_holds_them_equal(shared: Session, one: str, other: str) -> None:
    first, second = PEOPLE.child("cn", one), PEOPLE.child("cn", other)
    made = shared.add(first, attributes(one))
    assert made.kind is OutcomeKind.DONE
    again = shared.add(second, attributes(other))
    try:
        assert (again.code == ResultCode.ENTRY_ALREADY_EXISTS) == (first == second)
    finally:
        shared.delete(first)
        shared.delete(second)


@settings(max_examples=60, deadline=None)
@given(value=VALUES)
def test_the_server_keeps_the_value_and_hands_the_same_name_back(shared: Session, value: str) -> None:
    dn = PEOPLE.child("cn", value)
    assert shared.add(dn, attributes(value)).kind is OutcomeKind.DONE
    try:
        (found,) = shared.search(PEOPLE, f"(cn={escape(value)})", ["cn"], Scope.ONE_LEVEL)
        assert found.dn == dn
        assert found.attributes == {"cn": (value.encode(),)}
    finally:
        assert shared.delete(found.dn).kind is OutcomeKind.DONE


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_found_by_name_and_by_filter(shared: Session, name: str) -> None:
    dn = PEOPLE.child("cn", name)
    assert shared.add(dn, attributes(name)).kind is OutcomeKind.DONE
    found = shared.entry(dn, ["cn"])
    by_filter = list(shared.search(PEOPLE, f"(cn={escape(name)})", ["cn"]))
    shared.delete(dn)
    assert found is not None
    assert by_filter == [found]
    assert found.attributes["cn"] == (name.encode(),)


def test_a_name_with_a_null_octet_is_not_cut_there(shared: Session) -> None:
    dn = PEOPLE.child("cn", "a\0b")
    assert shared.add(dn, attributes("a\0b")).kind is OutcomeKind.DONE
    found = shared.entry(dn, ["cn"])
    assert shared.entry(PEOPLE.child("cn", "a"), ["cn"]) is None
    assert shared.delete(dn).kind is OutcomeKind.DONE
    assert found is not None
    assert found.attributes["cn"] == (b"a\0b",)


@pytest.mark.parametrize(
    "spelling", ["CN=A\\2CB , OU=People,{0}", 'cn="a,b";ou=people,{0}', "2.5.4.3=#0403612C62,ou=PEOPLE,{0}"]
)
def test_other_spellings_lead_to_the_same_entry(shared: Session, spelling: str) -> None:
    dn = PEOPLE.child("cn", "a,b")
    shared.add(dn, attributes("a,b"))
    found = shared.entry(Dn.parse(spelling.format(BASE)), ["cn"])
    shared.delete(dn)
    assert found is not None
    assert found.dn == dn
