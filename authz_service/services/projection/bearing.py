"""Records that bear on what a directory should contain, as they are shown to whoever asks why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from authz_service.domain.facts import RelationFact
from authz_service.domain.moments import BEGINNING, FOREVER, Period, Phase, text_of
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.records import EnterpriseRecord, MandateRecord, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.projection.places import Place

__all__ = [
    "Fact",
    "bearing_relations",
    "enterprise_fact",
    "latest",
    "mandate_fact",
    "record_fact",
    "relation_fact",
    "telling",
]

_HIDDEN: Final = "(holds a national number)"
_DIGITS: Final = 11
"""A national number has so many."""
_PLAIN_STATES: Final = frozenset({"", "active", "deleted"})
"""States that say nothing which the period does not say."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A record, and what of it bears on a question; "" where nothing applies.

    `kind`: of the relation, else "person", "contact", "enterprise", "capacity", "application", "right" or "mandate".
    `phase`: of the instant asked about. `object`: code of the application, role or right, with its context. No field
    holds a national number.
    """

    kind: str
    record_id: str
    period: Period
    phase: Phase
    capacity_id: str = ""
    object: str = ""
    state: str = ""

    @property
    def since(self) -> str:
        """An RFC 3339 timestamp; "": it has always been so."""
        return text_of(self.period.since) if self.period.since > BEGINNING else ""

    @property
    def until(self) -> str:
        """An RFC 3339 timestamp; "": no end is known."""
        return text_of(self.period.until) if self.period.until < FOREVER else ""

    @property
    def is_in_force(self) -> bool:
        """Whether it is so at the instant asked about."""
        return self.phase is Phase.DURING

    @property
    def told(self) -> str:
        """One phrase in English."""
        words = [self.kind.replace("_", " "), self.record_id]
        words += ["of", self.object] if self.object else []
        words += ["in", self.capacity_id] if self.capacity_id else []
        words += [f"({self.state.replace('_', ' ')})"] if self.state not in _PLAIN_STATES else []
        return " ".join([*words, *self._when()])

    def _when(self) -> Iterator[str]:
        if self.phase is Phase.AFTER:
            yield f"ended {self.until}"
            return
        if self.since:
            yield f"{'since' if self.is_in_force else 'begins'} {self.since}"
        if self.until:
            yield f"until {self.until}"
        if not self.since and not self.until:
            yield "in force"


def relation_fact(relation: RelationFact | RelationRecord, at: int) -> Fact:
    """Return a relation as a fact. `at`: UTC microseconds."""
    period = relation.period if isinstance(relation, RelationFact) else relation.valid
    thing = " ".join(filter(None, (relation.object, relation.context)))
    return _fact(relation.kind, relation.relation_id, period, at, (relation.capacity_id, thing, relation.state))


def record_fact(kind: str, record_id: str, valid: Period, at: int, state: str = "") -> Fact:
    """Return any other record as a fact. `at`: UTC microseconds."""
    return _fact(kind, record_id, valid, at, ("", "", state))


def enterprise_fact(record: EnterpriseRecord, at: int) -> Fact:
    """Return an enterprise as a fact, under its number. `at`: UTC microseconds."""
    active = record.account_active_since is not None and record.account_active_since <= at
    return record_fact("enterprise", record.number, record.valid, at, "" if active else "account_not_active")


def mandate_fact(mandate: MandateRecord, at: int) -> Fact:
    """Return a mandate as a fact: its term, as far as it was not ended before. `at`: UTC microseconds."""
    ended = mandate.term.until if mandate.ended_at is None else min(mandate.ended_at, mandate.term.until)
    term = Period(mandate.term.since, max(ended, mandate.term.since))
    signatures = (mandate.mandator_signed_at, mandate.mandatary_signed_at)
    signed = sum(signed_at is not None and signed_at <= at for signed_at in signatures)
    state = ("unsigned", "signed by one party", "signed by both")[signed]
    return _fact("mandate", mandate.mandate_id, term, at, ("", " ".join(mandate.groups), state))


def _fact(kind: str, record_id: str, period: Period, at: int, said: tuple[str, str, str]) -> Fact:
    capacity_id, thing, state = map(_safe, said)
    return Fact(str(kind), _safe(record_id), period, period.phase(at), capacity_id, thing, state)


def _safe(text: str) -> str:
    return _HIDDEN if len(text) >= _DIGITS and holds_national_number(text) else text


def latest(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts in force; where there are none the one that ended last, else the one to begin first."""
    known = list(facts)
    during = tuple(fact for fact in known if fact.is_in_force)
    if during or not known:
        return during
    over = [fact for fact in known if fact.phase is Phase.AFTER]
    return (max(over, key=_ending) if over else min(known, key=_beginning),)


