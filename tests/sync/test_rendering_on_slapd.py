"""What is rendered and written as LDIF, taken by a real OpenLDAP."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.directory.filters import escape
from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, Change, ChangeKind, Delete, Modify, Operation, Rename
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.ldif import VERSION, change_record, entry_record
from authz_service.sync.rendering import new_entry_attributes, render
from authz_service.sync.targets import Target
from tests.directory.slapd import BASE, Slapd, SlapdOptions
from tests.sync.mappings import (
    ALPHA,
    CARLA,
    EXAMPLE,
    PEOPLE,
    alpha,
    by_key,
    changed,
    person,
    projection,
    targets_in,
    texts,
)
from tests.sync.test_ldif import read
from tests.sync.test_rendering import HOSTILE


@pytest.fixture
def slapd() -> Iterator[Slapd]:
    with Slapd(options=SlapdOptions(overlays=("ppolicy",))) as server:
        server.add(f"dn: ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: authz\n")
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """The example for OpenLDAP, in the test's own directory."""
    return targets_in(tmp_path, changed(EXAMPLE.read_text(), ("dc=uman,dc=example", BASE)))["uman"]


def ldif(target: Target, entries: tuple[DesiredEntry, ...]) -> str:
    people = by_key(entries)
    records = [entry_record(entry.dn, new_entry_attributes(target.mapped, entry, people)) for entry in entries]
    return VERSION + "\n" + "".join(records)


def found(
    slapd: Slapd, base: str, condition: str = "(objectClass=*)", scope: str = "sub"
) -> list[tuple[Dn, dict[str, set[bytes]]]]:
    """Return the entries under a name, with the attributes anybody may see and what locks."""
    asked = ("-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", scope, condition, "*", "pwdAccountLockedTime")
    entries = []
    for record in slapd.tool("ldapsearch", *asked).split("\n\n"):
        pairs = read(record)
        if pairs:
            attributes: dict[str, set[bytes]] = {}
            for name, value in pairs[1:]:
                attributes.setdefault(name.lower(), set()).add(value)
            entries.append((Dn.parse(pairs[0][1].decode()), attributes))
    return entries


def test_the_example_for_openldap_is_taken_whole_and_read_back_as_it_was(slapd: Slapd, target: Target) -> None:
    somebody_blocked = person("p_jan", "Jan", "Jacobs", blocked=True)
    entries = render(target, replace(alpha(), people=(*PEOPLE, somebody_blocked)))
    slapd.add(ldif(target, entries))
    held = dict(found(slapd, f"ou=authz,{BASE}"))
    del held[target.mapped.base]
    people = by_key(entries)
    wanted = {entry.dn: new_entry_attributes(target.mapped, entry, people) for entry in entries}
    assert held == {
        dn: {name.lower(): set(values) for name, values in attributes.items()} for dn, attributes in wanted.items()
    }
    assert [texts(entry, "cn") for entry in entries if entry.disabled] == [["Jan Jacobs"]]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_found_by_its_exact_value(slapd: Slapd, target: Target, tmp_path: Path, name: str) -> None:
    text = changed(
        EXAMPLE.read_text(),
        ("dc=uman,dc=example", BASE),
        (
            'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
            'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
        ),
    )
    named = targets_in(tmp_path, text)["uman"]
    slapd.add(ldif(named, render(named, projection(name=name, people=(person(CARLA, "Carla", name),)))))
    ((dn, _),) = found(slapd, f"ou=people,ou=authz,{BASE}", f"(sn={escape(name)})")
    assert dn == named.mapped.base.child("ou", "people").child("cn", name)
    (enterprise,) = found(slapd, f"ou=enterprises,ou=authz,{BASE}", f"(description={escape(name)})")
    assert enterprise[0].rdn == f"ou={ALPHA}"


def test_changes_are_taken_as_they_are_written(slapd: Slapd) -> None:
    def carry_out(operation: Operation) -> None:
        slapd.tool("ldapmodify", given=VERSION + "\n" + change_record(operation, comments=["why\ndn: not this"]))

    old, new = (Dn.parse(f"ou=people,{BASE}").child("cn", name) for name in ('Müller, "Ünal" #1 + co', " lead"))
    moved = Dn.parse(f"ou=groups,{BASE}").child("cn", "b\\s")
    carry_out(
        Add(old, {"objectClass": (b"inetOrgPerson",), "sn": (b" x ",), "description": ("é" * 100).encode().split(b"!")})
    )
    carry_out(
        Modify(
            old,
            (
                Change(ChangeKind.ADD, "mail", (b"a@x", b"b@x")),
                Change(ChangeKind.DELETE, "description"),
                Change(ChangeKind.REPLACE, "sn", (b"<y",)),
            ),
        )
    )
    carry_out(Rename(old, new))
    carry_out(Rename(new, moved))
    ((dn, attributes),) = found(slapd, BASE, "(objectClass=inetOrgPerson)")
    assert dn == moved
    assert (attributes["mail"], attributes["sn"], attributes["cn"]) == ({b"a@x", b"b@x"}, {b"<y"}, {b"b\\s"})
    assert "description" not in attributes
    carry_out(Delete(moved))
    assert found(slapd, BASE, "(objectClass=inetOrgPerson)") == []
