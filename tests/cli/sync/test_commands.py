"""`authz sync`: what a directory administrator sees, and what the directory then holds."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from authz_service.directory.names import Dn
from tests.cli.conftest import WORLD, Program, Result
from tests.cli.sync.installations import GOLDEN, Installation, OpenSlapd, entries_in, read_golden
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, Slapd

MARK = b"kept by authz (uman)"


def done(installation: Installation, slapd: Slapd) -> int:
    """Apply, and return how many writes the server has seen until then."""
    result = installation.authz("sync", "apply")
    assert result.code == 0, result
    return len(slapd.writes())


def test_the_first_sync_makes_what_the_golden_file_says(installation: Installation, slapd: Slapd) -> None:
    """P1."""
    done(installation, slapd)
    made = entries_in(slapd)
    golden = read_golden(GOLDEN)
    base = made.pop(Dn.parse(f"ou=authz,{BASE}"))
    assert MARK not in base.get("businessCategory", set())
    assert made == golden
    assert all(MARK in values["businessCategory"] for values in made.values())


def test_the_same_is_made_from_facts_in_postgresql(
    postgresql_url: str, in_process: Callable[..., Result], authority: Authority, slapd: Slapd, tmp_path: Path
) -> None:
    program = Program().having(
        DATABASE_URL=postgresql_url, KEY_FILE=tmp_path / "authz.key", DIRECTORIES_FILE=tmp_path / "directories.toml"
    )
    installation = Installation(program, in_process, authority, tmp_path)
    assert installation.authz("db", "upgrade").code == 0
    assert installation.authz("facts", "load", str(WORLD)).code == 0
    installation.keep("uman", slapd)
    done(installation, slapd)
    made = entries_in(slapd)
    made.pop(Dn.parse(f"ou=authz,{BASE}"))
    assert made == read_golden(GOLDEN)
    change_seven(installation)
    done(installation, slapd)
    assert installation.authz("sync", "verify").code == 0


def test_a_second_run_writes_nothing(installation: Installation, slapd: Slapd) -> None:
    """P2."""
    writes = done(installation, slapd)
    again = installation.authz("sync", "apply", "--json")
    (told,) = again.json["targets"]
    assert (again.code, told["outcome"], told["writes"]) == (0, "done", {})
    assert told["counts"]["unchanged"] == told["counts"]["there"] == len(read_golden(GOLDEN))
    assert len(slapd.writes()) == writes
    assert installation.authz("sync", "plan").code == 0
    assert installation.authz("sync", "verify").code == 0


def change_seven(installation: Installation) -> None:
    """Olga is blocked; Ines gets one application in place of another; Tess is called otherwise."""
    ines = installation.row("accounts", "acc_ines", applications=["DMFA", "DIMONA", "PUBLIATO"])
    olga = installation.row("accounts", "acc_olga", status="blocked")
    tess = installation.row("persons", "tess", name="Thijs")
    installation.learn(accounts=[ines, olga], persons=[tess])


def test_a_plan_tells_each_change_and_writes_none(installation: Installation, slapd: Slapd) -> None:
    """P3."""
    writes = done(installation, slapd)
    change_seven(installation)
    planned = installation.authz("sync", "plan", "--json")
    assert planned.code == 3
    assert len(slapd.writes()) == writes
    changes = planned.json["targets"][0]["changes"]
    told = {change["key"].rpartition("/")[2]: change for change in changes if change["kind"] == "group"}
    assert told["PUBLIATO"]["members"]["added"][0].startswith("uid=p_")
    assert told["PENSION_REGISTER"]["members"]["removed"][0].startswith("uid=p_")
    names = [
        (attribute["name"], attribute["old"], attribute["new"])
        for change in changes
        for attribute in change.get("attributes", ())
    ]
    assert ("sn", ["Thys"], ["Thijs"]) in names
    assert ("pwdAccountLockedTime", [], ["000001010000Z"]) in names
    applied = installation.authz("sync", "apply", "--json").json["targets"][0]
    written = slapd.writes()[writes:]
    assert len(written) == len(changes) == sum(applied["writes"].values())
    assert {Dn.parse(dn) for _, dn in written} == {Dn.parse(change["dn"]) for change in changes}


def test_the_lines_of_a_plan_tell_old_and_new(installation: Installation, slapd: Slapd) -> None:
    done(installation, slapd)
    change_seven(installation)
    result = installation.authz("sync", "plan")
    assert result.code == 3
    assert "sn: Thys → Thijs" in result.out
    assert "pwdAccountLockedTime: (none) → 000001010000Z" in result.out
    assert "+ member uid=p_" in result.out
    assert "- member uid=p_" in result.out


def test_a_plan_as_ldif_does_what_apply_would(installation: Installation, slapd: Slapd) -> None:
    """Even where nothing but the directory's own tools may write."""
    ldif = installation.authz("sync", "plan", "--ldif")
    assert ldif.code == 3
    slapd.tool("ldapmodify", given=ldif.out)
    made = entries_in(slapd)
    made.pop(Dn.parse(f"ou=authz,{BASE}"))
    assert made == read_golden(GOLDEN)


