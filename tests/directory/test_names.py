"""Distinguished names: reading every spelling, writing one, and equality as a directory has it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.directory.names import Dn, InvalidDnError

HOSTILE = st.text(st.sampled_from('aZé🙂ß 0#,+"\\<>;=*()\x00\n\x7f\u2028\udcff/&|!~'), min_size=1, max_size=8)
BASE = Dn.parse("ou=people,dc=test")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"cn=a\,b", "a,b"),
        (r"cn=a\2Cb", "a,b"),
        (r'cn="a,b"', "a,b"),
        (r'cn="a\"b"', 'a"b'),
        (r"cn=\ a\ ", " a "),
        (r"cn=a\20", "a "),
        (r"cn=a\\ ", "a\\"),
        (r"cn=\#a", "#a"),
        ("cn=a#b", "a#b"),
        ("cn=a=b", "a=b"),
        ("cn=#04024869", "Hi"),
        ("cn=#0C02C3A9", "é"),
        (r"cn=L\C4\8Di\C4\87", "Lčić"),
        (r"cn=Lu\C4\8D", "Luč"),
        ("cn=", ""),
        ("cn = a b ", "a b"),
        (r"cn=a\00b", "a\0b"),
        ("OID.2.5.4.3=a", "a"),
    ],
)
def test_every_legal_spelling_of_a_value_is_read(text: str, value: str) -> None:
    ((pair,),) = Dn.parse(text).rdns
    assert pair[1] == value


@pytest.mark.parametrize(
    "text",
    [
        "cn",
        "=a",
        "cn=a,",
        ",cn=a",
        "cn=a,,dc=b",
        "cn=a\\",
        r"cn=a\g",
        'cn="a',
        "cn=#0",
        "cn=#",
        "cn=#0405",
        "cn=#3003020101",
        "c n=a",
        "cn=a+",
        "cn=a<b",
        "1=a",
        "cn=a\0b",
    ],
)
def test_what_is_no_name_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidDnError) as caught:
        Dn.parse(text)
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UID=A3, OU=People ; DC=Test", "uid=a3,ou=people,dc=test"),
        (r"cn=a\2Cb,dc=x", r"CN=A\,B,DC=X"),
        ("cn=a  b,dc=x", "cn=a b,dc=x"),
        ("2.5.4.3=a,0.9.2342.19200300.100.1.25=x", "commonName=a,domainComponent=x"),
        ("cn=a+sn=b,dc=x", "surname=B + CN=a,dc=x"),
        ("cn=E\u0301lan,dc=x", "cn=élan,dc=x"),
        ("cn=#04024869,dc=x", "cn=hi,dc=x"),
    ],
)
def test_other_spellings_are_the_same_name(one: str, other: str) -> None:
    assert Dn.parse(one) == Dn.parse(other)
    assert hash(Dn.parse(one)) == hash(Dn.parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=a,dc=x", "cn=a,dc=y"),
        ("cn=a,dc=x", "uid=a,dc=x"),
        (r"cn=a\,dc\=x", "cn=a,dc=x"),
        ("cn=a+sn=b,dc=x", "cn=a,sn=b,dc=x"),
        ("memberUid=a,dc=x", "memberUid=A,dc=x"),
        ("cn=ab,dc=x", "cn=a b,dc=x"),
        (r"cn=a\+sn\=b,dc=x", "cn=a+sn=b,dc=x"),
    ],
)
def test_other_names_are_not_the_same(one: str, other: str) -> None:
    assert Dn.parse(one) != Dn.parse(other)


def test_a_name_knows_what_is_above_it() -> None:
    below = Dn.parse("CN=x,OU=People,DC=test")
    assert below.parent == BASE
    assert below.is_below(BASE)
    assert below.is_below(BASE.parent)
    assert not BASE.is_below(below)
    assert not BASE.is_below(BASE)
    assert not Dn.parse("cn=x,ou=xpeople,dc=test").is_below(BASE)
    assert Dn().parent == Dn()
    assert BASE.is_below(Dn())


@given(value=HOSTILE, other=HOSTILE)
def test_whatever_stands_in_a_value_stays_in_that_value(value: str, other: str) -> None:
    dn = BASE.child("ou", other).child("cn", value)
    assert Dn.parse(str(dn)).rdns == dn.rdns
    assert dn.parent.parent == BASE


@given(value=HOSTILE)
def test_a_name_is_written_on_one_line_in_what_every_server_reads(value: str) -> None:
    written = str(BASE.child("cn", value))
    assert written.isprintable()
    assert written.encode("utf-8")


@given(value=st.text(string.ascii_letters + " ", min_size=1))
def test_a_plain_value_is_read_the_same_whatever_else_is_in_the_name(value: str) -> None:
    written = BASE.child("cn", value)
    assert Dn.parse(f"{written},cn=\\,").rdns[0] == Dn.parse(str(written)).rdns[0]


@pytest.mark.parametrize(("attribute_type", "value"), [("", "a"), ("c n", "a"), ("cn=a,ou", "a"), ("cn", "")])
def test_a_relative_name_needs_a_type_and_a_value(attribute_type: str, value: str) -> None:
    with pytest.raises(InvalidDnError):
        BASE.child(attribute_type, value)


def test_a_name_shows_no_long_number() -> None:
    assert "73" not in repr(BASE.child("uid", "730111" + "36173"))
