"""Standings: all that the policy may see of a question.

A standing is a frozen value of booleans, numbers, enumerations and small tuples of the same. It holds no identity, no
clock and nothing that reads a database, and every attribute is always there. So the policy's answer is a pure function
of (policy, action, standing).

Nothing here says what anybody may do. Each attribute is a fact of the case; the policy draws the line.
"""

from __future__ import annotations

from authz_service.domain.moments import Phase
from authz_service.domain.states import (
    AccountState,
    AccountType,
    ActsFor,
    Certificate,
    Grant,
    Key,
    LegalFunction,
    Named,
    RoleState,
    Side,
)
from authz_service.domain.values import HashedOnce, value
from authz_service.domain.vocabulary import Action, Domain, MandateSystem, SubjectType


@value
class Subject(HashedOnce):
    """Who asks. `level`: assurance level of the means (0: unknown); `eid`: the means is the eID.

    `may_administer`, `may_sync`, `may_audit`: the scopes of the caller that an operator comes through (OPS-01).
    """

    type: SubjectType
    known: bool
    level: int
    key: Key
    eid: bool
    may_administer: bool
    may_sync: bool
    may_audit: bool


@value
class Enterprise(HashedOnce):
    """How the subject stands in the enterprise that the question is about.

    `former_...`: held once and ended, and not held now. `account_active`: the GAP has logged in (ACC-07).
    """

    legal_function: LegalFunction
    chief_access_manager: bool
    co_chief_access_manager: bool
    head_local_manager: bool
    former_chief_access_manager: bool
    former_head_local_manager: bool
    account_active: bool


@value
class Capacity(HashedOnce):
    """How the subject stands in the capacity that the question is about. `in_force`: the capacity exists at the moment.

    `manages_another`: holds an active (co-)access manager's record in another capacity of the same enterprise.
    `former_manager`, `former_manager_of_another`: held such a record, which ended.
    """

    enterprise: Enterprise
    in_force: bool
    domain: Domain
    account_type: AccountType
    account_state: AccountState
    manages_another: bool
    former_manager: bool
    former_manager_of_another: bool


@value
class Standing(HashedOnce):
    """What every question has.

    `problems`: reason codes of what cannot be read in the question, or is missing from it; `readable`: there are none.
    """

    action: Action
    subject: Subject
    moment_readable: bool
    resource_known: bool
    acts_for: ActsFor
    readable: bool
    problems: tuple[str, ...]
    enterprise: Enterprise


@value
class ServiceStanding(Standing):
    """Questions about the service itself (OPS-01)."""


@value
class PersonStanding(Standing):
    """Questions about a person's own record (UM-SELF)."""

    own_record: bool


@value
class ChiefStanding(Standing):
    """Questions about the GAP, co-GAPs, head local managers and the activation of the account.

    `candidate...` say whether it can be read who is to be named, and how that person stands in the enterprise;
    `target_in_role`: the person to be removed holds the role that the action is about.
    """

    candidate: Named
    candidate_function: LegalFunction
    candidate_employed: bool
    candidate_is_chief: bool
    confirmed: bool
    target: Named
    target_in_role: bool


@value
class PaperStanding(Standing):
    """Questions of the exceptional procedure and of the letter that ends an account.

    `representative_has_card`: some legal representative with signing power is known to have an eID or foreigner's card.
    `signer_function`: the legal function of whoever signed the form or the letter.
    """

    candidate: Named
    candidate_function: LegalFunction
    candidate_employed: bool
    confirmed: bool
    representative_has_card: bool
    request_open: bool
    document_present: bool
    delivery: str
    original: bool
    signer: Named
    signer_function: LegalFunction


@value
class CapacityStanding(Standing):
    """Questions about a capacity: its managers, its users, its roles."""

    capacity: Capacity
    candidate: Named
    candidate_function: LegalFunction
    candidate_employed: bool
    candidate_has_account: bool
    role_domain: Domain


@value
class AccountStanding(Standing):
    """Questions about the record of an access manager, co-access manager or user.

    `application_known`: the application of the question stands in the catalogue; `application_offered`: it is offered
    to the capacity.
    """

    capacity: Capacity
    target_type: AccountType
    target_state: AccountState
    own_account: bool
    application_known: bool
    application_offered: bool


