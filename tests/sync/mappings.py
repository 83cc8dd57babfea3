"""Targets and enterprises to try mappings with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from authz_service.domain.projections import (
    Group,
    GroupKind,
    ProjectedCapacity,
    ProjectedEnterprise,
    ProjectedPerson,
    Projection,
)
from authz_service.domain.vocabulary import Domain
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.target_files import read_targets
from authz_service.sync.targets import Target

CONFIG: Final = Path(__file__).parents[2] / "config"
EXAMPLE: Final = CONFIG / "directories.example.toml"

ALPHA: Final = "0999010126"
OMEGA: Final = "0999050510"
CARLA: Final = "p_carla4aaaaaaaaaaaaaaaaaaaa"
ELS: Final = "p_els4aaaaaaaaaaaaaaaaaaaaaa"
FRANK: Final = "p_frank4aaaaaaaaaaaaaaaaaaaa"
INES: Final = "p_ines4aaaaaaaaaaaaaaaaaaaaa"

SMALL: Final = """\
[targets.small]
domains = ["social_security"]
base = "dc=test,dc=example"
[targets.small.server]
urls = ["ldaps://localhost"]
bind_dn = "cn=sync,dc=test,dc=example"
secret_variable = "SECRET"
[targets.small.marker]
attribute = "businessCategory"
value = "ours"
[targets.small.people]
dn = "uid={person_id}"
object_classes = ["inetOrgPerson"]
attributes.sn = "{name}"
[targets.small.groups]
class = "groupOfNames"
empty = "allowed"
[targets.small.groups.chief_access_manager]
dn = "cn=GAP {enterprise_number}"
"""


def targets_in(folder: Path, text: str) -> dict[str, Target]:
    """Return the targets of a file with this text, by name."""
    file = folder / "directories.toml"
    file.write_text(text)
    return {target.name: target for target in read_targets(file)}


def small(folder: Path, *changes: tuple[str, str], more: str = "") -> Target:
    """Return a small target, with some of its text replaced and some added at the end."""
    (target,) = targets_in(folder, changed(SMALL, *changes) + more).values()
    return target


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def example(name: str) -> Target:
    """Return a target of the file that comes with the service."""
    return {target.name: target for target in read_targets(EXAMPLE)}[name]


def example_tables() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE.read_text())["targets"]  # type: ignore[no-any-return]


def person(person_id: str, first_name: str, name: str, **more: Any) -> ProjectedPerson:
    given: dict[str, Any] = {"language": "fr", "user_name": first_name.lower(), "email": "", "blocked": False} | more
    return ProjectedPerson(person_id, first_name, name, **given)


def capacity(capacity_id: str, kind: str, domain: Domain, identifier: str = "") -> ProjectedCapacity:
    return ProjectedCapacity(capacity_id, kind, domain, identifier)


NSSO: Final = capacity("alpha.nsso", "nsso_employer", Domain.SOCIAL_SECURITY, "199001125")
SOCIAL_ACTION: Final = capacity("alpha.action", "social_action", Domain.SOCIAL_SECURITY, ALPHA)
FINANCE: Final = capacity("alpha.finance", "domain_finance", Domain.FINANCE, ALPHA)

PEOPLE: Final = (
    person(CARLA, "Carla", "Claes", email="carla@alpha.example"),
    person(ELS, "Els", "Evers"),
    person(FRANK, "Frank", "Fontaine"),
    person(INES, "Inès", "Müller"),
)


def chief(number: str = ALPHA) -> Group:
    return Group(GroupKind.CHIEF_ACCESS_MANAGER, number)


def of_capacity(kind: GroupKind, held: ProjectedCapacity = NSSO, code: str = "") -> Group:
    return Group(kind, ALPHA, held.capacity_id, held.domain, code)


def projection(
    *,
    number: str = ALPHA,
    name: str = "Alpha Bouw NV",
    capacities: tuple[ProjectedCapacity, ...] = (NSSO,),
    people: tuple[ProjectedPerson, ...] = PEOPLE,
    groups: Mapping[Group, frozenset[str]] | None = None,
    revision: int = 7,
) -> Projection:
    """Return an enterprise; without `groups`, with the first of the people as its Chief Access Manager."""
    held = {chief(number): frozenset({people[0].person_id})} if groups is None else groups
    enterprise = ProjectedEnterprise(f"e_{number}", number, name, capacities)
    return Projection(enterprise, revision, "policy", 0, people, held, None)


def alpha() -> Projection:
    """Return an enterprise with two capacities for social security, one for finance, and every kind of group there."""
    managers = frozenset({CARLA, ELS, FRANK})
    return projection(
        capacities=(NSSO, SOCIAL_ACTION, FINANCE),
        groups={
            chief(): frozenset({CARLA}),
            Group(GroupKind.CO_CHIEF_ACCESS_MANAGERS, ALPHA): frozenset({ELS}),
            of_capacity(GroupKind.ACCESS_MANAGERS): managers,
            of_capacity(GroupKind.CO_ACCESS_MANAGERS): frozenset(),
            of_capacity(GroupKind.USERS): frozenset({INES}),
            of_capacity(GroupKind.APPLICATION, code="DMFA"): managers | {INES},
            of_capacity(GroupKind.ACCESS_MANAGERS, SOCIAL_ACTION): frozenset({CARLA, ELS}),
            of_capacity(GroupKind.USERS, SOCIAL_ACTION): frozenset(),
            of_capacity(GroupKind.EGOV_ROLE, FINANCE, "FPSFIN_OWN_ENTERPRISE"): frozenset({INES}),
        },
    )


def by_key(entries: tuple[DesiredEntry, ...]) -> dict[str, DesiredEntry]:
    return {entry.key: entry for entry in entries}


def texts(entry: DesiredEntry, name: str) -> list[str]:
    return [value.decode() for value in entry.attributes.get(name, ())]
