"""The reference world in a database, and the decision endpoints over it, in this process."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from wsgiref.types import WSGIApplication

import yaml

from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.settings import DecisionSettings
from authz_service.domain.person_ids import new_person_id
from authz_service.domain.vocabulary import Scope
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations
from authz_service.services.facts_file.loading import load
from authz_service.services.facts_file.tree import FactsFile
from authz_service.services.search.searches import Searches
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from authz_service.store.writing import Recorder
from tests.support.callers import WritableCallers
from tests.support.databases import make_tables
from tests.support.wire import Wire

PROJECT: Final = Path(__file__).parent.parent.parent
WORLD: Final = PROJECT / "tests" / "data" / "world.yaml"
PUBLIC_URL: Final = "https://authz.example.org"

# Questions without a moment are answered for today: these two stay what they are as long as the facts have no end.
CARLA: Final[dict[str, Any]] = {
    "type": "person",
    "id": "85091291489",
    "properties": {"acting_for": "0999010126", "authentication_means": "eid"},
}
ALLOWED: Final[dict[str, Any]] = {
    "subject": CARLA,
    "action": {"name": "list_users"},
    "resource": {"type": "capacity", "id": "alpha.nsso"},
}
DENIED: Final[dict[str, Any]] = {**ALLOWED, "resource": {"type": "capacity", "id": "kappa.nsso"}}


@dataclasses.dataclass(frozen=True)
class Reference:
    """A store with the reference world in it, and what answers from it."""

    database: Database
    callers: WritableCallers
    decisions: DecisionService
    explanations: Explanations

    @property
    def searches(self) -> Searches:
        """What searches in the store."""
        return Searches(self.database, self.decisions)

    def add_caller(self, name: str, scopes: Iterable[Scope] = tuple(Scope)) -> str:
        """Return the key of a new caller."""
        return self.callers.add(name, scopes)

    def wire(
        self,
        key: str = "",
        *,
        readiness: Callable[[], Mapping[str, str]] = dict,
        next_app: WSGIApplication | None = None,
        **settings: Any,
    ) -> Wire:
        """Return the decision endpoints. `settings`: those that are not at their default."""
        chosen = DecisionSettings(**{"public_url": PUBLIC_URL, **settings})
        application = DecisionApplication(
            self.decisions, self.searches, self.callers, self.explanations, readiness, chosen, next_app
        )
        return Wire(application, key)


def load_reference(url: str, directory: Path) -> Reference:
    """Load the reference world into an empty database. `directory`: for the key file."""
    explanations, policy = _shipped()
    levels = policy.text.levels
    database = Database(url, ensure_key_file(directory / "keys"))
    make_tables(database)
    with Recorder(database) as recorder:
        load(recorder, FactsFile.at(WORLD), means=levels, new_person_id=new_person_id)
    decisions = DecisionService(FactsReader(database), policy, levels)
    return Reference(database, WritableCallers(database), decisions, explanations)


@functools.cache
def _shipped() -> tuple[Explanations, PolicyEngine]:
    """Return the sentences and the policy that are shipped, at the levels of the reference world: read once a process."""
    levels = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["meta"]["assurance"]["levels"]
    explanations = Explanations.load()
    return explanations, PolicyEngine(read_policy(PROJECT / "policies", {}, levels, explanations.digest))