class TestSavedPlans:
    def test_a_saved_plan_is_carried_out(self, installation: Installation, tmp_path: Path) -> None:
        file = tmp_path / "plan.json"
        file.write_text(installation.authz("sync", "plan", "--json").out)
        assert installation.authz("sync", "apply", "--plan", str(file)).code == 0

    def test_a_stale_one_is_refused(self, installation: Installation, slapd: Slapd, tmp_path: Path) -> None:
        file = tmp_path / "plan.json"
        file.write_text(installation.authz("sync", "plan", "--json").out)
        change_seven(installation)
        writes = len(slapd.writes())
        result = installation.authz("sync", "apply", "--plan", str(file))
        assert result.code == 1
        assert "the facts have changed since" in result.out
        assert len(slapd.writes()) == writes

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"targets": [1]}', '{"targets": 5}', '"x"', "[" * 100_000])
    def test_what_is_no_plan_is_told_in_a_line(self, installation: Installation, tmp_path: Path, text: str) -> None:
        file = tmp_path / "plan.json"
        file.write_text(text)
        assert installation.authz("sync", "apply", "--plan", str(file)).is_one_line_error(2, "--plan")


class TestBeyondTheLimits:
    @pytest.fixture
    def shrunken(self, bare: Installation, slapd: Slapd) -> Installation:
        """Everybody's applications are taken away, which is more than the target lets go by itself."""
        limits = ("# deletions =", "deletions = { number = 0, percent = 0, percent_from = 1 }\n# deletions =")
        delete = (
            'under = "applications"\ndn = "cn={application}"',
            'under = "applications"\ndn = "cn={application}"\nempty = "delete"',
        )
        bare.keep("uman", slapd, limits, delete)
        done(bare, slapd)
        olga = bare.row("accounts", "acc_olga", applications=[])
        gone = bare.row("applications", "SOCIAL_ACTION_FILE", offered_to=["enterprise_without_staff"])
        bare.learn(accounts=[olga], applications=[gone])
        return bare

    def test_the_run_waits_and_says_why(self, shrunken: Installation, slapd: Slapd) -> None:
        """P9."""
        writes = len(slapd.writes())
        result = shrunken.authz("sync", "apply")
        assert result.code == 3
        assert "1 of 38 entries would be deleted; 0 or 0 % may be" in result.out
        assert len(slapd.writes()) == writes

    def test_a_named_approval_lets_it_go_once_and_is_in_the_log(self, shrunken: Installation) -> None:
        """P9. All commands of a test are one operator's, so here one is enough."""
        shrunken.program = shrunken.program.having(OPERATORS__SECOND_OPERATOR="false")
        digest = shrunken.authz("sync", "plan", "--json").json["targets"][0]["digest"]
        assert shrunken.authz("sync", "approve", "uman", digest[:16]).code == 0
        applied = shrunken.authz("sync", "apply", "--json")
        assert applied.code == 0
        (told,) = applied.json["targets"]
        who = told["approved_by"]
        assert who
        assert [entry for entry in shrunken.audited() if entry[1] == "approve_directory_plan"] == [
            (who, "approve_directory_plan", "allowed")
        ]

    def test_whoever_approved_it_does_not_carry_it_out(self, shrunken: Installation, slapd: Slapd) -> None:
        digest = shrunken.authz("sync", "plan", "--json").json["targets"][0]["digest"]
        approved = shrunken.authz("sync", "approve", "uman", digest)
        assert "by anybody but you" in approved.out
        writes = len(slapd.writes())
        result = shrunken.authz("sync", "apply")
        assert result.code == 3
        assert "somebody else has to carry it out" in result.out
        assert len(slapd.writes()) == writes

    def test_an_approval_is_for_that_plan_only(self, shrunken: Installation) -> None:
        shrunken.program = shrunken.program.having(OPERATORS__SECOND_OPERATOR="false")
        digest = shrunken.authz("sync", "plan", "--json").json["targets"][0]["digest"]
        assert shrunken.authz("sync", "approve", "uman", digest[:16]).code == 0
        shrunken.learn(persons=[shrunken.row("persons", "tess", name="Thijs")])
        assert shrunken.authz("sync", "apply").code == 3

    def test_another_plan_than_that_of_now_is_not_approved(self, shrunken: Installation) -> None:
        assert shrunken.authz("sync", "approve", "uman", "0" * 64).is_one_line_error(1, "the plan of now is another")

    def test_what_waits_for_nothing_is_not_approved(self, installation: Installation) -> None:
        digest = installation.authz("sync", "plan", "--json").json["targets"][0]["digest"]
        assert installation.authz("sync", "approve", "uman", digest).is_one_line_error(1, "within its limits")


