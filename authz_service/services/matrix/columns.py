"""The columns of the matrix: what is asked where an action wants more than a resource, and what a cell then means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain.vocabulary import Action, MandateSystem
from authz_service.services.matrix.surroundings import Surroundings
from authz_service.services.matrix.targets import Target

__all__ = ["MEANINGS", "NAMES_PERSON", "PLAIN", "Filling", "fillings_of", "meaning_of"]

_CHANNELS: Final = ("ftp", "sftp", "webservice")
_CERTIFICATE: Final = {"format": "cer", "expires": "9999-12-01"}
_TECHNICAL_NAME: Final = "EXPMATRIX"
_ANY_ROLE: Final = "ROLE"
_IN_BATCHES: Final = frozenset({"ftp", "sftp"})


@dataclass(frozen=True, slots=True)
class Filling:
    """One way to fill in what an action asks for beside its resource. `told`: in a word, "" where nothing is asked."""

    told: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


PLAIN: Final = Filling()
Fill = Callable[[Surroundings, Target], Iterator[Filling]]

NAMES_PERSON: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.ADD_CO_ACCESS_MANAGER: "candidate",
        Action.ASSIGN_ROLE: "candidate",
        Action.CHANGE_ACCESS_MANAGER: "candidate",
        Action.CREATE_USER: "candidate",
        Action.DESIGNATE_CHIEF_ACCESS_MANAGER: "candidate",
        Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER: "candidate",
        Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER: "candidate",
        Action.END_FLEMISH_RIGHT: "target",
        Action.GRANT_FLEMISH_RIGHT: "candidate",
        Action.LINK_PERSON: "candidate",
        Action.REMOVE_CO_CHIEF_ACCESS_MANAGER: "target",
        Action.REMOVE_FLEMISH_HEAD_LOCAL_MANAGER: "target",
    }
)
"""The property in which an action names a person: it is asked with everybody who stands in the enterprise."""


def _applications(around: Surroundings, target: Target) -> Iterator[Filling]:
    for code in _offered(around, target):
        yield Filling(code, {"application": code})


def _offered(around: Surroundings, target: Target) -> list[str]:
    kind = around.capacities[target.capacity_id].type
    return sorted(code for code, each in around.applications.items() if kind in each.offered_to)


def _right(_around: Surroundings, target: Target) -> Iterator[Filling]:
    yield Filling("", {"right": target.told})


def _right_contexts(around: Surroundings, target: Target) -> Iterator[Filling]:
    """Those that the catalogue allows, and those in which somebody was given the right."""
    given = {
        relation.context
        for held in around.relations.values()
        for relation in held
        if relation.object == target.told and relation.context
    }
    for context in sorted({*around.rights[target.told].contexts, *given}):
        yield Filling(context, {"right": target.told, "right_context": context})


def _role(around: Surroundings, target: Target) -> Iterator[Filling]:
    domain = around.capacities[target.capacity_id].domain
    yield Filling("", {"role": _ANY_ROLE, "role_domain": domain})


def _confirmed(_around: Surroundings, _target: Target) -> Iterator[Filling]:
    yield Filling("", {"confirmed": True})


def _channels(around: Surroundings, target: Target) -> Iterator[Filling]:
    """Each kind of channel with complete data: a certificate, a key, and each application that travels over it."""
    for channel in _CHANNELS:
        complete: dict[str, Any] = {"channel": channel, "certificate": _CERTIFICATE, "ssh_public_key": True}
        complete["contact_person_complete"] = True
        if channel not in _IN_BATCHES:
            yield Filling(channel, complete)
            continue
        complete["technical_user_name"] = complete["technical_user_name_confirmation"] = _TECHNICAL_NAME
        carried = [code for code in _offered(around, target) if channel in around.applications[code].channels]
        for code in carried:
            yield Filling(f"{channel} {code}", {**complete, "applications": [code]})


def _channel(_around: Surroundings, _target: Target) -> Iterator[Filling]:
    """Each kind of channel with complete data."""
    for channel in _CHANNELS:
        complete = {"channel": channel, "certificate": _CERTIFICATE, "ssh_public_key": True}
        yield Filling(channel, complete)


def _own_side(_around: Surroundings, target: Target) -> Iterator[Filling]:
    yield Filling("", {"for_side": target.side})


def _partners(around: Surroundings, target: Target) -> Iterator[Filling]:
    """A mandate for all groups of the registry, either way, with one enterprise of each kind there is."""
    own, system = around.enterprise.number, MandateSystem(target.resource_ids[0])
    belonging = {each.mandate_group for each in around.applications.values() if each.mandate_system == system}
    groups = sorted(belonging - {""})
    partners = [next((number for number in alike if number != own), None) for alike in around.kinds.values()]
    for partner in sorted(filter(None, partners)) if groups else ():
        yield Filling(f"given to {partner}", {"mandator": own, "mandatary": partner, "groups": groups})
        yield Filling(f"received from {partner}", {"mandator": partner, "mandatary": own, "groups": groups})


_FILLED: Final[Mapping[Action, Fill]] = {
    Action.ADD_CHANNEL: _channels,
    Action.ASSIGN_ROLE: _role,
    Action.CREATE_MANDATE: _partners,
    Action.CREATE_SENDER: _channels,
    Action.CREATE_SSM_MANDATE: _partners,
    Action.DESIGNATE_CHIEF_ACCESS_MANAGER: _confirmed,
    Action.END_FLEMISH_RIGHT: _right_contexts,
    Action.GRANT_APPLICATION: _applications,
    Action.GRANT_FLEMISH_RIGHT: _right_contexts,
    Action.REPLACE_CHANNEL_KEYS: _channel,
    Action.REVOKE_APPLICATION: _applications,
    Action.SIGN_MANDATE: _own_side,
    Action.STOP_CHANNEL: _channel,
    Action.USE_FLEMISH_RIGHT: _right,
}


def fillings_of(action: Action, around: Surroundings, target: Target) -> list[Filling]:
    """Return each way in which the action is asked of a target; none: there is nothing to ask."""
    fill = _FILLED.get(action)
    return [PLAIN] if fill is None else list(fill(around, target))


_PERSON: Final = "asked with everybody who stands in the enterprise; the cell says with how many of them it is allowed"
_COMPLETE: Final = "asked with complete data, for each kind of channel; the cell names those that are allowed"
_PARTNER: Final = "asked either way, with one enterprise of each kind there is; the cell names what is allowed"
_EACH_APPLICATION: Final = "asked for each application offered to the capacity; the cell names those that are allowed"
MEANINGS: Final[Mapping[Action, str]] = MappingProxyType(
    {
        **dict.fromkeys(NAMES_PERSON, _PERSON),
        Action.ASSIGN_ROLE: f"a role of the capacity's own domain, {_PERSON}",
        Action.DESIGNATE_CHIEF_ACCESS_MANAGER: f"confirmed, {_PERSON}",
        Action.GRANT_FLEMISH_RIGHT: f"for each context of the right, {_PERSON}",
        Action.END_FLEMISH_RIGHT: f"for each context of the right, {_PERSON}",
        **dict.fromkeys((Action.ADD_CHANNEL, Action.CREATE_SENDER, Action.REPLACE_CHANNEL_KEYS), _COMPLETE),
        Action.STOP_CHANNEL: "asked for each kind of channel; the cell names those that are allowed",
        **dict.fromkeys((Action.CREATE_MANDATE, Action.CREATE_SSM_MANDATE), _PARTNER),
        **dict.fromkeys((Action.GRANT_APPLICATION, Action.REVOKE_APPLICATION), _EACH_APPLICATION),
        Action.SIGN_MANDATE: "asked for the side of the enterprise acted for",
        Action.USE_APPLICATION: "asked in each capacity, for each application offered to it",
        Action.ACT_UNDER_MANDATE: "asked in each capacity, for each application and each mandator",
    }
)
"""What a cell means where an action wants more than a resource."""


def meaning_of(action: Action) -> str:
    """Return what a cell means, "" where the action wants nothing but its resource."""
    return MEANINGS.get(action, "")
