"""Loading a facts file of any size, as one command of an operator (OPS-01)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar

from authz_service.domain.actions import SERVICE_ID
from authz_service.domain.person_ids import new_person_id
from authz_service.domain.vocabulary import Action
from authz_service.services.authority.reports import Conflict, Effect
from authz_service.services.authority.work import Work
from authz_service.services.facts_file.bulk import BulkReport, Stage, load_lines
from authz_service.store.bulk_writing import BulkWriter
from authz_service.store.database import Database
from authz_service.store.writing import Recorder

__all__ = ["LoadLines", "check_lines", "load"]


def _untold(_stage: Stage) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class LoadLines:
    """An operator has the service believe a file of NDJSON, read once from where it is.

    `means`: the names of means of authentication there are; `tell` is told how far the load is.
    """

    action: ClassVar[Action] = Action.LOAD_FACTS
    file: BinaryIO = field(repr=False)
    means: Collection[str]
    tell: Callable[[Stage], None] = _untold

    @property
    def resource_id(self) -> str:
        return SERVICE_ID

    def properties(self) -> Mapping[str, Any]:
        return {}


def load(command: LoadLines, work: Work) -> Effect | Conflict:
    """Believe the file, all of it. The result tells how many records that adds and closes. Raises FactsFileError."""
    report = _loaded(work.recorder, command)
    said = dataclasses.asdict(report)
    return Effect(
        result={name: str(said[name]) for name in ("added", "closed", "unchanged")},
        # One record of the log for millions of facts: they can be read by the revision that they made.
        told=({"kind": "facts", "id": "file", "old": None, "new": said},),
    )


class _OnlyCheckedError(Exception):
    """All is right; it is taken back nevertheless."""


def check_lines(database: Database, command: LoadLines) -> BulkReport:
    """Return what loading the file would change: it is loaded and taken back. Raises FactsFileError, StoreError."""
    report: BulkReport
    try:
        with Recorder(database) as recorder, recorder.reversible():
            report = _loaded(recorder, command)
            raise _OnlyCheckedError  # noqa: TRY301 - it ends the transaction
    except _OnlyCheckedError:
        return report


def _loaded(recorder: Recorder, command: LoadLines) -> BulkReport:
    with BulkWriter(recorder) as staging:
        return load_lines(staging, command.file, means=command.means, new_person_id=new_person_id, tell=command.tell)
