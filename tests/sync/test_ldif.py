"""LDIF: entries and changes as text (RFC 2849)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, Change, ChangeKind, Delete, Modify, Rename
from authz_service.sync.ldif import VERSION, change_record, comment, entry_record

GROUP = Dn.parse("cn=GAP,ou=x,dc=y")


def read(text: str) -> list[tuple[str, bytes]]:
    """Read one record as RFC 2849 says: unfold, drop comments, decode."""
    lines = text.replace("\n ", "").split("\n")
    pairs = []
    for line in lines:
        if line and not line.startswith("#") and line != "-":
            name, _, value = line.partition(":")
            coded = value.startswith(":")
            pairs.append((name, base64.b64decode(value[1:]) if coded else value.removeprefix(" ").encode()))
    return pairs


def test_an_entry_is_its_name_and_its_values() -> None:
    assert entry_record(GROUP, {"objectClass": (b"groupOfNames",), "member": (b"uid=a", b"uid=b")}) == (
        "dn: cn=GAP,ou=x,dc=y\nobjectClass: groupOfNames\nmember: uid=a\nmember: uid=b\n\n"
    )


@pytest.mark.parametrize(
    "value",
    [b" lead", b"trail ", b":x", b"<file:///etc/passwd", b"two\nlines", b"\r", b"\0", b"\xff\xfe", "é".encode()],
)
def test_what_would_be_misread_is_coded(value: bytes) -> None:
    record = entry_record(GROUP, {"cn": (value,)})
    assert f"cn:: {base64.b64encode(value).decode()}\n" in record
    assert read(record)[1] == ("cn", value)


@pytest.mark.parametrize("value", [b"", b"#x", b"a: b", b"a < b", b"-"])
def test_what_would_not_be_misread_stays_readable(value: bytes) -> None:
    assert f"\ncn: {value.decode()}\n" in entry_record(GROUP, {"cn": (value,)})


def test_a_coded_text_is_told_above_it() -> None:
    assert "# sn: Müller\nsn:: TcO8bGxlcg==\n" in entry_record(GROUP, {"sn": ("Müller".encode(),)})


def test_a_name_beyond_ascii_is_coded_as_well() -> None:
    record = entry_record(Dn.parse("cn=Ünal\\, Inès,dc=y"), {})
    assert read(record) == [("dn", "cn=Ünal\\, Inès,dc=y".encode())]


@given(st.lists(st.binary(max_size=300)))
def test_whatever_is_written_is_read_back(values: list[bytes]) -> None:
    record = entry_record(GROUP, {"description": values})
    assert [value for name, value in read(record) if name == "description"] == values
    assert all(len(line) <= 76 for line in record.split("\n") if not line.startswith("#"))
    assert record.endswith("\n\n")


def test_an_addition_is_a_record() -> None:
    assert change_record(Add(GROUP, {"cn": (b"GAP",)}), comments=["because of GGA-CAM-01"]) == (
        "# because of GGA-CAM-01\ndn: cn=GAP,ou=x,dc=y\nchangetype: add\ncn: GAP\n\n"
    )


def test_a_modification_names_each_change() -> None:
    changes = (
        Change(ChangeKind.ADD, "member", (b"uid=a", b"uid=b")),
        Change(ChangeKind.DELETE, "member", (b"uid=c",)),
        Change(ChangeKind.REPLACE, "mail"),
    )
    assert change_record(Modify(GROUP, changes, only_if="(cn=GAP)")) == (
        "dn: cn=GAP,ou=x,dc=y\nchangetype: modify\n"
        "add: member\nmember: uid=a\nmember: uid=b\n-\ndelete: member\nmember: uid=c\n-\nreplace: mail\n-\n\n"
    )


def test_a_rename_says_where_to_only_when_it_moves() -> None:
    head = "dn: cn=GAP,ou=x,dc=y\nchangetype: modrdn\n"
    here = change_record(Rename(GROUP, Dn.parse("cn=a\\,b,OU=x,dc=y")))
    assert here == f"{head}newrdn: cn=a\\,b\ndeleteoldrdn: 1\n\n"
    there = change_record(Rename(GROUP, Dn.parse("cn=GAP,ou=z,dc=y")))
    assert there == f"{head}newrdn: cn=GAP\ndeleteoldrdn: 1\nnewsuperior: ou=z,dc=y\n\n"


def test_a_deletion_is_a_record() -> None:
    assert change_record(Delete(GROUP)) == "dn: cn=GAP,ou=x,dc=y\nchangetype: delete\n\n"


def test_a_hidden_value_is_not_written() -> None:
    record = change_record(Add(GROUP, {"unicodePwd": (b"very secret",)}), hidden=["UNICODEPWD"])
    assert "# unicodePwd: not shown\n" in record
    assert "very secret" not in record
    assert base64.b64encode(b"very secret").decode() not in record


@pytest.mark.parametrize("text", ["a\ndn: cn=evil", "a\r\nb", "a\u2028b", "a\ud800b"])
def test_a_comment_is_one_line(text: str) -> None:
    assert len(comment(text).splitlines()) == 1
    comment(text).encode()


def test_a_file_begins_with_its_version() -> None:
    assert VERSION == "version: 1\n"
