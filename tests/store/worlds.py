"""Random worlds and questions: few names, so that everything meets everything, and periods that touch and overlap."""

from __future__ import annotations

import random
from typing import Final

from authz_service.domain.facts import FactsQuery
from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.domain.records import PersonIdentity, Record, RelationRecord
from authz_service.domain.vocabulary import RelationKind
from tests.store import facts

INSTANTS: Final = (BEGINNING, 10, 20, 30, 40, FOREVER)
ENTERPRISES: Final = {"alpha": "0999010126", "beta": "0999020222", "gamma": "0999030318"}
CAPACITIES: Final = ("alpha.nsso", "alpha.finance", "beta.nsso", "gamma.nsso")
APPLICATIONS: Final = ("DMFA", "DIMONA", "EBOX")
GROUPS: Final = ("dmfa", "vat", "")
IDS: Final = ("one", "two", "three", "four")
STRANGER: Final = "79120191720"


def _period(chance: random.Random) -> Period:
    begin, end = sorted(chance.sample(INSTANTS, 2))
    return Period(begin, end)


def _relation(chance: random.Random) -> RelationRecord:
    kind = chance.choice(list(RelationKind))
    whom: PersonIdentity | None = chance.choice(facts.PEOPLE)
    if kind == RelationKind.LEGAL_FUNCTION and chance.random() < 0.3:
        whom = None
    in_capacity = kind in {"access_manager", "co_access_manager", "user", "role_assignment", "application_grant"}
    return facts.relation(
        chance.choice(IDS),
        kind,
        whom,
        chance.choice(CAPACITIES if in_capacity else tuple(ENTERPRISES)),
        state=chance.choice(["active", "blocked", ""]),
        object_=chance.choice(["", "DMFA"]),
        valid=_period(chance),
    )


def _record(chance: random.Random) -> Record:  # noqa: C901 - one case for each kind
    valid = _period(chance)
    one_id = chance.choice(IDS)
    match chance.choice(["relation"] * 8 + [*"pecamshqrg"]):
        case "p":
            return facts.person(chance.choice(facts.PEOPLE), card=chance.random() < 0.5, valid=valid)
        case "e":
            name = chance.choice(list(ENTERPRISES))
            kind = chance.choice(["private_employer", "social_service_provider"])
            return facts.enterprise(name, ENTERPRISES[name], kind=kind, valid=valid)
        case "c":
            return facts.capacity(chance.choice(CAPACITIES), valid=valid)
        case "a":
            return facts.application(chance.choice(APPLICATIONS), group=chance.choice(GROUPS), valid=valid)
        case "m":
            ended_at = chance.choice([None, 20])
            mandator, mandatary = chance.choices(list(ENTERPRISES), k=2)
            return facts.mandate(one_id, mandator, mandatary, ended_at=ended_at, term=_period(chance), valid=valid)
        case "s":
            state = chance.choice(["active", "stopped"])
            return facts.sender(one_id, chance.choice(CAPACITIES), state=state, user=chance.choice(IDS), valid=valid)
        case "h":
            applications = chance.choice([None, ("DMFA",), ()])
            return facts.channel(one_id, chance.choice(["ftp", "sftp"]), applications=applications, valid=valid)
        case "q":
            state = chance.choice(["awaiting_signature", "processed"])
            return facts.request(one_id, chance.choice(list(ENTERPRISES)), state=state, valid=valid)
        case "r":
            return facts.right(one_id, chance.choice(APPLICATIONS), valid=valid)
        case "g":
            return facts.agent(one_id, valid=valid)
        case _:
            return _relation(chance)


def _clash(one: Record, other: Record) -> bool:
    """One thing cannot be two ways at once; relations can, as long as they begin apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, RelationRecord) and isinstance(other, RelationRecord):
        return one.relation_id == other.relation_id and one.valid.since == other.valid.since
    names = [name for name in one.__slots__ if name.endswith("_id") or name in {"code", "channel"}]
    own = names[: 2 if "channel" in names else 1]
    return all(getattr(one, name) == getattr(other, name) for name in own) and one.valid.overlaps(other.valid)


def change(chance: random.Random, believed: list[Record]) -> tuple[list[Record], list[Record]]:
    """Return records to add and records to close, given what is believed."""
    close = [record for record in believed if chance.random() < 0.25]
    kept = [record for record in believed if record not in close]
    add: list[Record] = []
    for _ in range(60):
        record = _record(chance)
        if not any(_clash(record, other) for other in [*kept, *add]):
            add.append(record)
    return add, close


def question(chance: random.Random, revisions: list[int]) -> FactsQuery:
    """Return a question about anything, with names that are known and some that are not."""

    def maybe(*values: str, likely: float = 0.35) -> str:
        return chance.choice([*values, "unknown"]) if chance.random() < likely else ""

    known_at = chance.choice([FOREVER, FOREVER, chance.choice(revisions) + chance.choice([-1, 0, 1])])
    people = [identity.niss.digits for identity in facts.PEOPLE] + [STRANGER]
    numbers = [*ENTERPRISES.values(), "0999111183"]
    return FactsQuery(
        at=chance.choice([5, 10, 15, 20, 25, 30, 35, 40, 45, FOREVER]),
        known_at=known_at,
        subject_niss=chance.choice([*people, ""]),
        other_niss=maybe(*people),
        agent=maybe(*IDS, likely=0.1),
        technical_user=maybe(*IDS, likely=0.2),
        enterprise_number=chance.choice([*numbers, ""]),
        capacity=maybe(*CAPACITIES),
        account=maybe(*IDS, likely=0.2),
        role_assignment=maybe(*IDS, likely=0.2),
        request=maybe(*IDS, likely=0.1),
        mandate=maybe(*IDS, likely=0.2),
        mandator_number=maybe(*numbers, likely=0.2),
        mandatary_number=maybe(*numbers, likely=0.1),
        applications=tuple(chance.sample(APPLICATIONS, chance.choice([0, 0, 1, 2]))),
        mandate_groups=tuple(chance.sample(GROUPS, chance.choice([0, 0, 1]))),
        right=maybe(*IDS, likely=0.2),
        all_representatives=chance.random() < 0.2,
    )
