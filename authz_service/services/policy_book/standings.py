"""A standing made for a role in the circumstances of a row: what a cell of the tables is asked of."""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

from authz_service.domain.standings import (
    MandateStanding,
    PersonStanding,
    ServiceStanding,
    Standing,
    SubmissionStanding,
)
from authz_service.domain.states import Named, Side
from authz_service.domain.vocabulary import Action, SubjectType
from authz_service.services.policy_book.circumstances import EVERYWHERE, OF_ACTION
from authz_service.services.policy_book.roles import ATTRIBUTES, IN_ACTION, OUTSIDER_TO_MANDATE, BookRole
from authz_service.services.standings.families import FAMILIES

__all__ = ["family_of", "standing_for"]

Fragment = Mapping[str, Any]
SIGNED_BY_WHO_ACTS: Final = frozenset({Action.END_MANDATE, Action.END_SSM_MANDATE, Action.SIGN_SSM_MANDATE})
"""Actions on a mandate in which the party that signs is the one that acts."""
_LEAST_WORDS: Final = ("none", "missing", "not_in_force", "neither", "absent")
_LEAST: Final[Fragment] = {"channel": "none", "delivery": "unknown"}
_NO_SENDER: Final[Fragment] = {
    "sender_active": False,
    "channel_active": False,
    "application_on_channel": False,
    "enterprise.account_active": False,
    "mandate_exists": False,
    "mandate_covers": False,
    "mandates": (),
}
"""What the facts hold for a subject that is no technical user."""


@cache
def family_of(action: Action) -> type[Standing]:
    """Return the type of the standings of an action."""
    made: type[Standing] = typing.get_type_hints(cast("Any", FAMILIES[action]).standing)["return"]
    return made


def standing_for(action: Action, role: BookRole, variant: Fragment, level: int | None = None) -> Standing:
    """Return the standing of somebody of that role who asks for the action, where everything else speaks for it.

    `variant`: what the row changes in the circumstances; `level`: of the means a person logged in with, in place of the
    strongest.
    """
    family = family_of(action)
    flat = {**EVERYWHERE, **OF_ACTION.get(action, {}), **variant}
    flat |= ATTRIBUTES[role] if family not in {PersonStanding, ServiceStanding} else _who(ATTRIBUTES[role])
    flat |= IN_ACTION.get((role, action), {})
    _fit(action, flat, role)
    if level is not None and flat["subject.type"] is SubjectType.PERSON:
        flat |= {"subject.level": level, "subject.eid": flat["subject.eid"] and level == EVERYWHERE["subject.level"]}
    return cast("Standing", _built(family, flat | {"action": action}))


def _who(attributes: Fragment) -> Fragment:
    """Return what a role has by itself, apart from every enterprise."""
    return {path: value for path, value in attributes.items() if path.startswith("subject.")}


def _fit(action: Action, flat: dict[str, Any], role: BookRole) -> None:
    """Make of the parts what the readers of questions would have made of them together."""
    family = family_of(action)
    if family in {PersonStanding, ServiceStanding}:
        flat["enterprise.account_active"] = False
    if family is SubmissionStanding:
        _fit_submission(flat)
    if family is MandateStanding:
        _fit_mandate(action, flat, role)
    if flat["subject.type"] not in {SubjectType.PERSON, SubjectType.DECLARED_PERSON}:
        flat["own_record"] = False


def _fit_submission(flat: dict[str, Any]) -> None:
    for path in [path for path in flat if path.startswith("enterprise.") and not path.endswith("account_active")]:
        del flat[path]
    flat["acts_for"] = EVERYWHERE["acts_for"]
    if flat["subject.type"] is not SubjectType.TECHNICAL_USER:
        flat |= _NO_SENDER


def _fit_mandate(action: Action, flat: dict[str, Any], role: BookRole) -> None:
    flat["acts_for"] = EVERYWHERE["acts_for"]
    if role is BookRole.FOREIGN_CHIEF:
        flat |= OUTSIDER_TO_MANDATE
    if flat["subject.type"] not in {SubjectType.PERSON, SubjectType.DECLARED_PERSON}:
        # Only a person says for which enterprise he acts.
        flat |= {"acting": Named.MISSING, "acting_side": Side.NEITHER, "enterprise.account_active": False}
    if action in SIGNED_BY_WHO_ACTS:
        flat["signing_side"] = flat["acting_side"]
    if flat["signing_side"] in {Side.NEITHER, flat["acting_side"]}:
        flat |= {f"signing_{path}": value for path, value in flat.items() if path.startswith("enterprise.")}


def _built(kind: type[Any], flat: Fragment, prefix: str = "") -> object:
    parts: dict[str, Any] = {}
    for name, inner in _fields(cast("Any", kind)):
        path = prefix + name
        if path == "capacity.enterprise":
            parts[name] = _built(inner, flat, "enterprise.")
        elif dataclasses.is_dataclass(inner):
            parts[name] = _built(cast("type[Any]", inner), flat, path + ".")
        else:
            parts[name] = flat[path] if path in flat else _least(name, inner)
    return kind(**parts)


@cache
def _fields(kind: type[object]) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(cast("Any", kind)))


def _least(name: str, kind: Any) -> object:
    """Return the value that says the least: nobody, nothing, no."""
    if name in _LEAST:
        return _LEAST[name]
    if isinstance(kind, enum.EnumType):
        words = list(cast("Any", kind))
        return next((word for word in words if word.value in _LEAST_WORDS), words[0])
    return () if typing.get_origin(kind) is tuple else kind()
