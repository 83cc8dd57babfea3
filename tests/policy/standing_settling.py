"""What fits together in every standing.

`settled` makes a flat mapping what the builders in authz_service/services/standings could have made, so that nothing is
asked of the policy that no question and no facts can give.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authz_service.domain.standings import (
    ChiefStanding,
    EboxStanding,
    FlemishStanding,
    MandateStanding,
    PaperStanding,
    PersonStanding,
    ServiceStanding,
)
from authz_service.domain.states import AccountState, AccountType, ActsFor, Certificate, Key, Named, Side
from authz_service.domain.vocabulary import Action, Domain, SubjectType
from tests.policy.standing_families import SETTLERS
from tests.policy.standing_fixed import ENTERS_MANDATE, NO_ACCOUNT, NO_PERSON, NOBODY, fixed
from tests.policy.standing_shapes import MANAGERS, STANDING_OF, Flat, is_any, put

_WITH_PERSON: Final = frozenset({SubjectType.PERSON, SubjectType.DECLARED_PERSON})


def settled(action: Action, flat: Mapping[str, Any]) -> Flat:
    """Return the nearest standing, as a flat mapping, that the builders could have made."""
    made, before = dict(flat), dict[str, Any]()
    while made != before:
        before = dict(made)
        made.update(fixed(action))
        _settle_problems(action, made)
        settle_subject(made)
        settle_enterprise(made, "enterprise.")
        if "capacity.domain" in made:
            settle_capacity(made)
        SETTLERS.get(STANDING_OF[action], _settle_nothing)(action, made)
        made.update(fixed(action))
        if "signing_enterprise.account_active" in made:
            settle_enterprise(made, "signing_enterprise.")
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
            found = {"context_allowed": False} if is_any(action, "end_flemish_right", "grant_flemish_right") else None
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
    if numbered and not flat["resource_known"] and not is_any(action, "process_exceptional_request"):
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


def settle_subject(flat: Flat) -> None:
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
        put(flat, {"acting": Named.MISSING})
    if kind not in _WITH_PERSON or not flat["subject.known"]:
        for nobody in (*NOBODY.values(), NO_ACCOUNT, NO_PERSON):
            put(flat, nobody)


def settle_enterprise(flat: Flat, prefix: str) -> None:
    if flat[prefix + "chief_access_manager"] or flat[prefix + "co_chief_access_manager"]:
        flat[prefix + "former_chief_access_manager"] = False
    if flat[prefix + "head_local_manager"]:
        flat[prefix + "former_head_local_manager"] = False


def settle_capacity(flat: Flat) -> None:
    """An account in force has a type, one that was held by a manager of the capacity is no former one."""
    if flat["capacity.account_type"] is AccountType.NONE or flat["capacity.account_state"] is AccountState.NOT_IN_FORCE:
        flat["capacity.account_type"] = AccountType.NONE
        flat["capacity.account_state"] = AccountState.NOT_IN_FORCE
    if flat["capacity.account_type"] in MANAGERS:
        flat["capacity.former_manager"] = False
    if flat["capacity.manages_another"]:
        flat["capacity.former_manager_of_another"] = False
    if flat["resource_known"] and flat["capacity.domain"] is Domain.NONE:
        flat["capacity.domain"] = Domain.SOCIAL_SECURITY
