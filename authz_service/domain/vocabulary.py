"""The closed vocabularies: subject and resource types, actions, reasons, and the states that facts can be in."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class SubjectType(StrEnum):
    """Who may ask, as named on the wire."""

    AGENT = "agent"
    DECLARED_PERSON = "declared_person"
    OPERATOR = "operator"
    PERSON = "person"
    TECHNICAL_USER = "technical_user"
    UNKNOWN = "unknown"
    """Any other type."""


class ResourceType(StrEnum):
    """What may be asked about, as named on the wire."""

    ACCOUNT = "account"
    APPLICATION = "application"
    CAPACITY = "capacity"
    ENTERPRISE = "enterprise"
    MANDATE = "mandate"
    MANDATE_REGISTRY = "mandate_registry"
    PERSON = "person"
    REQUEST = "request"
    ROLE_ASSIGNMENT = "role_assignment"
    SERVICE = "service"


class Scope(StrEnum):
    """What a caller of the service may do with it."""

    ADMIN = "admin"
    AS_OF = "as_of"
    AUDIT = "audit"
    DECIDE = "decide"
    EXPLAIN = "explain"
    SEARCH = "search"
    SYNC = "sync"


class Domain(StrEnum):
    """Groups of applications, each with its own administering system (SYS-08, SYS-10..12)."""

    FINANCE = "finance"
    FLANDERS = "flanders"
    MOBILITY = "mobility"
    SOCIAL_SECURITY = "social_security"
    NONE = "none"


class MandateSystem(StrEnum):
    """Where a mandate is made (MAN-SSM-01)."""

    MAHIS = "mahis"
    SSM = "ssm"
    NONE = "none"


class RelationKind(StrEnum):
    """How a person can stand in an enterprise."""

    ACCESS_MANAGER = "access_manager"
    APPLICATION_GRANT = "application_grant"
    CHIEF_ACCESS_MANAGER = "chief_access_manager"
    CO_ACCESS_MANAGER = "co_access_manager"
    CO_CHIEF_ACCESS_MANAGER = "co_chief_access_manager"
    EMPLOYMENT = "employment"
    FLEMISH_HEAD_LOCAL_MANAGER = "flemish_head_local_manager"
    FLEMISH_RIGHT = "flemish_right"
    LEGAL_FUNCTION = "legal_function"
    ROLE_ASSIGNMENT = "role_assignment"
    USER = "user"
    WORK_RELATION = "work_relation"


ACCOUNT_KINDS: Final = frozenset({RelationKind.ACCESS_MANAGER, RelationKind.CO_ACCESS_MANAGER, RelationKind.USER})
DESIGNATION_KINDS: Final = frozenset(
    {
        RelationKind.CHIEF_ACCESS_MANAGER,
        RelationKind.CO_CHIEF_ACCESS_MANAGER,
        RelationKind.FLEMISH_HEAD_LOCAL_MANAGER,
    }
)


class ReasonClass(StrEnum):
    """Reasons are told in this order of classes, and alphabetically within one."""

    IDENTITY = "identity"
    ENTERPRISE = "enterprise"
    ROLE = "role"
    TARGET = "target"


class Reason(StrEnum):
    """Why a question was answered with no."""

    ACCOUNT_BLOCKED = "ACCOUNT_BLOCKED"
    ACCOUNT_NOT_ACTIVE = "ACCOUNT_NOT_ACTIVE"
    AGENT_HAS_NO_ENTERPRISE_POWER = "AGENT_HAS_NO_ENTERPRISE_POWER"
    ALREADY_A_USER = "ALREADY_A_USER"
    ALREADY_CHIEF_ACCESS_MANAGER = "ALREADY_CHIEF_ACCESS_MANAGER"
    ALREADY_SIGNED = "ALREADY_SIGNED"
    APPLICATION_NOT_GRANTED = "APPLICATION_NOT_GRANTED"
    APPLICATION_NOT_IN_CAPACITY = "APPLICATION_NOT_IN_CAPACITY"
    APPLICATION_NOT_MANDATABLE = "APPLICATION_NOT_MANDATABLE"
    APPLICATION_NOT_ON_CHANNEL = "APPLICATION_NOT_ON_CHANNEL"
    ASSURANCE_TOO_LOW = "ASSURANCE_TOO_LOW"
    BACK_OFFICE_ONLY = "BACK_OFFICE_ONLY"
    BAD_TECHNICAL_NAME = "BAD_TECHNICAL_NAME"
    CANDIDATE_NOT_ELIGIBLE = "CANDIDATE_NOT_ELIGIBLE"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    CERTIFICATE_UNKNOWN = "CERTIFICATE_UNKNOWN"
    CHANNEL_NOT_ACTIVE = "CHANNEL_NOT_ACTIVE"
    CONTEXT_MISSING = "CONTEXT_MISSING"
    DECLARED_PERSON_ONLY = "DECLARED_PERSON_ONLY"
    EBOX_NOT_ACTIVE = "EBOX_NOT_ACTIVE"
    ENGINE_ERROR = "ENGINE_ERROR"
    ENTERPRISE_NOT_APPROVED = "ENTERPRISE_NOT_APPROVED"
    INVALID_IDENTIFIER = "INVALID_IDENTIFIER"
    INVALID_INPUT = "INVALID_INPUT"
    LEGAL_FUNCTION_NOT_CURRENT = "LEGAL_FUNCTION_NOT_CURRENT"
    LETTER_REQUIRED = "LETTER_REQUIRED"
    MANDATARY_NOT_ELIGIBLE = "MANDATARY_NOT_ELIGIBLE"
    MANDATE_ENDED = "MANDATE_ENDED"
    MANDATE_EXPIRED = "MANDATE_EXPIRED"
    MANDATE_NOT_SIGNED_BY_BOTH = "MANDATE_NOT_SIGNED_BY_BOTH"
    MANDATE_NOT_STARTED = "MANDATE_NOT_STARTED"
    MANDATOR_NOT_NSSO_EMPLOYER = "MANDATOR_NOT_NSSO_EMPLOYER"
    MANDATOR_ONLY = "MANDATOR_ONLY"
    MISSING_DATA = "MISSING_DATA"
    NOT_ADDRESSEE = "NOT_ADDRESSEE"
    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    NOT_A_MANAGER = "NOT_A_MANAGER"
    NOT_A_PARTY = "NOT_A_PARTY"
    NOT_A_TECHNICAL_USER = "NOT_A_TECHNICAL_USER"
    NOT_CHIEF_ACCESS_MANAGER = "NOT_CHIEF_ACCESS_MANAGER"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    NOT_LEGAL_REPRESENTATIVE = "NOT_LEGAL_REPRESENTATIVE"
    NOT_LINKED_TO_ENTERPRISE = "NOT_LINKED_TO_ENTERPRISE"
    NOT_OWN_RECORD = "NOT_OWN_RECORD"
    NO_CERTIFICATE = "NO_CERTIFICATE"
    NO_DIGITAL_KEY = "NO_DIGITAL_KEY"
    NO_MAHIS_ACCESS = "NO_MAHIS_ACCESS"
    NO_MANDATE = "NO_MANDATE"
    NO_SENDER = "NO_SENDER"
    NO_SIGNING_POWER = "NO_SIGNING_POWER"
    NO_SSH_KEY = "NO_SSH_KEY"
    OUTSIDE_MANDATE = "OUTSIDE_MANDATE"
    OWN_ACCOUNT = "OWN_ACCOUNT"
    PAPER_NOT_ORIGINAL = "PAPER_NOT_ORIGINAL"
    RIGHT_NOT_HELD = "RIGHT_NOT_HELD"
    ROLE_ENDED = "ROLE_ENDED"
    ROLE_EXPIRED = "ROLE_EXPIRED"
    ROLE_NOT_ACCEPTED = "ROLE_NOT_ACCEPTED"
    ROLE_NOT_HELD = "ROLE_NOT_HELD"
    ROLE_NOT_PENDING = "ROLE_NOT_PENDING"
    ROLE_NOT_STARTED = "ROLE_NOT_STARTED"
    SENDER_EXISTS = "SENDER_EXISTS"
    SENDER_NOT_ACTIVE = "SENDER_NOT_ACTIVE"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    STANDARD_PROCEDURE_REQUIRED = "STANDARD_PROCEDURE_REQUIRED"
    TARGET_IS_MANAGER = "TARGET_IS_MANAGER"
    TARGET_STATE = "TARGET_STATE"
    TECHNICAL_USER_PORTAL = "TECHNICAL_USER_PORTAL"
    TITULAR_MUST_BE_REPLACED = "TITULAR_MUST_BE_REPLACED"
    UNKNOWN_ACTION = "UNKNOWN_ACTION"
    UNKNOWN_APPLICATION = "UNKNOWN_APPLICATION"
    UNKNOWN_RESOURCE = "UNKNOWN_RESOURCE"
    UNKNOWN_SUBJECT = "UNKNOWN_SUBJECT"
    WRONG_CAPACITY = "WRONG_CAPACITY"
    WRONG_DOMAIN = "WRONG_DOMAIN"
    WRONG_ENTERPRISE = "WRONG_ENTERPRISE"


REASON_CLASSES: Final[dict[Reason, ReasonClass]] = {
    Reason.ACCOUNT_BLOCKED: ReasonClass.ROLE,
    Reason.ACCOUNT_NOT_ACTIVE: ReasonClass.ENTERPRISE,
    Reason.AGENT_HAS_NO_ENTERPRISE_POWER: ReasonClass.IDENTITY,
    Reason.ALREADY_A_USER: ReasonClass.TARGET,
    Reason.ALREADY_CHIEF_ACCESS_MANAGER: ReasonClass.TARGET,
    Reason.ALREADY_SIGNED: ReasonClass.TARGET,
    Reason.APPLICATION_NOT_GRANTED: ReasonClass.ROLE,
    Reason.APPLICATION_NOT_IN_CAPACITY: ReasonClass.TARGET,
    Reason.APPLICATION_NOT_MANDATABLE: ReasonClass.TARGET,
    Reason.APPLICATION_NOT_ON_CHANNEL: ReasonClass.TARGET,
    Reason.ASSURANCE_TOO_LOW: ReasonClass.IDENTITY,
    Reason.BACK_OFFICE_ONLY: ReasonClass.IDENTITY,
    Reason.BAD_TECHNICAL_NAME: ReasonClass.TARGET,
    Reason.CANDIDATE_NOT_ELIGIBLE: ReasonClass.TARGET,
    Reason.CERTIFICATE_EXPIRED: ReasonClass.TARGET,
    Reason.CERTIFICATE_UNKNOWN: ReasonClass.TARGET,
    Reason.CHANNEL_NOT_ACTIVE: ReasonClass.TARGET,
    Reason.CONTEXT_MISSING: ReasonClass.TARGET,
    Reason.DECLARED_PERSON_ONLY: ReasonClass.IDENTITY,
    Reason.EBOX_NOT_ACTIVE: ReasonClass.TARGET,
    Reason.ENGINE_ERROR: ReasonClass.TARGET,
    Reason.ENTERPRISE_NOT_APPROVED: ReasonClass.TARGET,
    Reason.INVALID_IDENTIFIER: ReasonClass.TARGET,
    Reason.INVALID_INPUT: ReasonClass.TARGET,
    Reason.LEGAL_FUNCTION_NOT_CURRENT: ReasonClass.ROLE,
    Reason.LETTER_REQUIRED: ReasonClass.TARGET,
    Reason.MANDATARY_NOT_ELIGIBLE: ReasonClass.TARGET,
    Reason.MANDATE_ENDED: ReasonClass.TARGET,
    Reason.MANDATE_EXPIRED: ReasonClass.TARGET,
    Reason.MANDATE_NOT_SIGNED_BY_BOTH: ReasonClass.TARGET,
    Reason.MANDATE_NOT_STARTED: ReasonClass.TARGET,
    Reason.MANDATOR_NOT_NSSO_EMPLOYER: ReasonClass.TARGET,
    Reason.MANDATOR_ONLY: ReasonClass.ROLE,
    Reason.MISSING_DATA: ReasonClass.TARGET,
    Reason.NOT_ADDRESSEE: ReasonClass.ROLE,
    Reason.NOT_AUTHENTICATED: ReasonClass.IDENTITY,
    Reason.NOT_A_MANAGER: ReasonClass.ROLE,
    Reason.NOT_A_PARTY: ReasonClass.ENTERPRISE,
    Reason.NOT_A_TECHNICAL_USER: ReasonClass.IDENTITY,
    Reason.NOT_CHIEF_ACCESS_MANAGER: ReasonClass.ROLE,
    Reason.NOT_CONFIRMED: ReasonClass.TARGET,
    Reason.NOT_LEGAL_REPRESENTATIVE: ReasonClass.ROLE,
    Reason.NOT_LINKED_TO_ENTERPRISE: ReasonClass.TARGET,
    Reason.NOT_OWN_RECORD: ReasonClass.ROLE,
    Reason.NO_CERTIFICATE: ReasonClass.TARGET,
    Reason.NO_DIGITAL_KEY: ReasonClass.IDENTITY,
    Reason.NO_MAHIS_ACCESS: ReasonClass.ROLE,
    Reason.NO_MANDATE: ReasonClass.TARGET,
    Reason.NO_SENDER: ReasonClass.TARGET,
    Reason.NO_SIGNING_POWER: ReasonClass.ROLE,
    Reason.NO_SSH_KEY: ReasonClass.TARGET,
    Reason.OUTSIDE_MANDATE: ReasonClass.TARGET,
    Reason.OWN_ACCOUNT: ReasonClass.TARGET,
    Reason.PAPER_NOT_ORIGINAL: ReasonClass.TARGET,
    Reason.RIGHT_NOT_HELD: ReasonClass.ROLE,
    Reason.ROLE_ENDED: ReasonClass.ROLE,
    Reason.ROLE_EXPIRED: ReasonClass.TARGET,
    Reason.ROLE_NOT_ACCEPTED: ReasonClass.TARGET,
    Reason.ROLE_NOT_HELD: ReasonClass.ROLE,
    Reason.ROLE_NOT_PENDING: ReasonClass.TARGET,
    Reason.ROLE_NOT_STARTED: ReasonClass.TARGET,
    Reason.SENDER_EXISTS: ReasonClass.TARGET,
    Reason.SENDER_NOT_ACTIVE: ReasonClass.TARGET,
    Reason.SIGNATURE_MISSING: ReasonClass.TARGET,
    Reason.STANDARD_PROCEDURE_REQUIRED: ReasonClass.TARGET,
    Reason.TARGET_IS_MANAGER: ReasonClass.TARGET,
    Reason.TARGET_STATE: ReasonClass.TARGET,
    Reason.TECHNICAL_USER_PORTAL: ReasonClass.IDENTITY,
    Reason.TITULAR_MUST_BE_REPLACED: ReasonClass.TARGET,
    Reason.UNKNOWN_ACTION: ReasonClass.ENTERPRISE,
    Reason.UNKNOWN_APPLICATION: ReasonClass.ENTERPRISE,
    Reason.UNKNOWN_RESOURCE: ReasonClass.ENTERPRISE,
    Reason.UNKNOWN_SUBJECT: ReasonClass.IDENTITY,
    Reason.WRONG_CAPACITY: ReasonClass.ROLE,
    Reason.WRONG_DOMAIN: ReasonClass.ROLE,
    Reason.WRONG_ENTERPRISE: ReasonClass.ENTERPRISE,
}
_ORDER: Final = {kind: position for position, kind in enumerate(ReasonClass)}


def told_in_order(reasons: set[Reason]) -> tuple[Reason, ...]:
    """Return the reasons as they are told: by class (identity, enterprise, role, target), then alphabetically."""
    return tuple(sorted(reasons, key=lambda reason: (_ORDER[REASON_CLASSES[reason]], reason)))


class Action(StrEnum):
    """What may be asked, as named on the wire."""

    ACCEPT_ROLE = "accept_role"
    ACT_UNDER_MANDATE = "act_under_mandate"
    ACTIVATE_ACCOUNT = "activate_account"
    ACTIVATE_EBOX = "activate_ebox"
    ACTIVATE_POLICY = "activate_policy"
    ADD_CHANNEL = "add_channel"
    ADD_CO_ACCESS_MANAGER = "add_co_access_manager"
    APPLY_DIRECTORY_PLAN = "apply_directory_plan"
    APPROVE_DIRECTORY_PLAN = "approve_directory_plan"
    ASSIGN_ROLE = "assign_role"
    BLOCK_USER = "block_user"
    CHANGE_ACCESS_MANAGER = "change_access_manager"
    CHANGE_OWN_PASSWORD = "change_own_password"
    CREATE_MANDATE = "create_mandate"
    CREATE_SENDER = "create_sender"
    CREATE_SSM_MANDATE = "create_ssm_mandate"
    CREATE_USER = "create_user"
    DECLINE_ROLE = "decline_role"
    DELETE_ENTERPRISE_ACCOUNT = "delete_enterprise_account"
    DELETE_USER = "delete_user"
    DESIGNATE_CHIEF_ACCESS_MANAGER = "designate_chief_access_manager"
    DESIGNATE_CO_CHIEF_ACCESS_MANAGER = "designate_co_chief_access_manager"
    DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER = "designate_flemish_head_local_manager"
    END_FLEMISH_RIGHT = "end_flemish_right"
    END_MANDATE = "end_mandate"
    END_ROLE = "end_role"
    END_SSM_MANDATE = "end_ssm_mandate"
    EXPORT_USERS = "export_users"
    GRANT_APPLICATION = "grant_application"
    GRANT_FLEMISH_RIGHT = "grant_flemish_right"
    IMPORT_REGISTER = "import_register"
    LINK_PERSON = "link_person"
    LIST_ROLES = "list_roles"
    LIST_USERS = "list_users"
    LOAD_FACTS = "load_facts"
    MANAGE_CALLERS = "manage_callers"
    PROCESS_EXCEPTIONAL_REQUEST = "process_exceptional_request"
    READ_AUDIT = "read_audit"
    READ_EBOX = "read_ebox"
    REMOVE_CO_ACCESS_MANAGER = "remove_co_access_manager"
    REMOVE_CO_CHIEF_ACCESS_MANAGER = "remove_co_chief_access_manager"
    REMOVE_FLEMISH_HEAD_LOCAL_MANAGER = "remove_flemish_head_local_manager"
    REPLACE_CHANNEL_KEYS = "replace_channel_keys"
    REVOKE_APPLICATION = "revoke_application"
    SIGN_MANDATE = "sign_mandate"
    SIGN_SSM_MANDATE = "sign_ssm_mandate"
    STOP_CHANNEL = "stop_channel"
    STOP_SENDER = "stop_sender"
    SUBMIT_EXCEPTIONAL_REQUEST = "submit_exceptional_request"
    SUBMIT_FILE = "submit_file"
    UNBLOCK_USER = "unblock_user"
    UPDATE_CAPACITY = "update_capacity"
    UPDATE_OWN_DATA = "update_own_data"
    USE_APPLICATION = "use_application"
    USE_FLEMISH_RIGHT = "use_flemish_right"
    USE_ROLE = "use_role"
    VIEW_CAPACITY = "view_capacity"
    VIEW_CHIEF_ACCESS_MANAGER = "view_chief_access_manager"
    VIEW_MANDATES = "view_mandates"
    VIEW_OWN_CERTIFICATE = "view_own_certificate"
