"""Plans as JSON: for people, for programs, and to be carried out later if nothing has changed by then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from authz_service.domain.moments import parse_instant, text_of
from authz_service.domain.national_numbers import holds_national_number
from authz_service.sync.limits import Excess
from authz_service.sync.plans import Basis, Plan, PlannedChange
from authz_service.sync.reasons import Reason

__all__ = ["InvalidPlanError", "SavedPlan", "plan_document", "staleness"]

_FORMAT: Final = 1
_HIDDEN: Final = "(holds a national number)"
_NO_TEXT: Final = "(octets)"


class InvalidPlanError(ValueError):
    """The text is no plan that was saved. The message repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What has to be known of a plan to carry it out later: it is made again, and has to be the same.

    `made_at`: UTC microseconds.
    """

    target: str
    basis: Basis
    digest: str
    made_at: int

    @classmethod
    def of(cls, plan: Plan) -> SavedPlan:
        return cls(plan.target, plan.basis, plan.digest, plan.made_at)

    @classmethod
    def parse(cls, text: str) -> SavedPlan:
        """Read what `plan_document` gave, as JSON. Raises InvalidPlanError."""
        try:
            content = json.loads(text)
            known = content["format"] == _FORMAT
            basis = content["basis"]
            words = (content["target"], basis["policy"], basis["directory"], content["digest"])
            revision, made_at = basis["revision"], parse_instant(content["made_at"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidPlanError("the text is no plan that was saved") from None
        if not known or not isinstance(revision, int) or not all(isinstance(word, str) for word in words):
            raise InvalidPlanError("the text is no plan that was saved by this version of the program")
        target, policy, directory, digest = words
        return cls(target, Basis(revision, policy, directory), digest, made_at)


def staleness(saved: SavedPlan, plan: Plan) -> tuple[str, ...]:
    """Return in which ways a saved plan is not the plan of now; nothing: it may be carried out."""
    differing = [
        ("it is for another target", saved.target != plan.target),
        ("the facts have changed since", saved.basis.revision != plan.basis.revision),
        ("the policy has changed since", saved.basis.policy != plan.basis.policy),
        ("the directory has changed since", saved.basis.token != plan.basis.token),
        ("other work would be done now", saved.digest != plan.digest),
    ]
    return tuple(told for told, differs in differing if differs)


def plan_document(
    plan: Plan, excesses: Iterable[Excess] = (), because: Mapping[str, Iterable[Reason]] | None = None
) -> dict[str, Any]:
    """Return a plan as what JSON is made of, with old and new values. National numbers are left out.

    `because`: the reasons of each change, by key, as `because.Because` gives them; they are told, and no part of what
    the plan is known by.
    """
    return {
        "format": _FORMAT,
        "target": plan.target,
        "made_at": text_of(plan.made_at),
        "basis": {"revision": plan.basis.revision, "policy": plan.basis.policy, "directory": plan.basis.token},
        "digest": plan.digest,
        "counts": plan.counts(),
        "waits_for_approval": [each.as_json() for each in excesses],
        "changes": [_change(change) | _reasons(change, because) for change in plan.changes],
        "clashes": [
            {"kind": clash.kind.value, "dn": _shown(str(clash.dn)), "key": _shown(clash.key)} for clash in plan.clashes
        ],
        "left": [
            {"key": _shown(drift.key), "dn": _shown(str(drift.dn)), "drift": [kind.value for kind in drift.kinds]}
            for drift in plan.reported
        ],
    }


def _reasons(change: PlannedChange, because: Mapping[str, Iterable[Reason]] | None) -> dict[str, Any]:
    if because is None:
        return {}
    return {"because": [reason.document() for reason in because.get(change.key, ())]}


def _change(change: PlannedChange) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": _shown(change.key),
        "kind": change.kind.value,
        "action": change.action.value,
        "dn": _shown(str(change.dn)),
    }
    if change.new_dn is not None:
        told["new_dn"] = _shown(str(change.new_dn))
    if change.values:
        told["values"] = {name: _values(values) for name, values in change.values}
    if change.attributes:
        told["attributes"] = [
            {
                "name": each.change.attribute,
                "old": _values(each.old),
                "new": _values(each.new),
                "by_others": each.by_others,
            }
            for each in change.attributes
        ]
    if change.members is not None:
        members = change.members
        told["members"] = {
            "attribute": members.attribute,
            "added": _values(members.added),
            "removed": _values(members.removed),
            "by_others": members.by_others,
        }
    if change.drift:
        told["drift"] = [kind.value for kind in change.drift]
    return told


def _values(values: Iterable[bytes]) -> list[str]:
    return sorted(map(_text, values))


def _text(value: bytes) -> str:
    try:
        return _shown(value.decode())
    except UnicodeDecodeError:
        return _NO_TEXT


def _shown(text: str) -> str:
    return _HIDDEN if holds_national_number(text) else text
