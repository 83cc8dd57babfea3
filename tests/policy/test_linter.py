"""What the linter refuses, one test a thing: a policy that could answer wrongly does not load."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.policy.engine import PolicyEngine
from authz_service.policy.linter import check
from authz_service.policy.polar import Polar, PolicyLoadError
from authz_service.policy.text import SWITCHES, PolicySource, PolicyText, read_policy

POLICY = read_policy(Path(__file__).parent.parent.parent / "policies")


def with_more(added: str) -> PolicyText:
    """Return the policy with one more file."""
    return replace(POLICY, sources=(*POLICY.sources, PolicySource("zz_added.polar", added)))


def with_other(old: str, new: str) -> PolicyText:
    """Return the policy with a text put for another, which must be there."""
    assert any(old in source.text for source in POLICY.sources)
    return replace(POLICY, sources=tuple(replace(s, text=s.text.replace(old, new, 1)) for s in POLICY.sources))


def test_the_policy_itself_has_no_findings() -> None:
    assert check(POLICY) == []


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ('met("own record", "UM-SELF-01", standing) if not standing.own_record = false;', "`not` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if forall(x in standing.problems, x = "A");', "`forall` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if standing.own_record != false;', "`!=` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if cut and standing.own_record = true;', "`cut` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if print("x") and standing.own_record = true;', "`print` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if debug() and standing.own_record = true;', "`debug` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if x = new Subject() and standing.own_record = true;', "`new` is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if x := 1 and standing.own_record = true;', "`:=` is not allowed"),
        ('met("own record", "UM-SELF-01", _: {own_record: true});', "a dictionary is not allowed"),
        ('met("own record", "UM-SELF-01", standing) if standing.problems = ["A"];', "lists are not compared"),
        ('met("own record", "UM-SELF-01", standing) if x = 1 and standing.problems = x;', "problems is a tuple"),
        ('met("own record", "UM-SELF-01", standing) if standing.rights > 1;', "rights is a tuple"),
        ('met("own record", "UM-SELF-01", _: Person);', "unknown class: Person"),
        ('resource Person { permissions = ["see"]; }', "unknown class: Person"),
        ('met("own record", "UM-SELF-01", standing) if standing.own_recrod = true;', "unknown attribute: own_recrod"),
        ('met("own record", "UM-SELF-01", standing) if standing.capacity.kind = "x";', "unknown attribute: kind"),
        ('met("own record", "UM-SELF-01", standing) if standing.subject.name = "x";', "unknown attribute: name"),
        ('met("own record", "UM-SELF-01", thing) if thing.own_record = true;', "unknown variable: thing"),
        ('met("own record", "UM-SELF-01", standing) if standing.target_state = "blokked";', "target_state is never 'blokked'"),
        ('met("own record", "UM-SELF-01", standing) if standing.target_state in ["active", "off"];', "target_state is never 'off'"),
        ('met("own record", "UM-SELF-01", standing) if standing.own_record = "true";', "own_record is true or false"),
        ('met("own record", "UM-SELF-01", standing) if standing.own_record = 1;', "own_record is true or false"),
        ('met("own record", "UM-SELF-01", standing) if standing.subject.level >= "400";', "level is a number"),
        ('needs("creat_user", "own record", "UM-SELF-01");', "unknown action: creat_user"),
        ('action("creat_user", "person", 400, "UM-USR-01");', "unknown action: creat_user"),
        ('needs("create_user", "patience", "UM-USR-01");', "the need 'patience' has no `met`"),
        ('needs("create_user", "patience", "UM-USR-01"); met("patience", "UM-USR-01", _);', "the need 'patience' has no `because`"),
        ('met("patience", "UM-USR-01", _);', "unknown need: no action needs 'patience'"),
        ('because("patience", "NOT_A_MANAGER", "UM-USR-01", _);', "unknown need: no action needs 'patience'"),
        ('gate(1, "patience");', "unknown need: 'patience'"),
        ('beside(3, "patience");', "unknown need: 'patience'"),
        ('because("own record", "NOT_MINE", "UM-SELF-01", _);', "unknown reason: NOT_MINE"),
        ('met("own record", "UM-SELF-09", standing) if standing.own_record = true;', "UM-SELF-09 has no heading"),
        ('met("own record", _, standing) if standing.own_record = true;', "`met` cites no rule"),
        ('because("own record", "NOT_OWN_RECORD", _, standing) if standing.own_record = false;', "`because` cites no rule"),
        ('met("own record", "UM-SELF-01", _) if switch("strict", "on");', "unknown switch: strict"),
        ('met("own record", "UM-SELF-01", _) if switch("strict_eid", "maybe");', "the switch strict_eid has no value maybe"),
        ('action("create_user", "robot", 400, "UM-USR-01");', "unknown type of subject: robot"),
        ('action("create_user", "person", 0, "UM-USR-01");', "create_user: 2 `action` clauses"),
        ('meet("own record", "UM-SELF-01", standing) if standing.own_record = true;', "nothing asks meet"),
        ('met("own record", "UM-SELF-01", standing) if standing.own_record = true;', "the same clause stands at own_record.polar"),
        ('met("own record", "UM-SELF-01", standing) if standing.own_record = true', "the last clause has no end"),
        ('met("own record", "UM-SELF-01", standing) if own_recrod(standing);', "undefined rule"),
        ("# UM-SELF-01. Said twice.\n#   Source: S4, somewhere.\n", "UM-SELF-01 has a heading already"),
        ("# UM-SELF-07. Said without a source.\n", "UM-SELF-07 has no source"),
        ("met(`own record`);", "is not a valid character"),
    ],
)  # fmt: skip
def test_is_refused(added: str, message: str) -> None:
    findings = check(with_more(added))
    assert any(message in str(finding) for finding in findings), findings
    with pytest.raises(PolicyLoadError):
        PolicyEngine(with_more(added))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('action("create_user", "person", 400, "UM-USR-01");', "", "create_user: 0 `action` clauses"),
        ('because("own record", "NOT_OWN_RECORD", "UM-SELF-01", _);', "", "'own record' has no `because`"),
        ("# UM-SELF-02. ", "# Everybody: ", "UM-SELF-02 has no heading"),
        ("allow(actor, action, resource) if has_permission(actor, action, resource);", "", "the engine warns"),
    ],
)
def test_what_is_missing_is_refused(old: str, new: str, message: str) -> None:
    findings = check(with_other(old, new))
    assert any(message in str(finding) for finding in findings), findings


def test_a_mere_warning_of_the_engine_is_refused() -> None:
    text = PolicyText((PolicySource("alone.polar", 'met("x", "y", _: Nobody);'),))
    with pytest.raises(PolicyLoadError, match="engine warns"):
        Polar(text)


def test_findings_name_the_file_and_the_line() -> None:
    (finding, *_) = check(with_more('\n\nmet("own record", "UM-SELF-01", standing) if not standing.own_record = true;'))
    assert finding.place == "zz_added.polar:3"


@pytest.mark.parametrize("switches", [{"strict": "on"}, {"strict_eid": "yes"}, {"paper_delivery": "pigeon"}])
def test_a_switch_that_does_not_exist_is_refused(switches: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no such policy switch"):
        replace(POLICY, switches=switches)


CHANGES: list[Callable[[PolicyText], PolicyText]] = [
    lambda text: with_more("# a remark"),
    lambda text: replace(text, switches={"strict_eid": "on"}),
    lambda text: replace(text, levels={"eid": 400}),
    lambda text: replace(text, catalogue="other sentences"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_revision_changes_with_everything_that_shapes_an_answer(change: Callable[[PolicyText], PolicyText]) -> None:
    assert change(POLICY).revision != POLICY.revision


def test_spelling_out_a_default_switch_changes_nothing() -> None:
    spelt = replace(POLICY, switches={name: values[0] for name, values in SWITCHES.items()})
    assert spelt.revision == POLICY.revision
