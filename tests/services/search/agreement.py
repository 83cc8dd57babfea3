"""What searches find, against what evaluating everything there is allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Scope
from authz_service.services.search.searches import Searches
from authz_service.services.search.sought import SearchKind, Sought

CALLER: Final = "portal"
SCOPES: Final = frozenset(Scope)
_PLACES: Final = {
    "enterprise": ("enterprises", "enterprise_number"),
    "capacity": ("capacities", "id"),
    "account": ("accounts", "id"),
    "application": ("applications", "id"),
    "person": ("persons", "niss"),
    "role_assignment": ("role_assignments", "id"),
    "mandate": ("mandates", "id"),
    "request": ("exceptional_requests", "id"),
}


@dataclass(frozen=True)
class Everything:
    """Every subject and resource of a world, as they are called on the wire."""

    world: dict[str, Any]

    def subjects(self, kind: str) -> list[str]:
        match kind:
            case "person" | "declared_person":
                return [each["niss"] for each in self.world["persons"]]
            case "technical_user":
                return sorted({each["technical_user"] for each in self.world["senders"]})
            case "agent":
                return [each["id"] for each in self.world["agents"]]
            case "operator":
                return [CALLER]
        return []

    def resources(self, kind: str) -> list[str]:
        if kind in _PLACES:
            name, member = _PLACES[kind]
            return sorted({each[member] for each in self.world[name]})
        return {"mandate_registry": ["mahis", "ssm"], "service": ["authz"]}.get(kind, [])

    def names(self, sought: Sought) -> list[str]:
        """All that could be found."""
        match sought.kind:
            case SearchKind.SUBJECT:
                return self.subjects(sought.question.subject_type)
            case SearchKind.RESOURCE:
                return self.resources(sought.question.resource_type)
            case SearchKind.ACTION:
                return [action for action, kind in RESOURCE_OF.items() if kind == sought.question.resource_type]


def searches_of(question: Question) -> Iterator[Sought]:
    """The three searches that leave open one part each of a question; without an action it has no properties."""
    yield Sought(SearchKind.SUBJECT, replace(question, subject_id=""))
    yield Sought(SearchKind.RESOURCE, replace(question, resource_id=""))
    yield Sought(SearchKind.ACTION, replace(question, action="", action_properties={}))


def asked(sought: Sought, name: str) -> Question:
    """The question about one of those that could be found."""
    match sought.kind:
        case SearchKind.SUBJECT:
            return replace(sought.question, subject_id=name)
        case SearchKind.RESOURCE:
            return replace(sought.question, resource_id=name)
        case SearchKind.ACTION:
            return replace(sought.question, action=name)


def evaluated(searches: Searches, sought: Sought, names: Sequence[str]) -> set[str]:
    """The names that are allowed, each asked about by itself."""
    questions = [asked(sought, name) for name in names]
    decisions = searches.decisions.decide(questions, SCOPES) if questions else []
    assert all(decision.error is None for decision in decisions)
    return {name for name, decision in zip(names, decisions, strict=True) if decision.answer.allowed}


def searched(searches: Searches, sought: Sought, limit: int = 1000) -> list[str]:
    """All names that are found, page after page."""
    found: list[str] = []
    page = searches.find(sought, CALLER, SCOPES, limit)
    found += page.names
    while page.onward is not None:
        assert len(page.names) <= limit
        page = searches.find(sought, CALLER, SCOPES, limit, page.onward)
        found += page.names
    return found


def disagreements(searches: Searches, everything: Everything, sought: Sought, limit: int = 1000) -> list[str]:
    """What a search finds otherwise than evaluating everything does; empty when they agree, each result once."""
    found, allowed = searched(searches, sought, limit), evaluated(searches, sought, everything.names(sought))
    question = sought.question
    told = (
        f"{sought.kind}: {question.action} on {question.resource_type} by {question.subject_type}, {question.context}"
    )
    wrong = [] if len(found) == len(set(found)) else [f"{told}: something is found twice"]
    if missing := allowed - set(found):
        wrong.append(f"{told}: {len(missing)} not found")
    if more := set(found) - allowed:
        wrong.append(f"{told}: {len(more)} found that are not allowed")
    return wrong
