"""Worlds to project: the reference world, worlds made from it with more in them, and the database each of them is in."""

import dataclasses
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import text_of
from authz_service.domain.person_ids import new_person_id
from authz_service.domain.projections import Group, GroupKind, ProjectedPerson, Projection
from authz_service.domain.questions import Question
from authz_service.domain.records import Record
from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.facts_file.loading import load
from authz_service.services.facts_file.tree import FactsFile
from authz_service.services.projection.projections import Projections
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from authz_service.store.writing import Recorder
from tests.model.rules_subjects import LEVELS
from tests.services.test_decisions_agree import DATES, REFERENCE, changed, sign
from tests.support.databases import make_tables

NUMBERS: Final = {each["id"]: each["enterprise_number"] for each in REFERENCE["enterprises"]}
NISS: Final = {each["id"]: each["niss"] for each in REFERENCE["persons"]}
RIGHT: Final = "SERVICE_VOUCHERS_APPROVED_ENTERPRISES"
CONTEXTS: Final = ("approval:EPS-001", "approval:EPS-002")
Thing = dict[str, Any]
NOTHING: Final[Thing] = {}


class WorldInUse:
    """A world in a database, what projects it and what decides over it."""

    def __init__(self, world: dict[str, Any], database: Database, policy: PolicyEngine) -> None:
        self.world = world
        self.database = database
        self.decisions = DecisionService(FactsReader(database), policy, LEVELS)
        self.projections = Projections(database, self.decisions, LEVELS)
        self.names: dict[str, str] = {}
        """The name of each person in the world, by the id in the store."""

    def projection(self, name: str, at: int | None = None, **arguments: Any) -> Projection:
        """The projection of an enterprise of the world by its name."""
        projection = self.projections.of(NUMBERS[name], at=at, **arguments)
        assert projection is not None
        return projection

    def members(self, projection: Projection, kind: GroupKind, **said: str) -> set[str]:
        """The names of the members of the one group that is of this kind and says this."""
        wanted = [
            group
            for group in projection.groups
            if group.kind is kind and all(getattr(group, name) == value for name, value in said.items())
        ]
        assert len(wanted) == 1, wanted
        return {self.names[person_id] for person_id in projection.groups[wanted[0]]}

    def change(self, record_type: type[Record], said: Mapping[str, str], **values: Any) -> None:
        """Record that what says this says something else instead."""
        with Recorder(self.database) as recorder:
            (known,) = recorder.find(record_type, **said)
            recorder.record([dataclasses.replace(known, **values)], [known])

    def add(self, *records: Record) -> None:
        """Record something more."""
        with Recorder(self.database) as recorder:
            recorder.record(records, [])

    def person_id(self, name: str) -> str:
        """The id in the store of somebody in the world."""
        return next(person_id for person_id, known in self.names.items() if known == name)

    def shown(self, projection: Projection, name: str) -> ProjectedPerson:
        """Somebody as he is projected."""
        return next(person for person in projection.people if self.names[person.person_id] == name)

    def people(self, projection: Projection) -> set[str]:
        """The names of the people projected."""
        return {self.names[person.person_id] for person in projection.people}


