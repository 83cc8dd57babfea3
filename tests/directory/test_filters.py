"""Search filters: escaping, and the form they are sent in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.directory.filters import InvalidFilterError, encoded, escape
from tests.directory.scripted_server import encoded_by_ldap3

VALUES = st.text(st.characters(codec="utf-8"), max_size=20)


@pytest.mark.parametrize(
    "text",
    [
        "(cn=a)",
        "(cn=*)",
        "(cn=)",
        "(cn=a*)",
        "(cn=*a)",
        "(cn=a*b*c)",
        "(cn>=a)",
        "(cn<=a)",
        "(cn~=a)",
        "(!(cn=a))",
        "(&(cn=a)(|(sn=b)(sn=c))(!(uid=*)))",
        "(cn;lang-fr=a)",
        "(2.5.4.3=a)",
        r"(cn=\2a\28\29\5c\00)",
        "(cn=é)",
        "(userAccountControl:1.2.840.113556.1.4.803:=2)",
        "(cn:caseExactMatch:=a)",
        "(cn:=a)",
        "(:2.5.13.5:=a)",
    ],
)
def test_a_filter_is_sent_as_ldap3_would_send_it(text: str) -> None:
    assert encoded(text) == encoded_by_ldap3(text)


def test_true_is_sent_as_ldap_wants_it() -> None:
    """RFC 4511 section 5.1: 0xFF, where ldap3 sends 0x01."""
    assert encoded("(cn:dn:2.5.13.5:=a)").endswith(b"\x84\x01\xff")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cn=a",
        "(cn=a",
        "(cn=a))",
        "(cn=a)(cn=b)",
        "(=a)",
        "(cn)",
        "(cn=(a)",
        r"(cn=\zz)",
        r"(cn=\2)",
        "(cn=a**b)",
        "(cn>=a*)",
        "(!cn=a)",
        "(&(cn=a)x)",
        "(c n=a)",
        "(cn=a\0)",
        "(:=a)",
        "(!" * 60 + "(cn=a)" + ")" * 60,
    ],
)
def test_what_is_no_filter_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        encoded(text)
    assert not text or text not in str(caught.value)


@given(value=VALUES)
def test_an_escaped_value_is_sent_as_it_is(value: str) -> None:
    octets = value.encode()
    assert encoded(f"(cn={escape(value)})").endswith(octets)
    assert encoded(f"(cn={escape(value)})") == encoded(f"(cn={escape(octets)})")


@given(value=VALUES)
def test_an_escaped_value_changes_nothing_around_it(value: str) -> None:
    assert encoded(f"(&(cn={escape(value)})(uid=a))")[:1] == b"\xa0"
    assert encoded(f"(&(cn={escape(value)})(uid=a))").endswith(encoded("(uid=a)"))
