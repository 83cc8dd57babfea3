"""The oracle: one question in the shape of the wire, answered by the rules alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

from . import rules_accounts as accounts
from . import rules_applications as applications
from . import rules_enterprise as enterprises
from . import rules_mandates as mandates
from . import rules_roles as roles
from . import rules_senders as senders
from .question import Question
from .rules_subjects import need_key, refuse_type
from .verdict import Findings, Verdict
from .world import Record, World, parse_moment

__all__ = ["ACTIONS", "Action", "Verdict", "World", "decide"]

Rule = Callable[[Question, Any], None]


@dataclass(frozen=True)
class Action:
    """What an action is asked of, by whom, and from which level on."""

    resource: str
    level: int
    rule: Rule
    subject: str = "person"


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "designate_chief_access_manager": Action("enterprise", 450, enterprises.designate_chief_access_manager),
        "view_chief_access_manager": Action("enterprise", 450, enterprises.view_chief_access_manager),
        "submit_exceptional_request": Action(
            "enterprise", 0, enterprises.submit_exceptional_request, "declared_person"
        ),
        "process_exceptional_request": Action("request", 0, enterprises.process_exceptional_request, "agent"),
        "activate_account": Action("enterprise", 400, enterprises.activate_account),
        "delete_enterprise_account": Action("enterprise", 0, enterprises.delete_enterprise_account, "agent"),
        "designate_co_chief_access_manager": Action("enterprise", 400, enterprises.designate_co_chief_access_manager),
        "remove_co_chief_access_manager": Action("enterprise", 400, enterprises.remove_co_chief_access_manager),
        "change_access_manager": Action("capacity", 400, accounts.change_access_manager),
        "add_co_access_manager": Action("capacity", 400, accounts.add_co_access_manager),
        "remove_co_access_manager": Action("account", 400, accounts.remove_co_access_manager),
        "list_users": Action("capacity", 400, accounts.manage_capacity),
        "export_users": Action("capacity", 400, accounts.manage_capacity),
        "view_capacity": Action("capacity", 400, accounts.manage_capacity),
        "update_capacity": Action("capacity", 400, accounts.manage_capacity),
        "create_user": Action("capacity", 400, accounts.create_user),
        "grant_application": Action("account", 400, accounts.grant_application),
        "revoke_application": Action("account", 400, accounts.revoke_application),
        "block_user": Action("account", 400, accounts.block_user),
        "unblock_user": Action("account", 400, accounts.unblock_user),
        "delete_user": Action("account", 400, accounts.delete_user),
        "create_sender": Action("capacity", 400, senders.create_sender),
        "add_channel": Action("capacity", 400, senders.add_channel),
        "assign_role": Action("capacity", 400, roles.assign_role),
        "accept_role": Action("role_assignment", 350, roles.answer_role),
        "use_role": Action("role_assignment", 350, roles.use_role),
        "use_application": Action("application", 350, applications.use_application),
        "update_own_data": Action("person", 350, roles.own_record),
        "change_own_password": Action("person", 350, roles.own_record),
        "view_own_certificate": Action("person", 350, roles.own_record),
        "submit_file": Action("application", 0, senders.submit_file, "technical_user"),
        "grant_flemish_right": Action("enterprise", 400, roles.grant_flemish_right),
        "link_person": Action("enterprise", 400, roles.link_person),
        "use_flemish_right": Action("enterprise", 350, roles.use_flemish_right),
        "create_mandate": Action("mandate_registry", 450, mandates.create_mandate),
        "sign_mandate": Action("mandate", 450, mandates.sign_mandate),
        "end_mandate": Action("mandate", 450, mandates.end_mandate),
        "view_mandates": Action("mandate", 450, mandates.view_mandates),
        "act_under_mandate": Action("application", 350, applications.act_under_mandate),
        "sign_ssm_mandate": Action("mandate", 350, mandates.sign_ssm_mandate),
        "end_ssm_mandate": Action("mandate", 350, mandates.end_ssm_mandate),
        "activate_ebox": Action("enterprise", 450, enterprises.activate_ebox),
        "read_ebox": Action("enterprise", 450, applications.read_ebox),
        "decline_role": Action("role_assignment", 350, roles.answer_role),
        "end_role": Action("role_assignment", 400, roles.end_role),
        "list_roles": Action("capacity", 400, accounts.manage_capacity),
        "designate_flemish_head_local_manager": Action(
            "enterprise", 400, enterprises.designate_flemish_head_local_manager
        ),
        "remove_flemish_head_local_manager": Action("enterprise", 400, enterprises.remove_flemish_head_local_manager),
        "end_flemish_right": Action("enterprise", 400, roles.end_flemish_right),
        "stop_channel": Action("capacity", 400, senders.stop_channel),
        "replace_channel_keys": Action("capacity", 400, senders.replace_channel_keys),
        "stop_sender": Action("capacity", 400, senders.stop_sender),
        "create_ssm_mandate": Action("mandate_registry", 350, mandates.create_ssm_mandate),
    }
    | {name: Action("service", 0, roles.operate, "operator") for name in roles.SCOPES}
)

SUBJECT_TYPES = frozenset({"person", "technical_user", "agent", "operator", "declared_person"})

# What may be said of the input of a question whose resource is unknown.
ABOUT_INPUT = (
    "CANDIDATE_NOT_ELIGIBLE",
    "CONTEXT_MISSING",
    "INVALID_IDENTIFIER",
    "INVALID_INPUT",
    "LETTER_REQUIRED",
    "MISSING_DATA",
    "NOT_CONFIRMED",
    "NO_CERTIFICATE",
    "NO_SSH_KEY",
    "SIGNATURE_MISSING",
    "UNKNOWN_APPLICATION",
)
NOBODY: Record = MappingProxyType({"id": ".nobody", "niss": None, "digital_keys": ()})


def decide(
    world: World,
    request: Mapping[str, Any],
    *,
    now: datetime | None = None,
    scopes: frozenset[str] = frozenset(),
) -> Verdict:
    """Answer an AuthZEN evaluation request; default deny, never an exception (DRV-08)."""
    asked = now or datetime.now(UTC)
    subject, resource = _object(request.get("subject")), _object(request.get("resource"))
    action, context = _object(request.get("action")), _object(request.get("context"))
    findings = Findings()
    name = action.get("name")
    kind = ACTIONS.get(name) if isinstance(name, str) else None
    subject_type = subject.get("type")
    if kind is None:
        findings.fail("UNKNOWN_ACTION", may=["UNKNOWN_SUBJECT", "UNKNOWN_RESOURCE", "NO_DIGITAL_KEY"])
        return findings.verdict()
    if not isinstance(subject_type, str) or subject_type not in SUBJECT_TYPES:
        # Whatever is reserved to a type of subject is reserved from an unknown one too.
        reserved = ["BACK_OFFICE_ONLY", "NOT_A_TECHNICAL_USER", "DECLARED_PERSON_ONLY", "LETTER_REQUIRED"]
        findings.fail("UNKNOWN_SUBJECT", may=["UNKNOWN_RESOURCE", *ABOUT_INPUT, *reserved])
        return findings.verdict()
    at = _moment(context, asked)
    properties = _object(subject.get("properties"))
    question = Question(
        world=world,
        at=at or asked,
        now=asked,
        subject_type=subject_type,
        person=NOBODY,
        subject_id=str(subject.get("id")),
        acting_for=properties.get("acting_for"),
        own_means=properties.get("authentication_means"),
        action=str(name),
        properties=_object(action.get("properties")),
        resource_id=str(resource.get("id")),
        context=context,
        scopes=scopes,
        findings=findings,
    )
    if subject_type != kind.subject:
        refuse_type(question, kind.subject)
    elif at is None:
        findings.fail("INVALID_INPUT")
    else:
        _read(question, kind, resource.get("type"))
    return findings.verdict()


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _moment(context: Mapping[str, Any], asked: datetime) -> datetime | None:
    value = context.get("at")
    if value is None:
        return asked
    return parse_moment(value) if isinstance(value, str) else None


def _read(question: Question, kind: Action, resource_type: object) -> None:
    """Identity first, then the resource, then the rule of the action."""
    _find_subject(question)
    if kind.subject == "person":
        need_key(question, kind.level)
    target = _find_resource(question, kind.resource) if resource_type == kind.resource else None
    if target is None:
        question.findings.fail("UNKNOWN_RESOURCE", may=ABOUT_INPUT)
        if question.acting_for is not None:
            question.findings.remark("WRONG_ENTERPRISE")
        return
    kind.rule(question, target)


def _find_subject(question: Question) -> None:
    world, who = question.world, question.subject_id
    known = True
    if question.subject_type in ("person", "declared_person"):
        found = world.person_by_niss.get(who)
        known = found is not None
        question.person = found or NOBODY
        if not known:
            question.findings.remark("INVALID_IDENTIFIER")
    elif question.subject_type == "technical_user":
        known = senders.find_sender(question) is not None
        if not known:
            question.findings.remark("SENDER_NOT_ACTIVE", *ABOUT_INPUT)
    elif question.subject_type == "agent":
        known = who in world.agent_by_id
    if not known:
        question.findings.fail("UNKNOWN_SUBJECT")


def _find_resource(question: Question, kind: str) -> Record | str | None:
    world, wanted = question.world, question.resource_id
    if kind == "capacity":
        return world.capacity_at(wanted, question.at)
    if kind == "service":
        return wanted if wanted == "authz" else None
    if kind == "mandate_registry":
        return wanted if wanted in ("mahis", "ssm") else None
    index = {
        "enterprise": world.enterprise_by_number,
        "account": world.account_by_id,
        "application": world.application_by_id,
        "person": world.person_by_niss,
        "role_assignment": world.role_by_id,
        "mandate": world.mandate_by_id,
        "request": world.request_by_id,
    }[kind]
    return index.get(wanted)