@value
class SenderStanding(Standing):
    """Questions about the sender of a capacity and its channels.

    `channel`: the kind of channel asked about, "none" when it cannot be read. `applications_...`: each of the
    applications handed in is offered to the capacity, or goes over that kind of channel. `technical_names_agree`: the
    technical user name begins with EXP and was typed twice the same (SND-TEC-01).
    """

    capacity: Capacity
    sender_active: bool
    channel: str
    channel_active: bool
    certificate: Certificate
    ssh_public_key: bool
    applications_offered: bool
    applications_on_channel: bool
    technical_names_agree: bool


@value
class Mandate:
    """A mandate that may open what is asked. `covers`: its groups hold the application's, in that one's system."""

    covers: bool
    mandator_signed: bool
    mandatary_signed: bool
    phase: Phase
    ended: bool


@value
class SubmissionStanding(Standing):
    """A technical user sends a file.

    `registered_certificate`: no other serial number than the registered one was given. `mandator`: whether it can be
    read for which other enterprise it is sent ("missing": for the own one); `mandates` are that enterprise's mandates
    to the sender's; `mandate_exists`, `mandate_covers`: there is one at all, one that covers.
    """

    sender_active: bool
    channel: str
    channel_active: bool
    application_on_channel: bool
    file_signed: bool
    registered_certificate: bool
    certificate_expired: bool
    mandator: Named
    mandate_system: MandateSystem
    mandate_exists: bool
    mandate_covers: bool
    mandates: tuple[Mandate, ...]


@value
class Role:
    """An eGov role that opens the application asked for."""

    state: RoleState
    phase: Phase


@value
class ApplicationStanding(Standing):
    """Somebody opens an application, for the own enterprise or under a mandate.

    `domain`, `mandate_system`, `minimum_level`, `offered`: of the application, the last against the capacity chosen.
    `in_profile`: the application stands in the subject's profile in that capacity. `rights`: where the subject's
    Flemish rights that open it lie in time. `mandator`, `mandate...`: under a mandate only, as in SubmissionStanding.
    """

    capacity_chosen: Named
    capacity: Capacity
    domain: Domain
    mandate_system: MandateSystem
    minimum_level: int
    offered: bool
    in_profile: bool
    role_exists: bool
    roles: tuple[Role, ...]
    rights: tuple[Phase, ...]
    mandator: Named
    mandate_exists: bool
    mandate_covers: bool
    mandates: tuple[Mandate, ...]


@value
class RoleStanding(Standing):
    """Questions about one eGov role assignment."""

    capacity: Capacity
    addressee: bool
    state: RoleState
    phase: Phase


@value
class FlemishStanding(Standing):
    """Questions about Flemish rights and work relations.

    `context_allowed`: the context given is one the right allows; `right_held`: by the subject (to use it) or by the
    target (to end it, with that context).
    """

    candidate: Named
    candidate_has_work_relation: bool
    target: Named
    right_known: bool
    context_allowed: bool
    approval_required: bool
    enterprise_approved: bool
    right_held: bool


@value
class MandateStanding(Standing):
    """Questions about mandates, in a registry or one by one.

    `enterprise` is how the subject stands in the enterprise acted for; `signing_enterprise` in the party whose legal
    representative is asked for. `acting_side`: which party the enterprise acted for is. `groups_belong`: the groups are
    of the system that the action works in. `manages_social_security`: the subject is active (co-)access manager of a
    social-security capacity of the enterprise acted for; `manage_grant`, `consult_grant`: Mahis permissions there;
    `account_blocked`: an account of the subject in such a capacity is blocked.
    """

    acting: Named
    signing_enterprise: Enterprise
    system: MandateSystem
    acting_side: Side
    signing_side: Side
    already_signed: bool
    phase: Phase
    ended: bool
    mandator: Named
    mandator_known: bool
    mandator_is_employer: bool
    mandator_is_administration: bool
    mandator_is_without_staff: bool
    mandatary: Named
    mandatary_known: bool
    mandatary_is_provider: bool
    parties_differ: bool
    groups_given: bool
    groups_belong: bool
    manages_social_security: bool
    manage_grant: Grant
    consult_grant: Grant
    account_blocked: bool


@value
class EboxStanding(Standing):
    """Questions about the e-Box Enterprise. The last three attributes are as in MandateStanding."""

    ebox_active: bool
    manages_social_security: bool
    ebox_grant: Grant
    account_blocked: bool


@value
class UnknownStanding:
    """An action that is not in the vocabulary."""


AnyStanding = Standing | UnknownStanding
