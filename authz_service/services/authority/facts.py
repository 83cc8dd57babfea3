"""Loading a facts file, as one command of an operator (OPS-01)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from authz_service.domain.actions import SERVICE_ID
from authz_service.domain.person_ids import new_person_id
from authz_service.domain.vocabulary import Action
from authz_service.services.authority.reports import Conflict, Effect
from authz_service.services.authority.work import Work
from authz_service.services.facts_file.loading import plan
from authz_service.services.facts_file.tree import FactsFile

__all__ = ["LoadFacts", "load"]


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """An operator has the service believe a facts file. `means`: the names of means of authentication there are."""

    action: ClassVar[Action] = Action.LOAD_FACTS
    file: FactsFile = field(repr=False)
    means: Collection[str]

    @property
    def resource_id(self) -> str:
        return SERVICE_ID

    def properties(self) -> Mapping[str, Any]:
        return {}


def load(command: LoadFacts, work: Work) -> Effect | Conflict:
    """Believe the file, all of it. The result tells how many records that adds and closes. Raises FactsFileError."""
    planned = plan(work.recorder, command.file, means=command.means, new_person_id=new_person_id)
    changes = planned.changes
    counts = {"added": len(changes.add), "closed": len(changes.close), "unchanged": changes.unchanged}
    return Effect(
        changes.add,
        changes.close,
        planned.identities,
        result={name: str(count) for name, count in counts.items()},
        # One record of the log for thousands of facts: they can be read by the revision that they made.
        told=({"kind": "facts", "id": "file", "old": None, "new": counts},),
    )
