"""The matrix in words: one row of texts for each right, for tables of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from typing import Final

from authz_service.domain import moments
from authz_service.domain.moments import BEGINNING, FOREVER
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.vocabulary import ResourceType
from authz_service.services.facts_file.dates import begin_text, end_text
from authz_service.services.matrix.matrix import EnterpriseMatrix, Granted, Right
from authz_service.services.projection.bearing import Fact

__all__ = ["HEADS", "Row", "as_of", "because", "people_of", "place_of", "record_text", "rows_of", "shown", "title_of"]

_HIDDEN: Final = "(holds a national number)"
_PLAIN_STATES: Final = frozenset({"", "active", "deleted"})
_ALWAYS: Final = "always"


@dataclass(frozen=True, slots=True)
class Row:
    """A right in words, "" where nothing applies. No text holds a national number.

    `resource`: its id, or how many there are; `on`: what they are; `of`: applications, channels, contexts, partners;
    `about`: with how many people of the enterprise it may be done; `since`: a date in Brussels, or a timestamp;
    `because`: the records that grant it, and the rules; `also_granted_by`: others that would be enough.
    """

    enterprise: str
    enterprise_name: str
    person: str
    person_name: str
    action: str
    resource_type: str
    resource: str
    capacity: str
    on: str
    of: str
    about: str
    rules: str
    since: str
    because: str
    also_granted_by: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it, in the order of the heads."""
        return astuple(self)


HEADS: Final = tuple(field.name for field in fields(Row))


def rows_of(matrix: EnterpriseMatrix) -> Iterator[Row]:
    """Yield one row for each right of the matrix, in its order."""
    name = shown(matrix.name)
    for right in matrix.rights():
        target, first = right.target, right.granted[0] if right.granted else None
        yield Row(
            enterprise=matrix.number,
            enterprise_name=name,
            person=right.person_id,
            person_name=shown(right.person_name),
            action=right.action.value,
            resource_type=target.resource_type.value,
            resource=_resource(right),
            capacity=target.capacity_id,
            on=place_of(right),
            of=", ".join(right.of),
            about=people_of(right),
            rules=" ".join(right.rules),
            since=_since(first),
            because=because(first) if first else "",
            also_granted_by="; or ".join(map(because, right.granted[1:])),
        )


def place_of(right: Right) -> str:
    """Return what the resources are, in a few words."""
    target = right.target
    words = [target.told, "his own" if right.own else ""]
    if target.mandators:
        words.append(f"of {_few(target.mandators, 'enterprises')}")
    return ", ".join(filter(None, words))


def people_of(right: Right) -> str:
    """Return with how many people of the enterprise it may be done, "" where it names nobody."""
    count = len(right.about)
    return f"{count} {'person' if count == 1 else 'people'}" if count else ""


def _resource(right: Right) -> str:
    ids = right.resource_ids
    kind = right.target.resource_type
    plural = "role assignments" if kind is ResourceType.ROLE_ASSIGNMENT else f"{kind}s"
    return _few(ids, plural)


def _few(ids: tuple[str, ...], plural: str) -> str:
    return shown(ids[0]) if len(ids) == 1 else f"{len(ids)} {plural}"


def _since(granted: Granted | None) -> str:
    if granted is None:
        return ""
    return _ALWAYS if granted.since is None else begin_text(granted.since)


def because(granted: Granted) -> str:
    """Return the records that are enough for a right, and the rules that grant by them."""
    records = " and ".join(map(record_text, granted.records)) or "whoever he is"
    return f"{records} ({' '.join(granted.rules)})"


def record_text(fact: Fact) -> str:
    """Return a record in a few words, with its dates in Brussels."""
    words = [fact.kind.replace("_", " "), fact.record_id]
    words += ["of", fact.object] if fact.object else []
    words += ["in", fact.capacity_id] if fact.capacity_id else []
    words += [f"({fact.state.replace('_', ' ')})"] if fact.state not in _PLAIN_STATES else []
    words += [f"since {begin_text(fact.period.since)}"] if fact.period.since > BEGINNING else []
    words += [f"until {end_text(fact.period.until)}"] if fact.period.until < FOREVER else []
    return " ".join(words)


def title_of(matrix: EnterpriseMatrix) -> str:
    """Return the number and name of the enterprise."""
    return " ".join(filter(None, (matrix.number, shown(matrix.name))))


def as_of(matrix: EnterpriseMatrix) -> str:
    """Return when it was so, and from what it is told."""
    around = matrix.around
    return f"as of {moments.text_of(around.at)}, from facts {around.last.revision} and policy {matrix.policy}"


def shown(text: str) -> str:
    """Return a text that somebody gave, unless it holds a national number."""
    return _HIDDEN if holds_national_number(text) else text
