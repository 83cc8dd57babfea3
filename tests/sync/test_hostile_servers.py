"""Servers that cut, refuse or are not who they should be: the run ends before anything is written, and says why."""

import datetime
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.directory.errors import DirectoryError
from authz_service.directory.servers import SecretText
from authz_service.domain.projections import Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.runs import RunReport
from authz_service.sync.saved_plans import plan_document
from authz_service.sync.target_files import server_settings
from tests.directory.certificates import Authority, ServerCertificate
from tests.directory.slapd import BASE, PASSWORD, Slapd, SlapdOptions
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import alpha, chief, person, projection
from tests.sync.offices import Office
from tests.sync.outages import runner_with

POLICY = f"""dn: cn=policy,{BASE}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 2
"""
CROWD = tuple(person(f"p_{number:04}", "", f"N{number}") for number in range(620))


def crowd(count: int) -> Projection:
    return projection(people=CROWD[:count], groups={chief(): frozenset({"p_0000"})})


def failed(office: Office, report: RunReport, writes: int) -> str:
    """See that nothing was planned or written; return the cause that was told and kept."""
    assert (report.run.outcome, report.plan, office.writes()) == (RunOutcome.FAILED, None, writes)
    (kept,) = office.directories.runs("uman", 1)
    assert kept.failures == report.run.failures
    (failure,) = report.run.failures
    return failure.cause


class TestLimitsOfTheServer:
    @pytest.mark.parametrize(
        ("limits", "told"),
        [
            ("size.soft=500 size.hard=500", "code 4, size limit exceeded"),
            ("size.soft=500 size.hard=500 size.pr=unlimited", "code 4, size limit exceeded"),
            ("size.soft=500 size.hard=500 size.pr=unlimited size.prtotal=600", "code 4, size limit exceeded"),
            ("size=unlimited size.prtotal=disabled", "code 11, admin limit exceeded"),
            ("size=unlimited size.unchecked=1", "code 11, admin limit exceeded"),
        ],
    )
    def test_a_read_that_is_cut_ends_the_run_and_the_code_is_explained(
        self, open_office: OpenOffice, limits: str, told: str
    ) -> None:
        office = open_office(limits=limits)
        office.slapd.add(_by_hand(office, crowd(620)))
        writes = office.writes()
        assert told in failed(office, office.apply(crowd(620)), writes)

    def test_an_ordinary_account_with_room_for_pages_is_enough(self, open_office: OpenOffice) -> None:
        office = open_office(limits="size.soft=500 size.hard=500 size.pr=unlimited size.prtotal=unlimited")
        office.done(crowd(620))
        assert office.is_exact()

    def test_pages_are_as_small_as_the_target_says(self, open_office: OpenOffice) -> None:
        office = open_office(limits="size.soft=500 size.hard=500 size.pr=50 size.prtotal=unlimited")
        runner = runner_with(office, page_size=50)
        runner.apply(office.wanted(crowd(120)))
        assert runner.plan(office.wanted())[0].unchanged == len(office.entries)


def _by_hand(office: Office, told: Projection) -> str:
    """Return entries with our mark as LDIF, as another process of ours could have made them."""
    mark = office.target.mapped.marker
    return "\n".join(
        f"dn: uid={each.person_id},ou=authz,{BASE}\nobjectClass: inetOrgPerson\nuid: {each.person_id}\n"
        f"cn: x\nsn: x\n{mark.attribute}: {mark.value}\n"
        for each in told.people
    )


class TestWrongPasswords:
    def test_one_attempt_is_one_bind(self, open_office: OpenOffice) -> None:
        office = open_office()
        office.slapd.add(POLICY)
        office.by_hand(
            f"dn: {office.slapd.sync_dn}\nchangetype: modify\nadd: pwdPolicySubentry\npwdPolicySubentry: cn=policy,{BASE}\n"
        )
        writes = office.writes()
        runner = runner_with(office, secret=SecretText("wrong"), urls=(office.slapd.tls_url,) * 2)
        cause = _cause(runner.apply(office.wanted(alpha())))
        assert cause == "the server does not accept the name and the password (code 49, invalid credentials)"
        account = office.slapd.tool("ldapsearch", "-LLL", "-b", office.slapd.sync_dn, "-s", "base", "pwdFailureTime")
        assert account.count("pwdFailureTime:") == 1
        assert [kind for kind, _ in office.slapd.writes()[writes:] if kind != "modify"] == []
        office.done(alpha())

    def test_another_target_is_not_held_back(self, office: Office, open_office: OpenOffice) -> None:
        other = open_office()
        runner = runner_with(office, secret=SecretText("wrong"))
        assert runner.apply(office.wanted(alpha())).run.outcome is RunOutcome.FAILED
        other.target = replace(other.target, name="other")
        other.done(alpha())
        assert other.is_exact()


