"""Why a plan does what it does, told in one line of English and in fields. No value of a directory is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.projections import Group, GroupKind
from authz_service.services.projection.bearing import Fact, telling
from authz_service.services.projection.because import Cause
from authz_service.services.projection.memberships import MEMBERSHIPS

__all__ = ["Reason", "ReasonKind", "facts_told", "membership_reason", "more_reason"]

_HELD: Final = {
    GroupKind.CO_CHIEF_ACCESS_MANAGERS: "designation as co-Chief Access Manager",
    GroupKind.CO_ACCESS_MANAGERS: "co-Access Manager's account that is not blocked",
    GroupKind.USERS: "user's account that is not blocked",
    GroupKind.FLEMISH_RIGHT: "such right with this context",
}


class ReasonKind(StrEnum):
    """What sort of thing a change comes from."""

    MEMBERSHIP = "membership"
    """Somebody is, or is not, a member: the policy says so, or a relation."""
    MORE = "more"
    """Further people who are, or are not, members for the same rules."""
    ENTRY = "entry"
    """What an entry stands for is there, or is there no more."""
    DISABLED = "disabled"
    """Somebody is blocked wherever he has an account, or is so no more."""
    DATA = "data"
    """What is known of somebody or something says otherwise now."""
    MAPPING = "mapping"
    """The target says otherwise now what it is for, or how entries look."""
    NAME = "name"
    """A member has another name."""
    HAND = "hand"
    """Somebody else changed our entry."""
    POLICY = "policy"
    """The policy is another one than at the last run."""
    CLASH = "clash"
    """A person's own entry is not ours."""
    PLACEHOLDER = "placeholder"
    """A group without members is not allowed there."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a change. `told`: one line; no field holds a national number.

    `person_id`: whom it is about, "": nobody in particular; `count`: how many it is about. `question`: the action, and
    the type and id of the resource that it is asked of. `allowed`: the answer, None where no question tells. `rules`
    and `reasons`: of the answer. `facts`: the records behind it. `revision`: of the facts, None where they say nothing.
    """

    kind: ReasonKind
    told: str
    person_id: str = ""
    count: int = 1
    question: tuple[str, str, str] | None = None
    allowed: bool | None = None
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    revision: int | None = None

    def document(self) -> dict[str, Any]:
        """Return it as what JSON is made of; what does not apply is left out."""
        document: dict[str, Any] = {"kind": self.kind.value, "told": _shown(self.told)}
        if self.person_id:
            document["person"] = self.person_id
        if self.count != 1:
            document["count"] = self.count
        if self.question is not None:
            action, resource_type, resource_id = self.question
            document["question"] = {"action": action, "resource": {"type": resource_type, "id": _shown(resource_id)}}
            document["allowed"] = self.allowed
        if self.rules:
            document["rules"] = list(self.rules)
        if self.reasons:
            document["reasons"] = list(self.reasons)
        if self.facts:
            document["facts"] = [_fact(fact) for fact in self.facts]
        if self.revision is not None:
            document["revision"] = self.revision
        return document


def membership_reason(cause: Cause, *, comes: bool) -> Reason:
    """Return why somebody comes into a group, or goes."""
    is_what = "is a member" if cause.is_member else "is no member"
    told = f"{cause.person_id} {is_what}: {_answered(cause, cause.asked)}"
    if facts := telling(cause.facts):
        told = f"{told}; {facts}"
    if cause.is_member is not comes:
        told = f"{told}; that was otherwise when the plan was made"
    return Reason(
        ReasonKind.MEMBERSHIP,
        _shown(told),
        person_id=cause.person_id,
        question=cause.asked if cause.answer else None,
        allowed=cause.answer.allowed if cause.answer else None,
        rules=cause.rules,
        reasons=tuple(str(reason) for reason in cause.reasons),
        facts=cause.facts,
        revision=cause.revision,
    )


def more_reason(cause: Cause, count: int) -> Reason:
    """Return why so many more come or go: they are answered as the one is of whom `cause` tells."""
    asked = cause.asked and (*cause.asked[:2], "" if cause.group.kind is GroupKind.EGOV_ROLE else cause.asked[2])
    are_what = {True: ("is a member", "are members"), False: ("is no member", "are no members")}[cause.is_member]
    told = f"{count} more {are_what[count > 1]}: {_answered(cause, asked)}"
    return Reason(
        ReasonKind.MORE,
        _shown(told),
        count=count,
        question=asked if cause.answer else None,
        allowed=cause.answer.allowed if cause.answer else None,
        rules=cause.rules,
        reasons=tuple(str(reason) for reason in cause.reasons),
        revision=cause.revision,
    )


def _answered(cause: Cause, asked: tuple[str, str, str] | None) -> str:
    """Return the question and its answer, or which relation tells."""
    group, answer = cause.group, cause.answer
    if asked is not None and answer is not None:
        verb = "allowed" if answer.allowed else "denied"
        codes = f" ({', '.join(answer.reasons)})" if answer.reasons else ""
        said = f"{_question(group, asked)} is {verb} by {', '.join(answer.rules)}{codes}"
        lacks = answer.allowed and not cause.is_member
        return f"{said}, but there is no {_HELD[group.kind]}" if lacks else said
    if MEMBERSHIPS[group.kind].asked is None:
        return (
            f"{'a' if cause.is_member else 'no'} {_HELD[group.kind]} in {group.capacity_id or group.enterprise_number}"
        )
    if asked is None:
        return f"no enterprise {group.enterprise_number} is in force"
    if group.kind is GroupKind.EGOV_ROLE:
        return f"no assignment of {group.object} in {group.capacity_id}"
    return "nothing is known of such a person"


def _question(group: Group, asked: tuple[str, str, str]) -> str:
    action, _, resource_id = asked
    words = [action, resource_id] if resource_id else [action]
    if group.object and group.object != resource_id:
        words.append(f"({' '.join(filter(None, (group.object, group.context)))})")
    words += ["in", group.capacity_id] if group.capacity_id and group.capacity_id != resource_id else []
    words += ["for", group.mandator_number] if group.mandator_number else []
    return " ".join(words)


def _fact(fact: Fact) -> dict[str, Any]:
    told = {
        "kind": fact.kind,
        "id": fact.record_id,
        "capacity": fact.capacity_id,
        "object": fact.object,
        "state": fact.state,
        "since": fact.since,
        "until": fact.until,
    }
    return {name: value for name, value in told.items() if value} | {"in_force": fact.is_in_force}


def _shown(text: str) -> str:
    return "(holds a national number)" if holds_national_number(text) else text


def facts_told(lead: str, facts: Iterable[Fact], otherwise: str = "") -> str:
    """Return a line that ends with facts; where there are none, with something else."""
    told = telling(facts) or otherwise
    return f"{lead}: {told}" if told else lead
