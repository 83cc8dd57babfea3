"""Writing to a real server, and knowing what became of it. The accesslog overlay is the witness."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from authz_service.directory.filters import InvalidFilterError
from authz_service.directory.names import Dn
from authz_service.directory.operations import (
    Add,
    Change,
    ChangeKind,
    Delete,
    Modify,
    Operation,
    OutcomeKind,
    Rename,
    ResultCode,
    WriteOutcome,
)
from authz_service.directory.servers import ServerSettings
from authz_service.directory.session import Session, open_session
from tests.directory.slapd import BASE, Slapd, SlapdOptions

PEOPLE = Dn.parse(f"ou=people,{BASE}")
GROUP = Dn.parse(f"cn=all,ou=groups,{BASE}")
MEMBERS = [f"uid=u{number:05},ou=people,{BASE}".encode() for number in range(3000)]


@pytest.fixture
def slapd(start_slapd: Callable[[SlapdOptions], Slapd]) -> Slapd:
    return start_slapd(SlapdOptions(overlays=("syncprov", "accesslog")))


def person(uid: str) -> Add:
    value = uid.encode()
    attributes = {"objectClass": [b"inetOrgPerson"], "uid": [value], "cn": [value], "sn": ["É, #1".encode()]}
    return Add(PEOPLE.child("uid", uid), attributes)


def unit(dn: Dn) -> Add:
    return Add(dn, {"objectClass": [b"organizationalUnit"], "ou": [dn.rdns[0][0][1].encode()]})


def described(uid: str, text: str, only_if: str | None = None) -> Modify:
    change = Change(ChangeKind.REPLACE, "description", [text.encode()])
    return Modify(PEOPLE.child("uid", uid), [change], only_if)


def group(members: list[bytes]) -> dict[str, list[bytes]]:
    return {"objectClass": [b"groupOfNames"], "cn": [b"all"], "member": members}


def members_of(session: Session, dn: Dn = GROUP) -> set[bytes]:
    found = session.entry(dn, ["member"])
    assert found is not None
    return set(found.attributes.get("member", ()))


def kinds(outcomes: Iterator[WriteOutcome]) -> list[str]:
    return [outcome.kind.value for outcome in outcomes]


def test_an_entry_is_added_changed_renamed_moved_and_deleted(slapd: Slapd, session: Session) -> None:
    old, new = PEOPLE.child("uid", "a"), Dn.parse(f"ou=foreign,{BASE}").child("uid", "b,c")
    assert session.add(old, person("a").attributes) == WriteOutcome(OutcomeKind.DONE, 0)
    assert session.modify(old, [Change(ChangeKind.ADD, "mail", [b"a@x.example"])]).kind is OutcomeKind.DONE
    assert session.rename(old, new).kind is OutcomeKind.DONE
    found = session.entry(new, ["uid", "mail", "sn"])
    assert found is not None
    assert found.attributes == {"uid": (b"b,c",), "mail": (b"a@x.example",), "sn": ("É, #1".encode(),)}
    assert session.delete(new).kind is OutcomeKind.DONE
    assert [kind for kind, _ in slapd.writes()] == ["add", "modify", "modrdn", "delete"]


def test_many_writes_are_done_once_each_and_told_in_order(slapd: Slapd, session: Session) -> None:
    names = [f"u{number}" for number in range(200)]
    operations = [
        person(name) if number % 10 else Delete(PEOPLE.child("uid", name)) for number, name in enumerate(names)
    ]
    codes = [outcome.code for outcome in session.write_many(operations, window=16)]
    assert codes == [0 if number % 10 else ResultCode.NO_SUCH_OBJECT for number in range(200)]
    written = [dn for _, dn in slapd.writes()]
    assert sorted(written) == sorted(str(operation.dn) for operation in operations if isinstance(operation, Add))


def test_what_is_under_an_entry_waits_for_it(session: Session) -> None:
    """A server carries out the requests of one connection side by side."""
    chain, dn = [], PEOPLE
    for level in range(60):
        dn = dn.child("ou", f"level {level}")
        chain.append(dn)
    operations: list[Operation] = [*map(unit, chain), *map(Delete, reversed(chain))]
    assert kinds(session.write_many(operations, window=64)) == ["done"] * 120


def test_writes_to_one_entry_keep_their_order(session: Session) -> None:
    assert session.add(person("a").dn, person("a").attributes).kind is OutcomeKind.DONE
    texts = [str(number) for number in range(100)]
    assert kinds(session.write_many((described("a", text) for text in texts), window=64)) == ["done"] * 100
    found = session.entry(PEOPLE.child("uid", "A"), ["description"])
    assert found is not None
    assert found.attributes["description"] == (b"99",)


def test_a_name_is_free_for_the_next_when_its_holder_was_renamed(session: Session) -> None:
    one, other, spare = (PEOPLE.child("uid", uid) for uid in ("one", "other", "spare"))
    made = [person("one"), person("other")]
    swap = [Rename(one, spare), Rename(other, one), Rename(spare, other)]
    assert kinds(session.write_many([*made, *swap], window=64)) == ["done"] * 5


def test_a_refusal_has_its_code_and_the_words_of_the_server(session: Session) -> None:
    session.add(GROUP, group(MEMBERS[:1]))
    outcome = session.modify(GROUP, [Change(ChangeKind.DELETE, "member", MEMBERS[:1])])
    assert (outcome.kind, outcome.code) == (OutcomeKind.REFUSED, ResultCode.OBJECT_CLASS_VIOLATION)
    assert "member" in outcome.text
    again = session.modify(GROUP, [Change(ChangeKind.ADD, "member", MEMBERS[:1])])
    assert again.code == ResultCode.ATTRIBUTE_OR_VALUE_EXISTS
    absent = session.modify(GROUP, [Change(ChangeKind.DELETE, "member", MEMBERS[1:2])])
    assert absent.code == ResultCode.NO_SUCH_ATTRIBUTE


def test_a_refusal_repeats_no_long_number(session: Session) -> None:
    number = "730111" + "36173"
    attributes = {**person("a").attributes, "uidNumber": [f"x{number}".encode()]}
    outcome = session.add(PEOPLE.child("uid", number), attributes)
    assert outcome.kind is OutcomeKind.REFUSED
    assert number not in outcome.text


@pytest.mark.parametrize("offered", [True, False])
class TestConditions:
    """With the assertion control, and by looking first where a server has none."""

    @pytest.fixture(autouse=True)
    def as_offered(self, session: Session, offered: bool) -> None:
        session.features = replace(session.features, assertion=offered)
        session.add(person("a").dn, person("a").attributes)

    def test_a_write_is_done_where_the_entry_is_as_expected(self, session: Session) -> None:
        assert (
            kinds(session.write_many([described("a", "x", "(sn=É, #1)"), described("a", "y", "(description=x)")]))
            == ["done"] * 2
        )

    def test_nothing_is_written_where_it_is_not(self, slapd: Slapd, session: Session) -> None:
        dn, before = PEOPLE.child("uid", "a"), len(slapd.writes())
        operations: list[Operation] = [
            described("a", "x", "(sn=other)"),
            Delete(dn, "(sn=other)"),
            Rename(dn, PEOPLE.child("uid", "b"), "(sn=other)"),
        ]
        outcomes = list(session.write_many(operations))
        assert [outcome.code for outcome in outcomes] == [ResultCode.ASSERTION_FAILED] * 3
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.REFUSED}
        assert len(slapd.writes()) == before

    def test_an_entry_that_is_gone(self, session: Session) -> None:
        outcome = session.delete(PEOPLE.child("uid", "gone"), "(sn=*)")
        assert (outcome.kind, outcome.code) == (OutcomeKind.REFUSED, ResultCode.NO_SUCH_OBJECT)

    def test_a_big_change_is_held_to_its_condition_once(self, session: Session) -> None:
        session.add(GROUP, group(MEMBERS[:1]))
        found = session.entry(GROUP, ["entryCSN"])
        assert found is not None
        condition = f"(entryCSN={found.attributes['entryCSN'][0].decode()})"
        assert (
            session.modify(GROUP, [Change(ChangeKind.ADD, "member", MEMBERS[1:])], condition).kind is OutcomeKind.DONE
        )
        assert session.modify(GROUP, [Change(ChangeKind.DELETE, "member", MEMBERS[1:])], condition).code == 122
        assert members_of(session) == set(MEMBERS)


def test_a_condition_that_is_no_filter_leaves_nothing_half_sent(session: Session) -> None:
    operations: list[Operation] = [person("a"), described("a", "x", "(sn=")]
    with pytest.raises(InvalidFilterError):
        list(session.write_many(operations))
    assert session.entry(PEOPLE.child("uid", "a"), ["uid"]) is not None


def test_an_entry_too_big_for_one_request_is_added_whole(slapd: Slapd, session: Session) -> None:
    assert session.add(GROUP, group(MEMBERS)).kind is OutcomeKind.DONE
    assert members_of(session) == set(MEMBERS)
    assert [kind for kind, _ in slapd.writes()] == ["add", "modify", "modify", "modify"]


def test_a_group_whose_members_all_change_is_never_empty(session: Session) -> None:
    session.add(GROUP, group(MEMBERS[:1500]))
    changes = [Change(ChangeKind.DELETE, "member", MEMBERS[:1500]), Change(ChangeKind.ADD, "member", MEMBERS[1500:])]
    assert session.modify(GROUP, changes).kind is OutcomeKind.DONE
    assert members_of(session) == set(MEMBERS[1500:])


def test_values_that_are_replaced_by_more_than_one_request_holds(session: Session) -> None:
    session.add(GROUP, group(MEMBERS[:10]))
    assert session.modify(GROUP, [Change(ChangeKind.REPLACE, "member", MEMBERS[5:])]).kind is OutcomeKind.DONE
    assert members_of(session) == set(MEMBERS[5:])


def test_a_part_that_is_refused_is_told_to_be_a_part(session: Session) -> None:
    session.add(GROUP, group(MEMBERS[:1]))
    outcome = session.modify(GROUP, [Change(ChangeKind.ADD, "member", [*MEMBERS[1:], MEMBERS[0]])])
    assert (outcome.kind, outcome.code, outcome.partly) == (OutcomeKind.REFUSED, 20, True)
    assert len(members_of(session)) == 2001


def test_no_request_is_larger_than_allowed(
    settings: ServerSettings, start_slapd: Callable[[SlapdOptions], Slapd]
) -> None:
    slapd = start_slapd(SlapdOptions(global_lines="sockbuf_max_incoming_auth 20000"))
    settings = replace(settings, urls=(slapd.tls_url,), max_request_bytes=20_000)
    with open_session(settings) as session:
        assert session.add(GROUP, group(MEMBERS)).kind is OutcomeKind.DONE
        assert members_of(session) == set(MEMBERS)


def test_a_value_larger_than_a_request_is_refused_here(settings: ServerSettings) -> None:
    with open_session(replace(settings, max_request_bytes=2000)) as session:
        outcomes = list(session.write_many([person("a"), described("a", "x" * 2000), described("a", "y")]))
    assert [(outcome.kind.value, outcome.code) for outcome in outcomes] == [("done", 0), ("refused", None), ("done", 0)]


def test_a_frozen_server_leaves_the_outcome_unknown_and_may_still_do_it(slapd: Slapd, settings: ServerSettings) -> None:
    with open_session(replace(settings, receive_timeout_seconds=1)) as session:
        slapd.pause()
        outcome = session.add(person("a").dn, person("a").attributes)
        assert (outcome.kind, outcome.text) == (OutcomeKind.UNKNOWN, "the server does not answer in time")
        assert session.add(person("b").dn, person("b").attributes).kind is OutcomeKind.NOT_SENT
        slapd.resume()
    with open_session(settings) as again:
        end = time.monotonic() + 10
        while again.entry(person("a").dn, ["uid"]) is None and time.monotonic() < end:
            time.sleep(0.01)
        assert slapd.writes() == [("add", str(person("a").dn))]


def test_a_server_killed_midway_leaves_no_write_in_the_dark(slapd: Slapd, settings: ServerSettings) -> None:
    people = [person(f"u{number}") for number in range(300)]
    found: list[OutcomeKind] = []
    with open_session(settings) as session:
        for outcome in session.write_many(people, window=16):
            found.append(outcome.kind)
            if len(found) == 100:
                slapd.kill()
        assert session.is_lost
    assert len(found) == 300
    assert found[:100] == [OutcomeKind.DONE] * 100
    assert 1 <= found.count(OutcomeKind.UNKNOWN) <= 17
    slapd.start()
    with open_session(settings) as session:
        there = [session.entry(entry.dn, ["uid"]) is not None for entry in people]
    for kind, is_there in zip(found, there, strict=True):
        assert kind is OutcomeKind.UNKNOWN or is_there == (kind is OutcomeKind.DONE)


def test_a_server_that_ends_in_its_own_way(slapd: Slapd, session: Session) -> None:
    slapd.stop()
    assert session.delete(PEOPLE).kind in {OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT}
    assert session.delete(PEOPLE).kind is OutcomeKind.NOT_SENT


def test_reading_and_writing_while_other_writes_are_under_way(session: Session) -> None:
    names = [f"u{number}" for number in range(60)]
    for name, outcome in zip(names, session.write_many(map(person, names), window=8), strict=True):
        assert outcome.kind is OutcomeKind.DONE
        assert session.entry(PEOPLE.child("uid", name), ["uid"]) is not None
        assert (
            session.modify(PEOPLE.child("uid", name), [Change(ChangeKind.ADD, "mail", [b"a@x"])]).kind
            is OutcomeKind.DONE
        )


def test_who_stops_asking_for_outcomes_leaves_the_session_usable(session: Session) -> None:
    """What was sent by then is done: a window of it, and as many again where the first was not answered first."""
    outcomes = session.write_many((person(f"u{number}") for number in range(100)), window=8)
    assert next(outcomes).kind is OutcomeKind.DONE
    outcomes.close()  # type: ignore[attr-defined] # it is a generator
    assert len(list(session.search(PEOPLE, "(uid=*)", ["uid"]))) in range(8, 18)


def test_nothing_to_write(slapd: Slapd, session: Session) -> None:
    assert list(session.write_many([])) == []
    assert slapd.writes() == []


def test_a_window_that_lets_nothing_through(session: Session) -> None:
    with pytest.raises(ValueError, match="at least one"):
        session.write_many([Delete(PEOPLE)], window=0)


def test_a_session_that_was_closed(settings: ServerSettings) -> None:
    with open_session(settings) as session:
        pass
    assert session.delete(PEOPLE).kind is OutcomeKind.NOT_SENT
