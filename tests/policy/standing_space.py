"""All standings there can be: their values, what of them fits together, and ways to walk through them.

A standing is handled as a flat mapping of paths ("subject.level") to values. `settled` makes such a mapping what the
builders in authz_service/services/standings could have made, so that nothing is asked of the policy that no question
and no facts can give.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
import math
import random
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from authz_service.domain.moments import Phase
from authz_service.domain.standings import (
    AccountStanding,
    ApplicationStanding,
    CapacityStanding,
    ChiefStanding,
    EboxStanding,
    FlemishStanding,
    Mandate,
    MandateStanding,
    PaperStanding,
    PersonStanding,
    RoleStanding,
    SenderStanding,
    ServiceStanding,
    Standing,
    SubmissionStanding,
)
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
from authz_service.domain.vocabulary import Action, Domain, MandateSystem, SubjectType
from authz_service.services.standings.families import FAMILIES

__all__ = [
    "ACTIONS_OF",
    "STANDING_OF",
    "Flat",
    "build",
    "constrained_size",
    "everything",
    "favourable",
    "flat_of",
    "full_size",
    "generated",
    "paths_of",
    "settled",
    "values_of",
]

Flat = dict[str, Any]

STANDING_OF: Final[Mapping[Action, type[Standing]]] = {
    action: get_type_hints(cast("Any", question).standing)["return"] for action, question in FAMILIES.items()
}
"""Action to the type of its standings, as its builder says."""
ACTIONS_OF: Final[Mapping[type[Standing], tuple[Action, ...]]] = {
    family: tuple(action for action in Action if STANDING_OF[action] is family)
    for family in dict.fromkeys(STANDING_OF[action] for action in Action)
}

_OPEN_VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "channel": ("ftp", "sftp", "webservice", "none"),
    "delivery": ("post", "fax", "email", "scan", "unknown"),
    "level": (0, 100, 200, 350, 400, 450, 500),
    "minimum_level": (0, 350, 400, 450, 500),
    "problems": ((), ("INVALID_INPUT",), ("INVALID_IDENTIFIER",), ("MISSING_DATA",)),
}
_MANAGERS: Final = frozenset({AccountType.ACCESS_MANAGER, AccountType.CO_ACCESS_MANAGER})
_WITH_PERSON: Final = frozenset({SubjectType.PERSON, SubjectType.DECLARED_PERSON})


# --- the raw space ---------------------------------------------------------------------------------------------------


def _values(name: str, kind: Any) -> tuple[Any, ...]:
    if name in _OPEN_VALUES:
        return _OPEN_VALUES[name]
    if kind is bool:
        return (False, True)
    if isinstance(kind, enum.EnumType):
        return tuple(cast("Any", kind))
    if get_origin(kind) is tuple:
        members = _members(get_args(kind)[0])
        return tuple(some for size in range(3) for some in itertools.combinations(members, size))
    raise TypeError(f"no values are known of {name}: {kind}")


def _members(kind: Any) -> tuple[Any, ...]:
    if not dataclasses.is_dataclass(kind):
        return _values("", kind)
    hints = get_type_hints(kind)
    made = (
        cast("Any", kind)(*values)
        for values in itertools.product(*(_values(field.name, hints[field.name]) for field in dataclasses.fields(kind)))
    )
    # The builders put in only mandates that cover the application.
    return tuple(sorted((one for one in made if kind is not Mandate or one.covers), key=repr))


def _values_in(family: type[Any], prefix: str = "") -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    hints = get_type_hints(family)
    for field in dataclasses.fields(family):
        kind, path = hints[field.name], prefix + field.name
        if path in {"action", "readable", "capacity.enterprise"}:
            continue  # given with the question, with `problems`, and with `enterprise`
        if dataclasses.is_dataclass(kind):
            found |= _values_in(cast("type[Any]", kind), path + ".")
        else:
            found[path] = _values(field.name, kind)
    return found


@cache
def values_of(action: Action) -> Mapping[str, tuple[Any, ...]]:
    """Return every attribute of the standings of an action with its values, parts included ("subject.level")."""
    found = _values_in(STANDING_OF[action])
    if STANDING_OF[action] is FlemishStanding:
        found["problems"] = (*found["problems"], ("CONTEXT_MISSING",))
    return types.MappingProxyType(found)


def full_size(action: Action) -> int:
    """Return the number of combinations of all values, consistent or not."""
    return math.prod(len(values) for values in values_of(action).values())


def paths_of(standing: object, prefix: str = "") -> Iterator[str]:
    """Yield the path of every attribute of a standing, of its parts as well, and of the parts themselves."""
    for field in dataclasses.fields(cast("Any", standing)):
        yield prefix + field.name
        value = getattr(standing, field.name)
        if dataclasses.is_dataclass(value):
            yield from paths_of(value, prefix + field.name + ".")


# --- flat and back ---------------------------------------------------------------------------------------------------


def build(action: Action, flat: Mapping[str, Any]) -> Standing:
    """Return the standing that a flat mapping describes."""
    return cast("Standing", _build(STANDING_OF[action], {**flat, "action": action, "readable": not flat["problems"]}))


def _build(kind: type[Any], flat: Mapping[str, Any], prefix: str = "") -> object:
    hints = get_type_hints(kind)
    parts: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        path, inner = prefix + field.name, hints[field.name]
        if path == "capacity.enterprise":
            parts[field.name] = _build(inner, flat, "enterprise.")
        elif dataclasses.is_dataclass(inner):
            parts[field.name] = _build(cast("type[Any]", inner), flat, path + ".")
        else:
            parts[field.name] = flat[path]
    return kind(**parts)


def flat_of(standing: Standing) -> Flat:
    """Return a standing as a flat mapping."""
    flat: Flat = {}
    for path in values_of(standing.action):
        value: Any = standing
        for name in path.split("."):
            value = getattr(value, name)
        flat[path] = value
    return flat


# --- what fits together ----------------------------------------------------------------------------------------------


def _is(action: Action, *names: str) -> bool:
    return action.value in names


NAMES_CANDIDATE: Final = frozenset(
    {
        "add_co_access_manager",
        "assign_role",
        "change_access_manager",
        "create_user",
        "designate_chief_access_manager",
        "designate_co_chief_access_manager",
        "designate_flemish_head_local_manager",
        "grant_flemish_right",
        "link_person",
        "submit_exceptional_request",
    }
)
NAMES_TARGET: Final = frozenset(
    {"end_flemish_right", "remove_co_chief_access_manager", "remove_flemish_head_local_manager"}
)
ENTERS_MANDATE: Final = frozenset({"create_mandate", "create_ssm_mandate"})
SIGNS_AS_ACTING: Final = frozenset({"end_mandate", "end_ssm_mandate", "sign_ssm_mandate"})
HANDS_IN_KEYS: Final = frozenset({"add_channel", "create_sender", "replace_channel_keys"})
HANDS_IN_APPLICATIONS: Final = frozenset({"add_channel", "create_sender"})
BATCH: Final = frozenset({"ftp", "sftp"})


@cache
def fixed(action: Action) -> Mapping[str, Any]:
    """Return the attributes that have one value in every standing of the action, because it never reads another."""
    found: Flat = {}
    if action not in NAMES_CANDIDATE:
        found["candidate"] = Named.MISSING
    if action not in NAMES_TARGET:
        found |= {"target": Named.MISSING, "target_in_role": False}
    if not _is(action, "designate_chief_access_manager", "submit_exceptional_request"):
        found["confirmed"] = False
    family = STANDING_OF[action]
    if family in {ServiceStanding, PersonStanding, MandateStanding, SubmissionStanding}:
        found["acts_for"] = ActsFor.THIS
    if family in {ServiceStanding, PersonStanding}:
        found |= dict(NOBODY["enterprise."]) | {"enterprise.account_active": False}
    if family is SubmissionStanding:
        found |= NOBODY["enterprise."]
    found |= _fixed_in_family(action, family)
    return types.MappingProxyType({path: value for path, value in found.items() if path in values_of(action)})


def _fixed_in_family(action: Action, family: type[Standing]) -> Flat:
    found: Flat = {}
    if action not in NAMES_CANDIDATE | NAMES_TARGET and family is not PaperStanding:
        found |= NO_CANDIDATE
    if not _is(action, "assign_role"):
        found["role_domain"] = Domain.NONE
    if not _is(action, "grant_application", "revoke_application"):
        found |= {"application_known": False, "application_offered": False}
    if _is(action, "use_application"):
        found |= NO_MANDATE | {"mandator": Named.MISSING}
    further = {
        PaperStanding: _fixed_on_paper,
        SenderStanding: _fixed_for_sender,
        FlemishStanding: _fixed_in_flanders,
        MandateStanding: _fixed_for_mandates,
    }.get(family)
    return found | (further(action) if further else {})


def _fixed_in_flanders(action: Action) -> Flat:
    found: Flat = {}
    if _is(action, "link_person"):
        found |= {"right_known": False, "context_allowed": False, "approval_required": True, "right_held": False}
    if _is(action, "use_flemish_right"):
        found["context_allowed"] = False
    return found


def _fixed_on_paper(action: Action) -> Flat:
    found: Flat = {}
    if not _is(action, "process_exceptional_request"):
        found |= {"delivery": "unknown", "original": False, "request_open": False}
    if _is(action, "submit_exceptional_request"):
        found |= {"document_present": False, "signer": Named.MISSING}
    else:
        found["representative_has_card"] = False
    return found


def _fixed_for_sender(action: Action) -> Flat:
    found: Flat = {}
    if _is(action, "stop_sender"):
        found |= {"channel": "none", "channel_active": False}
    if action not in HANDS_IN_KEYS:
        found |= {"certificate": Certificate.ABSENT, "ssh_public_key": False}
    if action not in HANDS_IN_APPLICATIONS:
        found |= {"applications_offered": True, "applications_on_channel": True}
    if not _is(action, "create_sender"):
        found["technical_names_agree"] = False
    return found


def _fixed_for_mandates(action: Action) -> Flat:
    found: Flat = {}
    if action in ENTERS_MANDATE:
        found |= {"already_signed": False, "phase": Phase.BEFORE, "ended": False}
    else:
        found |= {"mandator": Named.MISSING, "mandatary": Named.MISSING, "groups_given": False, "groups_belong": False}
    if action in ENTERS_MANDATE or _is(action, "view_mandates"):
        found |= {"signing_side": Side.NEITHER, "already_signed": False}
    return found


NO_CANDIDATE: Final[Flat] = {
    "candidate_function": LegalFunction.NONE,
    "candidate_employed": False,
    "candidate_is_chief": False,
    "candidate_has_account": False,
    "candidate_has_work_relation": False,
}
NO_MANDATE: Final[Flat] = {"mandate_exists": False, "mandate_covers": False, "mandates": ()}
_NOBODY: Final[Flat] = {
    "legal_function": LegalFunction.NONE,
    "chief_access_manager": False,
    "co_chief_access_manager": False,
    "head_local_manager": False,
    "former_chief_access_manager": False,
    "former_head_local_manager": False,
}
NOBODY: Final[Mapping[str, Flat]] = {
    prefix: {prefix + name: value for name, value in _NOBODY.items()}
    for prefix in ("enterprise.", "signing_enterprise.")
}
NO_ACCOUNT: Final[Flat] = {
    "capacity.account_type": AccountType.NONE,
    "capacity.account_state": AccountState.NOT_IN_FORCE,
    "capacity.manages_another": False,
    "capacity.former_manager": False,
    "capacity.former_manager_of_another": False,
}
NO_PERSON: Final[Flat] = {
    "own_account": False,
    "own_record": False,
    "addressee": False,
    "in_profile": False,
    "roles": (),
    "rights": (),
    "manages_social_security": False,
    "manage_grant": Grant.NONE,
    "consult_grant": Grant.NONE,
    "ebox_grant": Grant.NONE,
    "account_blocked": False,
}
"""What nobody has who is no person known to the facts."""


def settled(action: Action, flat: Mapping[str, Any]) -> Flat:
    """Return the nearest standing, as a flat mapping, that the builders could have made."""
    made, before = dict(flat), dict[str, Any]()
    while made != before:
        before = dict(made)
        made.update(fixed(action))
        _settle_problems(action, made)
        _settle_subject(made)
        _settle_enterprise(made, "enterprise.")
        if "capacity.domain" in made:
            _settle_capacity(made)
        _SETTLERS.get(STANDING_OF[action], _settle_nothing)(action, made)
        made.update(fixed(action))
        if "signing_enterprise.account_active" in made:
            _settle_enterprise(made, "signing_enterprise.")
    return made


_NO_TRACE: Final[Flat] = {}
_LEAVES_WHEN_MISSING: Final[Mapping[str, Flat]] = {
    **{name: {"application_known": False} for name in ("grant_application", "revoke_application")},
    **{name: {"right_known": False} for name in ("end_flemish_right", "grant_flemish_right", "use_flemish_right")},
    **{name: {"channel": "none"} for name in ("stop_channel", "submit_file")},
    **{name: {"groups_given": False} for name in ENTERS_MANDATE},
    "sign_mandate": {"signing_side": Side.NEITHER},
    "replace_channel_keys": {"certificate": Certificate.UNREADABLE},
    "process_exceptional_request": {"delivery": "unknown"},
    **dict.fromkeys(("assign_role", "create_sender", "add_channel"), _NO_TRACE),
    **dict.fromkeys(
        ("activate_policy", "apply_directory_plan", "approve_directory_plan", "import_register"), _NO_TRACE
    ),
}
"""What a text that is missing leaves behind in the standing, for the actions that want one."""
_LEAVES_WHEN_UNREADABLE: Final[Mapping[str, Flat]] = {
    **_LEAVES_WHEN_MISSING,
    **{name: {"context_allowed": False} for name in ("end_flemish_right", "grant_flemish_right")},
    **{name: {"confirmed": False} for name in ("designate_chief_access_manager", "submit_exceptional_request")},
    "delete_enterprise_account": {"document_present": True, "signer": Named.WRONG_TYPE},
}


def _settle_problems(action: Action, flat: Flat) -> None:
    """A problem comes from somewhere: a property, the means, the enterprise acted for, the number of the resource."""
    for problem in flat["problems"]:
        if problem == "INVALID_IDENTIFIER":
            found = _number_is_wrong(action, flat)
        elif problem == "INVALID_INPUT":
            found = _is_unreadable(action, flat)
        elif problem == "CONTEXT_MISSING":
            found = {"context_allowed": False} if _is(action, "end_flemish_right", "grant_flemish_right") else None
        else:
            found = _LEAVES_WHEN_MISSING.get(action.value)
        if found is None:
            flat["problems"] = ()
        else:
            flat.update(found)


def _number_is_wrong(action: Action, flat: Flat) -> Flat | None:
    """The number of the subject, of the enterprise acted for or of the resource."""
    family, with_person = STANDING_OF[action], flat["subject.type"] in _WITH_PERSON
    numbered = family in {ChiefStanding, PaperStanding, FlemishStanding, EboxStanding, PersonStanding}
    if numbered and not flat["resource_known"] and not _is(action, "process_exceptional_request"):
        return _NO_TRACE
    if not with_person:
        return None
    if not flat["subject.known"] or family is PersonStanding or flat["acts_for"] is ActsFor.ANOTHER:
        return _NO_TRACE
    if family is MandateStanding:
        return {"acting": Named.WRONG_NUMBER}
    if flat.get("capacity_chosen", Named.GIVEN) is not Named.GIVEN:
        return _NO_TRACE
    return None if family is ServiceStanding else {"acts_for": ActsFor.ANOTHER}


def _is_unreadable(action: Action, flat: Flat) -> Flat | None:
    """The means, the enterprise acted for or a property."""
    person = flat["subject.type"] is SubjectType.PERSON
    if person and flat["subject.key"] is Key.ABSENT and flat["subject.level"] == 0:
        return _NO_TRACE
    if flat["acts_for"] is ActsFor.ANOTHER or flat.get("acting") is Named.WRONG_TYPE:
        return _NO_TRACE
    if action in _LEAVES_WHEN_UNREADABLE:
        return _LEAVES_WHEN_UNREADABLE[action.value]
    return {"subject.key": Key.ABSENT, "subject.level": 0, "subject.eid": False} if person else None


def _settle_nothing(_action: Action, _flat: Flat) -> None:
    return


def _put(flat: Flat, values: Mapping[str, Any]) -> None:
    """Set the values of which the standing has the attribute."""
    flat.update({path: value for path, value in values.items() if path in flat})


def _unread(flat: Flat, *problems: str) -> None:
    """What cannot be read was found to be a problem."""
    if not set(problems or flat["problems"]) & set(flat["problems"]):
        flat["problems"] = (problems[0] if problems else "INVALID_INPUT",)


def _settle_subject(flat: Flat) -> None:
    kind = flat["subject.type"]
    if kind is SubjectType.OPERATOR:
        flat["subject.known"] = True
    else:
        flat |= {"subject.may_administer": False, "subject.may_sync": False, "subject.may_audit": False}
    if kind is SubjectType.UNKNOWN:
        flat["subject.known"] = False
    if kind is not SubjectType.PERSON:
        flat |= {"subject.level": 0, "subject.eid": False, "subject.key": Key.ABSENT}
    elif not flat["subject.known"]:
        flat["subject.key"] = Key.ABSENT
    elif flat["subject.key"] is Key.ABSENT:
        flat |= {"subject.level": 0, "subject.eid": False}
    if flat["subject.eid"]:
        flat["subject.level"] = 500
    if kind not in _WITH_PERSON:
        flat["acts_for"] = ActsFor.THIS
        _put(flat, {"acting": Named.MISSING})
    if kind not in _WITH_PERSON or not flat["subject.known"]:
        for nobody in (*NOBODY.values(), NO_ACCOUNT, NO_PERSON):
            _put(flat, nobody)


def _settle_enterprise(flat: Flat, prefix: str) -> None:
    if flat[prefix + "chief_access_manager"] or flat[prefix + "co_chief_access_manager"]:
        flat[prefix + "former_chief_access_manager"] = False
    if flat[prefix + "head_local_manager"]:
        flat[prefix + "former_head_local_manager"] = False


def _no_enterprise(flat: Flat, prefix: str = "enterprise.") -> None:
    flat |= NOBODY[prefix] | {prefix + "account_active": False}


def _settle_capacity(flat: Flat) -> None:
    """An account in force has a type, one that was held by a manager of the capacity is no former one."""
    if flat["capacity.account_type"] is AccountType.NONE or flat["capacity.account_state"] is AccountState.NOT_IN_FORCE:
        flat["capacity.account_type"] = AccountType.NONE
        flat["capacity.account_state"] = AccountState.NOT_IN_FORCE
    if flat["capacity.account_type"] in _MANAGERS:
        flat["capacity.former_manager"] = False
    if flat["capacity.manages_another"]:
        flat["capacity.former_manager_of_another"] = False
    if flat["resource_known"] and flat["capacity.domain"] is Domain.NONE:
        flat["capacity.domain"] = Domain.SOCIAL_SECURITY


def _no_capacity(flat: Flat) -> None:
    flat |= NO_ACCOUNT | {"capacity.in_force": False, "capacity.domain": Domain.NONE}


def _settle_own_record(_action: Action, flat: Flat) -> None:
    if flat["own_record"]:
        flat["resource_known"] = True


def _settle_chief(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        _no_enterprise(flat)
    named = Named.GIVEN in {flat["candidate"], flat["target"]}
    if not named or not flat["resource_known"]:
        _put(flat, NO_CANDIDATE | {"target_in_role": False})


def _settle_paper(action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        _no_enterprise(flat)
        flat["representative_has_card"] = flat["request_open"] = False
    if not flat["document_present"]:
        flat |= {"signer": Named.MISSING, "delivery": "unknown", "original": False}
    elif flat["delivery"] == "unknown" and _is(action, "process_exceptional_request"):
        _unread(flat, "INVALID_INPUT", "MISSING_DATA")
    named = Named.GIVEN in {flat["candidate"], flat["signer"]}
    if not named or not flat["resource_known"]:
        _put(flat, NO_CANDIDATE)
    if flat["candidate"] is not Named.GIVEN:
        flat["candidate_employed"] = flat["candidate_employed"] and named
    # Whoever is named, candidate or signer, is the one other person that was looked up.
    flat["signer_function"] = flat["candidate_function"]


def _settle_in_capacity(_action: Action, flat: Flat) -> None:
    flat["capacity.in_force"] = flat["resource_known"]
    if flat["candidate"] is not Named.GIVEN:
        _put(flat, NO_CANDIDATE)


def _settle_account(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        flat |= {
            "target_type": AccountType.NONE,
            "target_state": AccountState.NOT_IN_FORCE,
            "own_account": False,
            "application_offered": False,
        }
        return
    if flat["target_type"] is AccountType.NONE:
        flat["target_type"] = AccountType.USER
    if not flat["capacity.in_force"]:
        flat["target_state"] = AccountState.NOT_IN_FORCE
    if flat["own_account"] and flat["target_state"] is not AccountState.NOT_IN_FORCE:
        flat |= {"capacity.account_type": flat["target_type"], "capacity.account_state": flat["target_state"]}
        if flat["target_type"] in _MANAGERS:
            flat["capacity.former_manager"] = False
    if not flat["application_known"]:
        flat["application_offered"] = False


def _settle_sender(action: Action, flat: Flat) -> None:
    flat["capacity.in_force"] = flat["resource_known"]
    if flat["channel"] == "none":
        flat["channel_active"] = False
        if not _is(action, "stop_sender"):
            _unread(flat, "INVALID_INPUT", "MISSING_DATA")
    if not flat["sender_active"]:
        flat["channel_active"] = False
    if flat["certificate"] is Certificate.UNREADABLE:
        _unread(flat, "INVALID_INPUT", "MISSING_DATA")
    if flat["channel"] not in BATCH:
        flat |= {"applications_offered": True, "applications_on_channel": True, "technical_names_agree": False}


def _settle_mandates(flat: Flat) -> None:
    if flat["mandator"] is not Named.GIVEN:
        flat |= NO_MANDATE
    if flat["mandate_system"] is MandateSystem.NONE:
        flat |= {"mandates": ()}
    if flat["mandates"]:
        flat["mandate_exists"] = True
    flat["mandate_covers"] = bool(flat["mandates"])


def _settle_submission(_action: Action, flat: Flat) -> None:
    if flat["subject.type"] is not SubjectType.TECHNICAL_USER or not flat["subject.known"]:
        flat |= {"sender_active": False, "channel_active": False, "enterprise.account_active": False} | NO_MANDATE
    if flat["channel"] == "none":
        _unread(flat, "INVALID_INPUT", "MISSING_DATA")
        flat["channel_active"] = False
    if flat["channel"] == "none" or not flat["subject.known"]:
        flat |= {"application_on_channel": False, "registered_certificate": True, "certificate_expired": False}
    if not flat["resource_known"]:
        flat |= {"application_on_channel": False, "mandate_system": MandateSystem.NONE}
    _settle_mandates(flat)


def _settle_application(_action: Action, flat: Flat) -> None:
    if flat["capacity_chosen"] is not Named.GIVEN:
        _no_capacity(flat)
        _no_enterprise(flat)
        flat |= {"acts_for": ActsFor.THIS, "offered": False, "in_profile": False, "roles": (), "rights": ()}
        flat |= NO_MANDATE
    else:
        flat["capacity.in_force"] = flat["resource_known"]
    if flat["resource_known"] and flat["domain"] is Domain.NONE:
        flat["domain"] = Domain.FINANCE
    if flat["capacity.account_state"] is AccountState.NOT_IN_FORCE:
        flat["in_profile"] = False
    flat["role_exists"] = bool(flat["roles"])
    _settle_mandates(flat)
    # A capacity not chosen has no domain, whatever the settling of capacities made of it.
    if flat["capacity_chosen"] is not Named.GIVEN:
        flat["capacity.domain"] = Domain.NONE


def _settle_role(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        flat |= {"state": RoleState.ENDED, "phase": Phase.AFTER, "addressee": False}


def _settle_flemish(action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        _no_enterprise(flat)
        flat |= {"enterprise_approved": False, "right_held": False, "candidate_has_work_relation": False}
    if Named.GIVEN not in {flat["candidate"], flat["target"]}:
        flat["candidate_has_work_relation"] = False
    if not flat["right_known"]:
        flat |= {"context_allowed": False, "approval_required": True, "right_held": False}
    if _is(action, "end_flemish_right") and flat["target"] is not Named.GIVEN:
        flat["right_held"] = False
    if _is(action, "use_flemish_right") and not flat["subject.known"]:
        flat["right_held"] = False


def _settle_ebox(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        _no_enterprise(flat)
        flat |= {"ebox_active": False, "manages_social_security": False, "ebox_grant": Grant.NONE}
        flat["account_blocked"] = False
    if flat["ebox_grant"] is Grant.BLOCKED:
        flat["account_blocked"] = True


def _settle_mandate(action: Action, flat: Flat) -> None:
    if flat["acting"] is Named.WRONG_TYPE:
        _unread(flat, "INVALID_INPUT")
    elif flat["acting"] is Named.WRONG_NUMBER:
        _unread(flat, "INVALID_IDENTIFIER")
    if action in ENTERS_MANDATE:
        _settle_entering(flat)
    else:
        _settle_existing(action, flat)
    if flat["acting"] is not Named.GIVEN:
        flat["acting_side"] = Side.NEITHER
        _no_enterprise(flat)
        _put(flat, NO_PERSON)
    if Grant.BLOCKED in {flat["manage_grant"], flat["consult_grant"]}:
        flat["account_blocked"] = True
    if action in SIGNS_AS_ACTING:
        flat["signing_side"] = flat["acting_side"]
    if flat["signing_side"] in {Side.NEITHER, flat["acting_side"]} or action in ENTERS_MANDATE:
        flat |= {"signing_" + path: value for path, value in flat.items() if path.startswith("enterprise.")}
    if flat["signing_side"] is Side.NEITHER:
        flat["already_signed"] = False
        if _is(action, "sign_mandate"):
            _unread(flat, "MISSING_DATA", "INVALID_INPUT")


def _settle_entering(flat: Flat) -> None:
    """A mandate that is to be entered: its parties are those that the question names."""
    flat["resource_known"] = flat["system"] is not MandateSystem.NONE
    for party in ("mandator", "mandatary"):
        if flat[party] is not Named.GIVEN:
            flat[f"{party}_known"] = False
    _settle_parties(flat)
    both = flat["mandator"] is Named.GIVEN and flat["mandatary"] is Named.GIVEN
    neither = flat["mandator"] is not Named.GIVEN and flat["mandatary"] is not Named.GIVEN
    if not both or flat["mandator_known"] is not flat["mandatary_known"]:
        flat["parties_differ"] = not neither
    if flat["acting_side"] is Side.MANDATARY and not (flat["mandatary"] is Named.GIVEN and flat["parties_differ"]):
        flat["acting_side"] = Side.NEITHER
    if flat["acting_side"] is Side.MANDATOR and flat["mandator"] is not Named.GIVEN:
        flat["acting_side"] = Side.NEITHER
    unknown = {Side.MANDATOR: not flat["mandator_known"], Side.MANDATARY: not flat["mandatary_known"]}
    if unknown.get(flat["acting_side"], False):
        _no_enterprise(flat)
        _put(flat, NO_PERSON)
    if not flat["groups_given"]:
        flat["groups_belong"] = False
        _unread(flat, "MISSING_DATA", "INVALID_INPUT")


def _settle_parties(flat: Flat) -> None:
    if not flat["mandator_known"]:
        kinds = ("mandator_is_employer", "mandator_is_administration", "mandator_is_without_staff")
        flat |= dict.fromkeys(kinds, False)
    if not flat["mandatary_known"]:
        flat["mandatary_is_provider"] = False


def _settle_existing(action: Action, flat: Flat) -> None:
    """A mandate that is there: its parties are those of the facts."""
    if not flat["resource_known"]:
        flat |= {"system": MandateSystem.NONE, "phase": Phase.BEFORE, "ended": False, "already_signed": False}
        flat["acting_side"] = Side.NEITHER
        if not _is(action, "sign_mandate"):
            flat["signing_side"] = Side.NEITHER
    elif flat["system"] is MandateSystem.NONE:
        flat["system"] = MandateSystem.MAHIS
    flat |= {"mandator_known": flat["resource_known"], "mandatary_known": flat["resource_known"]}
    _settle_parties(flat)
    flat["parties_differ"] = flat["resource_known"]


_SETTLERS: Final[Mapping[type[Standing], Callable[[Action, Flat], None]]] = {
    PersonStanding: _settle_own_record,
    ChiefStanding: _settle_chief,
    PaperStanding: _settle_paper,
    CapacityStanding: _settle_in_capacity,
    AccountStanding: _settle_account,
    SenderStanding: _settle_sender,
    SubmissionStanding: _settle_submission,
    ApplicationStanding: _settle_application,
    RoleStanding: _settle_role,
    FlemishStanding: _settle_flemish,
    MandateStanding: _settle_mandate,
    EboxStanding: _settle_ebox,
}


# --- walking through the space ---------------------------------------------------------------------------------------

_PARTS: Final = ("subject.", "enterprise.", "signing_enterprise.", "capacity.")


@cache
def _axes(action: Action) -> tuple[tuple[Flat, ...], ...]:
    """Return independent axes, each a tuple of fragments: one for each part that is consistent in itself, else one a path."""
    values, still = values_of(action), fixed(action)
    middle = {path: some[0] for path, some in values.items()}
    axes: list[tuple[Flat, ...]] = []
    for part in _PARTS:
        paths = [path for path in values if path.startswith(part) and path not in still]
        found: dict[tuple[Any, ...], Flat] = {}
        for combination in itertools.product(*(values[path] for path in paths)) if paths else ():
            flat = middle | dict(zip(paths, combination, strict=True))
            if part == "subject.":
                _settle_subject(flat)
            elif part == "capacity.":
                _settle_capacity(flat | {"resource_known": False})
            else:
                _settle_enterprise(flat, part)
            fragment = {path: flat[path] for path in paths}
            found[tuple(fragment.values())] = fragment
        if paths:
            axes.append(tuple(found.values()))
    axes += [
        tuple({path: value} for value in some)
        for path, some in values.items()
        if not path.startswith(_PARTS) and path not in still
    ]
    return tuple(axes)


def constrained_size(action: Action) -> int:
    """Return an upper bound of the number of consistent standings of an action."""
    return math.prod(len(axis) for axis in _axes(action))


def everything(action: Action) -> Iterator[Standing]:
    """Yield every consistent standing of an action, each once. For actions with a small space only."""
    seen: set[Standing] = set()
    for fragments in itertools.product(*_axes(action)):
        flat = dict(fixed(action))
        for fragment in fragments:
            flat |= fragment
        standing = build(action, settled(action, flat))
        if standing not in seen:
            seen.add(standing)
            yield standing


SUBJECT_OF: Final[Mapping[str, SubjectType]] = {
    "delete_enterprise_account": SubjectType.AGENT,
    "process_exceptional_request": SubjectType.AGENT,
    "submit_exceptional_request": SubjectType.DECLARED_PERSON,
    "submit_file": SubjectType.TECHNICAL_USER,
} | {action.value: SubjectType.OPERATOR for action in ACTIONS_OF[ServiceStanding]}
"""The type of subject that an action is for, a person where nothing is said."""

_WORKING: Final = Mandate(covers=True, mandator_signed=True, mandatary_signed=True, phase=Phase.DURING, ended=False)
_FAVOURS: Final[Flat] = {
    "subject.known": True,
    "subject.level": 500,
    "subject.key": Key.ACTIVATED,
    "subject.eid": True,
    "subject.may_administer": True,
    "subject.may_sync": True,
    "subject.may_audit": True,
    "moment_readable": True,
    "resource_known": True,
    "acts_for": ActsFor.THIS,
    "problems": (),
    "enterprise.account_active": True,
    "own_record": True,
    "candidate": Named.GIVEN,
    "candidate_employed": True,
    "candidate_has_work_relation": True,
    "confirmed": True,
    "target": Named.GIVEN,
    "target_in_role": True,
    "request_open": True,
    "document_present": True,
    "delivery": "post",
    "original": True,
    "signer": Named.GIVEN,
    "signer_function": LegalFunction.SIGNING,
    "capacity.in_force": True,
    "target_type": AccountType.USER,
    "target_state": AccountState.ACTIVE,
    "application_known": True,
    "application_offered": True,
    "sender_active": True,
    "channel": "sftp",
    "channel_active": True,
    "certificate": Certificate.VALID,
    "ssh_public_key": True,
    "applications_offered": True,
    "applications_on_channel": True,
    "technical_names_agree": True,
    "application_on_channel": True,
    "file_signed": True,
    "registered_certificate": True,
    "capacity_chosen": Named.GIVEN,
    "offered": True,
    "right_known": True,
    "context_allowed": True,
    "enterprise_approved": True,
    "right_held": True,
    "acting": Named.GIVEN,
    "signing_enterprise.account_active": True,
    "phase": Phase.DURING,
    "mandator": Named.GIVEN,
    "mandator_known": True,
    "mandator_is_employer": True,
    "mandatary": Named.GIVEN,
    "mandatary_known": True,
    "mandatary_is_provider": True,
    "parties_differ": True,
    "groups_given": True,
    "groups_belong": True,
    "ebox_active": True,
    "mandate_exists": True,
    "mandate_covers": True,
    "mandates": (_WORKING,),
}
_CASES: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    "create_sender": {"sender_active": (False,), "channel": ("sftp", "ftp", "webservice")},
    "add_channel": {"channel": ("sftp", "ftp", "webservice")},
    "replace_channel_keys": {"channel": ("sftp", "ftp", "webservice")},
    "block_user": {"target_type": tuple(_MANAGERS | {AccountType.USER})},
    "unblock_user": {
        "target_type": tuple(_MANAGERS | {AccountType.USER}),
        "target_state": (AccountState.BLOCKED,),
    },
    "delete_user": {"target_type": (AccountType.USER, AccountType.CO_ACCESS_MANAGER)},
    "remove_co_access_manager": {"target_type": (AccountType.CO_ACCESS_MANAGER,)},
    "assign_role": {"capacity.domain": (Domain.FINANCE,), "role_domain": (Domain.FINANCE,)},
    "accept_role": {"state": (RoleState.PENDING,), "phase": (Phase.BEFORE, Phase.DURING)},
    "decline_role": {"state": (RoleState.PENDING,), "phase": (Phase.BEFORE, Phase.DURING)},
    "use_role": {"state": (RoleState.ACCEPTED,)},
    "end_role": {"state": (RoleState.ACCEPTED, RoleState.PENDING), "capacity.domain": (Domain.FINANCE,)},
    "list_roles": {"capacity.domain": (Domain.FINANCE, Domain.SOCIAL_SECURITY)},
    "use_application": {
        "domain": tuple(domain for domain in Domain if domain is not Domain.NONE),
        "minimum_level": (0, 400, 500),
    },
    "act_under_mandate": {
        "domain": tuple(domain for domain in Domain if domain is not Domain.NONE),
        "mandate_system": (MandateSystem.MAHIS, MandateSystem.SSM),
    },
    "submit_file": {
        "mandator": (Named.MISSING, Named.GIVEN),
        "mandate_system": (MandateSystem.MAHIS, MandateSystem.SSM),
    },
    "create_mandate": {"system": (MandateSystem.MAHIS,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "create_ssm_mandate": {"system": (MandateSystem.SSM,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "sign_mandate": {
        "system": (MandateSystem.MAHIS,),
        "acting_side": (Side.MANDATOR, Side.MANDATARY),
        "signing_side": (Side.MANDATOR, Side.MANDATARY),
    },
    "end_mandate": {"system": (MandateSystem.MAHIS,), "acting_side": (Side.MANDATOR,)},
    "sign_ssm_mandate": {"system": (MandateSystem.SSM,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "end_ssm_mandate": {"system": (MandateSystem.SSM,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "view_mandates": {
        "system": (MandateSystem.MAHIS, MandateSystem.SSM),
        "acting_side": (Side.MANDATOR, Side.MANDATARY),
    },
}
"""What an action wants otherwise than the others, each with its possibilities."""

_WORKING_ROLE: Final = _members(get_args(get_type_hints(ApplicationStanding)["roles"])[0])
_POWERS: Final[tuple[Flat, ...]] = (
    {"enterprise.chief_access_manager": True},
    {"enterprise.chief_access_manager": True, "enterprise.account_active": False},
    {"enterprise.co_chief_access_manager": True},
    {"enterprise.legal_function": LegalFunction.SIGNING, "signing_enterprise.legal_function": LegalFunction.SIGNING},
    {
        "enterprise.legal_function": LegalFunction.SIGNING,
        "signing_enterprise.legal_function": LegalFunction.SIGNING,
        "enterprise.account_active": False,
    },
    {"enterprise.head_local_manager": True},
    {"capacity.account_type": AccountType.ACCESS_MANAGER, "capacity.account_state": AccountState.ACTIVE},
    {"capacity.account_type": AccountType.CO_ACCESS_MANAGER, "capacity.account_state": AccountState.ACTIVE},
    {"capacity.account_type": AccountType.USER, "capacity.account_state": AccountState.ACTIVE, "in_profile": True},
    {"addressee": True},
    {"rights": (Phase.DURING,)},
    {"roles": tuple(role for role in _WORKING_ROLE if (role.state, role.phase) == (RoleState.ACCEPTED, Phase.DURING))},
    {"manages_social_security": True},
    {"manage_grant": Grant.ACTIVE, "ebox_grant": Grant.ACTIVE},
    {"consult_grant": Grant.ACTIVE},
)
"""Ways to be somebody."""


_MIGHT: Final[Flat] = {
    **{path: value for power in _POWERS for path, value in power.items()},
    "enterprise.account_active": True,
    "capacity.account_type": AccountType.ACCESS_MANAGER,
}
"""To be everybody at once: then nothing but the target can be wrong."""


@cache
def _mighty(action: Action) -> tuple[Flat, ...]:
    return tuple(_favoured(action, [_MIGHT]))


@cache
def favourable(action: Action) -> tuple[Flat, ...]:
    """Return standings in which everything speaks for the action: of who is everybody at once, then of each somebody.

    Not all of them are allowed: a power that the action is not for is a near miss.
    """
    return (*_mighty(action), *_favoured(action, _POWERS))


def _favoured(action: Action, powers: Sequence[Flat]) -> list[Flat]:
    values, cases = values_of(action), _CASES.get(action.value, {})
    base = {path: _FAVOURS.get(path, _least(path, some)) for path, some in values.items()}
    base["subject.type"] = SUBJECT_OF.get(action.value, SubjectType.PERSON)
    if base["subject.type"] is not SubjectType.PERSON:
        base["enterprise.legal_function"] = LegalFunction.SIGNING
    if "signer" in base:
        base["candidate_function"] = LegalFunction.SIGNING
    found: list[Flat] = []
    for power, combination in itertools.product(powers, itertools.product(*cases.values())):
        flat = base | dict(zip(cases, combination, strict=True))
        _put(flat, power)
        flat = settled(action, flat)
        if flat not in found:
            found.append(flat)
    return found


def _least(path: str, values: Sequence[Any]) -> Any:
    """The value that says the least: nobody, nothing, no."""
    for least in ("none", "missing", "not_in_force", "neither"):
        if least in values:
            return values[values.index(least)]
    return Domain.SOCIAL_SECURITY if path.endswith("domain") else values[0]


def generated(action: Action, count: int, seed: int = 0) -> Iterator[Standing]:
    """Yield so many standings, the same ones for the same seed; three in four nearly allowed, the others anything."""
    rng = random.Random(f"{action}/{seed}")
    values, still = values_of(action), fixed(action)
    free = sorted(values.keys() - still.keys())
    starts, mighty = favourable(action), _mighty(action)
    for _ in range(count):
        chance = rng.random()
        if chance < 0.75:
            flat = dict(rng.choice(mighty if chance < 0.4 else starts))
            for path in rng.sample(free, rng.choice((0, 1, 1, 1, 2, 2, 3))):
                flat[path] = rng.choice(values[path])
        else:
            flat = _anything(action, rng, values)
        yield build(action, settled(action, flat))


_USUAL: Final[Mapping[str, float]] = {
    "subject.type": 0.9,
    "subject.known": 0.9,
    "subject.key": 0.8,
    "subject.level": 0.6,
    "moment_readable": 0.95,
    "resource_known": 0.9,
    "acts_for": 0.85,
    "problems": 0.85,
    "enterprise.account_active": 0.7,
    "candidate": 0.6,
    "capacity_chosen": 0.8,
    "acting": 0.8,
}
"""How often what everything hangs on is as it should be, in a standing that is otherwise anything."""


def _anything(action: Action, rng: random.Random, values: Mapping[str, tuple[Any, ...]]) -> Flat:
    usual = favourable(action)[0]
    return {
        path: usual[path] if rng.random() < _USUAL.get(path, 0.0) else rng.choice(some) for path, some in values.items()
    }