def _cause(report: RunReport) -> str:
    assert report.run.outcome is RunOutcome.FAILED
    return report.run.failures[0].cause


@contextmanager
def logged(certificate: ServerCertificate | None, *, require_tls: bool = False) -> Iterator[Slapd]:
    """Run a server that logs who binds."""
    options = SlapdOptions(overlays=("ppolicy",), global_lines="loglevel stats", require_tls=require_tls)
    with Slapd(certificate, options) as slapd:
        slapd.add(f"dn: ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: authz\n")
        yield slapd


DAY = datetime.timedelta(days=1)
Signed = Callable[[Authority, Authority], ServerCertificate]
REFUSED: dict[str, tuple[Signed, str]] = {
    "signed by somebody else": (
        lambda _, other: other.sign("localhost", "127.0.0.1"),
        "self-signed certificate in certificate chain",
    ),
    "expired": (lambda ours, _: ours.sign("localhost", "127.0.0.1", until=-DAY), "expired"),
    "of another name": (lambda ours, _: ours.sign("ldap.example"), "not valid for '127.0.0.1'"),
    "with the name in its subject only": (
        lambda ours, _: ours.sign(common_name="127.0.0.1"),
        "not valid for '127.0.0.1'",
    ),
}


class TestTls:
    @pytest.mark.parametrize("start_tls", [False, True], ids=["LDAPS", "StartTLS"])
    @pytest.mark.parametrize(("signed", "told"), REFUSED.values(), ids=REFUSED)
    def test_a_certificate_that_is_not_accepted_ends_the_run_before_the_password_is_sent(
        self, office: Office, tmp_path: Path, signed: Signed, told: str, start_tls: bool
    ) -> None:
        other = Authority(tmp_path, "somebody else")
        with logged(signed(office.authority, other)) as slapd:
            url = slapd.url if start_tls else slapd.tls_url
            runner = runner_with(office, urls=(url,), start_tls=start_tls)
            assert told in _cause(runner.apply(office.wanted(alpha())))
            assert slapd.sync_dn not in slapd.log()
            assert PASSWORD not in slapd.log()

    @pytest.mark.parametrize("start_tls", [False, True], ids=["LDAPS", "StartTLS"])
    def test_the_right_one_is_accepted(self, office: Office, start_tls: bool) -> None:
        with logged(office.authority.sign("127.0.0.1"), require_tls=True) as slapd:
            runner = runner_with(office, urls=(slapd.url if start_tls else slapd.tls_url,), start_tls=start_tls)
            assert runner.apply(office.wanted(alpha())).run.outcome is RunOutcome.DONE
            assert runner.plan(office.wanted())[0].changes == ()

    def test_no_protection_is_refused_unless_the_target_allows_it(self, office: Office) -> None:
        with logged(None) as slapd:
            runner = runner_with(office, urls=(slapd.url,))
            assert "unprotected connection is not allowed" in _cause(runner.apply(office.wanted(alpha())))
            assert slapd.sync_dn not in slapd.log()
            allowed = runner_with(office, urls=(slapd.url,), plain_allowed=True)
            assert allowed.apply(office.wanted()).run.outcome is RunOutcome.DONE

    def test_a_server_without_starttls_gets_no_password(self, office: Office) -> None:
        with logged(None) as slapd:
            runner = runner_with(office, urls=(slapd.url,), start_tls=True)
            assert "StartTLS" in _cause(runner.apply(office.wanted(alpha())))
            assert office.slapd.sync_dn not in slapd.log()


class TestSecrets:
    def test_no_text_that_a_run_leaves_holds_the_password(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        texts = [repr(office.settings), repr(office.target), repr(office.runner)]
        report = office.done(alpha())
        plan, _ = office.runner.plan(office.wanted(projection()))
        texts += [repr(report), repr(plan), json.dumps(plan_document(plan))]
        for wrong in (
            {"secret": SecretText("a wrong password")},
            {"urls": ("ldaps://127.0.0.1:1",)},
            {"ca_file": None},
        ):
            runner = runner_with(office, **wrong)
            texts.append(repr(runner.apply(office.wanted())))
            try:
                runner.plan(office.wanted())
            except DirectoryError as error:
                texts += traceback.TracebackException.from_exception(error, capture_locals=True).format()
        texts += [repr(run) for run in office.directories.runs("uman")]
        for text in [*texts, caplog.text]:
            for secret in (PASSWORD, "a wrong password"):
                assert secret not in text

    def test_a_secret_is_read_for_each_connection_and_not_kept(self, office: Office, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("one of spades\n")
        target = replace(office.target, secret=replace(office.target.secret, file=file))
        assert server_settings(target).secret.value == "one of spades"
        file.write_text("two of hearts\n")
        assert server_settings(target).secret.value == "two of hearts"
        assert "two of hearts" not in repr(server_settings(target)) + repr(target)
