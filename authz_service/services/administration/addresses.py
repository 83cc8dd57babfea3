"""What the ids in a path stand for. It is told to nobody: the policy is asked about what is found, as always.

Things that are over count, too: a command that comes a second time, under its Idempotency-Key, is to be found again.
"""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import now
from authz_service.domain.records import RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.administration.desk import enterprise_of, place_of
from authz_service.store.database import Database
from authz_service.store.snapshot import Snapshot

__all__ = ["PathAddresses"]


@dataclass(frozen=True, slots=True)
class PathAddresses:
    """Follows paths. May be used from any thread; methods raise StoreError when nobody answers."""

    database: Database

    def has_capacity(self, enterprise_number: str, capacity_id: str) -> bool:
        """Return True when the enterprise has that capacity now."""
        with Snapshot(self.database, now()) as snapshot:
            return place_of(snapshot, enterprise_number, capacity_id) is not None

    def strangers(self, enterprise_number: str, capacity_id: str, account_ids: frozenset[str]) -> frozenset[str]:
        """Return those of the ids that are of no account, present or former, in that capacity of that enterprise."""
        with Snapshot(self.database, now()) as snapshot:
            place = place_of(snapshot, enterprise_number, capacity_id)
            if place is None:
                return account_ids
            found = snapshot.find(
                RelationRecord,
                relation_id=tuple(sorted(account_ids)),
                kind=tuple(sorted(ACCOUNT_KINDS)),
                enterprise_id=place.enterprise.enterprise_id,
                capacity_id=capacity_id,
            )
        return account_ids - {record.relation_id for record in found}

    def co_chief(self, enterprise_number: str, designation_id: str) -> Niss | None:
        """Return whom the designation names, or named, co-GAP of that enterprise; None: there is no such designation.

        A designation that is over leads nowhere once the same person has another one.
        """
        with Snapshot(self.database, now()) as snapshot:
            enterprise = enterprise_of(snapshot, enterprise_number)
            if enterprise is None:
                return None
            within = {"enterprise_id": enterprise.enterprise_id, "kind": RelationKind.CO_CHIEF_ACCESS_MANAGER.value}
            named = snapshot.find(RelationRecord, relation_id=designation_id, **within)
            if not named:
                return None
            person_id = named[0].person_id
            held = snapshot.all_in_force(RelationRecord, person_id=person_id, **within)
            if any(record.relation_id != designation_id for record in held):
                return None
            return snapshot.national_numbers([person_id])[person_id]
