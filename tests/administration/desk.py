"""The write door and the decisions over one database, spoken to in the words of the model."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from authz_service.audit.log import AuditLog
from authz_service.audit.signing import SigningKey, ensure_signing_key, public_keys
from authz_service.audit.verification import Expectations, Report, verify
from authz_service.domain import moments
from authz_service.domain.actors import Actor
from authz_service.domain.questions import Decision, Question
from authz_service.domain.records import Record
from authz_service.domain.vocabulary import Scope, SubjectType
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.services.authority import reports
from authz_service.services.authority.door import Authority
from authz_service.services.authority.facts import LoadFacts
from authz_service.services.authority.reports import Idempotency
from authz_service.services.decisions import DecisionService
from authz_service.services.facts_file.tree import FactsFile
from authz_service.store.audit_log import AuditLogReader
from authz_service.store.database import Database
from authz_service.store.keys import KeyRing, ensure_key_file
from authz_service.store.reading import FactsReader
from authz_service.store.writing import Recorder
from tests.administration.translation import actor_of, command_of
from tests.model.administration import Asker, Wish
from tests.model.rules_subjects import LEVELS
from tests.support.databases import make_tables

PROJECT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Equipment:
    """What desks share: the policy, the keys of the identities and the key of the audit log."""

    policy: PolicyEngine
    keys: KeyRing
    signing_key: SigningKey

    @classmethod
    def in_folder(cls, folder: Path) -> "Equipment":
        """Make the keys in a folder and read the policies."""
        policy = PolicyEngine(read_policy(PROJECT / "policies", levels=LEVELS))
        return cls(policy, ensure_key_file(folder / "keys.json"), ensure_signing_key(folder / "audit.pem"))


@dataclass(frozen=True)
class State:
    """What is written in a database. `instant`: when it was looked at (UTC microseconds)."""

    instant: int
    revision: int
    audited: int
    believed: frozenset[Record]

    @property
    def written(self) -> tuple[int, int, frozenset[Record]]:
        """All but the instant, to compare."""
        return self.revision, self.audited, self.believed


class Desk:
    """One service over a database. `numbers`: the national number of everybody, by the name the model knows him by."""

    def __init__(self, equipment: Equipment, url: str, numbers: Mapping[str, str]) -> None:
        self.equipment = equipment
        self.database = Database(url, equipment.keys)
        self.numbers = numbers
        self.decisions = DecisionService(FactsReader(self.database), equipment.policy, LEVELS)
        self.authority = Authority(self.database, equipment.policy, LEVELS, AuditLog(equipment.signing_key))

    def open_with(self, world: Mapping[str, Any]) -> None:
        """Make the tables where there are none, and believe the world, by the door and with its record."""
        make_tables(self.database)
        self.register_says(world)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    # -- changes -------------------------------------------------------------------------------

    def carry_out(
        self, asker: Asker, wishes: Sequence[Wish], *, together: bool = True, key: str = ""
    ) -> reports.Report:
        """Put wishes to the door. `key`: an Idempotency-Key, "" for none."""
        idempotency = Idempotency(key, repr(wishes).encode()) if key else None
        commands = [command_of(wish, self.numbers) for wish in wishes]
        actor = actor_of(asker, self.numbers)
        return self.authority.carry_out(actor, commands, together=together, idempotency=idempotency)

    def register_says(self, world: Mapping[str, Any]) -> reports.Report:
        """Have an operator load facts that come from elsewhere."""
        file = FactsFile(json.dumps({"world": dict(world)}))
        operator = Actor(SubjectType.OPERATOR, "registers", scopes=frozenset({Scope.ADMIN}))
        report = self.authority.carry_out(operator, [LoadFacts(file, LEVELS)])
        assert report.done
        return report

    # -- questions -----------------------------------------------------------------------------

    def decide(self, requests: Iterable[Any], at: int) -> list[Decision]:
        """Answer questions in the shape of the wire. `at`: the present (UTC microseconds)."""
        return self.decisions.decide([question_of(request) for request in requests], now=at)

    def may(self, asker: Asker, action: str, kind: str, of: str, **context: str) -> bool:
        """Return whether somebody may do something now to what has the id on the wire."""
        actor = actor_of(asker, self.numbers)
        properties = {"acting_for": actor.acting_for} if actor.acting_for else {}
        said = {"authentication_means": actor.means, **context}
        question = Question(actor.type.value, actor.id, action, kind, of, properties, {}, said)
        return self.decisions.decide([question])[0].answer.allowed

    def now(self) -> int:
        """Return the present (UTC microseconds): after all that was recorded."""
        with Recorder(self.database) as recorder:
            return max(moments.now(), recorder.instant)

    def state(self) -> State:
        """Return what is written, and when that is looked at."""
        with Recorder(self.database) as recorder:
            instant = max(moments.now(), recorder.instant)
            believed, revision = frozenset(recorder.believed()), recorder.revision
        return State(instant, revision, self.audit_count(), believed)

    def names(self) -> dict[str, str]:
        """Return who each opaque person id stands for, by the names of the model."""
        known = {digits: name for name, digits in self.numbers.items()}
        with Recorder(self.database) as recorder:
            return {each.person_id: known[each.niss.digits] for each in recorder.identities()}

    # -- the audit log -------------------------------------------------------------------------

    def audit_count(self) -> int:
        """Return how many records the audit log has."""
        return AuditLogReader(self.database).bounds().last_record

    def audit_report(self) -> Report:
        """Return what verifying the whole audit log finds."""
        reader = AuditLogReader(self.database)
        bounds = reader.bounds()
        checkpoints = {each.sequence: each for each in reader.checkpoints(1, bounds.last_checkpoint)}
        items: list[Any] = []
        for record in reader.records(1, bounds.last_record):
            items += [record, *([checkpoints[record.sequence]] if record.sequence in checkpoints else [])]
        keys = public_keys([self.equipment.signing_key.private.public_key()])
        return verify(items, keys, Expectations(), bounds.facts_revision)


def question_of(request: Mapping[str, Any]) -> Question:
    """Return a request of the wire as the question that it is."""
    subject, action, resource = request["subject"], request["action"], request["resource"]
    return Question(
        subject_type=subject["type"],
        subject_id=subject["id"],
        subject_properties=subject.get("properties") or {},
        action=action["name"],
        action_properties=action.get("properties") or {},
        resource_type=resource["type"],
        resource_id=resource["id"],
        context=request.get("context") or {},
    )