def _ending(fact: Fact) -> tuple[int, str]:
    return fact.period.until, fact.record_id


def _beginning(fact: Fact) -> tuple[int, str]:
    return fact.period.since, fact.record_id


# --- which relations of somebody a group is about ---------------------------------------------------------------------

_CHIEFS: Final = frozenset({RelationKind.CHIEF_ACCESS_MANAGER, RelationKind.CO_CHIEF_ACCESS_MANAGER})
_CLASSES: Final = (
    _CHIEFS,
    ACCOUNT_KINDS,
    *(
        frozenset({kind})
        for kind in (RelationKind.APPLICATION_GRANT, RelationKind.ROLE_ASSIGNMENT, RelationKind.FLEMISH_RIGHT)
    ),
)
"""Of relations of one class, those in force make it needless to tell of the others."""

_Bears = Callable[[RelationFact, Group, Place], bool]


def _is_in_capacity(relation: RelationFact, group: Group, _place: Place) -> bool:
    return relation.capacity_id == group.capacity_id


def _is_of_enterprise(_relation: RelationFact, _group: Group, _place: Place) -> bool:
    return True


def _is_of_object(relation: RelationFact, group: Group, _place: Place) -> bool:
    return relation.object == group.object and relation.capacity_id == group.capacity_id


def _has_context(relation: RelationFact, group: Group, _place: Place) -> bool:
    return relation.object == group.object and relation.context == group.context


def _opens(relation: RelationFact, group: Group, place: Place) -> bool:
    if relation.kind is RelationKind.FLEMISH_RIGHT:
        right = place.rights.get(relation.object)
        return right is not None and right.opens == group.object
    return relation.opens == group.object and relation.capacity_id == group.capacity_id


_ACCOUNTS: Final[Mapping[RelationKind, _Bears]] = dict.fromkeys(ACCOUNT_KINDS, _is_in_capacity)
_MANAGERS: Final[Mapping[RelationKind, _Bears]] = {**dict.fromkeys(_CHIEFS, _is_of_enterprise), **_ACCOUNTS}
_OPENING: Final[Mapping[RelationKind, _Bears]] = {
    **_MANAGERS,
    RelationKind.APPLICATION_GRANT: _is_of_object,
    RelationKind.ROLE_ASSIGNMENT: _opens,
    RelationKind.FLEMISH_RIGHT: _opens,
}
_BEARING: Final[Mapping[GroupKind, Mapping[RelationKind, _Bears]]] = {
    GroupKind.CHIEF_ACCESS_MANAGER: {RelationKind.CHIEF_ACCESS_MANAGER: _is_of_enterprise},
    GroupKind.CO_CHIEF_ACCESS_MANAGERS: {RelationKind.CO_CHIEF_ACCESS_MANAGER: _is_of_enterprise},
    GroupKind.ACCESS_MANAGERS: _MANAGERS,
    GroupKind.CO_ACCESS_MANAGERS: _ACCOUNTS,
    GroupKind.USERS: _ACCOUNTS,
    GroupKind.APPLICATION: _OPENING,
    GroupKind.FLEMISH_RIGHT: {RelationKind.FLEMISH_RIGHT: _has_context},
    GroupKind.EGOV_ROLE: {**_ACCOUNTS, RelationKind.ROLE_ASSIGNMENT: _is_of_object},
    GroupKind.MANDATE_APPLICATION: _OPENING,
}


def bearing_relations(group: Group, held: Collection[RelationFact], place: Place) -> tuple[Fact, ...]:
    """Return what of somebody's relations his membership of a group hangs on: in force, else what ended last."""
    bearing = _BEARING[group.kind]
    found: list[Fact] = []
    for kinds in _CLASSES:
        of_class = (each for each in held if each.kind in kinds and each.kind in bearing)
        found += latest(relation_fact(each, place.at) for each in of_class if bearing[each.kind](each, group, place))
    return tuple(found)


def telling(facts: Iterable[Fact]) -> str:
    """Return facts in one phrase, "" when there are none."""
    return "; ".join(fact.told for fact in facts)
