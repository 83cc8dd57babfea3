"""The session with a directory, against every server: who is let in, what is read, what a write comes to."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.directory.errors import BindRefusedError, CertificateRefusedError, PlainRefusedError
from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, Change, ChangeKind, OutcomeKind, ResultCode
from authz_service.directory.servers import SecretText, ServerSettings
from authz_service.directory.session import Session, open_session
from authz_service.store.directories import RunOutcome
from tests.directory.certificates import Authority
from tests.directory_servers.branches import Branch
from tests.directory_servers.servers import DirectoryServer
from tests.sync.mappings import ELS

UNIT = {"objectClass": [b"organizationalUnit"]}


@pytest.fixture
def session(branch: Branch) -> Iterator[Session]:
    with branch.connect() as opened:
        yield opened


def settings(server: DirectoryServer, url: str, ca_file: Path, *, start_tls: bool = False) -> ServerSettings:
    secret = SecretText(server.bind_password)
    return ServerSettings((url,), server.bind_dn, secret, ca_file=ca_file, start_tls=start_tls)


class TestGettingIn:
    def test_over_tls_from_the_beginning_and_from_starttls_on(self, server: DirectoryServer) -> None:
        for url, start_tls in ((server.secure_url, False), (server.plain_url, True)):
            with open_session(settings(server, url, server.authority.file, start_tls=start_tls)) as session:
                assert session.features.paged_results

    def test_a_certificate_of_others_is_refused_before_the_password_is_sent(
        self, server: DirectoryServer, tmp_path: Path
    ) -> None:
        others = Authority(tmp_path, "others").file
        before = server.binds()
        for url, start_tls in ((server.secure_url, False), (server.plain_url, True)):
            with (
                pytest.raises(CertificateRefusedError),
                open_session(settings(server, url, others, start_tls=start_tls)),
            ):
                raise AssertionError("let in")
        assert server.binds() == before

    def test_a_plain_connection_is_refused_before_the_password_is_sent(self, server: DirectoryServer) -> None:
        before = server.binds()
        with pytest.raises(PlainRefusedError), open_session(settings(server, server.plain_url, server.authority.file)):
            raise AssertionError("let in")
        assert server.binds() == before

    def test_a_wrong_password_is_tried_once_and_told(self, branch: Branch) -> None:
        before = branch.server.binds()
        wrong = replace(branch.settings, secret=SecretText("wrong"))
        with pytest.raises(BindRefusedError) as refused, open_session(wrong):
            raise AssertionError("let in")
        assert refused.value.code == ResultCode.INVALID_CREDENTIALS
        assert branch.server.binds() == before + 1

    def test_a_run_with_a_wrong_password_writes_nothing_and_says_why(self, branch: Branch) -> None:
        before = branch.server.mark()
        branch.password = "wrong"
        report = branch.apply(branch.with_managers(ELS))
        assert report.run.outcome is RunOutcome.FAILED
        assert "code 49" in report.run.failures[0].cause
        assert not branch.held()
        assert branch.server.written_since(before) == set()


class TestReading:
    def test_every_page_is_read(self, branch: Branch) -> None:
        units = [branch.target.mapped.base.child("ou", f"unit {number}") for number in range(25)]
        small = replace(branch.settings, page_size=4)
        with open_session(small) as session:
            assert {each.kind for each in session.write_many(Add(dn, UNIT) for dn in units)} == {OutcomeKind.DONE}
            found = list(session.search(branch.target.mapped.base, "(ou=unit*)", ["ou"]))
        assert len(found) == len(units)
        assert {entry.dn for entry in found} == set(units)
        assert all(entry.attributes["ou"][0].startswith(b"unit") for entry in found)

    def test_an_entry_is_found_by_what_stays_when_it_is_renamed(self, session: Session, branch: Branch) -> None:
        base = branch.target.mapped.base
        for number in range(20):
            assert session.add(base.child("ou", f"{number}"), UNIT).kind is OutcomeKind.DONE
        for entry in session.search(base, "(ou=*)", []):
            assert entry.entry_id
            (again,) = session.search(base, session.features.entry_id_filter(entry.entry_id), ["ou"])
            assert again.dn == entry.dn
        old, new = base.child("ou", "7"), branch.root.child("ou", "foreign").child("ou", "seven")
        before = session.entry(old, [])
        assert session.rename(old, new).kind is OutcomeKind.DONE
        after = session.entry(new, [])
        assert before is not None
        assert after is not None
        assert after.entry_id == before.entry_id
        assert session.entry(old, []) is None


class TestWriting:
    @pytest.fixture
    def unit(self, session: Session, branch: Branch) -> Dn:
        dn = branch.target.mapped.base.child("ou", "unit")
        assert session.add(dn, {**UNIT, "description": [b"one"]}).kind is OutcomeKind.DONE
        return dn

    def description(self, session: Session, unit: Dn) -> tuple[bytes, ...]:
        entry = session.entry(unit, ["description"])
        assert entry is not None
        return entry.attributes.get("description", ())

    def test_a_condition_that_does_not_hold_keeps_everything_as_it_is(self, session: Session, unit: Dn) -> None:
        changes = [Change(ChangeKind.REPLACE, "description", [b"two"])]
        outcomes = (
            session.modify(unit, changes, "(description=another)"),
            session.rename(unit, unit.parent.child("ou", "renamed"), "(description=another)"),
            session.delete(unit, "(description=another)"),
        )
        assert {each.code for each in outcomes} == {ResultCode.ASSERTION_FAILED}
        assert self.description(session, unit) == (b"one",)

    def test_a_condition_that_holds_lets_the_write_through(self, session: Session, unit: Dn) -> None:
        entry = session.entry(unit, [])
        assert entry is not None
        condition = f"(&(description=one){session.features.entry_id_filter(entry.entry_id)})"
        change = Change(ChangeKind.REPLACE, "description", [b"two"])
        assert session.modify(unit, [change], condition).kind is OutcomeKind.DONE
        assert self.description(session, unit) == (b"two",)
        assert session.delete(unit, condition.replace("one", "two")).kind is OutcomeKind.DONE
        assert session.entry(unit, []) is None


CODES: Mapping[str, tuple[int | None, int, int]] = {
    "uman": (None, ResultCode.ATTRIBUTE_OR_VALUE_EXISTS, ResultCode.NO_SUCH_ATTRIBUTE),
    "rma": (None, ResultCode.ATTRIBUTE_OR_VALUE_EXISTS, ResultCode.NO_SUCH_ATTRIBUTE),
    "webidm": (ResultCode.NO_SUCH_OBJECT, ResultCode.ENTRY_ALREADY_EXISTS, ResultCode.UNWILLING_TO_PERFORM),
}
"""What a server says to a member that does not exist (None: it takes it), one that is there, one that is not."""


def test_the_codes_for_members_that_cannot_come_or_go(branch: Branch, session: Session) -> None:
    branch.done(branch.with_managers(ELS))
    group = branch.wanted_entry(f"group/{branch.group().key}").dn
    missing, there, absent = CODES[branch.server.example]
    nobody = str(group.parent.child("cn", "nobody")).encode()
    (holder,) = (str(name).encode() for name in branch.managers())

    def code(kind: ChangeKind, value: bytes) -> int | None:
        outcome = session.modify(group, [Change(kind, branch.member_attribute, [value])])
        return None if outcome.kind is OutcomeKind.DONE else outcome.code

    assert code(ChangeKind.DELETE, nobody) == absent
    assert code(ChangeKind.ADD, holder) == there
    assert code(ChangeKind.ADD, nobody) == missing
