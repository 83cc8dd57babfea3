"""Who asks, and how he logged in: subject types, digital keys, levels, the enterprise acted for."""

from collections.abc import Mapping
from types import MappingProxyType

from .identifiers import is_enterprise_number
from .question import Question
from .rules_standing import is_chief, is_co_chief
from .world import Record, since

LEVELS: Mapping[str, int] = MappingProxyType(
    {
        "eid": 500,
        "eidas_high": 500,
        "itsme": 450,
        "totp_app": 400,
        "sms_otp": 400,
        "eidas_substantial": 400,
        "email_otp": 350,
        "password": 200,
        "self_registered": 100,
        "none": 0,
    }
)

# The code by which an action refuses a person, for the actions that are for another type.
RESERVED: Mapping[str, str] = MappingProxyType(
    {
        "agent": "BACK_OFFICE_ONLY",
        "technical_user": "NOT_A_TECHNICAL_USER",
        "declared_person": "DECLARED_PERSON_ONLY",
    }
)
# The code by which a type of subject is refused wherever it has no business.
ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "agent": "AGENT_HAS_NO_ENTERPRISE_POWER",
        "technical_user": "TECHNICAL_USER_PORTAL",
        "declared_person": "NOT_AUTHENTICATED",
    }
)


def refuse_type(question: Question, wanted: str) -> None:
    """A subject type that an action is not for gives that reason only (DRV-04, DRV-15, GGA-EXC-12)."""
    findings = question.findings
    own = ELSEWHERE.get(question.subject_type)
    reserved = RESERVED.get(wanted)
    if question.action == "delete_enterprise_account":
        reserved = "LETTER_REQUIRED"
        if own:
            findings.fail_one_of(reserved, own)
        else:
            findings.fail(reserved)
    elif own and reserved:
        findings.fail_one_of(own, reserved)
    elif own or reserved:
        findings.fail(str(own or reserved))
    else:
        no_scope(question)
    if question.subject_type == "operator":
        findings.remark("UNKNOWN_SUBJECT", "NOT_AUTHENTICATED", "BACK_OFFICE_ONLY")


def no_scope(question: Question) -> None:
    """The vocabulary has no code of its own for the operator's actions: any of these will do."""
    question.findings.fail_one_of(
        "BACK_OFFICE_ONLY",
        "NOT_AUTHENTICATED",
        "UNKNOWN_SUBJECT",
        "AGENT_HAS_NO_ENTERPRISE_POWER",
        "TECHNICAL_USER_PORTAL",
        "NOT_A_MANAGER",
        "WRONG_DOMAIN",
    )


def need_key(question: Question, minimum: int) -> None:
    """The means is one of the person's digital keys and high enough.

    GGA-PRE-01, RMA-AUT-01, ACM-AUT-01, ACM-DES-03, ACM-KEY-01, DRV-05.
    """
    findings = question.findings
    means = _means(question)
    keys = question.person.get("digital_keys") or []
    if means is None:
        findings.fail("ASSURANCE_TOO_LOW", may=[] if keys else ["NO_DIGITAL_KEY"])
        return
    if not isinstance(means, str):
        findings.fail_one_of("INVALID_INPUT", "NO_DIGITAL_KEY", "ASSURANCE_TOO_LOW")
        return
    if means not in keys:
        findings.fail("NO_DIGITAL_KEY", may=[] if means in LEVELS else ["ASSURANCE_TOO_LOW", "INVALID_INPUT"])
    need_level(question, minimum)


def need_level(question: Question, minimum: int | None) -> None:
    """The level of a known means reaches the minimum (DRV-05, DRV-16)."""
    means = _means(question)
    if minimum is not None and isinstance(means, str) and LEVELS.get(means, minimum) < minimum:
        question.findings.fail("ASSURANCE_TOO_LOW")


def _means(question: Question) -> object:
    means = question.context.get("authentication_means")
    return question.own_means if means is None else means


def need_enterprise(question: Question, enterprise: Record) -> None:
    """A person acts for one enterprise at a time, the one of the resource (GGA-CAM-10)."""
    acting_for = question.acting_for
    if acting_for is None or question.subject_type != "person":
        return
    if not isinstance(acting_for, str):
        question.findings.fail("INVALID_INPUT", may=["WRONG_ENTERPRISE"])
    elif acting_for != enterprise["enterprise_number"]:
        if is_enterprise_number(acting_for):
            question.findings.fail("WRONG_ENTERPRISE", may=["UNKNOWN_RESOURCE"])
        else:
            question.findings.fail_one_of("WRONG_ENTERPRISE", "INVALID_IDENTIFIER")


def need_active_account(question: Question, enterprise: Record, lr_alone: bool = False) -> None:
    """The portal account is active; never asked of the GAP, nor of an LR in what is his alone.

    ACC-07, AMB-05. In what is the LR's alone others are refused anyway, the co-GAP who looks excepted.
    """
    world, at, person = question.world, question.at, question.person
    if since(enterprise.get("portal_account_active_since"), at) or is_chief(question, enterprise):
        return
    if not lr_alone:
        question.findings.fail("ACCOUNT_NOT_ACTIVE")
    elif not world.is_representative(person, enterprise, at):
        if question.action == "view_chief_access_manager" and is_co_chief(question, enterprise):
            question.findings.fail("ACCOUNT_NOT_ACTIVE")
        else:
            question.findings.remark("ACCOUNT_NOT_ACTIVE")
