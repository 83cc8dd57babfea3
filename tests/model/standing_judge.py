"""The judge: one standing, answered by the rules alone.

A second reading of the rules, a floor above the oracle: the oracle answers questions from a world, the judge answers
what the policy is shown of a question. It knows the standing as nested plain values and nothing of who made it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from . import standing_applications as applications
from . import standing_capacity as capacities
from . import standing_enterprise as enterprises
from . import standing_mandates as mandates
from . import standing_roles as roles
from . import standing_senders as senders
from .standing_case import Case
from .standing_subject import passes_gates
from .verdict import Verdict

__all__ = ["ACTIONS", "judge"]


@dataclass(frozen=True)
class Action:
    """From which level on an action is open, what it needs, and of which type of subject."""

    level: int
    rule: Callable[[Case], None]
    subject: str = "person"


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "accept_role": Action(350, roles.answer_role),
        "act_under_mandate": Action(350, applications.act_under_mandate),
        "activate_account": Action(400, enterprises.activate_account),
        "activate_ebox": Action(450, enterprises.activate_ebox),
        "add_channel": Action(400, senders.add_channel),
        "add_co_access_manager": Action(400, capacities.add_co_access_manager),
        "assign_role": Action(400, capacities.assign_role),
        "block_user": Action(400, capacities.block_user),
        "change_access_manager": Action(400, capacities.change_access_manager),
        "change_own_password": Action(350, roles.own_record),
        "create_mandate": Action(450, mandates.create_mandate),
        "create_sender": Action(400, senders.create_sender),
        "create_ssm_mandate": Action(350, mandates.create_ssm_mandate),
        "create_user": Action(400, capacities.create_user),
        "decline_role": Action(350, roles.answer_role),
        "delete_enterprise_account": Action(0, enterprises.delete_enterprise_account, "agent"),
        "delete_user": Action(400, capacities.delete_user),
        "designate_chief_access_manager": Action(450, enterprises.designate_chief_access_manager),
        "designate_co_chief_access_manager": Action(400, enterprises.designate_beside_chief),
        "designate_flemish_head_local_manager": Action(400, enterprises.designate_beside_chief),
        "end_flemish_right": Action(400, roles.end_flemish_right),
        "end_mandate": Action(450, mandates.end_mandate),
        "end_role": Action(400, roles.end_role),
        "end_ssm_mandate": Action(350, mandates.end_ssm_mandate),
        "export_users": Action(400, capacities.manage_capacity),
        "grant_application": Action(400, capacities.grant_application),
        "grant_flemish_right": Action(400, roles.grant_flemish_right),
        "link_person": Action(400, roles.link_person),
        "list_roles": Action(400, capacities.list_roles),
        "list_users": Action(400, capacities.manage_capacity),
        "process_exceptional_request": Action(0, enterprises.process_exceptional_request, "agent"),
        "read_ebox": Action(450, enterprises.read_ebox),
        "remove_co_access_manager": Action(400, capacities.remove_co_access_manager),
        "remove_co_chief_access_manager": Action(400, enterprises.remove_beside_chief),
        "remove_flemish_head_local_manager": Action(400, enterprises.remove_beside_chief),
        "replace_channel_keys": Action(400, senders.replace_channel_keys),
        "revoke_application": Action(400, capacities.revoke_application),
        "sign_mandate": Action(450, mandates.sign_mandate),
        "sign_ssm_mandate": Action(350, mandates.sign_ssm_mandate),
        "stop_channel": Action(400, senders.stop_channel),
        "stop_sender": Action(400, senders.stop_sender),
        "submit_exceptional_request": Action(0, enterprises.submit_exceptional_request, "declared_person"),
        "submit_file": Action(0, senders.submit_file, "technical_user"),
        "unblock_user": Action(400, capacities.unblock_user),
        "update_capacity": Action(400, capacities.manage_capacity),
        "update_own_data": Action(350, roles.own_record),
        "use_application": Action(350, applications.use_application),
        "use_flemish_right": Action(350, roles.use_flemish_right),
        "use_role": Action(350, roles.use_role),
        "view_capacity": Action(400, capacities.manage_capacity),
        "view_chief_access_manager": Action(450, enterprises.view_chief_access_manager),
        "view_mandates": Action(450, mandates.view_mandates),
        "view_own_certificate": Action(350, roles.own_record),
    }
    | {name: Action(0, roles.operate, "operator") for name in roles.SCOPES}
)

NO_SWITCHES: Mapping[str, str] = MappingProxyType({})


def judge(action: str, standing: Mapping[str, object], switches: Mapping[str, str] = NO_SWITCHES) -> Verdict:
    """Answer for a standing (nested plain values, as `dataclasses.asdict` gives them); default deny (DRV-08).

    `switches`: those that are not at their default (AMB-03, AMB-20, AMB-21, AMB-28).
    """
    kind = ACTIONS.get(action)
    if kind is None:
        return Verdict(False, frozenset({"UNKNOWN_ACTION"}), frozenset({"UNKNOWN_ACTION"}))
    case = Case(action, standing, switches)
    if passes_gates(case, kind.subject, kind.level):
        kind.rule(case)
    return case.verdict()
