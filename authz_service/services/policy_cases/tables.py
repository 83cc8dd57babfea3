"""Case tables: YAML in which the world is named once, and each row is subject, resource and expectation of an action.

    world: ../../config/reference_world.yaml
    at: "2024-03-15"
    tables:
    - action: block_user
      cases:
      - {id: C125, why: a GA blocks an active user, who: frank, by: eid, resource: acc_ines, allow: [UM-BLK-01, …]}
      - {id: C126, why: is so already, who: frank, by: eid, resource: acc_jan, deny: [TARGET_STATE], rules: [UM-BLK-01]}

`who`, `for`, `resource` and the persons and enterprises in `with` and `context` are names in the world; "=…" is taken
as it is.
`allow` lists the rules that grant, `deny` the reasons and `rules` those that refuse: all of them, in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, ResourceType, Scope, SubjectType

__all__ = ["Case", "CaseTable", "CaseTableError", "read_tables"]

PERSONS: Final = frozenset({"candidate", "signed_by", "target"})
ENTERPRISES: Final = frozenset({"for_enterprise", "mandatary", "mandator"})
ROW: Final = frozenset(
    {
        "id",
        "why",
        "as",
        "who",
        "for",
        "by",
        "type",
        "resource",
        "with",
        "context",
        "at",
        "scopes",
        "allow",
        "deny",
        "rules",
    }
)
TABLE: Final = frozenset({"action", "cases"})
FILE: Final = frozenset({"title", "world", "at", "switches", "tables"})


class CaseTableError(Exception):
    """A case table cannot be read: the message says which row and why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row: the question, the scopes of the caller, and all that must be answered."""

    id: str
    why: str
    place: str
    question: Question
    scopes: frozenset[Scope]
    allowed: bool
    reasons: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The cases of one file over one world, with the switches they are asked under."""

    path: Path
    world: Path
    switches: Mapping[str, str]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    persons: Mapping[str, str]
    enterprises: Mapping[str, str]

    def resolve(self, kind: str, name: object, place: str) -> object:
        """Return the number that a name in the world stands for; a text that begins with "=" as it is."""
        if not isinstance(name, str):
            return name
        if name.startswith("="):
            return name[1:]
        names = self.persons if kind == "person" else self.enterprises
        if name not in names:
            raise CaseTableError(f"{place}: no {kind} of the world is called {name!r}")
        return names[name]

    def within(self, value: object, place: str) -> Any:
        """Return properties with every person and enterprise resolved, nested ones too."""
        if not isinstance(value, Mapping):
            return value
        resolved = {}
        for name, part in value.items():
            if name in PERSONS and isinstance(part, str):
                resolved[name] = self.resolve("person", part, place)
            elif name in ENTERPRISES and isinstance(part, str):
                resolved[name] = self.resolve("enterprise", part, place)
            else:
                resolved[name] = self.within(part, place)
        return resolved


def read_tables(folder: Path) -> list[CaseTable]:
    """Return the tables of all `.yaml` files in a folder, by name. Raises CaseTableError."""
    worlds: dict[Path, _Names] = {}
    tables = [_table(path, worlds) for path in sorted(folder.glob("*.yaml"))]
    if not tables:
        raise CaseTableError(f"no case tables (*.yaml) in {folder}")
    seen: dict[str, str] = {}
    for table in tables:
        for case in table.cases:
            if case.id in seen:
                raise CaseTableError(f"{case.place}: the id stands at {seen[case.id]} as well")
            seen[case.id] = case.place
    return tables


def _table(path: Path, worlds: dict[Path, _Names]) -> CaseTable:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise CaseTableError(f"{path.name}: no YAML ({type(error).__name__})") from error
    if not isinstance(content, Mapping) or set(content) - FILE or not isinstance(content.get("world"), str):
        raise CaseTableError(f"{path.name}: a case file has {', '.join(sorted(FILE))}")
    world = (path.parent / content["world"]).resolve()
    if world not in worlds:
        worlds[world] = _names(world)
    cases = tuple(
        _case(path, number, row, table["action"], content, worlds[world])
        for table in _mappings(content.get("tables"), TABLE, path.name)
        for number, row in enumerate(_mappings(table["cases"], ROW, path.name), start=1)
    )
    return CaseTable(path, world, dict(content.get("switches") or {}), cases)


def _mappings(value: object, known: frozenset[str], place: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(value, Sequence):
        raise CaseTableError(f"{place}: a list of tables, each with a list of cases, is needed")
    for part in value:
        if not isinstance(part, Mapping) or set(part) - known:
            raise CaseTableError(f"{place}: {part!r} has other members than {', '.join(sorted(known))}")
        yield part


def _names(path: Path) -> _Names:
    world = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["world"]  # noqa: S506
    return _Names(
        {person["id"]: person["niss"] for person in world["persons"]},
        {enterprise["id"]: enterprise["enterprise_number"] for enterprise in world["enterprises"]},
    )


def _case(
    path: Path, number: int, row: Mapping[str, Any], action: str, content: Mapping[str, Any], names: _Names
) -> Case:
    place = f"{path.name}: {action} {row.get('id', f'row {number}')}"
    if ("allow" in row) == ("deny" in row):
        raise CaseTableError(f"{place}: either `allow` or `deny` is needed")
    try:
        return Case(
            id=row["id"],
            why=row["why"],
            place=place,
            question=_question(row, action, content, names, place),
            scopes=frozenset(Scope(scope) for scope in row.get("scopes", ())),
            allowed="allow" in row,
            reasons=tuple(row.get("deny", ())),
            rules=tuple(row["allow"] if "allow" in row else row["rules"]),
        )
    except (KeyError, ValueError) as error:
        raise CaseTableError(f"{place}: {error}") from error


def _question(row: Mapping[str, Any], action: str, content: Mapping[str, Any], names: _Names, place: str) -> Question:
    subject_type = row.get("as", SubjectType.PERSON.value)
    human = subject_type in {SubjectType.PERSON, SubjectType.DECLARED_PERSON}
    resource_type = row.get("type") or RESOURCE_OF[Action(action)].value
    named = resource_type in {ResourceType.PERSON, ResourceType.ENTERPRISE}
    resource = names.resolve(resource_type, row["resource"], place) if named else row["resource"]
    properties = {"acting_for": names.resolve("enterprise", row["for"], place)} if "for" in row else {}
    context = {"at": row.get("at", content.get("at"))} | names.within(row.get("context", {}), place)
    if "by" in row:
        context["authentication_means"] = row["by"]
    return Question(
        subject_type=subject_type,
        subject_id=str(names.resolve("person", row["who"], place)) if human else row["who"],
        subject_properties=properties,
        action=action,
        action_properties=names.within(row.get("with", {}), place),
        resource_type=resource_type,
        resource_id=str(resource),
        context={name: value for name, value in context.items() if value is not None},
    )