@contextmanager
def in_use(world: dict[str, Any], url: str, folder: Path, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """A world in an empty database. Raises FactsFileError when the world cannot be."""
    database = Database(url, ensure_key_file(folder / "keys.json"))
    try:
        make_tables(database)
        used = WorldInUse(world, database, policy)
        names = {each["niss"]: each["id"] for each in world["persons"]}
        with Recorder(database) as recorder:
            file = FactsFile(json.dumps({"world": world}))
            load(recorder, file, means=LEVELS, new_person_id=new_person_id)
            used.names = {str(recorder.identify(Niss(digits))): name for digits, name in names.items()}
        yield used
    finally:
        database.close()


def fuller(seed: int) -> dict[str, Any]:
    """The reference world with other periods, states and people, and with more that people hold."""
    chance = random.Random(seed)
    world = changed(seed)
    world["flemish_rights_catalogue"][0]["contexts"] = list(CONTEXTS)
    makers = [_account, _account, _designation, _flemish_right, _mandate, _role, _role]
    for position in range(chance.randint(10, 30)):
        kind, thing = chance.choice(makers)(chance, f"more_{position}")
        if not any(_same(thing, other) for other in world[kind]):
            world[kind].append(thing)
    return world


def _same(thing: Thing, other: Thing) -> bool:
    """Whether two things of a kind are of the same person and object, so that they must not overlap."""
    names = ("person", "capacity", "enterprise", "role", "right", "context")
    return "person" in thing and all(thing.get(name) == other.get(name) for name in names)


def _period(chance: random.Random) -> Thing:
    begin, end = sorted([chance.choice(DATES), chance.choice(DATES)])
    return {"begin": begin, "end": chance.choice([None, end])}


def _person(chance: random.Random) -> str:
    return str(chance.choice(REFERENCE["persons"])["id"])


def _account(chance: random.Random, name: str) -> tuple[str, Thing]:
    capacity = chance.choice(REFERENCE["capacities"])
    offered = [each["id"] for each in REFERENCE["applications"] if capacity["type"] in each["offered_to"]]
    thing = {"id": name, "person": _person(chance), "capacity": capacity["id"]}
    thing["type"] = chance.choice(["co_access_manager", "user", "user"])
    thing["status"] = chance.choice(["active", "active", "blocked"])
    return "accounts", thing | {"applications": chance.sample(offered, chance.randint(0, len(offered)))} | _period(
        chance
    )


def _designation(chance: random.Random, name: str) -> tuple[str, Thing]:
    role = chance.choice(["co_chief_access_manager", "flemish_head_local_manager"])
    enterprise = chance.choice(REFERENCE["enterprises"])["id"]
    thing = {"id": name, "role": role, "enterprise": enterprise, "person": _person(chance), "end_reason": None}
    return "designations", thing | {"designated_by": _person(chance)} | _period(chance)


def _flemish_right(chance: random.Random, name: str) -> tuple[str, Thing]:
    thing = {"id": name, "person": _person(chance), "enterprise": "epsilon", "right": RIGHT}
    return "flemish_rights", thing | {"context": chance.choice(CONTEXTS), "granted_by": "chris"} | _period(chance)


def _mandate(chance: random.Random, name: str) -> tuple[str, Thing]:
    system, group = chance.choice([("mahis", "dmfa_dimona"), ("mahis", "asr_unemployment"), ("ssm", "vat")])
    parties = {"mandator": chance.choice(["alpha", "kappa", "delta"]), "mandatary": chance.choice(["omega", "sigma"])}
    signatures = {"mandator": sign(chance), "mandatary": sign(chance)}
    thing = {"id": name, "system": system, "groups": [group], "signatures": signatures, **parties, **_period(chance)}
    return "mandates", thing | {"ended_on": chance.choice([None, None, *DATES])}


def _role(chance: random.Random, name: str) -> tuple[str, Thing]:
    thing = {"id": name, "person": _person(chance), "opens": chance.choice(["INTERVAT", "TAX_ON_WEB"])}
    thing["role"] = chance.choice(["FPSFIN_OWN_ENTERPRISE", "FPSFIN_MANDATE_EXECUTOR"])
    thing["capacity"] = chance.choice(["alpha.finance", "omega.finance", "alpha.mobility"])
    thing["status"] = chance.choice(["accepted", "accepted", "pending_acceptance", "declined"])
    return "role_assignments", thing | {"assigned_by": "mia"} | _period(chance)


def own_means(person: Thing) -> str | None:
    """The strongest of a person's own digital keys."""
    return max(person["digital_keys"], key=lambda means: (LEVELS[means], means), default=None)


def questions(world: dict[str, Any], group: Group, person: Thing, at: int) -> list[Question]:
    """What the group stands for, asked of a person as a portal would; none when the relation itself tells."""
    context: Thing = {"at": text_of(at), "authentication_means": own_means(person)}

    def ask(action: str, kind: str, resource: str, properties: Thing = NOTHING, more: Thing = NOTHING) -> Question:
        acting = {"acting_for": group.enterprise_number}
        return Question("person", person["niss"], action, kind, resource, acting, properties, context | more)

    under = {"capacity": group.capacity_id}
    match group.kind:
        case GroupKind.CHIEF_ACCESS_MANAGER:
            return [ask("activate_account", "enterprise", group.enterprise_number)]
        case GroupKind.ACCESS_MANAGERS:
            return [ask("list_users", "capacity", group.capacity_id)]
        case GroupKind.APPLICATION:
            return [ask("use_application", "application", group.object, more=under)]
        case GroupKind.FLEMISH_RIGHT:
            return [ask("use_flemish_right", "enterprise", group.enterprise_number, {"right": group.object})]
        case GroupKind.EGOV_ROLE:
            roles = [each for each in world["role_assignments"] if each["role"] == group.object]
            here = [each for each in roles if each["capacity"] == group.capacity_id]
            return [ask("use_role", "role_assignment", each["id"]) for each in here]
        case GroupKind.MANDATE_APPLICATION:
            under |= {"for_enterprise": group.mandator_number}
            return [ask("act_under_mandate", "application", group.object, more=under)]
        case _:
            return []
