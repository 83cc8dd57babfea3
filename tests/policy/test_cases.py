"""The policy's own cases: all are answered as their tables say, and every rule is exercised both ways."""

from pathlib import Path

import pytest
import yaml

from authz_service.policy.clauses import clauses_of
from authz_service.policy.text import PolicyText, read_policy
from authz_service.services.policy_cases import mutation
from authz_service.services.policy_cases.mutation import mutants
from authz_service.services.policy_cases.running import Report, prepare, run
from authz_service.services.policy_cases.tables import CaseTable, CaseTableError, read_tables

PROJECT = Path(__file__).parent.parent.parent
LEVELS = {
    "eid": 500, "eidas_high": 500, "itsme": 450, "totp_app": 400, "sms_otp": 400, "eidas_substantial": 400,
    "email_otp": 350, "password": 200, "self_registered": 100, "none": 0,
}  # fmt: skip
POLICY_RULES = [
    "GGA-PRE-01",
    "GGA-PRE-02",
    "GGA-PRE-03",
    "GGA-PRE-05",
    "GGA-DES-01",
    "GGA-DES-04",
    "GGA-DES-14",
    "GGA-EXC-01",
    "GGA-EXC-05",
    "GGA-EXC-08",
    "GGA-EXC-10",
    "GGA-EXC-14",
    "GGA-CAM-01",
    "GGA-CAM-02",
    "GGA-CAM-03",
    "GGA-CAM-04",
    "GGA-CAM-07",
    "GGA-CAM-10",
    "GGA-AM-01",
    "GGA-AM-03",
    "GGA-AM-09",
    "GGA-AM-11",
    "UM-MGT-01",
    "UM-MGT-03",
    "UM-LST-04",
    "UM-USR-01",
    "UM-USR-08",
    "UM-APP-01",
    "UM-APP-03",
    "UM-APP-05",
    "UM-BLK-01",
    "UM-BLK-03",
    "UM-BLK-05",
    "UM-DEL-01",
    "UM-SELF-01",
    "UM-SELF-02",
    "UM-SELF-03",
    "SND-GEN-01",
    "SND-GEN-02",
    "SND-CH-03",
    "SND-CH-05",
    "RMA-AUT-01",
    "RMA-LM-02",
    "RMA-LM-03",
    "RMA-LM-05",
    "RMA-LM-06",
    "RMA-ROL-01",
    "RMA-ROL-02",
    "ACM-AUT-01",
    "ACM-RGT-01",
    "ACM-RGT-02",
    "ACM-RGT-05",
    "ACM-REL-01",
    "ACM-KEY-01",
    "ACM-DES-03",
    "EMP-02",
    "EMP-08",
    "ACC-02",
    "ACC-05",
    "ACC-07",
    "ACC-09",
    "ACC-12",
    "EBX-01",
    "MAN-GEN-01",
    "MAN-GEN-02",
    "MAN-SSM-01",
    "MAN-SSM-04",
    "MAN-SOC-04",
    "MAN-SOC-05",
    "MAN-SOC-06",
    "MAN-SOC-07",
    "MAN-SOC-10",
    "MAN-SOC-11",
    "MAN-SOC-12",
    "MAN-SOC-13",
    "DRV-01",
    "DRV-02",
    "DRV-03",
    "DRV-04",
    "DRV-05",
    "DRV-06",
    "DRV-07",
    "DRV-08",
    "DRV-09",
    "DRV-10",
    "DRV-11",
    "DRV-12",
    "DRV-13",
    "DRV-15",
    "DRV-16",
]
"""The rules of scope P."""


@pytest.fixture(scope="module")
def text() -> PolicyText:
    return read_policy(PROJECT / "policies", levels=LEVELS)


@pytest.fixture(scope="module")
def tables() -> list[CaseTable]:
    return read_tables(PROJECT / "policies" / "cases")


@pytest.fixture(scope="module")
def report(text: PolicyText, tables: list[CaseTable]) -> Report:
    return run(tables, text)


def test_every_case_is_answered_as_its_table_says(report: Report) -> None:
    assert [str(failure) for failure in report.failures] == []
    assert report.passed > 400


def test_every_rule_that_the_policy_cites_allows_in_some_case_and_refuses_in_another(report: Report) -> None:
    assert report.uncovered == ()


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("rule", POLICY_RULES)
def test_every_rule_of_scope_p_has_a_case(rule: str, allowed: bool, tables: list[CaseTable]) -> None:
    assert any(case.allowed is allowed and rule in case.rules for table in tables for case in table.cases)


def test_a_case_that_expects_something_else_fails(text: PolicyText, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(
        f'world: {PROJECT / "config" / "reference_world.yaml"}\nat: "2024-03-15"\ntables:\n- action: list_users\n  cases:\n'
        "  - {id: W1, why: a user lists, who: ines, by: eid, resource: alpha.nsso, allow: [UM-MGT-01]}\n"
    )
    wrong = run(read_tables(tmp_path), text)
    assert [failure.case.id for failure in wrong.failures] == ["W1"]
    assert "NOT_A_MANAGER" in str(wrong.failures[0])
    assert not wrong.good


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"id": "X", "why": "w", "who": "nobody", "resource": "alpha.nsso", "allow": ["R"]}, "called 'nobody'"),
        ({"id": "X", "why": "w", "who": "ines", "resource": "alpha.nsso"}, "either `allow` or `deny`"),
        ({"id": "X", "who": "ines", "resource": "alpha.nsso", "allow": ["R"]}, "'why'"),
        ({"id": "X", "why": "w", "who": "ines", "resource": "a", "allow": ["R"], "scope": []}, "other members"),
        ({"id": "X", "why": "w", "who": "ines", "resource": "a", "allow": ["R"], "scopes": ["root"]}, "root"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_by_name(row: dict[str, object], why: str, tmp_path: Path) -> None:
    world = str(PROJECT / "config" / "reference_world.yaml")
    content = {"world": world, "at": "2024-03-15", "tables": [{"action": "list_users", "cases": [row]}]}
    (tmp_path / "rows.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(CaseTableError, match=why):
        read_tables(tmp_path)


def test_a_missing_clause_of_the_heart_of_the_policy_is_noticed(text: PolicyText, tables: list[CaseTable]) -> None:
    """Every fourth; all of them, and those of the other files, in the slow test below."""
    (roles,) = [source for source in text.sources if source.name == "roles.polar"]
    clauses = list(clauses_of(roles))
    assert len(clauses) > 40
    mutation._begin(text, prepare(tables, text))
    judged = [mutation._judge(clause) for clause in clauses[::4]]
    assert [mutant.clause.place for mutant in judged if mutant.noticed_by is None] == []


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_no_clause_of_the_policy_can_go_missing_unnoticed(text: PolicyText, tables: list[CaseTable]) -> None:
    survived = [mutant.clause.place for mutant in mutants(tables, text) if mutant.noticed_by is None]
    assert survived == []