class TestSeveralTargets:
    def test_a_wrong_password_for_one_holds_the_other_back_in_nothing(
        self, bare: Installation, open_slapd: OpenSlapd
    ) -> None:
        """P10."""
        broken, fine = open_slapd(), open_slapd()
        bare.keep("broken", broken, password="wrong")
        bare.keep("fine", fine)
        result = bare.authz("sync", "apply", "--json")
        assert result.code == 1
        told = {target["target"]: target for target in result.json["targets"]}
        assert told["fine"]["outcome"] == "done"
        assert told["broken"]["outcome"] == "failed"
        assert "49" in told["broken"]["failures"][0]["cause"]
        made = entries_in(fine)
        made.pop(Dn.parse(f"ou=authz,{BASE}"))
        assert made.keys() == read_golden(GOLDEN).keys()
        failures = broken.tool("ldapsearch", "-LLL", "-b", broken.sync_dn, "(objectClass=*)", "pwdFailureTime")
        assert failures.count("pwdFailureTime") <= 1

    def test_a_password_that_cannot_be_read_is_told_for_its_target(
        self, bare: Installation, open_slapd: OpenSlapd
    ) -> None:
        bare.keep("broken", open_slapd())
        (bare.folder / "broken.password").unlink()
        bare.keep("fine", open_slapd())
        result = bare.authz("sync", "plan", "--json")
        assert result.code == 1
        assert "secret_file" in result.json["targets"][0]["error"]
        assert result.json["targets"][1]["counts"]["add"] == len(read_golden(GOLDEN))

    def test_only_those_named_are_worked_with(self, bare: Installation, open_slapd: OpenSlapd) -> None:
        one, other = open_slapd(), open_slapd()
        bare.keep("one", one)
        bare.keep("other", other)
        assert bare.authz("sync", "apply", "other").code == 0
        assert (len(one.writes()) == 1, len(other.writes()) > 1) == (True, True)  # 1: the base, made by the test


class TestStatus:
    def test_a_target_that_never_ran_says_so(self, installation: Installation) -> None:
        result = installation.authz("sync", "status")
        assert (result.code, result.out) == (0, "uman: never run\n")

    def test_it_tells_how_far_a_target_is_behind(self, installation: Installation, slapd: Slapd) -> None:
        done(installation, slapd)
        assert installation.authz("sync", "status", "--json").json["targets"][0]["lag_revisions"] == 0
        change_seven(installation)
        (told,) = installation.authz("sync", "status", "--json").json["targets"]
        assert told["lag_revisions"] == 1
        assert told["lag_seconds"] > 0

    def test_it_tells_the_errors_by_entry(self, installation: Installation, slapd: Slapd) -> None:
        """P7: what stands in the way is left alone, told by its name, and the rest is written."""
        slapd.add(
            f"dn: ou=people,ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: people\ndescription: of somebody else\n"
        )
        result = installation.authz("sync", "apply", "--json")
        assert result.code == 1
        (told,) = installation.authz("sync", "status", "--json").json["targets"]
        assert {
            "key": "container/people",
            "cause": "an entry that is not ours stands where this one should be",
        } in told["failures"]
        (planned,) = installation.authz("sync", "plan", "--json").json["targets"]
        assert f"ou=people,ou=authz,{BASE}" in [clash["dn"] for clash in planned["clashes"]]


class TestWhatIsWrong:
    def test_no_file_of_directories(self, bare: Installation) -> None:
        assert bare.authz("sync", "plan").is_one_line_error(1, "directories.toml", "directories.example.toml")

    def test_a_fault_in_the_file_is_told_with_its_line(self, bare: Installation) -> None:
        (bare.folder / "directories.toml").write_text('[targets.uman]\nbase = "ou=x"\ndomains = ["moon"]\n')
        assert bare.authz("sync", "plan").is_one_line_error(2, "directories.toml:3")

    def test_a_target_that_is_none(self, installation: Installation) -> None:
        assert installation.authz("sync", "plan", "elsewhere").is_one_line_error(1, "elsewhere", "uman")

    @pytest.mark.parametrize(
        "command", [("plan",), ("apply",), ("verify",), ("status",), ("approve", "uman", "0" * 16)], ids=" ".join
    )
    def test_whoever_has_no_power_over_directories_is_refused(
        self, installation: Installation, slapd: Slapd, command: tuple[str, ...]
    ) -> None:
        installation.program = installation.program.having(OPERATORS__COMMAND_LINE='["admin"]')
        writes = len(slapd.writes())
        result = installation.authz("sync", *command)
        assert result.code == 1
        assert "OPS-01" in result.err
        assert len(slapd.writes()) == writes


def test_applying_is_in_the_log(installation: Installation, slapd: Slapd) -> None:
    done(installation, slapd)
    assert [entry[1:] for entry in installation.audited()] == [("apply_directory_plan", "allowed")]


def test_no_password_is_ever_told(bare: Installation, slapd: Slapd) -> None:
    bare.keep("uman", slapd, password="a-very-secret-word")
    told = [bare.authz("sync", command, *more) for command in ("plan", "apply", "verify") for more in ([], ["--json"])]
    assert not any("a-very-secret-word" in result.out + result.err for result in told)


def test_a_plan_is_json_that_anybody_reads(installation: Installation) -> None:
    (told,) = json.loads(installation.authz("sync", "plan", "--json").out)["targets"]
    assert set(told) >= {"format", "target", "made_at", "basis", "digest", "counts", "changes", "clashes", "left"}
